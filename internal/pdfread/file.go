package pdfread

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium/requests"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/page"
	"sohoa/internal/signature"
)

// Deps is what reading needs. Zero durations take the defaults.
type Deps struct {
	Renderer    *Renderer
	OpenTimeout time.Duration // for the structure, and again for PDFium when it must open a damaged file
	PageTimeout time.Duration // for one page
	// Roots are the authorities whose signatures are trusted; nil for none.
	Roots *x509.CertPool
}

// File is an opened PDF; it implements digitise.Master. It is not safe for concurrent use.
type File struct {
	d          Deps
	f          *os.File
	size       int64
	s          *structure // nil where pdfcpu cannot read the file
	doc        *document  // nil until PDFium is needed
	pages      int
	warnings   []string
	stock      bool // whether takeStock has run
	signatures []signed
}

// Open opens the PDF at path.
func Open(ctx context.Context, path string, d Deps) (*File, error) {
	if d.OpenTimeout <= 0 {
		d.OpenTimeout = defaultOpenTimeout
	}
	if d.PageTimeout <= 0 {
		d.PageTimeout = defaultPageTimeout
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open PDF: %w", err)
	}
	file := &File{d: d, f: f}
	if err := file.open(ctx); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func (f *File) open(ctx context.Context) error {
	st, err := f.f.Stat()
	if err != nil {
		return fmt.Errorf("open PDF: %w", err)
	}
	f.size = st.Size()
	why := f.readStructure(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.s == nil {
		if err := f.repair(ctx, why); err != nil {
			return err
		}
	}
	switch {
	case f.pages == 0:
		return fault.New(fault.FileNoPages, "the PDF has no page")
	case f.pages > MaxPages:
		return fault.New(fault.FileTooManyPages, "the PDF has more than %d pages; split it", MaxPages)
	}
	return nil
}

// readStructure reads the file's objects, where they can be read.
func (f *File) readStructure(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, f.d.OpenTimeout)
	defer cancel()
	s, err := readStructure(limited, f.f, f.size)
	switch {
	case errors.Is(err, errTooMany):
		f.pages, f.s = MaxPages+1, s
		return nil
	case err != nil:
		return err
	case s.lazy == nil && len(s.pages) == 0:
		return errors.New("pdfcpu finds no page")
	}
	f.s, f.pages = s, len(s.pages)
	if s.lazy == nil && !s.encrypted {
		f.warn("the PDF is damaged; it was repaired for reading")
	}
	if s.encrypted {
		f.warn("the PDF is encrypted and opens without a password; the rendition is not encrypted")
	}
	return nil
}

// takeStock looks for what the rendition will not carry over and for signatures, once.
func (f *File) takeStock() {
	if f.stock || f.s == nil {
		return
	}
	f.stock = true
	ctx, cancel := context.WithTimeout(context.Background(), stockTimeout)
	defer cancel()
	f.s.within(ctx)
	var inv inventory
	if err := guarded(func() error { inv = f.s.inventory(f.size); return nil }); err != nil {
		return // what cannot be read is not carried over either
	}
	f.signatures = inv.signatures
	if len(inv.active) > 0 {
		f.warn("not carried over into the rendition: " + strings.Join(inv.active, ", "))
	}
	if len(inv.signatures) > 0 && !slices.ContainsFunc(inv.signatures, func(s signed) bool { return s.coversFile }) {
		f.warn("the PDF was changed or cut after its last digital signature")
	}
}

// repair opens with PDFium what pdfcpu could not read; PDFium rebuilds damaged files.
func (f *File) repair(ctx context.Context, why error) error {
	end, err := f.d.Renderer.slot(ctx)
	if err != nil {
		return err
	}
	defer end()
	if err := f.openDocument(ctx); err != nil {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errPassword), errors.Is(why, errPassword):
			return locked(errors.Join(why, err))
		case errors.Is(err, errOurs):
			return err
		}
		return beyondRepair(errors.Join(why, err))
	}
	f.pages = f.doc.pages
	if f.pages == 0 || f.pages > MaxPages {
		return nil
	}
	if err := f.anythingLeft(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return beyondRepair(errors.Join(why, err))
	}
	f.warn("the PDF is damaged; it was repaired for reading")
	return nil
}

func locked(err error) error {
	return fault.Wrap(fault.FileEncrypted, err, "the PDF is locked with a password; send a copy that opens without one")
}

func beyondRepair(err error) error {
	return fault.Wrap(fault.FileUnreadable, err, "the PDF is damaged beyond repair; open it in a PDF program, save it anew and send it again")
}

// anythingLeft makes sure that repairing left something to see: PDFium makes a page of default size out of rubble.
func (f *File) anythingLeft(ctx context.Context) error {
	err := timed(ctx, f.d.OpenTimeout, func(ctx context.Context) error {
		return f.doc.within(ctx, f.findAnything)
	})
	if err != nil {
		f.dropDocument()
	}
	return err
}

