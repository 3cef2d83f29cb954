package digitise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

// Assemble writes the rendition of a version, has it checked, stores it and freezes the manifest that names it.
func (s *Service) Assemble(ctx context.Context, t archive.Task) error {
	defer s.d.Observe.stage("assemble", time.Now())
	v, err := s.d.Catalogue.Version(ctx, t)
	if err != nil {
		return err
	}
	if v.Manifest != nil { // frozen by an earlier try
		return s.d.Catalogue.Assembled(ctx, t, Assembled{Rendition: v.Rendition, Manifest: v.Manifest})
	}
	if v.Snapshot == nil {
		return fault.New(fault.Internal, "version %d of document %s is to be assembled and not described", v.Version, v.Document)
	}
	results, parts, err := s.results(ctx, v)
	if err != nil {
		return err
	}
	out, err := s.writeRendition(ctx, v, results)
	if err != nil {
		return err
	}
	defer out.remove()
	s.d.Failpoint("assemble-before-put")
	part := archive.Part{
		Kind: "rendition", Bucket: "renditions", Key: archive.RenditionKey(v.Document, v.Version, out.digest), Digest: out.digest,
		SizeBytes: out.size, MediaType: string(archive.PDF),
	}
	if part.VersionID, err = s.d.Objects.PutRendition(ctx, part.Key, out.file, out.size, out.digest); err != nil {
		return fmt.Errorf("keep rendition: %w", err)
	}
	s.d.Failpoint("assemble-after-put")
	a := Assembled{Rendition: part, Conformance: out.conformance, CheckedBy: out.checkedBy}
	if s.d.Holders != nil {
		if a.Holders, err = s.d.Holders.Keep(ctx, v.Document, v.Version, results); err != nil {
			return fmt.Errorf("seal identifiers: %w", err)
		}
	}
	if a.Manifest, err = s.manifest(v, results, parts, a).MarshalCanonical(); err != nil {
		return err
	}
	return s.d.Catalogue.Assembled(ctx, t, a)
}

// finished is a rendition on local disk.
type finished struct {
	file                   *os.File
	digest                 fixity.Digest
	size                   int64
	conformance, checkedBy string
}

func (f finished) remove() {
	f.file.Close()
	_ = os.Remove(f.file.Name())
}

func (s *Service) writeRendition(ctx context.Context, v Version, results []page.Result) (out finished, err error) {
	f, err := os.CreateTemp(s.masters.dir, "rendition-*.pdf")
	if err != nil {
		return finished{}, spaceFault(err)
	}
	out.file = f
	defer func() {
		if err != nil {
			out.remove()
		}
	}()
	h := fixity.New()
	r, err := s.d.Writer.Begin(io.MultiWriter(f, h), *v.Snapshot)
	if err != nil {
		return out, err
	}
	for i, p := range v.Pages {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		leaf, err := s.leaf(ctx, s.d.Writer, p.PageRef, results[i])
		if err != nil {
			return out, fmt.Errorf("page %d: %w", p.Ordinal, err)
		}
		if err := r.Add(leaf); err != nil {
			return out, fmt.Errorf("page %d: %w", p.Ordinal, spaceFault(err))
		}
	}
	if err := r.Close(); err != nil {
		return out, spaceFault(err)
	}
	out.digest, out.size = h.Sum(), h.SizeBytes()
	if out.conformance, out.checkedBy, err = s.d.Checker.Check(ctx, f.Name()); err != nil {
		return out, fmt.Errorf("check rendition: %w", err)
	}
	_, err = f.Seek(0, io.SeekStart)
	return out, err
}

func (s *Service) leaf(ctx context.Context, w Writer, ref archive.PageRef, r page.Result) (page.Leaf, error) {
	src, err := s.Source(ctx, ref, ToShow)
	if err != nil {
		if fault.VerdictOf(err) != fault.Rejected {
			return page.Leaf{}, err
		}
		return placeholder(r), nil
	}
	return leafOf(ctx, s.d.Engine, w, src, r)
}

