//go:build cgo && linux

// Package lept is the engine's only door to leptonica and libjpeg: it decodes, turns, scales and encodes pictures held in C memory.
//
// It is private to cmd/sohoa-ocr, runs inside its sandbox, and trusts nothing it decodes: sizes are read from the data's own
// header and capped before pixels are allocated. A Pix is freed by Close, not by the collector, and is used by one goroutine.
package lept

// #cgo pkg-config: lept libjpeg
// #cgo CFLAGS: -O2 -Wall -Wextra
// #cgo LDFLAGS: -lm -ldl
// #include "lept.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// MaxPixels is the largest picture that is decoded: an A0 plan at 300 dpi has 139 megapixels.
const MaxPixels = 160_000_000

// ErrUndecodable is the cause of every error about data that cannot be decoded.
var ErrUndecodable = errors.New("picture cannot be decoded")

// ErrTooLarge is the cause of an error about a picture with more than MaxPixels.
var ErrTooLarge = errors.New("picture has too many pixels")

// ErrNoMemory means that C memory ran out, or that leptonica refused its own arguments.
var ErrNoMemory = errors.New("leptonica could not make a picture")

// Pix is a picture of 1 (1 is black), 8 (gray) or 32 bits a pixel (sRGB).
type Pix struct{ p *C.PIX }

// Close frees the pixels. It may be called twice.
func (x *Pix) Close() {
	if x != nil && x.p != nil {
		C.pixDestroy(&x.p)
	}
}

// Width is in pixels.
func (x *Pix) Width() int { return int(C.pixGetWidth(x.p)) }

// Height is in pixels.
func (x *Pix) Height() int { return int(C.pixGetHeight(x.p)) }

// Pointer is leptonica's own PIX, for other C code of the engine; it is valid until x is closed.
func (x *Pix) Pointer() unsafe.Pointer { return unsafe.Pointer(x.p) }

// Depth is 1, 8 or 32 bits.
func (x *Pix) Depth() int { return int(C.pixGetDepth(x.p)) }

func made(p *C.PIX, err error) (*Pix, error) {
	if p == nil {
		return nil, err
	}
	return &Pix{p}, nil
}

// replace closes x and gives what came of it.
func (x *Pix) replace(p *C.PIX) (*Pix, error) {
	x.Close()
	return made(p, ErrNoMemory)
}

// Version names the libraries.
func Version() string {
	l := C.getLeptonicaVersion()
	defer C.lept_free(unsafe.Pointer(l))
	i := C.getImagelibVersions()
	defer C.lept_free(unsafe.Pointer(i))
	return C.GoString(l) + ", " + C.GoString(i)
}

// Silence stops leptonica from writing about damaged pictures to standard error.
func Silence() { C.setMsgSeverity(C.L_SEVERITY_NONE) }

func bytesOf(data []byte) (*C.uchar, C.size_t) {
	if len(data) == 0 {
		return nil, 0
	}
	return (*C.uchar)(unsafe.Pointer(&data[0])), C.size_t(len(data))
}

// Size is what a header says.
type Size struct{ Width, Height, Components, Bits int }

func (s Size) check() error {
	if s.Width <= 0 || s.Height <= 0 {
		return fmt.Errorf("%d by %d pixels: %w", s.Width, s.Height, ErrUndecodable)
	}
	if s.Width > MaxPixels/s.Height {
		return fmt.Errorf("%d by %d pixels: %w", s.Width, s.Height, ErrTooLarge)
	}
	return nil
}

// JPEGSize reads a JPEG's header.
func JPEGSize(data []byte) (Size, error) {
	var s C.so_size
	d, n := bytesOf(data)
	if n == 0 || C.so_jpeg_size(d, n, &s) != 0 {
		return Size{}, fmt.Errorf("JPEG header: %w", ErrUndecodable)
	}
	size := Size{int(s.width), int(s.height), int(s.components), 8}
	return size, size.check()
}

// JPEG decodes a JPEG at eighths/8 of its size (1 to 8), gray or sRGB.
func JPEG(data []byte, eighths int, inverted bool) (*Pix, error) {
	if _, err := JPEGSize(data); err != nil {
		return nil, err
	}
	d, n := bytesOf(data)
	return made(C.so_jpeg_decode(d, n, C.SO_JPEG_COLOUR, C.int(eighths), cbool(inverted), nil), fmt.Errorf("JPEG: %w", ErrUndecodable))
}

// Header reads the size of a PNG, WebP, PNM or TIFF (whose frame counts from 0).
func Header(data []byte, frame int) (Size, error) {
	var s C.so_size
	var bits C.int
	if len(data) < 12 { // leptonica looks at the first twelve bytes
		return Size{}, fmt.Errorf("%d bytes: %w", len(data), ErrUndecodable)
	}
	d, n := bytesOf(data)
	if C.so_header(d, n, C.int(frame), &s, &bits) != 0 {
		return Size{}, fmt.Errorf("header: %w", ErrUndecodable)
	}
	size := Size{int(s.width), int(s.height), int(s.components), int(bits)}
	return size, size.check()
}

