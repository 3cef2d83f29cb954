// Package reader is the front door for masters: it looks at the bytes of a file, never at its name, and opens it with the package
// that knows the format.
//
// A zip is not a master: its entries are, each on its own (see zipread). Everything wrong with the content is a *fault.Error with
// a rejecting code that says what the file looks like and what is accepted.
package reader

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/pageimage"
	"sohoa/internal/pdfread"
)

// Deps is what a Reader needs. Zero values take the defaults.
type Deps struct {
	// CacheDir keeps PDFium's compiled code between runs; it must not be writable by others. Empty means the user's cache folder.
	CacheDir string
	// PageTimeout bounds the reading of one page, OpenTimeout the opening of a file.
	PageTimeout time.Duration
	OpenTimeout time.Duration
	// MemoryBytes bounds what drawing one file may use.
	MemoryBytes int64
	// Drawing is how many files are drawn at the same time; default 2.
	Drawing int
	// Roots are the authorities whose digital signatures are trusted; nil for none.
	Roots *x509.CertPool
	Log   *slog.Logger
}

// Reader opens masters; it implements digitise.Reader and is safe for concurrent use. What it opens is not.
type Reader struct {
	d        Deps
	renderer *pdfread.Renderer
}

// New returns a Reader. Nothing is started before a page needs it.
func New(d Deps) *Reader {
	return &Reader{d: d, renderer: pdfread.NewRenderer(pdfread.RendererDeps{
		CacheDir: d.CacheDir, MemoryBytes: d.MemoryBytes, Drawing: d.Drawing, Log: d.Log,
	})}
}

// Close ends what was started. Masters still open fail from then on.
func (r *Reader) Close() error { return r.renderer.Close() }

// Open opens the master at path. A zip is a fault whose cause is digitise.ErrIsZip.
func (r *Reader) Open(ctx context.Context, path string) (digitise.Master, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	media, name, err := Sniff(path)
	if err != nil {
		return nil, err
	}
	switch media {
	case archive.PDF:
		m, err := pdfread.Open(ctx, path, pdfread.Deps{Renderer: r.renderer, OpenTimeout: r.d.OpenTimeout, PageTimeout: r.d.PageTimeout, Roots: r.d.Roots})
		if err != nil {
			return nil, err
		}
		return m, nil
	case archive.JPEG, archive.PNG, archive.TIFF, archive.WebP:
		m, err := pageimage.Open(path, media)
		if err != nil {
			return nil, err
		}
		return m, nil
	case archive.Zip:
		return nil, fault.Wrap(fault.FileUnsupported, digitise.ErrIsZip, "a zip holds several files; each is taken on its own, and a zip inside a zip is not opened")
	}
	return nil, pageimage.Unsupported(name)
}

// Sniff tells what the file at path is by its bytes: its media type where it is accepted, else an empty one and what it looks like.
func Sniff(path string) (archive.MediaType, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", "", fmt.Errorf("open master: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return "", "", fmt.Errorf("open master: %w", err)
	}
	if !st.Mode().IsRegular() {
		return "", "", fault.New(fault.FileUnsupported, "this is not a regular file")
	}
	media, name := pageimage.Sniff(f, st.Size())
	return media, name, nil
}