func (f *File) findAnything() error {
	for n := 1; n <= min(f.pages, 20); n++ {
		s, err := f.doc.loadSheet(n)
		if err != nil {
			return err
		}
		some, err := s.hasAnything()
		s.close()
		if err != nil || some {
			return err
		}
	}
	return errors.New("nothing is left on its pages")
}

// errOurs marks failures of the machine, not of the file.
var errOurs = errors.New("PDFium could not be started")

// openDocument has PDFium open the file, unless it has already. The caller holds a slot.
func (f *File) openDocument(ctx context.Context) error {
	if f.doc != nil {
		return nil
	}
	doc, err := f.d.Renderer.openDocument(ctx, f.d.OpenTimeout, f.f, f.size)
	if err != nil {
		return err
	}
	f.doc = doc
	return nil
}

func (f *File) dropDocument() {
	if f.doc != nil {
		f.doc.end()
		f.doc = nil
	}
}

func (f *File) warn(s string) { f.warnings = append(f.warnings, s) }

// MediaType implements digitise.Master.
func (f *File) MediaType() archive.MediaType { return archive.PDF }

// Len implements digitise.Master.
func (f *File) Len() int { return f.pages }

// Warnings implements digitise.Master. The first call looks at every object of the file.
func (f *File) Warnings() []string {
	f.takeStock()
	return f.warnings
}

// maxSignatures bounds how many signatures are judged, each over the whole file; real papers have one to five.
const maxSignatures = 20

// Signatures judges the digital signatures found; none where the structure could not be read. Each reads all that it signed.
func (f *File) Signatures() []archive.Signature {
	f.takeStock()
	var out []archive.Signature
	for i, s := range f.signatures {
		if i == maxSignatures {
			f.warn(fmt.Sprintf("of %d digital signatures the first %d were judged", len(f.signatures), maxSignatures))
			break
		}
		out = append(out, signature.Judge(f.f, f.size, s.span, s.at, f.d.Roots))
	}
	return out
}

// Close implements digitise.Master.
func (f *File) Close() error {
	f.dropDocument()
	return f.f.Close()
}

// Page implements digitise.Master.
func (f *File) Page(ctx context.Context, n int, use digitise.Use) (digitise.Source, error) {
	if err := ctx.Err(); err != nil {
		return digitise.Source{}, err
	}
	if n < 1 || n > f.pages {
		return digitise.Source{}, fault.New(fault.NotFound, "the PDF has no page %d", n)
	}
	src, err := f.page(ctx, n, use)
	switch {
	case err == nil:
		return src, nil
	case ctx.Err() != nil:
		return digitise.Source{}, ctx.Err()
	case errors.Is(err, errOutOfTime):
		return digitise.Source{}, fault.New(fault.FileUnreadable, "page %d cannot be drawn within %s; print it to a new PDF and send that", n, f.d.PageTimeout)
	case errors.Is(err, errOurs):
		return digitise.Source{}, err
	case errors.Is(err, errPassword):
		return digitise.Source{}, locked(err)
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return digitise.Source{}, fmt.Errorf("page %d: %w", n, err)
	}
	return digitise.Source{}, fault.Wrap(fault.FileUnreadable, err, "page %d of the PDF is damaged and cannot be drawn", n)
}

// plan is how a page is to be read, as far as the structure tells.
type plan struct {
	facts  pageFacts
	known  bool // facts hold
	passed page.Picture
	native nativeSize
}

func (f *File) plan(ctx context.Context, n int) (plan, error) {
	var p plan
	if f.s == nil {
		return p, nil
	}
	f.s.within(ctx)
	err := guarded(func() error {
		var err error
		if p.facts, err = f.s.page(n); err != nil {
			return err
		}
		p.known = true
		if only := f.s.onlyPicture(p.facts); only != nil {
			p.passed, p.native, err = f.s.picture(p.facts, only)
		} else if f.s.paintsNothing(p.facts) {
			p.passed = emptyPicture(p.facts.size())
		}
		return err
	})
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return p, err
	}
	if err != nil || f.s.disorder() != nil {
		return plan{}, nil //nolint:nilerr // PDFium repairs what it can
	}
	return p, nil
}

func (f *File) page(ctx context.Context, n int, use digitise.Use) (digitise.Source, error) {
	var p plan
	err := timed(ctx, f.d.PageTimeout, func(ctx context.Context) error {
		var err error
		p, err = f.plan(ctx, n)
		return err
	})
	if err != nil {
		return digitise.Source{}, err
	}
	var src digitise.Source
	if p.passed.Data == nil {
		err := f.withSheet(ctx, n, func(s *sheet) error {
			var err error
			src, err = f.drawnPage(s, p.native, !p.known || p.facts.annotations, use)
			return err
		})
		return src, err
	}
	src.Picture = p.passed
	src.WidthPt, src.HeightPt = p.facts.size()
	if p.facts.annotations && use != digitise.JustPicture {
		err = f.withSheet(ctx, n, func(s *sheet) error {
			return f.laidOver(s, &src, func() ground { return groundOf(p.passed) }, true, use)
		})
	}
	return src, err
}

