package reader_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/page"
	"sohoa/internal/reader"

	"sohoa/internal/roottest"
)

func newReader(t *testing.T, d reader.Deps) *reader.Reader {
	t.Helper()
	r := reader.New(d)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return r
}

// readAll opens a master and reads its first pages.
func readAll(ctx context.Context, r *reader.Reader, path string, pages int) error {
	m, err := r.Open(ctx, path)
	if err != nil {
		return err
	}
	defer m.Close()
	for n := 1; n <= min(m.Len(), pages); n++ {
		s, err := m.Page(ctx, n, digitise.ToRead|digitise.ToShow)
		if err != nil {
			return err
		}
		if err := checkSource(s); err != nil {
			return fmt.Errorf("page %d: %w", n, err)
		}
	}
	return nil
}

// checkSource holds what every page promises, however hostile its file.
func checkSource(s digitise.Source) error {
	p := s.Picture
	w, h := p.Width, p.Height
	if p.Turn.Swaps() {
		w, h = h, w
	}
	switch {
	case p.Width < 1 || p.Height < 1 || p.Width > 65_535 || p.Height > 65_535 || p.Width*p.Height > 160_000_000:
		return fmt.Errorf("picture is %d × %d", p.Width, p.Height)
	case len(p.Data) == 0 || !p.Turn.Valid() || !(p.DPIX > 0) || !(p.DPIY > 0) || !(s.WidthPt > 0) || !(s.HeightPt > 0):
		return fmt.Errorf("picture %+v of %v × %v points", page.Picture{Encoding: p.Encoding, Turn: p.Turn, DPIX: p.DPIX, DPIY: p.DPIY}, s.WidthPt, s.HeightPt)
	case p.Components != 1 && p.Components != 3 && p.Components != 4:
		return fmt.Errorf("%d components", p.Components)
	case (p.Encoding == page.CCITT) != (p.CCITT != nil):
		return fmt.Errorf("%s with parameters %v", p.Encoding, p.CCITT)
	}
	for _, o := range s.Overlays {
		if o.X0 < -0.01 || o.Y0 < -0.01 || o.X1 > s.WidthPt+0.5 || o.Y1 > s.HeightPt+0.5 || o.X1 <= o.X0 || o.Y1 <= o.Y0 {
			return fmt.Errorf("overlay %v,%v–%v,%v lies off a page of %v × %v points", o.X0, o.Y0, o.X1, o.Y1, s.WidthPt, s.HeightPt)
		}
	}
	for _, l := range append(append([]page.Line{}, s.Embedded...), s.Laid...) {
		if len(l.Words) == 0 {
			return fmt.Errorf("line without words")
		}
		for _, word := range l.Words {
			b := word.Box
			if word.Text == "" || strings.ContainsAny(word.Text, " \n") || b.Empty() || b.X0 < 0 || b.Y0 < 0 || b.X1 > w || b.Y1 > h {
				return fmt.Errorf("word %q at %v on %d × %d pixels", word.Text, b, w, h)
			}
		}
	}
	return nil
}

func TestRealPapers(t *testing.T) {
	data, ok := roottest.Shared(t, ".")
	if !ok {
		return
	}
	r := newReader(t, reader.Deps{})
	paths, err := filepath.Glob(filepath.Join(data, "real-scans", "pdf", "*.pdf"))
	if err != nil || len(paths) != 14 {
		t.Fatalf("%d papers, %v", len(paths), err)
	}
	born := map[string][]string{ // words of the page itself, and what was laid over it
		"507-UBND-KGVX-signed.pdf": {"TỈNH QUẢNG NGÃI", "/UBND-KGVX", "507", "24"},
		"vht507-signed.pdf":        {"THÔNG BÁO", "/TB-UBND", "542", "06"},
	}
	for _, path := range paths {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			m, err := r.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			if m.MediaType() != archive.PDF {
				t.Errorf("media type %s", m.MediaType())
			}
			words, digital := born[name]
			for n := 1; n <= m.Len(); n++ {
				s, err := m.Page(t.Context(), n, digitise.ToRead|digitise.ToShow)
				if err != nil {
					t.Fatal(err)
				}
				if err := checkSource(s); err != nil {
					t.Errorf("page %d: %v", n, err)
				}
				scan := s.Picture.Encoding == page.JPEG || s.Picture.Encoding == page.CCITT
				if scan == digital || (len(s.Embedded) > 0) != digital {
					t.Errorf("page %d is %s with %d lines of its own", n, s.Picture.Encoding, len(s.Embedded))
				}
				if n == 1 && (len(s.Overlays) == 0 || len(s.Laid) == 0) {
					t.Errorf("the signature on page 1 gave %d overlays and %d lines", len(s.Overlays), len(s.Laid))
				}
				if n == 1 && digital {
					for _, w := range words[:2] {
						if !strings.Contains(text(s.Embedded), w) {
							t.Errorf("page 1 lacks %q", w)
						}
					}
					for _, w := range words[2:] {
						if !strings.Contains("\n"+text(s.Laid)+"\n", "\n"+w+"\n") {
							t.Errorf("what is laid over page 1 lacks %q", w)
						}
					}
				}
			}
		})
	}
}

func text(lines []page.Line) string { return page.Result{Lines: lines}.Text() }

func TestOpenNamesWhatItRefuses(t *testing.T) {
	t.Parallel()
	r := newReader(t, reader.Deps{})
	for name, tc := range map[string]struct {
		content string
		code    fault.Code
		says    string
	}{
		"an empty file":                {"", fault.FileEmpty, "empty"},
		"a web page saved as pdf":      {"<!DOCTYPE html><html><body>404", fault.FileUnsupported, "HTML"},
		"a Windows program":            {"MZ\x90\x00\x03", fault.FileUnsupported, "Windows program"},
		"an iPhone photograph":         {"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", fault.FileUnsupported, "HEIC"},
		"plain text":                   {"Quyết định số 1", fault.FileUnsupported, "plain text"},
		"a zip":                        {"PK\x05\x06" + strings.Repeat("\x00", 18), fault.FileUnsupported, "each"},
		"a PDF that is only a header":  {"%PDF-1.7\n", fault.FileUnreadable, "damaged"},
		"a JPEG that is only a header": {"\xff\xd8\xff\xe0\x00\x10JFIF\x00", fault.FileUnreadable, "JPEG"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := filepath.Join(t.TempDir(), "scan.pdf")
			if err := os.WriteFile(p, []byte(tc.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := r.Open(t.Context(), p)
			if fault.CodeOf(err) != tc.code || !strings.Contains(fault.DetailOf(err), tc.says) {
				t.Errorf("Open = %v, want %s with %q", err, tc.code, tc.says)
			}
			if strings.Contains(fault.DetailOf(err), p) {
				t.Errorf("the message shows the path: %v", err)
			}
		})
	}
}
