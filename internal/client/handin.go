package client

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

const (
	// ResumableFrom is the size in bytes from which a file is sent so that it can go on after a broken line.
	ResumableFrom = 16 << 20
	// handInTries in a row without a byte getting through, about a minute in all.
	handInTries = 6
)

// Paper is a file on this machine to hand in.
type Paper struct {
	Path string // where it lies
	Name string // what it is called; empty for the last element of Path
	Unit string // empty: the server's choice, and what is in custody already is sent all the same
	// Dossier, Batch and Queue are as in Upload; an empty Queue is the backlog.
	Dossier, Batch string
	Queue          archive.Queue
	Places         *Places // where a large file was left; may be nil
	Tries          int     // 0 for as many as a person waits for
	Progress       func(behind, sent int64)
}

// Verdicts of an Outcome.
const (
	Accepted = "accepted"
	Existing = "existing" // was in custody before
)

// Outcome is what became of one file handed in. Verdict is Accepted, Existing, or the fault's "rejected" or "stalled".
type Outcome struct {
	Path      string              `json:"path"`
	SHA256    fixity.Digest       `json:"sha256"`
	Verdict   string              `json:"verdict"`
	Accession archive.AccessionID `json:"accession,omitempty"`
	Code      fault.Code          `json:"code,omitempty"`
	Detail    string              `json:"detail,omitempty"`
	Local     bool                `json:"-"` // the file could not be read here: the server was not asked
}

// InCustody reports whether the server has the paper.
func (o Outcome) InCustody() bool { return o.Verdict == Accepted || o.Verdict == Existing }

// HandIn hands one file in. It asks first whether the paper is in custody, by the id that follows from unit, dossier and bytes; then
// nothing is sent.
func (c *Client) HandIn(ctx context.Context, p Paper) Outcome {
	o := Outcome{Path: p.Path}
	fail := func(err error) Outcome {
		o.Verdict, o.Code, o.Detail = fault.VerdictOf(err).String(), fault.CodeOf(err), fault.DetailOf(err)
		if o.Detail == "" {
			o.Detail = err.Error()
		}
		return o
	}
	d, size, err := digestOf(p.Path)
	if err != nil {
		o.Local = true
		return fail(err)
	}
	o.SHA256 = d
	if p.Unit != "" {
		a, err := c.Accession(ctx, archive.AccessionIDFor(p.Unit, p.Dossier, d))
		if err == nil && a.State != archive.AccessionCancelled {
			o.Verdict, o.Accession = Existing, a.ID
			return o
		}
	}
	u := Upload{
		Name: p.Name, Unit: p.Unit, Dossier: p.Dossier, Batch: p.Batch, Queue: p.Queue, SHA256: d, SizeBytes: size,
		Open: func() (io.ReadCloser, error) { return os.Open(p.Path) }, Progress: p.Progress,
	}
	if u.Name == "" {
		u.Name = filepath.Base(p.Path)
	}
	if u.Queue == "" {
		u.Queue = archive.Backlog
	}
	tries := p.Tries
	if tries <= 0 {
		tries = handInTries
	}
	var r Received
	if size >= ResumableFrom {
		r, err = c.AcceptResumable(ctx, u, p.Places, tries)
	} else {
		r, err = c.Accept(ctx, u, tries)
	}
	if err != nil {
		return fail(err)
	}
	o.Verdict, o.Accession = Accepted, r.Accession.ID
	if r.Existing {
		o.Verdict = Existing
	}
	return o
}

func digestOf(path string) (fixity.Digest, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return fixity.Digest{}, 0, err
	}
	defer f.Close()
	return fixity.OfReader(f)
}
