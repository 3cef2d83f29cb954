package retrieve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// Limits of a page of a list.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Deps is what retrieving needs.
type Deps struct {
	Catalogue  Catalogue
	Operations Operations
	Objects    Objects
	Viewer     Viewer
	Copies     *Copies // nil where no access copies are made
	Hasher     Hasher  // nil where there are no keys: nobody searches by identifier then
}

// Service answers people. It is safe for concurrent use.
type Service struct{ d Deps }

// New returns the service.
func New(d Deps) *Service { return &Service{d: d} }

func clamp(limit int) int {
	if limit <= 0 {
		return DefaultLimit
	}
	return min(limit, MaxLimit)
}

// Batches lists batches, newest first, made before a time (zero: now).
func (s *Service) Batches(ctx context.Context, a archive.Actor, unit string, before time.Time, limit int) ([]Batch, error) {
	if err := a.Permit(archive.ActRead); err != nil {
		return nil, err
	}
	unit, err := a.Scope(unit)
	if err != nil {
		return nil, err
	}
	return s.d.Catalogue.Batches(ctx, unit, before, clamp(limit))
}

// Batch finds one batch by id.
func (s *Service) Batch(ctx context.Context, a archive.Actor, id archive.BatchID) (Batch, error) {
	if err := a.Permit(archive.ActRead); err != nil {
		return Batch{}, err
	}
	unknown := fault.New(fault.BatchUnknown, "there is no batch %s", id)
	if !archive.ValidID(string(id)) {
		return Batch{}, unknown
	}
	b, err := s.d.Catalogue.Batch(ctx, id)
	if err != nil {
		return Batch{}, err
	}
	if !a.Reaches(b.Unit, archive.AccessUnit) {
		return Batch{}, unknown
	}
	return b, nil
}

// FindBatch finds a batch by id or, within the actor's unit (or unit), by name.
func (s *Service) FindBatch(ctx context.Context, a archive.Actor, unit, idOrName string) (Batch, error) {
	if archive.ValidID(idOrName) {
		return s.Batch(ctx, a, archive.BatchID(idOrName))
	}
	if err := a.Permit(archive.ActRead); err != nil {
		return Batch{}, err
	}
	unit, err := a.Scope(unit)
	if err != nil {
		return Batch{}, err
	}
	return s.d.Catalogue.BatchByName(ctx, unit, idOrName)
}

// Progress counts what is in a batch, or in everything the actor reaches when batch is empty.
func (s *Service) Progress(ctx context.Context, a archive.Actor, batch archive.BatchID) (Progress, error) {
	if batch != "" {
		if _, err := s.Batch(ctx, a, batch); err != nil {
			return Progress{}, err
		}
	} else if err := a.Permit(archive.ActRead); err != nil {
		return Progress{}, err
	}
	unit, err := a.Scope("")
	if err != nil {
		return Progress{}, err
	}
	return s.d.Catalogue.Progress(ctx, Scope{Unit: unit, Batch: batch})
}

// Accessions lists accessions in order of arrival, after a Seq (0: from the start).
func (s *Service) Accessions(ctx context.Context, a archive.Actor, batch archive.BatchID, state archive.AccessionState, after int64, limit int) ([]Accession, error) {
	if batch != "" {
		if _, err := s.Batch(ctx, a, batch); err != nil {
			return nil, err
		}
	} else if err := a.Permit(archive.ActRead); err != nil {
		return nil, err
	}
	unit, err := a.Scope("")
	if err != nil {
		return nil, err
	}
	return s.d.Catalogue.Accessions(ctx, Scope{Unit: unit, Batch: batch}, state, after, clamp(limit))
}

// Accession finds one accession.
func (s *Service) Accession(ctx context.Context, a archive.Actor, id archive.AccessionID) (Accession, error) {
	if err := a.Permit(archive.ActRead); err != nil {
		return Accession{}, err
	}
	unknown := fault.New(fault.AccessionUnknown, "there is no accession %s", id)
	if !archive.ValidID(string(id)) {
		return Accession{}, unknown
	}
	acc, err := s.d.Catalogue.Accession(ctx, id)
	if err != nil {
		return Accession{}, err
	}
	if !a.Reaches(acc.Unit, acc.Access) {
		return Accession{}, unknown
	}
	return acc, nil
}

// Documents lists documents, newest first.
func (s *Service) Documents(ctx context.Context, a archive.Actor, q DocumentQuery) ([]Document, error) {
	if err := a.Permit(archive.ActRead); err != nil {
		return nil, err
	}
	if q.Batch != "" {
		if _, err := s.Batch(ctx, a, q.Batch); err != nil {
			return nil, err
		}
	}
	unit, err := a.Scope(q.Unit)
	if err != nil {
		return nil, err
	}
	q.Unit, q.Limit = unit, clamp(q.Limit)
	return s.d.Catalogue.Documents(ctx, q)
}

