package pdfread

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/klippa-app/go-pdfium/enums"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"

	"sohoa/internal/page"
)

// document is a file opened by PDFium, in an instance of its own.
type document struct {
	*instance
	ref   references.FPDF_DOCUMENT
	form  references.FPDF_FORMHANDLE
	pages int
}

// openDocument lets PDFium open a file, which it reads piece by piece as it needs it. The time limit begins when PDFium has started.
func (r *Renderer) openDocument(ctx context.Context, limit time.Duration, f io.ReaderAt, size int64) (*document, error) {
	i, err := r.instance(ctx)
	if err != nil {
		return nil, err
	}
	d := &document{instance: i}
	err = timed(ctx, limit, func(ctx context.Context) error {
		return i.within(ctx, func() error { return d.load(f, size) })
	})
	if err != nil {
		i.end()
		return nil, err
	}
	return d, nil
}

// errOutOfTime: the file or page took longer than it may, on its own account.
var errOutOfTime = errors.New("it takes too long")

// timed runs fn under a limit and tells its passing from the end of ctx.
func timed(ctx context.Context, limit time.Duration, fn func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := fn(limited)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && limited.Err() != nil:
		return errOutOfTime
	}
	return err
}

func (d *document) load(f io.ReaderAt, size int64) error {
	doc, err := d.FPDF_LoadCustomDocument(&requests.FPDF_LoadCustomDocument{Reader: io.NewSectionReader(f, 0, size), Size: size})
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword):
		return fmt.Errorf("%w: %w", errPassword, err)
	case err != nil:
		return fmt.Errorf("PDFium cannot open the file: %w", err)
	}
	d.ref = doc.Document
	n, err := d.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: d.ref})
	if err != nil {
		return err
	}
	d.pages = n.PageCount
	form, err := d.FPDFDOC_InitFormFillEnvironment(&requests.FPDFDOC_InitFormFillEnvironment{Document: d.ref, FormFillInfo: deafForm()})
	if err != nil {
		return nil // fields are then shown by their appearances alone
	}
	d.form = form.FormHandle
	return nil
}

// deafForm answers PDFium's calls for a form that nobody fills in.
func deafForm() structs.FPDF_FORMFILLINFO {
	return structs.FPDF_FORMFILLINFO{
		FFI_Invalidate:         func(references.FPDF_PAGE, float64, float64, float64, float64) {},
		FFI_OutputSelectedRect: func(references.FPDF_PAGE, float64, float64, float64, float64) {},
		FFI_SetCursor:          func(enums.FXCT) {},
		FFI_SetTimer:           func(int, func(int)) int { return 1 },
		FFI_KillTimer:          func(int) {},
		FFI_GetLocalTime:       func() structs.FPDF_SYSTEMTIME { return structs.FPDF_SYSTEMTIME{} },
		FFI_OnChange:           func() {},
		FFI_GetPage:            func(references.FPDF_DOCUMENT, int) *references.FPDF_PAGE { return nil },
		FFI_GetRotation:        func(references.FPDF_PAGE) enums.FPDF_PAGE_ROTATION { return 0 },
		FFI_ExecuteNamedAction: func(string) {},
	}
}

// sheet is one page loaded by PDFium.
type sheet struct {
	d       *document
	ref     references.FPDF_PAGE
	page    requests.Page
	w, h    float64 // upright points
	box     rect    // what is shown, user space
	turn    page.Turn
	number  int
	closed  bool
	changed bool // the page is no longer as the file has it
}

// loadSheet loads page n, from 1.
func (d *document) loadSheet(n int) (*sheet, error) {
	p, err := d.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: d.ref, Index: n - 1})
	if err != nil {
		return nil, fmt.Errorf("PDFium cannot read the page: %w", err)
	}
	s := &sheet{d: d, ref: p.Page, page: requests.Page{ByReference: &p.Page}, number: n}
	if err := s.measure(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *sheet) measure() error {
	w, err := s.d.FPDF_GetPageWidthF(&requests.FPDF_GetPageWidthF{Page: s.page})
	if err != nil {
		return err
	}
	h, err := s.d.FPDF_GetPageHeightF(&requests.FPDF_GetPageHeightF{Page: s.page})
	if err != nil {
		return err
	}
	s.w, s.h = float64(w.PageWidth), float64(h.PageHeight)
	if !(s.w > 0 && s.h > 0) || math.IsInf(s.w, 0) || math.IsInf(s.h, 0) {
		return errors.New("the page has no size")
	}
	b, err := s.d.FPDF_GetPageBoundingBox(&requests.FPDF_GetPageBoundingBox{Page: s.page})
	if err != nil {
		return err
	}
	s.box = rectOf(b.Rect)
	if s.box.empty() {
		return errors.New("the page has no size")
	}
	r, err := s.d.FPDFPage_GetRotation(&requests.FPDFPage_GetRotation{Page: s.page})
	if err != nil {
		return err
	}
	s.turn = page.Turn(90 * (int(r.PageRotation) & 3))
	return nil
}

func (s *sheet) close() {
	if !s.closed {
		s.closed = true
		_, _ = s.d.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: s.ref}) // fails only where the instance is gone
	}
}

// hasAnything reports whether the page has content or annotations that show.
func (s *sheet) hasAnything() (bool, error) {
	n, err := s.d.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: s.page})
	if err != nil || n.Count > 0 {
		return err == nil, err
	}
	boxes, err := s.annotationBoxes()
	return len(boxes) > 0, err
}

func rectOf(r structs.FPDF_FS_RECTF) rect {
	x0, y0, x1, y1 := float64(r.Left), float64(r.Bottom), float64(r.Right), float64(r.Top)
	return rect{math.Min(x0, x1), math.Min(y0, y1), math.Max(x0, x1), math.Max(y0, y1)}
}

// upright moves a rectangle from user space to upright points with the origin at the top left.
func (s *sheet) upright(r rect) rect {
	w, h := s.box.width(), s.box.height()
	r = rect{r.x0 - s.box.x0, r.y0 - s.box.y0, r.x1 - s.box.x0, r.y1 - s.box.y0}
	switch s.turn {
	case 90:
		r = rect{r.y0, r.x0, r.y1, r.x1}
		w, h = h, w
	case 180:
		r = rect{w - r.x1, r.y0, w - r.x0, r.y1}
	case 270:
		r = rect{h - r.y1, w - r.x1, h - r.y0, w - r.x0}
		w, h = h, w
	default:
		r = rect{r.x0, h - r.y1, r.x1, h - r.y0}
	}
	kx, ky := s.w/w, s.h/h // a user unit other than a point
	return rect{r.x0 * kx, r.y0 * ky, r.x1 * kx, r.y1 * ky}
}