// leafOf brings a source into the encodings PDF/A allows. An unreadable picture becomes a blank page; the master keeps its bytes.
func leafOf(ctx context.Context, e Engine, w Writer, src Source, r page.Result) (page.Leaf, error) {
	leaf := page.Leaf{Picture: src.Picture, Overlays: src.Overlays, Result: r, WidthPt: src.WidthPt, HeightPt: src.HeightPt}
	unreadable := r.Kind == page.Unread && fault.Code(r.Fault).Verdict() == fault.Rejected
	if unreadable {
		return placeholder(r), nil
	}
	var err error
	if leaf.Picture, err = passable(ctx, e, w, src.Picture); err != nil {
		if (r.Kind == page.Unread && errors.Is(err, ErrPageKilledEngine) && ctx.Err() == nil) || fault.VerdictOf(err) == fault.Rejected {
			return placeholder(r), nil
		}
		return page.Leaf{}, err
	}
	leaf.Overlays = make([]page.Overlay, len(src.Overlays))
	for i, o := range src.Overlays {
		if o.Picture, err = passable(ctx, e, w, o.Picture); err != nil {
			return page.Leaf{}, fmt.Errorf("overlay %d: %w", i+1, err)
		}
		leaf.Overlays[i] = o
	}
	return leaf, nil
}

// passable returns p itself where the writer may pass its stream through, else what the engine makes of it.
func passable(ctx context.Context, e Engine, w Writer, p page.Picture) (page.Picture, error) {
	if w.Allows(p) {
		return p, nil
	}
	return e.Convert(ctx, p)
}

// placeholder is a white page of the size the unread page would have had.
func placeholder(r page.Result) page.Leaf {
	w, h := r.Width, r.Height
	if w < 100 || h < 100 {
		w, h = 2480, 3508 // A4 at 300 dpi
	}
	r.Width, r.Height, r.Turn, r.Lines, r.Laid = w, h, 0, nil, nil
	return page.Leaf{
		Picture: page.Picture{Encoding: page.Flate, Data: whitePixel(), Width: 1, Height: 1, Components: 1, BitsPerComponent: 8, DPIX: 1, DPIY: 1},
		Result:  r, WidthPt: float64(w) * 72 / 300, HeightPt: float64(h) * 72 / 300,
	}
}

// manifest lists the parts of a version and what is known of it.
func (s *Service) manifest(v Version, results []page.Result, resultParts []archive.Part, a Assembled) archive.Manifest {
	m := archive.Manifest{
		Schema: archive.ManifestSchema, Document: v.Document, Version: v.Version, Accessions: v.Accessions, Unit: v.Unit, Dossier: v.Dossier,
		Access: v.Access, Name: v.Name, LeftOut: v.LeftOut, Shelf: v.Shelf, Procedure: v.Procedure, Replaces: v.Replaces, Reason: v.Reason, CreatedBy: v.CreatedBy, Fields: v.Fields, Snapshot: *v.Snapshot, Conformance: a.Conformance, CheckedBy: a.CheckedBy,
		Writer: s.d.Writer.Name(), Engine: s.d.Engine.Version().Engine, CreatedAt: v.CreatedAt.UTC(), Previous: v.Previous,
	}
	for _, h := range a.Holders {
		m.Holders = append(m.Holders, h.Holder)
	}
	masters := map[fixity.Digest]bool{}
	for _, acc := range v.Accessions {
		if !masters[acc.Master] {
			masters[acc.Master] = true
			m.Parts = append(m.Parts, archive.Part{
				Kind: "master", Bucket: "masters", Key: archive.MasterKey(acc.Master), Digest: acc.Master, SizeBytes: acc.SizeBytes, MediaType: string(acc.MediaType),
			})
		}
	}
	m.Parts = append(append(m.Parts, a.Rendition), resultParts...)
	for i, p := range v.Pages {
		r := results[i]
		m.Pages = append(m.Pages, archive.ManifestPage{
			PageRef: p.PageRef, Kind: r.Kind, FoundTurn: r.Turn, Skew: r.Skew, Confidence: r.Confidence, Result: p.ResultKey,
		})
	}
	return m
}
