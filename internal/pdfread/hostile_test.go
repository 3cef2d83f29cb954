package pdfread

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// TestHostileFilesMadeHere: each ends in a page or a rejection, within its time.
func TestHostileFilesMadeHere(t *testing.T) {
	r := newRenderer(t)
	bomb := func(size int) string { return deflated(t, make([]byte, size)) }
	forms := func(depth int) []string { // each form draws the next ten times: 10^depth at the bottom
		var out []string
		for i := range depth {
			out = append(out, stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 100 100]/Resources<</XObject<</X %d 0 R>>>>", 6+i),
				strings.Repeat("/X Do ", 10)))
		}
		return append(out, stream("/Type/XObject/Subtype/Form/BBox[0 0 100 100]", "0 0 50 50 re f"))
	}
	deep := []string{"<</Type/Catalog/Pages 2 0 R>>"}
	for i := range 3000 {
		deep = append(deep, fmt.Sprintf("<</Type/Pages/Kids[%d 0 R]/Count 1>>", i+3))
	}
	deep = append(deep, "<</Type/Page/MediaBox[0 0 100 100]>>")
	tree := func(kids, count string, more ...string) []byte {
		return pdf(append([]string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids" + kids + "/Count " + count + ">>"}, more...)...)
	}
	image := func(w, h int) []byte {
		return onePage("/MediaBox[0 0 100 100]/Resources<</XObject<</I 5 0 R>>>>", "100 0 0 100 0 0 cm /I Do",
			stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode", w, h), bomb(1<<20)))
	}
	for name, tc := range map[string]struct {
		data  []byte
		codes string // codes a rejection may have; empty when it must be taken, * when either will do
	}{
		"a content stream of a gigabyte":  {onePageRaw(stream("/Filter/FlateDecode", bomb(1<<30))), "*"},
		"a picture of ten gigapixels":     {image(60_000, 60_000), "page_too_large"},
		"a picture with most pixels gone": {image(10_000, 10_000), "*"},
		"forms that draw each other":      {onePage("/MediaBox[0 0 100 100]/Resources<</XObject<</X 5 0 R>>>>", "/X Do", forms(12)...), "*"},
		"a form that draws itself":        {onePage("/MediaBox[0 0 100 100]/Resources<</XObject<</X 5 0 R>>>>", "/X Do", stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>", "/X Do /X Do")), "*"},
		"a page tree that bites its tail": {tree("[2 0 R 3 0 R]", "2", "<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R>>"), "*"},
		"a page tree 3,000 deep":          {pdf(deep...), "*"},
		"a count of two billion":          {tree("[3 0 R]", "2000000000", "<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R>>"), "*"},
		"a negative count":                {tree("[3 0 R]", "-5", "<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R>>"), "*"},
		"no pages":                        {tree("[]", "0"), "file_no_pages"},
		"a page without a size":           {tree("[3 0 R]", "1", "<</Type/Page/Parent 2 0 R>>"), "*"},
		"a page of no width":              {tree("[3 0 R]", "1", "<</Type/Page/MediaBox[0 0 0 100]/Parent 2 0 R>>"), "*"},
		"a page as wide as a country":     {tree("[3 0 R]", "1", "<</Type/Page/MediaBox[0 0 1e9 1e9]/Parent 2 0 R>>"), "*"},
		"a page as thin as a hair":        {tree("[3 0 R]", "1", "<</Type/Page/MediaBox[0 0 0.001 14400]/Parent 2 0 R>>"), "*"},
		"an absurd user unit":             {tree("[3 0 R]", "1", "<</Type/Page/UserUnit 1e30/MediaBox[0 0 100 100]/Parent 2 0 R>>"), "*"},
		"a million open brackets":         {onePage("/MediaBox[0 0 9 9]", strings.Repeat("[", 1_000_000)), "*"},
		"a million saved states":          {onePage("/MediaBox[0 0 9 9]", strings.Repeat("q ", 1_000_000)), "*"},
		"a million comments":              {onePage("/MediaBox[0 0 9 9]", strings.Repeat("%\n", 1_000_000)), ""},
		"an object of 100,000 brackets":   {tree("[3 0 R]", "1", "<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R/X "+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+">>"), "*"},
		"5,000 annotations":               {onePage("/MediaBox[0 0 100 100]/Annots["+strings.Repeat("<</Subtype/Square/Rect[1 1 50 50]/C[1 0 0]>>", 5_000)+"]", ""), "*"},
		"a cross-reference of a billion":  {[]byte("%PDF-1.4\nxref\n0 1000000000\n0000000000 65535 f \ntrailer<</Size 1000000000/Root 1 0 R>>\nstartxref\n9\n%%EOF"), "*"},
		"a trailer that leads to itself":  {[]byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\nxref\n0 1\n0000000000 65535 f \ntrailer<</Size 3/Root 1 0 R/Prev 53>>\nstartxref\n53\n%%EOF"), "file_unreadable file_no_pages"},
		"only a header":                   {[]byte("%PDF-1.7\n"), "file_unreadable"},
		"half a file":                     {tree("[3 0 R]", "1", "<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R>>")[:120], "file_unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			err := readOne(t, r, tc.data)
			if took := time.Since(began); took > 25*time.Second {
				t.Errorf("took %s", took)
			}
			switch {
			case err == nil:
				if tc.codes != "" && tc.codes != "*" {
					t.Errorf("was taken, want %s", tc.codes)
				}
			case fault.VerdictOf(err) != fault.Rejected:
				t.Errorf("%v does not blame the file", err)
			case tc.codes != "*" && !strings.Contains(tc.codes, string(fault.CodeOf(err))):
				t.Errorf("got %v, want %q", err, tc.codes)
			}
		})
	}
}

func onePageRaw(content string) []byte {
	return pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 100 100]>>", content)
}

func readOne(t *testing.T, r *Renderer, b []byte) error {
	t.Helper()
	f, err := Open(t.Context(), save(t, b), Deps{Renderer: r, OpenTimeout: 3 * time.Second, PageTimeout: 3 * time.Second})
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := f.Page(t.Context(), 1, digitise.ToRead|digitise.ToShow)
	if err != nil {
		return err
	}
	if p := s.Picture; p.Width < 1 || p.Height < 1 || p.Width > maxSide || p.Height > maxSide || p.Width*p.Height > MaxPixels || !(p.DPIX > 0) || !p.Turn.Valid() {
		p.Data = nil
		t.Errorf("picture breaks a promise: %+v", p)
	}
	return nil
}

// TestAStoppedPageSpoilsNothing: after a page ran out of time, the file and its neighbours are read as before.
func TestAStoppedPageSpoilsNothing(t *testing.T) {
	r := newRenderer(t)
	slow := onePage("/MediaBox[0 0 1000 1000]/Resources<</Shading<</S<</ShadingType 1/ColorSpace/DeviceRGB/Domain[0 1 0 1]/Matrix[1000 0 0 1000 0 0]/Function 5 0 R>>>>>>",
		strings.Repeat("/S sh ", 2_000), stream("/FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]", "{"+strings.Repeat("dup mul sqrt ", 50)+"2 copy}"))
	f, err := Open(t.Context(), save(t, slow), Deps{Renderer: r, PageTimeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	good := open(t, r, onePage("/MediaBox[0 0 100 100]", "10 10 50 50 re f"))
	if _, err := good.Page(t.Context(), 1, digitise.ToRead|digitise.ToShow); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		began := time.Now()
		if _, err := f.Page(t.Context(), 1, digitise.ToRead|digitise.ToShow); fault.CodeOf(err) != fault.FileUnreadable {
			t.Errorf("the slow page: %v, want %s", err, fault.FileUnreadable)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("stopping took %s", took)
		}
		if s, err := good.Page(t.Context(), 1, digitise.ToRead|digitise.ToShow); err != nil || s.Picture.Encoding != page.PNM {
			t.Errorf("its neighbour: %v", err)
		}
	}
}

// FuzzContent: whatever a content stream holds, it is run through to its end, and a picture is found only where one is drawn.
func FuzzContent(f *testing.F) {
	f.Add([]byte("q 200 0 0 100 0 0 cm /I Do Q"))
	f.Add([]byte("q 0 0 200 100 re W n 200 0 0 100 0 0 cm /I Do Q BT 3 Tr (a\\)b) Tj ET % end"))
	f.Add([]byte("<</A#20b 1>> [(x)] <00> BDC 1e9 -.5 +3 cm"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rest := b
		for len(rest) > 0 {
			tok, next := nextToken(rest)
			if tok.kind == tokenEnd {
				break
			}
			if len(next) >= len(rest) {
				t.Fatalf("token %+v took nothing of %q", tok, rest)
			}
			rest = next
		}
		c := &scan{s: &structure{objects: &lazyFile{}}, facts: pageFacts{box: rect{0, 0, 200, 100}}, g: graphics{ctm: identity()}}
		c.run(b)
		if c.found != nil {
			t.Fatalf("found a picture in %q, where no resource has one", b)
		}
	})
}

// FuzzLazy: whatever the objects of a file hold, reading its structure ends, gives at most MaxPages pages, and every page it gives has a
// dictionary and an area.
func FuzzLazy(f *testing.F) {
	f.Add("/MediaBox[0 0 200 100]/Resources<</XObject<</I 5 0 R>>>>", "200 0 0 100 0 0 cm /I Do",
		stream("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", "x"), "/Extensions 5 0 R")
	f.Add("/MediaBox 5 0 R/Rotate -90/UserUnit 2/Annots[6 0 R]", "q Q", "[0 0 5 5]", "/OpenAction<</S/JavaScript>>")
	f.Add("/Kids[3 0 R 2 0 R]", "", "<</Length 5 0 R>>", "/AcroForm<</XFA 4 0 R>>/Contents 1 0 R/ByteRange[0 1 2 3]")
	f.Fuzz(func(t *testing.T, pageEntries, content, object, catalogEntries string) {
		b := pdf("<</Type/Catalog/Pages 2 0 R"+catalogEntries+">>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/Contents 4 0 R"+pageEntries+">>", stream("", content), object)
		l, err := openLazy(t.Context(), bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		s := &structure{objects: l, lazy: l}
		if err := s.readPages(); err != nil {
			return
		}
		if len(s.pages) > MaxPages {
			t.Fatalf("%d pages", len(s.pages))
		}
		for n := range min(len(s.pages), 10) {
			if s.pages[n].dict == nil {
				t.Fatalf("page %d is nothing", n+1)
			}
			facts, err := s.page(n + 1)
			if err != nil {
				continue
			}
			if w, h := facts.size(); !(w > 0 && h > 0) || !facts.turn.Valid() {
				t.Errorf("page %d is %v × %v points, turned by %d", n+1, w, h, facts.turn)
			}
			if p := s.onlyPicture(facts); p != nil {
				if pic, _, err := s.picture(facts, p); err == nil && pic.Data != nil && !(pic.DPIX > 0 && pic.DPIY > 0) {
					t.Errorf("page %d has a picture of %v × %v dpi", n+1, pic.DPIX, pic.DPIY)
				}
			}
		}
		s.inventory(int64(len(b)))
	})
}

// FuzzObject: an object read from the beginning of a file is the object read from the whole, or more is asked for.
func FuzzObject(f *testing.F) {
	for _, s := range []string{"<</A[1 0 R -2.5 (a(b)\\)c) <4a> null true]/B#20/C>> ", "12 0 R", "12 0 obj", "[[[", "1 0", "+.", "% c\n/N "} {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		all := parser{b: b, whole: true}
		want, wantErr := all.object()
		if all.i > len(b) {
			t.Fatalf("took %d of %d bytes", all.i, len(b))
		}
		some := parser{b: b[:min(max(n, 0), len(b))]}
		got, err := some.object()
		switch {
		case errors.Is(err, errMore):
		case (err == nil) != (wantErr == nil):
			t.Errorf("%q reads as %v, its first %d bytes as %v", b, wantErr, n, err)
		case err == nil && (fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) || some.i != all.i):
			t.Errorf("%q reads as %#v, its first %d bytes as %#v", b, want, n, got)
		}
	})
}

// compressed is a PDF of one page whose objects are in an object stream, found by a cross-reference stream.
func compressed(t testing.TB) []byte {
	t.Helper()
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 50]/Rotate 90>>"}
	var head, body string
	for i, o := range objects {
		head += fmt.Sprintf("%d %d ", i+1, len(body))
		body += o + " "
	}
	out := "%PDF-1.5\n"
	at4 := len(out)
	data := deflated(t, []byte(head+body))
	out += "4 0 obj\n" + stream(fmt.Sprintf("/Type/ObjStm/N 3/First %d/Filter/FlateDecode", len(head)), data) + "\nendobj\n"
	at5 := len(out)
	var x []byte
	for _, e := range [][3]int{{0, 0, 0}, {2, 4, 0}, {2, 4, 1}, {2, 4, 2}, {1, at4, 0}, {1, at5, 0}} {
		x = append(x, byte(e[0]), byte(e[1]>>8), byte(e[1]), byte(e[2]))
	}
	out += "5 0 obj\n" + stream("/Type/XRef/Root 1 0 R/Size 6/W[1 2 1]/Filter/FlateDecode", deflated(t, x)) + "\nendobj\n"
	return []byte(out + fmt.Sprintf("startxref\n%d\n%%%%EOF\n", at5))
}

func TestCompressedObjectsAreRead(t *testing.T) {
	t.Parallel()
	f := open(t, newRenderer(t), compressed(t))
	if f.s == nil || f.s.lazy == nil || f.Len() != 1 || len(f.Warnings()) > 0 {
		t.Fatalf("%d pages, %q", f.Len(), f.Warnings())
	}
	facts, err := f.s.page(1)
	if err != nil || facts.turn != 90 || facts.box != (rect{0, 0, 100, 50}) {
		t.Errorf("page is %+v, %v", facts, err)
	}
}
