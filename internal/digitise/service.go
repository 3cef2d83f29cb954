package digitise

import (
	"context"
	"io"
	"log/slog"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/page"
)

// Describer finds fields in what was read, and the title of a rendition in the fields. internal/describe does; both are pure.
type Describer interface {
	Fields(results []page.Result, name string) []archive.Field
	Title(fields []archive.Field, name string) string
}

// Checker judges a finished rendition on disk. It returns the conformance level it vouches for and its own name.
type Checker interface {
	Check(ctx context.Context, path string) (conformance, checkedBy string, err error)
}

// ZipReader walks the files in a zip. Everything wrong with the zip is a fault.
type ZipReader interface {
	Walk(ctx context.Context, path string, each func(name string, open func() (io.ReadCloser, error)) error) error
}

// EntryAcceptor takes an entry of a zip into custody. internal/intake does.
type EntryAcceptor interface {
	AcceptEntry(ctx context.Context, parent archive.Accession, name string, src io.ReadCloser) error
}

// HolderKeeper finds the identifiers of people and firms on the pages of a version and seals them for its document. The same pages give
// the same entries, whoever asks when. internal/custody/holders does.
type HolderKeeper interface {
	Keep(ctx context.Context, id archive.DocumentID, version int, pages []page.Result) ([]archive.HolderEntry, error)
}

// Deps is what the steps need.
type Deps struct {
	Catalogue Catalogue
	Objects   Objects
	Reader    Reader
	Zip       ZipReader
	Entries   EntryAcceptor
	Engine    Engine
	Writer    Writer
	Checker   Checker
	Describer Describer
	Holders   HolderKeeper // nil where there are no keys: manifests hold no identifiers then
	Matcher   Matcher      // nil where there is no register: nothing is looked up then
	Twins     Twins        // nil, or Alike nil: papers scanned twice are not looked for
	Alike     Alike
	Keeping   Keeping // nil: everything is kept as long as the shortest retention
	WorkDir   string  // masters being read and renditions being written; emptied at start
	Now       func() time.Time
	Logger    *slog.Logger
	Observe   Observer
	// Failpoint is called between steps; tests end the process there. Nil in production.
	Failpoint func(name string)
}

// Observer counts pages by outcome and seconds by stage. Both may be nil.
type Observer struct {
	Page    func(kind string)
	Seconds func(stage string, seconds float64)
}

func (o Observer) page(kind string) {
	if o.Page != nil {
		o.Page(kind)
	}
}

func (o Observer) stage(name string, from time.Time) {
	if o.Seconds != nil {
		o.Seconds(name, time.Since(from).Seconds())
	}
}

// Retention is how long masters and manifests are locked once a document is archived, until its type and procedure are known
// to say otherwise (Decree 113/2025: 2 to 70 years or permanent; the shortest that can apply).
const Retention = 2 * 365 * 24 * time.Hour

// Service runs the steps of the pipeline. It is safe for concurrent use.
type Service struct {
	d       Deps
	masters *masterShelf
}

// New empties the work directory and returns the service.
func New(d Deps) (*Service, error) {
	if d.Failpoint == nil {
		d.Failpoint = func(string) {}
	}
	shelf, err := newMasterShelf(d.WorkDir, d.Objects, d.Reader)
	if err != nil {
		return nil, err
	}
	return &Service{d: d, masters: shelf}, nil
}

// Close closes the masters that are open.
func (s *Service) Close() { s.masters.close() }