// Read decodes a PNG, WebP or PNM into a plain picture.
func Read(data []byte) (*Pix, error) {
	if _, err := Header(data, 0); err != nil {
		return nil, err
	}
	d, n := bytesOf(data)
	return made(C.so_plain(C.so_read(d, n)), ErrUndecodable)
}

// ReadCMYK decodes a PNG whose four channels are really C, M, Y and K.
func ReadCMYK(data []byte, inverted bool) (*Pix, error) {
	if _, err := Header(data, 0); err != nil {
		return nil, err
	}
	d, n := bytesOf(data)
	p := C.so_read(d, n)
	if p == nil || C.pixGetDepth(p) != 32 {
		C.pixDestroy(&p)
		return nil, ErrUndecodable
	}
	C.so_cmyk(p, cbool(inverted))
	return &Pix{p}, nil
}

// ReadTIFF decodes one frame of a TIFF, from 0, into a plain picture.
func ReadTIFF(data []byte, frame int) (*Pix, error) {
	if _, err := Header(data, frame); err != nil {
		return nil, err
	}
	d, n := bytesOf(data)
	return made(C.so_plain(C.so_read_tiff(d, n, C.int(frame))), fmt.Errorf("TIFF: %w", ErrUndecodable))
}

// Reading makes a gray copy for recognition, in which red is lifted to paper.
func (x *Pix) Reading() (*Pix, error) { return made(C.so_reading(x.p), ErrNoMemory) }

// Invert exchanges black and white, in place.
func (x *Pix) Invert() { C.pixInvert(x.p, x.p) }

// FlipLR mirrors left to right, in place.
func (x *Pix) FlipLR() { C.pixFlipLR(x.p, x.p) }

// IsGray reports whether a colour picture has no colour.
func (x *Pix) IsGray() bool { return x.Depth() != 32 || C.so_is_gray(x.p) != 0 }

// IsBilevel reports whether a gray picture is black and white only.
func (x *Pix) IsBilevel() bool { return x.Depth() == 1 || x.Depth() == 8 && C.so_is_bilevel(x.p) != 0 }

// ToGray makes x gray; x is closed.
func (x *Pix) ToGray() (*Pix, error) { return x.replace(C.pixConvertTo8(x.p, 0)) }

// ToInk makes x 1-bit, with what is darker than threshold as ink; x is closed.
func (x *Pix) ToInk(threshold int) (*Pix, error) { return x.replace(C.so_ink(x.p, C.int(threshold))) }

// Turn makes a copy turned clockwise by a multiple of 90 degrees; x is closed.
func (x *Pix) Turn(degrees int) (*Pix, error) {
	if degrees%360 == 0 {
		return x, nil
	}
	return x.replace(C.so_quarter_turn(x.p, C.int(degrees/90%4)))
}

// Turned makes a turned copy and leaves x.
func (x *Pix) Turned(degrees int) (*Pix, error) {
	return made(C.so_quarter_turn(x.p, C.int(degrees/90%4)), ErrNoMemory)
}

// Rotated makes a gray copy turned clockwise about its middle by a small angle in degrees. Its canvas grows around the same middle
// so that nothing is cut off; what comes in from outside is white.
func (x *Pix) Rotated(degrees float64) (*Pix, error) {
	return made(C.so_rotate(x.p, C.double(degrees)), ErrNoMemory)
}

// Scaled makes a scaled copy; a 1-bit picture that is made smaller becomes gray.
func (x *Pix) Scaled(factor float64) (*Pix, error) {
	f := C.l_float32(factor)
	switch {
	case x.Depth() == 1 && factor < 1:
		return made(C.pixScaleToGray(x.p, f), ErrNoMemory)
	case x.Depth() == 8 && factor < 0.7 && x.Height() <= 65000:
		return made(C.so_shrink(x.p, C.double(factor)), ErrNoMemory)
	case factor < 0.7:
		return made(C.pixScaleAreaMap(x.p, f, f), ErrNoMemory)
	}
	return made(C.pixScale(x.p, f, f), ErrNoMemory)
}

// Skew finds how far (degrees) an ink picture must be turned clockwise to be level, within ±limit. Confidence under 3 means that
// nothing certain was found. Score grows with the contrast between its rows, so that two turns of one page can be compared.
func (x *Pix) Skew(limit float64) (degrees, confidence, score float64, err error) {
	var d, c, s C.float
	if C.so_skew(x.p, C.double(limit), &d, &c, &s) != 0 {
		return 0, 0, 0, nil // leptonica's answer for a picture without enough ink
	}
	return float64(d), float64(c), float64(s), nil
}

