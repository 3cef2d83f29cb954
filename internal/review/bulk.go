package review

import (
	"context"
	"maps"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// MaxBulk is how many documents one bulk edit may touch.
const MaxBulk = 1000

// BatchQuery searches within a batch, in the order of the stack. After is the Seq of the last one seen.
type BatchQuery struct {
	Batch archive.BatchID
	Text  string // words of pages and title, or part of the file's name or dossier; empty finds all
	Asked bool   // only what waits for a person
	After int64
	Limit int
}

// Paper is a document as bulk edits see it.
type Paper struct {
	Seq         int64              `json:"-"`
	ID          archive.DocumentID `json:"id"`
	Unit        string             `json:"unit"`
	Access      archive.Access     `json:"access"`
	Dossier     string             `json:"dossier,omitempty"`
	Name        string             `json:"name"`
	Title       string             `json:"title"`
	Processing  archive.Processing `json:"processing"`
	Release     archive.Release    `json:"release"`
	NeedsReview bool               `json:"needs_review"`
	Version     int                `json:"version"`
	Pages       int                `json:"pages"`
	Fields      []archive.Field    `json:"-"` // of Papers only
}

// SearchBatch finds documents of a batch.
func (s *Service) SearchBatch(ctx context.Context, a archive.Actor, q BatchQuery) ([]Paper, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return nil, err
	}
	if !archive.ValidID(string(q.Batch)) {
		return nil, fault.New(fault.BatchUnknown, "there is no batch %q", q.Batch)
	}
	if len(q.Text) > 200 {
		return nil, fault.New(fault.RequestMalformed, "the text is longer than 200 bytes")
	}
	q.Limit = clamp(q.Limit)
	ps, err := s.d.Store.SearchBatch(ctx, q)
	return slices.DeleteFunc(ps, func(p Paper) bool { return !a.Reaches(p.Unit, archive.AccessUnit) }), err
}

// Bulk sets the same on many documents. Nil and missing leave as it is.
type Bulk struct {
	Documents []archive.DocumentID `json:"documents"`
	Dossier   *string              `json:"dossier,omitempty"` // empty: none
	Access    *archive.Access      `json:"access,omitempty"`
	Values    map[string]string    `json:"values,omitempty"` // by field name; empty: not on the paper
	// DryRun says what would change and changes nothing.
	DryRun bool `json:"dry_run,omitempty"`
}

// BulkChange is what a bulk edit does, or would do, to one document.
type BulkChange struct {
	Document archive.DocumentID `json:"document"`
	Title    string             `json:"title"`
	Changes  []Change           `json:"changes"`
	// Refused says why nothing was done to it.
	Refused string `json:"refused,omitempty"`
}

// Change is one value before and after.
type Change struct {
	What   string `json:"what"` // a field's name, dossier or access
	Before string `json:"before"`
	After  string `json:"after"`
}

// Bulk changes documents, each in a transaction and a version of its own. Documents that are what they should be already are left alone; one
// that cannot be changed says why and stops none of the others. A document that is unknown, or another unit's, refuses the whole.
func (s *Service) Bulk(ctx context.Context, a archive.Actor, in Bulk) ([]BulkChange, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return nil, err
	}
	if err := checkBulk(in); err != nil {
		return nil, err
	}
	papers, err := s.d.Store.Papers(ctx, in.Documents)
	if err != nil {
		return nil, err
	}
	have := map[archive.DocumentID]bool{}
	for _, p := range papers {
		have[p.ID] = a.Reaches(p.Unit, archive.AccessUnit)
	}
	for _, id := range in.Documents {
		if !have[id] {
			return nil, fault.New(fault.DocumentUnknown, "there is no document %s", id)
		}
	}
	out := []BulkChange{}
	for _, p := range papers {
		c := BulkChange{Document: p.ID, Title: p.Title, Changes: []Change{}}
		ds, err := s.bulkDecisions(p, in, &c)
		if err != nil {
			return nil, err // a bad value is bad for all
		}
		if len(ds) > 0 && !in.DryRun {
			if err := s.d.Store.Decide(ctx, a.Account, p.ID, p.Version, ds); err != nil {
				if fault.VerdictOf(err) != fault.Rejected {
					return out, err
				}
				c.Refused = fault.DetailOf(err)
			}
		}
		out = append(out, c)
	}
	return out, nil
}

func checkBulk(in Bulk) error {
	switch {
	case len(in.Documents) == 0:
		return fault.New(fault.RequestMalformed, "name the documents")
	case len(in.Documents) > MaxBulk:
		return fault.New(fault.RequestMalformed, "at most %d documents at once", MaxBulk)
	case in.Dossier == nil && in.Access == nil && len(in.Values) == 0:
		return fault.New(fault.RequestMalformed, "say what to set: dossier, access or values")
	}
	for _, id := range in.Documents {
		if !archive.ValidID(string(id)) {
			return fault.New(fault.DocumentUnknown, "there is no document %q", id)
		}
	}
	if in.Access != nil && !slices.Contains([]archive.Access{archive.AccessUnit, archive.AccessCity, archive.AccessPublic}, *in.Access) {
		return fault.New(fault.RequestMalformed, "access is unit, city or public")
	}
	for name := range in.Values {
		if !slices.Contains(Names(), name) {
			return fault.New(fault.RequestMalformed, "%s: papers have no such field", name)
		}
	}
	return nil
}

func (s *Service) bulkDecisions(p Paper, in Bulk, c *BulkChange) ([]Decision, error) {
	var out []Decision
	add := func(d Decision, what, before, after string, err error) error {
		if err == nil && before != after {
			out = append(out, d)
			c.Changes = append(c.Changes, Change{what, before, after})
		}
		return err
	}
	if in.Dossier != nil {
		code, err := dossierCode(*in.Dossier, nil)
		if err != nil {
			return nil, err
		}
		d, err := decision(archive.AskDossier, "", p.Dossier, code, 0, true)
		if err := add(d, "dossier", p.Dossier, code, err); err != nil {
			return nil, err
		}
	}
	if in.Access != nil {
		d, err := decision(SetAccess, "", p.Access, *in.Access, 0, true)
		if err := add(d, "access", string(p.Access), string(*in.Access), err); err != nil {
			return nil, err
		}
	}
	keys := archive.FieldKeys(p.Fields)
	for _, name := range slices.Sorted(maps.Keys(in.Values)) {
		f := archive.Field{Name: name}
		if i := slices.Index(keys, name); i >= 0 {
			f = p.Fields[i]
		}
		d, err := s.decideField(name, f, in.Values[name], p.Pages)
		if err != nil {
			return nil, err
		}
		after := ValueOf(d.After)
		if err := add(d, name, f.Value, after, nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}
