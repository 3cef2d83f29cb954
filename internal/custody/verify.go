package custody

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"sync"

	"golang.org/x/sync/errgroup"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// Finding is an object that is not what it must be.
type Finding struct {
	Target
	Problem string        // missing, changed, unreadable
	Have    fixity.Digest // of what the store gave; zero when missing
}

// FixityReport counts what a run of the fixity audit saw.
type FixityReport struct {
	Objects  map[string]int `json:"objects"` // by kind
	Bytes    int64          `json:"bytes"`
	Findings []Finding      `json:"-"` // at most findingsKept; Failed counts all
	Failed   int            `json:"failed"`
}

// findingsKept bounds the memory of a run over a store that is gone.
const findingsKept = 1000

// VerifyDeps is what the fixity audit needs.
type VerifyDeps struct {
	Objects   Objects
	Catalogue FixityCatalogue
	Logger    *slog.Logger
	Jobs      int                        // objects read at once; 0 means 2
	Each      func(t Target, f *Finding) // told of every object, from several goroutines one at a time; may be nil
}

// Verifier reads back what the archive keeps and compares. It is safe for concurrent use.
type Verifier struct{ d VerifyDeps }

// NewVerifier returns a Verifier.
func NewVerifier(d VerifyDeps) *Verifier {
	if d.Jobs <= 0 {
		d.Jobs = 2
	}
	return &Verifier{d: d}
}

// Verify reads every object of one document or accession, of everything when id is empty, and compares it with the catalogue. What
// does not agree is a finding: recorded, and its master held from disposal. The error is for what kept the run from looking.
func (v *Verifier) Verify(ctx context.Context, actor, id string) (FixityReport, error) {
	r := FixityReport{Objects: map[string]int{}}
	targets := func() iter.Seq2[Target, error] {
		if id == "" {
			return v.d.Catalogue.Targets(ctx)
		}
		return v.d.Catalogue.TargetsOf(ctx, id)
	}()
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(v.d.Jobs)
	var listErr error
	for t, err := range targets {
		if err != nil || gctx.Err() != nil {
			listErr = err
			break
		}
		g.Go(func() error {
			f, n, err := v.look(gctx, t)
			if err != nil {
				return fmt.Errorf("verify %s %s: %w", t.Kind, t.Key, err)
			}
			if f != nil {
				if err := v.d.Catalogue.Found(gctx, actor, *f); err != nil {
					return fmt.Errorf("record finding: %w", err)
				}
				v.d.Logger.ErrorContext(gctx, "fixity failed", "kind", t.Kind, "key", t.Key, "problem", f.Problem)
			}
			mu.Lock()
			defer mu.Unlock()
			r.Objects[t.Kind]++
			r.Bytes += n
			if f != nil {
				if r.Failed++; r.Failed <= findingsKept {
					r.Findings = append(r.Findings, *f)
				}
			}
			if v.d.Each != nil {
				v.d.Each(t, f)
			}
			return nil
		})
	}
	if err := errors.Join(g.Wait(), listErr); err != nil {
		return r, err
	}
	return r, v.d.Catalogue.Verified(ctx, actor, id, r)
}

// look reads one object. A store that does not answer is an error, for it says nothing about the bytes.
func (v *Verifier) look(ctx context.Context, t Target) (*Finding, int64, error) {
	if t.Kind == "accession" {
		return v.lookAtRecord(ctx, t)
	}
	have, n, err := v.d.Objects.Rehash(ctx, t.Bucket, t.Key, t.Version)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Finding{Target: t, Problem: "missing"}, 0, nil
	case err != nil:
		return nil, n, err
	case have != t.Digest || (t.SizeBytes > 0 && n != t.SizeBytes):
		return &Finding{Target: t, Problem: "changed", Have: have}, n, nil
	}
	return nil, n, nil
}

func (v *Verifier) lookAtRecord(ctx context.Context, t Target) (*Finding, int64, error) {
	b, err := v.d.Objects.Read(ctx, t.Bucket, t.Key)
	if errors.Is(err, fs.ErrNotExist) {
		return &Finding{Target: t, Problem: "missing"}, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	var a archive.Accession
	if err := json.Unmarshal(b, &a); err != nil {
		return &Finding{Target: t, Problem: "unreadable", Have: fixity.Of(b)}, int64(len(b)), nil
	}
	if a.ID != t.Accession || a.Master != t.Master {
		return &Finding{Target: t, Problem: "changed", Have: fixity.Of(b)}, int64(len(b)), nil
	}
	return nil, int64(len(b)), nil
}

// UnknownID is the fault of an id that names neither a document nor an accession.
func UnknownID(id string) error {
	return fault.New(fault.DocumentUnknown, "%q names neither a document nor an accession", id)
}