// UpDown judges by the letters' ascenders whether an ink picture of 150 to 300 dpi is upright (above 5), upside down (below -5), or
// cannot be told.
func (x *Pix) UpDown() float64 {
	var up C.l_float32
	if C.pixUpDownDetect(x.p, &up, 0, 0, 0) != 0 {
		return 0
	}
	return float64(up)
}

// Part is a connected part of an ink picture: the rectangle around it, in pixels.
type Part struct{ X, Y, Width, Height int }

// Parts is what the connected parts of an ink picture tell.
type Parts struct {
	Letters int    // as high as letters
	Squares []Part // about square and not small
	AtEdge  [4]int // no larger than letters, and cut off by the top, right, bottom and left edge of the picture
}

// Parts looks at the connected parts: letters are between minimum and maximum pixels high, squares have sides of at least least pixels.
func (x *Pix) Parts(minimum, maximum, least int) Parts {
	var f C.so_found
	C.so_parts(x.p, C.int(minimum), C.int(maximum), C.int(least), &f)
	p := Parts{Letters: int(f.letters)}
	for _, s := range f.square[:f.squares] {
		p.Squares = append(p.Squares, Part{int(s[0]), int(s[1]), int(s[2]), int(s[3])})
	}
	for i, n := range f.at_edge {
		p.AtEdge[i] = int(n)
	}
	return p
}

// Scan measures a gray picture: the gray of its paper and of its ink (0 where there is next to none), and the width in pixels of the edges
// between them (0 where there are few).
func (x *Pix) Scan() (paper, ink int, edge float64) {
	var p, i C.int
	var w C.float
	C.so_scan(x.p, &p, &i, &w)
	return int(p), int(i), float64(w)
}

// WithoutEdges makes an ink picture without what touches its sides; x is closed.
func (x *Pix) WithoutEdges() (*Pix, error) { return x.replace(C.pixRemoveBorderConnComps(x.p, 8)) }

// Level is the gray that a share of a gray picture's pixels is darker than: 0.5 gives the paper of a page of text.
func (x *Pix) Level(share float64) int { return int(C.so_level(x.p, C.double(share))) }

// Cropped makes a copy of a part.
func (x *Pix) Cropped(left, top, width, height int) (*Pix, error) {
	box := C.boxCreate(C.l_int32(left), C.l_int32(top), C.l_int32(width), C.l_int32(height))
	defer C.boxDestroy(&box)
	return made(C.pixClipRectangle(x.p, box, nil), ErrNoMemory)
}

// Ink counts the black pixels of a 1-bit picture.
func (x *Pix) Ink() int {
	var n C.l_int32
	C.pixCountPixels(x.p, &n, nil)
	return int(n)
}

// Ground maps the paper of a gray picture: for each tile × tile pixels the gray that share percent of them are darker than.
func (x *Pix) Ground(tile, share int) (*Pix, error) {
	return made(C.so_ground(x.p, C.int(tile), C.int(share)), ErrNoMemory)
}

// Raised lifts what is darker than least to it and smooths a map of the ground; x is closed.
func (x *Pix) Raised(least int) (*Pix, error) { return x.replace(C.so_raise(x.p, C.int(least))) }

// Flattened makes a copy of a gray picture in which the paper is equally bright everywhere.
func (x *Pix) Flattened(ground *Pix) (*Pix, error) {
	return made(C.so_flatten(x.p, ground.p), ErrNoMemory)
}

// Rows copies the pixels, row by row without padding: 1-bit packed with 1 for black, gray, or R, G, B.
func (x *Pix) Rows() []byte {
	w, h := x.Width(), x.Height()
	n := w * h
	switch x.Depth() {
	case 1:
		n = (w + 7) / 8 * h
	case 32:
		n = 3 * w * h
	}
	out := make([]byte, n)
	if n > 0 {
		C.so_rows(x.p, (*C.uchar)(unsafe.Pointer(&out[0])))
	}
	return out
}

// EncodeJPEG encodes a gray or colour picture, colour without chroma subsampling.
func (x *Pix) EncodeJPEG(quality int) ([]byte, error) {
	var out *C.uchar
	var n C.size_t
	if C.so_encode_jpeg(x.p, C.int(quality), &out, &n) != 0 {
		return nil, fmt.Errorf("encode JPEG: %w", ErrNoMemory)
	}
	defer C.free(unsafe.Pointer(out))
	return C.GoBytes(unsafe.Pointer(out), C.int(n)), nil
}

// EncodeTIFFG4 encodes an ink picture as a TIFF with one Group 4 strip.
func (x *Pix) EncodeTIFFG4() ([]byte, error) {
	var out *C.uchar
	var n C.size_t
	if C.so_encode_tiff_g4(x.p, &out, &n) != 0 {
		return nil, fmt.Errorf("encode CCITT: %w", ErrNoMemory)
	}
	defer C.free(unsafe.Pointer(out))
	return C.GoBytes(unsafe.Pointer(out), C.int(n)), nil
}

func cbool(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
