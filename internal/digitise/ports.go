package digitise

import (
	"context"
	"io"

	"sohoa/internal/archive"
	"sohoa/internal/page"
)

// Reader opens masters. internal/pdfread and internal/pageimage do, behind internal/reader.
//
// Open sniffs the bytes of the file at path and never trusts its name; name is only for messages. Everything wrong with the
// content is a *fault.Error with a rejecting code. Time and memory are bounded whatever the bytes are.
type Reader interface {
	Open(ctx context.Context, path string) (Master, error)
}

// Master is one opened file with pages. It is not safe for concurrent use; close it.
type Master interface {
	MediaType() archive.MediaType
	Len() int
	// Warnings are what was repaired or left out ("JavaScript is not carried over"), for people.
	Warnings() []string
	// Signatures are the digital signatures in the file, judged.
	Signatures() []archive.Signature
	// Page reads of page n, from 1, what a use needs.
	Page(ctx context.Context, n int, use Use) (Source, error)
	Close() error
}

// Use is what a page is read for. Finding the text that is there already and drawing what lies over the page cost as much as everything
// else together, and no step needs both.
type Use int

// The uses; those after the first may be added.
const (
	JustPicture Use = 0 // for the size of the page: nothing besides its picture

	ToRead Use = 1 << iota // for recognition: with Embedded and Laid
	ToShow                 // for a rendition or a viewer: with Overlays
)

// Source is one page of a master as read, before recognition.
type Source struct {
	Picture           page.Picture   // what is recognised: the page without annotation appearances
	Overlays          []page.Overlay // what is laid over it in the rendition; only ToShow
	WidthPt, HeightPt float64        // page size in points after Picture.Turn
	// Embedded is the page's real text where it is born digital; such a page is not recognised again. Boxes are upright
	// pixels of Picture. Laid is the text of annotation appearances, with boxes in the same pixels. Both only ToRead.
	Embedded []page.Line
	Laid     []page.Line
}

// Engine recognises and converts pictures outside this process. Both end with ctx; a page that kills or outlives its engine
// is a *fault.Error with code EngineUnavailable whose cause is ErrPageKilledEngine.
type Engine interface {
	Recognise(ctx context.Context, p page.Picture) (page.Result, error)
	// Codes finds the bar codes of a page whose text need not be read.
	Codes(ctx context.Context, p page.Picture) ([]page.Code, error)
	// Convert re-encodes p as JPEG, CCITT or Flate in gray or sRGB, turned and mirrored as the file says, without loss where p
	// had none (1-bit as CCITT Group 4, others as Flate); lossy encodings PDF/A forbids become JPEG.
	Convert(ctx context.Context, p page.Picture) (page.Picture, error)
	// View makes a JPEG of at most maxPixels on the longer side, upright, for viewers.
	View(ctx context.Context, p page.Picture, turn page.Turn, maxPixels int) (page.Picture, error)
	// Version names engine, model and settings; results are stored under it.
	Version() EngineVersion
}

// EngineVersion says what recognised a page. Settings is a short hash of every setting that can change a result.
type EngineVersion struct {
	Engine   string `json:"engine"`
	Settings string `json:"settings"`
}

// Snapshot is the metadata a rendition is made from besides its pages.
type Snapshot = archive.Snapshot

// Writer writes a rendition page by page, so that memory does not grow with the number of pages.
type Writer interface {
	Begin(w io.Writer, s Snapshot) (Rendition, error)
	// Allows reports whether a picture may go in as it is; one that may not is converted by the engine first.
	Allows(p page.Picture) bool
	// Name is writer and version, for the manifest.
	Name() string
}

// Rendition takes leaves in order. Close writes what comes at the end and reports the conformance level reached.
type Rendition interface {
	Add(leaf page.Leaf) error
	Close() error
}
