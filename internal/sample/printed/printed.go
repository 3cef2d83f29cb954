// Package printed gives separator sheets as a printer puts them on paper, for samples of scanned stacks: the PDF that clerks print, drawn.
package printed

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"os"

	"sohoa/internal/digitise"
	"sohoa/internal/page"
	"sohoa/internal/reader"
	"sohoa/internal/separator"
	"sohoa/internal/separatorsheet"
)

// Printer prints separator sheets. It is safe for concurrent use.
type Printer struct{ r *reader.Reader }

// New returns a printer that draws with r.
func New(r *reader.Reader) *Printer { return &Printer{r} }

// Print draws the sheet, black on white.
func (p *Printer) Print(ctx context.Context, s separator.Sheet) (*image.Gray, error) {
	var b bytes.Buffer
	if err := separatorsheet.Write(&b, []separator.Sheet{s}); err != nil {
		return nil, err
	}
	return p.Draw(ctx, b.Bytes())
}

// Draw draws the first page of a PDF.
func (p *Printer) Draw(ctx context.Context, pdf []byte) (*image.Gray, error) {
	f, err := os.CreateTemp("", "sohoa-sheet-*.pdf")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	if _, err = f.Write(pdf); err == nil {
		err = f.Close()
	}
	if err != nil {
		return nil, err
	}
	m, err := p.r.Open(ctx, f.Name())
	if err != nil {
		return nil, err
	}
	defer m.Close()
	src, err := m.Page(ctx, 1, digitise.JustPicture)
	if err != nil {
		return nil, err
	}
	return gray(src.Picture)
}

// gray reads a drawn page.
func gray(p page.Picture) (*image.Gray, error) {
	if p.Encoding != page.PNM {
		return nil, fmt.Errorf("a drawn page came as %s", p.Encoding)
	}
	var kind string
	var w, h, top int
	if n, err := fmt.Sscan(string(p.Data[:min(len(p.Data), 64)]), &kind, &w, &h, &top); n != 4 || top != 255 {
		return nil, fmt.Errorf("a drawn page has no head: %w", err)
	}
	depth := map[string]int{"P5": 1, "P6": 3}[kind]
	if depth == 0 || w <= 0 || h <= 0 || len(p.Data) < w*h*depth {
		return nil, fmt.Errorf("a drawn page of kind %s, %d×%d, has %d bytes", kind, w, h, len(p.Data))
	}
	pix := p.Data[len(p.Data)-w*h*depth:]
	out := image.NewGray(image.Rect(0, 0, w, h))
	for i := range out.Pix {
		if depth == 1 {
			out.Pix[i] = pix[i]
		} else {
			out.Pix[i] = uint8((299*int(pix[3*i]) + 587*int(pix[3*i+1]) + 114*int(pix[3*i+2])) / 1000)
		}
	}
	return out, nil
}
