package pdfread

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"sohoa/internal/digitise"
	"sohoa/internal/fault"
)

// stack writes a PDF of four pages whose objects are as entangled as scanners and offices make them: resources of all pages in one dictionary,
// forms in forms, fields with widgets on several pages, an outline, a structure, metadata, attachments. Page 3 is the secret one; what only it
// uses, or only it is told of in, says so.
func stack(t testing.TB) []byte {
	t.Helper()
	pixels := func(n int, mark string) string {
		return stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode/Metadata %d 0 R", 24),
			deflated(t, fmt.Appendf(nil, "%-64s", fmt.Sprintf("%s pixels of page %d", mark, n))))
	}
	content := func(n int, mark string) string {
		return stream("/Filter/FlateDecode", deflated(t, fmt.Appendf(nil, "q 500 0 0 700 50 50 cm /Im%d Do Q /Fm%d Do BT /F 12 Tf 60 800 Td (%s text %d) Tj ET", n, n, mark, n)))
	}
	page := func(n int, more string) string {
		return fmt.Sprintf("<</Type/Page/Parent 2 0 R/Contents %d 0 R/StructParents %d/Annots[%d 0 R]%s>>", 10+n, n, 18+n, more)
	}
	return pdf(
		"<</Type/Catalog/Pages 2 0 R/Outlines 7 0 R/AcroForm<</Fields[8 0 R]>>/StructTreeRoot 9 0 R/Metadata 24 0 R/Names<</EmbeddedFiles<</Names[(a) 25 0 R]>>>>>>", // 1
		"<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R 6 0 R]/Count 4/MediaBox[0 0 600 842]/Resources 10 0 R>>",                                                               // 2
		page(1, "/PieceInfo<</X(SECRET)>>"), page(2, "/Rotate 90"), page(3, "/B[(SECRET)]"), page(4, ""), // 3–6
		"<</Type/Outlines/First<</Title(SECRET title)/Dest[5 0 R/Fit]>>>>",                                                                                                 // 7
		"<</FT/Tx/T(f)/V(SECRET value)/Kids[19 0 R 20 0 R 21 0 R 22 0 R]>>",                                                                                                // 8
		"<</Type/StructTreeRoot/K<</Type/StructElem/Pg 5 0 R/ActualText(SECRET)>>>>",                                                                                       // 9
		"<</XObject<</Im1 15 0 R/Im2 16 0 R/Im3 17 0 R/Im4 18 0 R/Fm1 23 0 R/Fm2 23 0 R/Fm3 26 0 R/Fm4 27 0 R>>/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Courier>>>>>>", // 10
		content(1, "open"), content(2, "open"), content(3, "SECRET"), content(4, "open"), // 11–14
		pixels(1, "open"), pixels(2, "open"), pixels(3, "SECRET"), pixels(4, "open"), // 15–18
		annotation(28), annotation(28), annotation(29), annotation(28), // 19–22
		stream("/Type/XObject/Subtype/Form/BBox[0 0 600 842]/Resources 10 0 R", "q 40 0 0 40 10 10 cm /Im1 Do Q"), // 23 names one of the shared resources
		stream("/Type/Metadata/Subtype/XML", "<x>SECRET subject</x>"),                                             // 24
		"<</Type/Filespec/EF<</F 30 0 R>>>>",                                                                      // 25
		stream("/Type/XObject/Subtype/Form/BBox[0 0 600 842]", "q 20 0 0 20 10 10 cm /Im3 Do Q % SECRET"),         // 26
		stream("/Type/XObject/Subtype/Form/BBox[0 0 600 842]", "q 20 0 0 20 10 10 cm /Im4 Do Q"),                  // 27, without resources of its own
		stream("/Type/XObject/Subtype/Form/BBox[0 0 90 20]", "0 0 90 20 re f"),                                    // 28
		stream("/Type/XObject/Subtype/Form/BBox[0 0 90 20]", "0 0 90 20 re f % SECRET"),                           // 29
		stream("/Type/EmbeddedFile", "SECRET attachment"),                                                         // 30
	)
}

func annotation(look int) string {
	return fmt.Sprintf("<</Type/Annot/Subtype/Widget/Parent 8 0 R/P 5 0 R/Rect[10 800 100 820]/F 4/AP<</N %d 0 R>>/A<</S/URI/URI(SECRET)>>>>", look)
}

// unpacked gives the file with every stream that can be inflated put after it.
func unpacked(b []byte) string {
	out := string(b)
	for rest := b; ; {
		i := bytes.Index(rest, []byte("stream\n"))
		if i < 0 {
			return out
		}
		rest = rest[i+len("stream\n"):]
		if z, err := zlib.NewReader(bytes.NewReader(rest)); err == nil {
			plain, _ := io.ReadAll(z)
			out += "\n" + string(plain)
		}
	}
}