// withSheet loads a page in PDFium for fn. An instance that was stopped, grew large or had its page changed is dropped afterwards.
func (f *File) withSheet(ctx context.Context, n int, fn func(*sheet) error) error {
	end, err := f.d.Renderer.slot(ctx)
	if err != nil {
		return err
	}
	defer end()
	if err := f.openDocument(ctx); err != nil {
		return err
	}
	changed := false
	err = timed(ctx, f.d.PageTimeout, func(ctx context.Context) error {
		return f.doc.within(ctx, func() error {
			s, err := f.doc.loadSheet(n)
			if err != nil {
				return err
			}
			defer s.close()
			err = fn(s)
			changed = s.changed
			return err
		})
	})
	if err != nil || changed || f.doc.large() {
		f.dropDocument()
	}
	return err
}

// drawnPage draws a page and decides whether its text is to be believed.
func (f *File) drawnPage(s *sheet, native nativeSize, annotations bool, use digitise.Use) (digitise.Source, error) {
	w, h := drawSize(s.w, s.h, maxDrawnPixels)
	l := layers{}
	if px := native.width * native.height; px > 0 && (px <= maxDrawnPixels || !native.colour) {
		w, h, l.crisp = native.width, native.height, true
	}
	c, err := s.draw(w, h, l)
	if err != nil {
		return digitise.Source{}, err
	}
	src := digitise.Source{Picture: c.drawn(s.w, s.h), WidthPt: s.w, HeightPt: s.h}
	if native.width == 0 && use&digitise.ToRead != 0 {
		if src.Embedded, err = s.embedded(c); err != nil {
			return digitise.Source{}, err
		}
	}
	if annotations && use != digitise.JustPicture {
		err = f.laidOver(s, &src, func() ground { return c }, false, use)
	}
	return src, err
}

// enoughCovered is the share of a page's ink that its text must cover for the page to count as born digital. In the real papers of both
// kinds the shares lie under 5% and over 90%.
const enoughCovered = 0.6

// muchPicture is the share of a page under pictures from which their dark parts count as ink.
const muchPicture = 0.3

// embedded gives the page's own text, or nil where the page is better recognised.
func (s *sheet) embedded(c *canvas) ([]page.Line, error) {
	glyphs, err := s.glyphs()
	if err != nil || len(glyphs) == 0 {
		return nil, err
	}
	if ok, err := s.trustworthy(glyphs); err != nil || !ok {
		return nil, err
	}
	made, err := s.composition()
	if err != nil || made.scannerText() {
		return nil, err
	}
	kx, ky := float64(c.width)/s.w, float64(c.height)/s.h
	if inkCovered(c, glyphs, kx, ky, made.pictures > muchPicture) < enoughCovered {
		return nil, nil
	}
	return lines(glyphs, kx, ky, c.width, c.height), nil
}

// laidOver adds the looks of annotations, drawn over what under gives, and the text inside them, as the use needs. The page's own content
// is taken out first, so that PDFium need not draw it.
func (f *File) laidOver(s *sheet, src *digitise.Source, under func() ground, passed bool, use digitise.Use) error {
	boxes, err := s.annotationBoxes()
	if err != nil || len(boxes) == 0 {
		return err
	}
	var before []glyph
	if use&digitise.ToRead != 0 {
		if before, err = s.glyphs(); err != nil {
			return err
		}
	}
	if err := s.removeContent(); err != nil {
		return err
	}
	if use&digitise.ToShow != 0 {
		if src.Overlays, err = s.overlays(boxes, under()); err != nil {
			return err
		}
	}
	if use&digitise.ToRead == 0 {
		return nil
	}
	after, err := s.flattened()
	if err != nil {
		return err
	}
	w, h := src.Picture.Width, src.Picture.Height
	if passed && src.Picture.Turn.Swaps() {
		w, h = h, w
	}
	src.Laid = lines(newGlyphs(before, after), float64(w)/s.w, float64(h)/s.h, w, h)
	return nil
}

// removeContent takes everything off the page but its annotations.
func (s *sheet) removeContent() error {
	n, err := s.d.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: s.page})
	if err != nil {
		return err
	}
	s.changed = true
	for i := n.Count - 1; i >= 0; i-- {
		o, err := s.d.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: s.page, Index: i})
		if err != nil {
			return err
		}
		if _, err := s.d.FPDFPage_RemoveObject(&requests.FPDFPage_RemoveObject{Page: s.page, PageObject: o.PageObject}); err != nil {
			return err
		}
		if _, err := s.d.FPDFPageObj_Destroy(&requests.FPDFPageObj_Destroy{PageObject: o.PageObject}); err != nil {
			return err
		}
	}
	return nil
}

// flattened makes the looks of annotations part of the page and reads its text again.
func (s *sheet) flattened() ([]glyph, error) {
	s.changed = true
	if _, err := s.d.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: s.page, Usage: requests.FPDFPage_FlattenUsageNormalDisplay}); err != nil {
		return nil, nil //nolint:nilerr // a page that cannot be flattened has no text to add
	}
	n := s.number
	s.close()
	again, err := s.d.loadSheet(n)
	if err != nil {
		return nil, err
	}
	defer again.close()
	return again.glyphs()
}