// Document finds one document.
func (s *Service) Document(ctx context.Context, a archive.Actor, id archive.DocumentID) (View, error) {
	if err := a.Permit(archive.ActRead); err != nil {
		return View{}, err
	}
	unknown := fault.New(fault.DocumentUnknown, "there is no document %s", id)
	if !archive.ValidID(string(id)) {
		return View{}, unknown
	}
	v, err := s.d.Catalogue.Document(ctx, id)
	if err != nil {
		return View{}, err
	}
	if !a.Reaches(v.Unit, v.Access) {
		return View{}, unknown
	}
	if v.Shown == 0 {
		v.Shown = v.Version
	}
	return v, nil
}

// History tells what happened to a document.
func (s *Service) History(ctx context.Context, a archive.Actor, id archive.DocumentID) ([]Event, error) {
	if _, err := s.Document(ctx, a, id); err != nil {
		return nil, err
	}
	return s.d.Catalogue.History(ctx, id)
}

// Search finds documents by words. Text that is a person's number is refused, since it stands in the address: SearchHolder takes it.
func (s *Service) Search(ctx context.Context, a archive.Actor, q Search) ([]Hit, error) {
	if err := a.Permit(archive.ActRead); err != nil {
		return nil, err
	}
	if NamesPerson(q.Text) {
		return nil, fault.New(fault.RequestMalformed,
			"a person's number does not belong in an address, where logs and histories keep it: search with POST /api/v1/search and {\"holder\": …}, or with sohoa find --holder")
	}
	q.Lookup = nil
	q, err := bounded(a, q)
	if err != nil {
		return nil, err
	}
	return s.d.Catalogue.Search(ctx, q)
}

// NamesPerson reports whether text is nothing but the number of a person's card. Tax codes are public, and may be searched for anywhere.
func NamesPerson(text string) bool {
	id, err := dossier.ParseIdentifier(text)
	return err == nil && id.Kind() != dossier.TaxCode
}

// SearchHolder finds the documents that name a person or firm by an identifier: a number of 9 or 12 digits or a tax code. q narrows by unit
// and date; its Text is not looked at. Who asks, for what kind of number and how much was found is audited before anything is told.
func (s *Service) SearchHolder(ctx context.Context, a archive.Actor, identifier string, q Search) ([]Hit, error) {
	for _, act := range []archive.Action{archive.ActRead, archive.ActHolder} {
		if err := a.Permit(act); err != nil {
			return nil, err
		}
	}
	id, err := dossier.ParseIdentifier(identifier)
	if err != nil {
		return nil, fault.New(fault.RequestMalformed, "%s", err.Error()) // does not quote it
	}
	if s.d.Hasher == nil {
		return nil, fault.New(fault.StateConflict, "this server has no keys, so nothing is found by identifier: start it with --keys")
	}
	q.Text = ""
	if q, err = bounded(a, q); err != nil {
		return nil, err
	}
	q.Lookup = s.d.Hasher.Lookup(id)
	hits, err := s.d.Catalogue.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	if err := s.d.Catalogue.NoteHolderSearch(ctx, a, q.Unit, string(id.Kind()), len(hits)); err != nil {
		return nil, err
	}
	return hits, nil
}

// bounded checks a search and narrows it to what the actor reaches.
func bounded(a archive.Actor, q Search) (Search, error) {
	for _, d := range []string{q.IssuedFrom, q.IssuedTo} {
		if d == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			return q, fault.New(fault.RequestMalformed, "date %q is not of the form 2024-03-15", d)
		}
	}
	if len(q.Text) > 1000 {
		return q, fault.New(fault.RequestMalformed, "the query is longer than 1,000 bytes")
	}
	unit, err := a.Scope(q.Unit)
	if err != nil {
		return q, err
	}
	q.Unit, q.Limit = unit, clamp(q.Limit)
	return q, nil
}

// PartKind names what of a document can be fetched.
type PartKind string

// The parts.
const (
	PartAccess    PartKind = "access" // the small copy
	PartRendition PartKind = "rendition"
	PartMaster    PartKind = "master"
	PartText      PartKind = "text"
	PartHOCR      PartKind = "hocr"
	PartManifest  PartKind = "manifest"
)

// Content is a part opened for reading. Close it.
type Content struct {
	io.ReadSeekCloser
	MediaType string
	FileName  string
	ModTime   time.Time
	ETag      string // digest, unquoted; empty when not known beforehand
}

// Open opens a part of a document. Text and hOCR need every page read, rendition and manifest an archived document.
func (s *Service) Open(ctx context.Context, a archive.Actor, id archive.DocumentID, kind PartKind) (Content, error) {
	v, err := s.Document(ctx, a, id)
	if err != nil {
		return Content{}, err
	}
	c, err := s.open(ctx, v, kind)
	if err != nil {
		return Content{}, err
	}
	if err := s.d.Catalogue.NoteRead(ctx, a, id, string(kind)); err != nil {
		c.Close()
		return Content{}, err
	}
	return c, nil
}