func TestWhatGoesIsNowhereInWhatStays(t *testing.T) {
	t.Parallel()
	file, r := stack(t), newRenderer(t)
	if n := strings.Count(unpacked(file), "SECRET"); n < 12 {
		t.Fatalf("the file tells its secret %d times", n)
	}
	for name, tc := range map[string]struct {
		leaveOut map[int]bool
		stay     []int
		secret   bool
	}{
		"the secret page":                {map[int]bool{3: true}, []int{1, 2, 4}, false},
		"the secret page and the last":   {map[int]bool{3: true, 4: true}, []int{1, 2}, false},
		"all but the secret page":        {map[int]bool{1: true, 2: true, 4: true}, []int{3}, true},
		"the first: the secret may stay": {map[int]bool{1: true}, []int{2, 3, 4}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := save(t, file)
			var out, again bytes.Buffer
			gone := func(n int) bool { return tc.leaveOut[n] }
			if err := Without(t.Context(), in, gone, &out); err != nil {
				t.Fatal(err)
			}
			if err := Without(t.Context(), in, gone, &again); err != nil || !bytes.Equal(out.Bytes(), again.Bytes()) {
				t.Errorf("written again it has other bytes (%v)", err)
			}
			plain := unpacked(out.Bytes())
			if strings.Contains(plain, "SECRET") != tc.secret {
				t.Errorf("tells its secret = %v: …%s", !tc.secret, plain[max(0, strings.Index(plain, "SECRET")-80):][:160])
			}
			for n := 1; n <= 4; n++ { // form 23 draws the picture of page 1 on pages 1 and 2
				drawn := fmt.Sprintf("pixels of page %d", n)
				want := !tc.leaveOut[n] || n == 1 && !tc.leaveOut[2]
				if strings.Contains(plain, drawn) != want {
					t.Errorf("holds %q = %v", drawn, !want)
				}
			}
			samePages(t, r, file, out.Bytes(), tc.stay)
		})
	}
}

// samePages compares what is read of pages of one file with what is read of the pages of another, in order.
func samePages(t *testing.T, r *Renderer, before, after []byte, stay []int) {
	t.Helper()
	a, b := open(t, r, before), open(t, r, after)
	if b.Len() != len(stay) {
		t.Fatalf("%d pages are left, want %d", b.Len(), len(stay))
	}
	for i, n := range stay {
		for _, use := range []digitise.Use{digitise.ToRead, digitise.ToShow} {
			want, err := a.Page(t.Context(), n, use)
			if err != nil {
				t.Fatal(err)
			}
			got, err := b.Page(t.Context(), i+1, use)
			if err != nil {
				t.Fatalf("page %d: %v", n, err)
			}
			got.Laid, want.Laid = nil, nil // what PDFium flattens a widget of a form into is no longer asked: results are taken over
			if !reflect.DeepEqual(got, want) {
				t.Errorf("page %d is read otherwise now", n)
			}
		}
	}
}

func TestWithoutRefusesWhatItCannotTellApart(t *testing.T) {
	t.Parallel()
	sound := stack(t)
	for name, tc := range map[string]struct {
		file []byte
		gone func(int) bool
	}{
		"no page left":                 {sound, func(int) bool { return true }},
		"no cross-references":          {sound[:len(sound)/2], func(n int) bool { return n == 3 }},
		"content in an unknown coding": {onePageTwice("/Filter/NoSuchDecode"), func(n int) bool { return n == 2 }},
	} {
		if err := Without(t.Context(), save(t, tc.file), tc.gone, io.Discard); fault.CodeOf(err) != fault.FileUnreadable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func onePageTwice(filter string) []byte {
	page := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 5 0 R>>"
	return pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>", page, page, stream(filter, "0 0 9 9 re f"))
}

// FuzzWithout: whatever is cut out of whatever, what comes out opens, and has as many pages as stayed.
func FuzzWithout(f *testing.F) {
	f.Add(stack(f), uint8(3))
	f.Add(onePageTwice(""), uint8(2))
	f.Fuzz(func(t *testing.T, file []byte, gone uint8) {
		if len(file) > 1<<20 {
			return
		}
		in := save(t, file)
		var out bytes.Buffer
		if err := Without(t.Context(), in, func(n int) bool { return n == int(gone) }, &out); err != nil {
			return
		}
		before, err := readStructure(t.Context(), bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		after, err := readStructure(t.Context(), bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil {
			t.Fatalf("what came out cannot be read: %v\n%q", err, out.Bytes())
		}
		want := len(before.pages)
		if gone >= 1 && int(gone) <= want {
			want--
		}
		if len(after.pages) != want {
			t.Errorf("%d pages of %d without page %d", len(after.pages), len(before.pages), gone)
		}
	})
}
