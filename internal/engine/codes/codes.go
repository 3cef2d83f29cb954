//go:build cgo && linux

// Package codes finds bar codes on a gray page: QR and DataMatrix codes however they lie, Code 128 and Code 39 along and across the page.
//
// It is private to cmd/sohoa-ocr. zxing-cpp reads the codes; most pages have none, so cheap looks for finder patterns and for bars decide
// whether it is asked at all. A code that is surely there and cannot be read with certainty is reported as damaged and without text.
package codes

// #cgo pkg-config: lept zxing
// #cgo CFLAGS: -O3 -Wall -Wextra
// #cgo CXXFLAGS: -O2 -std=c++17 -Wall -Wextra
// #cgo LDFLAGS: -lm
// #include "find.h"
import "C"

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"sohoa/internal/engine/lept"
	"sohoa/internal/page"
)

// The formats, as results name them.
const (
	QR         = "qr"
	DataMatrix = "datamatrix"
	Code128    = "code128"
	Code39     = "code39"
)

var names = map[C.int]string{C.SO_QR: QR, C.SO_DATAMATRIX: DataMatrix, C.SO_CODE128: Code128, C.SO_CODE39: Code39} //nolint:gochecknoglobals // a table that never changes

// MaxText is the longest text of a code in bytes. A longer one is cut nowhere: its code counts as damaged.
const MaxText = 4096

// LeastSide is the side of the smallest DataMatrix code that is looked for, in inches.
const LeastSide = 0.18

// MaxCodes is how many codes of a page are reported.
const MaxCodes = C.SO_CODES_MOST

// Page is a page as it is looked at.
type Page struct {
	Read  *lept.Pix // gray, at about 200 dpi
	Full  *lept.Pix // gray or 1-bit, as scanned
	Scale float64   // pixels of Read for one of Full
	Ink   int       // gray below which a pixel of Read is ink
	Level float64   // degrees clockwise that make the page's lines level
	// Squares are the connected parts of ink in Read that are about square and have sides of LeastSide: where DataMatrix codes can be.
	Squares []page.Box
}

// Found is one code, in pixels of Page.Read.
type Found struct {
	Format  string
	Text    string
	Damaged bool
	Box     page.Box
}

// Find gives the codes of a page from top to bottom.
func Find(p Page) ([]Found, error) {
	bw, err := planeOf(p.Read, p.Ink)
	if err != nil {
		return nil, err
	}
	defer bw.free()
	found := p.matrix(bw)
	if found, err = p.linear(bw, found); err != nil {
		return nil, err
	}
	return ordered(found), nil
}

type plane struct{ c C.so_plane }

func planeOf(x *lept.Pix, threshold int) (*plane, error) {
	p := &plane{C.so_plane_of((*C.PIX)(x.Pointer()), C.int(threshold))}
	if p.c.px == nil {
		return nil, lept.ErrNoMemory
	}
	return p, nil
}

func (p *plane) free() { C.so_plane_free(&p.c) }

// taken makes what zxing-cpp found ours, and checks its texts: one that is no text that can be kept makes its code a damaged one.
func taken(raw []C.so_code) []Found {
	out := make([]Found, 0, len(raw))
	for i := range raw {
		c := &raw[i]
		f := Found{Format: names[c.format], Damaged: c.damaged != 0 || c.length <= 0 || c.length > MaxText}
		x0, y0, x1, y1 := math.MaxInt32, math.MaxInt32, 0, 0
		for k := range 4 {
			x0, x1 = min(x0, int(c.x[k])), max(x1, int(c.x[k])+1)
			y0, y1 = min(y0, int(c.y[k])), max(y1, int(c.y[k])+1)
		}
		f.Box = page.Box{X0: max(0, x0), Y0: max(0, y0), X1: max(0, x1), Y1: max(0, y1)}
		if !f.Damaged {
			f.Text = C.GoStringN(&c.text[0], c.length)
			if !utf8.ValidString(f.Text) || strings.ContainsRune(f.Text, 0) {
				f.Text, f.Damaged = "", true
			}
		}
		out = append(out, f)
	}
	return out
}

// merge adds codes to those that are known. Of two in one place the one that was read counts.
func merge(known, more []Found) []Found {
	for _, f := range more {
		same := slices.IndexFunc(known, func(k Found) bool { return inside(k.Box, f.Box) || inside(f.Box, k.Box) })
		switch {
		case same < 0:
			known = append(known, f)
		case known[same].Damaged && !f.Damaged:
			known[same] = f
		}
	}
	return known
}

// inside reports whether the middle of b lies in a.
func inside(a, b page.Box) bool {
	x, y := (b.X0+b.X1)/2, (b.Y0+b.Y1)/2
	return x >= a.X0 && x < a.X1 && y >= a.Y0 && y < a.Y1
}

// ordered sorts codes from top to bottom and keeps at most MaxCodes.
func ordered(found []Found) []Found {
	slices.SortStableFunc(found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Box.Y0, b.Box.Y0), cmp.Compare(a.Box.X0, b.Box.X0), cmp.Compare(a.Text, b.Text))
	})
	return found[:min(len(found), MaxCodes)]
}