func (s *Service) open(ctx context.Context, v View, kind PartKind) (Content, error) {
	early := fault.New(fault.StateConflict, "the document is not archived yet (%s); try again later", v.Processing)
	mod := v.CreatedAt
	switch kind {
	case PartMaster:
		if len(v.Accessions) == 0 {
			return Content{}, fault.New(fault.Internal, "document %s has no accession", v.ID)
		}
		acc := v.Accessions[0]
		r, err := s.d.Objects.OpenMaster(ctx, acc.Master)
		return Content{r, string(acc.MediaType), path.Base(acc.Name), acc.ReceivedAt, acc.Master.String()}, missing(err)
	case PartRendition:
		if v.Rendition == nil || !v.archived() {
			return Content{}, early
		}
		r, err := s.d.Objects.OpenRendition(ctx, v.Rendition.Key, v.Rendition.VersionID)
		return Content{r, "application/pdf", string(v.ID) + ".pdf", mod, v.Rendition.Digest.String()}, missing(err)
	case PartAccess:
		if s.d.Copies == nil {
			return Content{}, fault.New(fault.NotFound, "this server makes no access copies; fetch the rendition")
		}
		if v.Rendition == nil || v.Manifest == nil || !v.archived() {
			return Content{}, early
		}
		r, d, err := s.d.Copies.open(ctx, v)
		return Content{r, "application/pdf", string(v.ID) + "-access.pdf", mod, d.String()}, missing(err)
	case PartManifest:
		if v.Manifest == nil || !v.archived() {
			return Content{}, early
		}
		return Content{seekable(v.Manifest), "application/json", string(v.ID) + ".json", mod, ""}, nil
	case PartText, PartHOCR:
		results, err := s.Results(ctx, v)
		if err != nil {
			return Content{}, err
		}
		if kind == PartText {
			return Content{seekable([]byte(Text(results))), "text/plain; charset=utf-8", string(v.ID) + ".txt", mod, ""}, nil
		}
		var b bytes.Buffer
		if err := page.WriteHOCR(&b, results); err != nil {
			return Content{}, fmt.Errorf("write hOCR: %w", err)
		}
		return Content{seekable(b.Bytes()), "application/xhtml+xml; charset=utf-8", string(v.ID) + ".hocr", mod, ""}, nil
	}
	return Content{}, fault.New(fault.RequestMalformed, "part %q is unknown; use access, rendition, master, text, hocr or manifest", kind)
}

func missing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(fault.StoreUnavailable, err, "the bytes are on record and not in the store; tell the operator")
	}
	return err
}

// Text joins the pages' lines, one a line, pages parted by form feed.
func Text(results []page.Result) string {
	var b bytes.Buffer
	for i, r := range results {
		if i > 0 {
			b.WriteByte('\f')
		}
		if t := r.Text(); t != "" {
			b.WriteString(t)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Results loads what was read on every page.
func (s *Service) Results(ctx context.Context, v View) ([]page.Result, error) {
	out := make([]page.Result, len(v.PageList))
	for i := range v.PageList {
		r, err := s.result(ctx, v, i)
		if err != nil {
			return nil, err
		}
		out[i] = r
	}
	return out, nil
}

func (s *Service) result(ctx context.Context, v View, i int) (page.Result, error) {
	p := v.PageList[i]
	if !p.Read {
		return page.Result{}, fault.New(fault.StateConflict, "page %d is not recognised yet; try again later", p.Ordinal)
	}
	b, err := s.d.Objects.GetResult(ctx, p.ResultKey)
	if err != nil {
		return page.Result{}, fmt.Errorf("page %d: %w", p.Ordinal, missing(err))
	}
	var r page.Result
	if err := json.Unmarshal(b, &r); err != nil {
		return page.Result{}, fmt.Errorf("page %d: read result: %w", p.Ordinal, err)
	}
	return r, nil
}

// PageResult loads what was read on one page, by ordinal.
func (s *Service) PageResult(ctx context.Context, a archive.Actor, id archive.DocumentID, ordinal int) (page.Result, error) {
	v, err := s.pageOf(ctx, a, id, ordinal)
	if err != nil {
		return page.Result{}, err
	}
	return s.result(ctx, v, ordinal-1)
}

// PageImage makes a JPEG of one page, by ordinal, at most maxPixels on the longer side.
func (s *Service) PageImage(ctx context.Context, a archive.Actor, id archive.DocumentID, ordinal, maxPixels int) ([]byte, error) {
	v, err := s.pageOf(ctx, a, id, ordinal)
	if err != nil {
		return nil, err
	}
	p := v.PageList[ordinal-1]
	return s.d.Viewer.View(ctx, p.PageRef, p.FoundTurn, min(max(maxPixels, 64), 4000))
}

func (s *Service) pageOf(ctx context.Context, a archive.Actor, id archive.DocumentID, ordinal int) (View, error) {
	v, err := s.Document(ctx, a, id)
	if err != nil {
		return View{}, err
	}
	if ordinal < 1 || ordinal > len(v.PageList) {
		return View{}, fault.New(fault.NotFound, "the document has pages 1 to %d", len(v.PageList))
	}
	return v, nil
}

type nopCloser struct{ *bytes.Reader }

func (nopCloser) Close() error { return nil }

func seekable(b []byte) io.ReadSeekCloser { return nopCloser{bytes.NewReader(b)} }
