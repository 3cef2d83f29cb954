//go:build cgo && linux

// Package tess is the engine's only door to tesseract.
//
// It is private to cmd/sohoa-ocr. A Reader is used by one goroutine and freed by Close.
package tess

// #cgo pkg-config: lept tesseract
// #cgo CXXFLAGS: -O2 -std=c++17 -Wall -Wextra
// #include "tess.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"fmt"
	"unsafe"

	"sohoa/internal/engine/lept"
	"sohoa/internal/page"
)

// ErrFailed is the cause of every error: tesseract does not say more.
var ErrFailed = errors.New("tesseract failed")

// Version is tesseract's.
func Version() string { return C.GoString(C.so_tess_version()) }

// Reader is one tesseract with its model loaded.
type Reader struct{ t *C.so_tess }

// Open loads the model of a language from a folder.
func Open(dir, language string) (*Reader, error) {
	d, l := C.CString(dir), C.CString(language)
	defer C.free(unsafe.Pointer(d))
	defer C.free(unsafe.Pointer(l))
	t := C.so_tess_open(d, l)
	if t == nil {
		return nil, fmt.Errorf("open model %s in %s: %w", language, dir, ErrFailed)
	}
	return &Reader{t}, nil
}

// Close frees the model. It may be called twice.
func (r *Reader) Close() {
	if r.t != nil {
		C.so_tess_close(r.t)
		r.t = nil
	}
}

// Set changes one of tesseract's variables.
func (r *Reader) Set(name, value string) error {
	n, v := C.CString(name), C.CString(value)
	defer C.free(unsafe.Pointer(n))
	defer C.free(unsafe.Pointer(v))
	if C.so_tess_set(r.t, n, v) != 0 {
		return fmt.Errorf("set %s to %s: %w", name, value, ErrFailed)
	}
	return nil
}

// Read recognises a gray picture. Boxes are in its pixels; words are NFC without white space, lines have at least one.
func (r *Reader) Read(gray *lept.Pix) ([]page.Line, error) {
	var raw C.so_text
	if C.so_tess_read(r.t, (*C.PIX)(gray.Pointer()), &raw) != 0 {
		return nil, fmt.Errorf("recognise: %w", ErrFailed)
	}
	defer C.so_text_free(&raw)
	texts := (*byte)(unsafe.Pointer(raw.texts))
	words := unsafe.Slice(raw.words, int(raw.word_count))
	var lines []page.Line
	for i, l := range unsafe.Slice(raw.lines, int(raw.line_count)) {
		line := lineOf(l)
		for len(words) > 0 && int(words[0].line) == i {
			w := words[0]
			words = words[1:]
			text := page.CleanWord(string(unsafe.Slice(texts, int(w.text)+int(w.length))[w.text:]))
			if text != "" {
				line.Words = append(line.Words, page.Word{Text: text, Box: boxOf(w.box), Confidence: float64(min(max(int(w.confidence), 0), 100))})
			}
		}
		if len(line.Words) > 0 {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

func lineOf(l C.so_line) page.Line {
	line := page.Line{Box: boxOf(l.box), Block: int(l.block), Para: int(l.para), Size: float64(l.size)}
	left, right, bottom := float64(line.Box.X0), float64(line.Box.X1), float64(line.Box.Y1)
	line.BaseFrom, line.BaseTo = page.Point{X: left, Y: bottom}, page.Point{X: right, Y: bottom}
	if l.has_base != 0 {
		line.BaseFrom.Y += float64(l.offset)
		line.BaseTo.Y += float64(l.offset) + float64(l.slope)*(right-left)
	}
	return line
}

func boxOf(b [4]C.int) page.Box {
	return page.Box{X0: int(b[0]), Y0: int(b[1]), X1: int(b[2]), Y1: int(b[3])}
}
