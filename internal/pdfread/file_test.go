package pdfread

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"sohoa/internal/digitise"
	"sohoa/internal/page"
)

// TestAPassedPictureLooksAsPDFiumDrawsIt compares the two readers: the picture with its turn and mirror must show what PDFium draws.
func TestAPassedPictureLooksAsPDFiumDrawsIt(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	jpg := quadrants(t, 240, 160)
	for name, cm := range map[string]string{
		"upright":                  "300 0 0 200 0 0",
		"on its right side":        "0 -200 300 0 0 200",
		"upside down":              "-300 0 0 -200 300 200",
		"on its left side":         "0 200 -300 0 300 0",
		"mirrored left to right":   "-300 0 0 200 300 0",
		"mirrored top to bottom":   "300 0 0 -200 0 200",
		"mirrored along diagonals": "0 200 300 0 0 0",
	} {
		for _, rotate := range []int{0, 90, 180, 270, -90} {
			t.Run(fmt.Sprintf("%s, page turned by %d", name, rotate), func(t *testing.T) {
				t.Parallel()
				b := onePage(fmt.Sprintf("/MediaBox[0 0 300 200]/Rotate %d/Resources<</XObject<</I 5 0 R>>>>", rotate), "q "+cm+" cm /I Do Q",
					stream("/Type/XObject/Subtype/Image/Width 240/Height 160/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", string(jpg)))
				f := open(t, r, b)
				s, err := f.Page(t.Context(), 1, digitise.ToRead|digitise.ToShow)
				if err != nil {
					t.Fatal(err)
				}
				if s.Picture.Encoding != page.JPEG || !bytes.Equal(s.Picture.Data, jpg) {
					t.Fatalf("the page became %s", s.Picture.Encoding)
				}
				compare(t, f, s.Picture)
				wide := rotate%180 == 0
				if wide != (s.WidthPt == 300) || wide != (s.HeightPt == 200) {
					t.Errorf("the page is %v × %v points", s.WidthPt, s.HeightPt)
				}
			})
		}
	}
}

// compare draws page 1 with PDFium and looks at the middle of each quadrant of both.
func compare(t *testing.T, f *File, p page.Picture) {
	t.Helper()
	under := groundOf(p)
	if _, blank := under.(blankGround); blank {
		t.Fatal("the passed picture cannot be decoded")
	}
	err := f.withSheet(t.Context(), 1, func(s *sheet) error {
		c, err := s.draw(60, 60, layers{})
		if err != nil {
			return err
		}
		for _, at := range [4][2]float64{{.25, .25}, {.75, .25}, {.25, .75}, {.75, .75}} {
			r0, g0, b0 := c.at(at[0], at[1])
			r1, g1, b1 := under.at(at[0], at[1])
			if far(r0, r1) || far(g0, g1) || far(b0, b1) {
				t.Errorf("at %v PDFium draws %d %d %d, the picture shows %d %d %d", at, r0, g0, b0, r1, g1, b1)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func far(a, b uint8) bool { return math.Abs(float64(a)-float64(b)) > 24 }

// g4 is a Group 4 picture of 16 × 4: the first eight pixels of each row black, the rest white. H mode with a run of 0 white and 8 black, then
// V0 to the end of the line; the following rows V0 V0 V0.
func g4() string {
	return string(pack("001"+"00110101"+"000101"+"1", strings.Repeat("1", 3), strings.Repeat("1", 3), strings.Repeat("1", 3), "000000000001000000000001"))
}

func pack(codes ...string) []byte {
	s := strings.Join(codes, "")
	out := make([]byte, (len(s)+7)/8)
	for i, c := range s {
		if c == '1' {
			out[i/8] |= 0x80 >> (i % 8)
		}
	}
	return out
}

func TestAPassedFaxLooksAsPDFiumDrawsIt(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	for name, tc := range map[string]struct {
		entries, parms string
		inverted       bool
	}{
		"plain":              {"/ColorSpace/DeviceGray", "", false},
		"with BlackIs1":      {"/ColorSpace/DeviceGray", "/BlackIs1 true", false},
		"with Decode turned": {"/ColorSpace/DeviceGray/Decode[1 0]", "", true},
		"turned twice":       {"/ColorSpace/DeviceGray/Decode[1 0]", "/BlackIs1 true", true},
		"a stencil":          {"/ImageMask true", "", false},
		"a turned stencil":   {"/ImageMask true/Decode[1 0]", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t, r, onePage("/MediaBox[0 0 160 40]/Resources<</XObject<</I 5 0 R>>>>", "160 0 0 40 0 0 cm /I Do",
				stream("/Type/XObject/Subtype/Image/Width 16/Height 4/BitsPerComponent 1"+tc.entries+
					"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 16/Rows 4"+tc.parms+">>", g4())))
			s, err := f.Page(t.Context(), 1, digitise.ToRead|digitise.ToShow)
			if err != nil {
				t.Fatal(err)
			}
			if p := s.Picture; p.Encoding != page.CCITT || p.CCITT.K != -1 || p.Inverted != tc.inverted {
				t.Fatalf("the page became %s, inverted %v", p.Encoding, p.Inverted)
			}
			compare(t, f, s.Picture)
		})
	}
}

func TestWhichPagesPassThrough(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	jpg := string(quadrants(t, 200, 100))
	img := stream("/Type/XObject/Subtype/Image/Width 200/Height 100/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", jpg)
	font := "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
	const entries = "/MediaBox[0 0 200 100]/Resources<</XObject<</I 5 0 R>>/Font<</F 6 0 R>>/ExtGState<</G 7 0 R>>>>"
	half := "<</Type/ExtGState/ca 0.5>>"
	for name, tc := range map[string]struct {
		content string
		passes  bool
	}{
		"a picture alone":                         {"q 200 0 0 100 0 0 cm /I Do Q", true},
		"nested transformations":                  {"q 2 0 0 2 0 0 cm q 100 0 0 50 0 0 cm /I Do Q Q", true},
		"comments and marked content":             {"%a\n/P <</MCID 0>> BDC q 200 0 0 100 0 0 cm /I Do Q EMC", true},
		"a hair off the page's edge":              {"q 199.5 0 0 99.6 0.2 0.2 cm /I Do Q", true},
		"a background under it":                   {"1 g 0 0 200 100 re f q 200 0 0 100 0 0 cm /I Do Q", true},
		"a clip of the whole page":                {"q 0 0 200 100 re W n 200 0 0 100 0 0 cm /I Do Q", true},
		"the invisible text of a scanner over it": {"q 200 0 0 100 0 0 cm /I Do Q BT /F 12 Tf 3 Tr 20 20 Td (recognised) Tj ET", true},
		"visible text over it":                    {"q 200 0 0 100 0 0 cm /I Do Q BT /F 12 Tf 20 20 Td (stamp) Tj ET", false},
		"a line over it":                          {"q 200 0 0 100 0 0 cm /I Do Q 0 0 m 50 50 l S", false},
		"a picture with a margin":                 {"q 150 0 0 75 10 10 cm /I Do Q", false},
		"a picture cut by the page":               {"q 400 0 0 200 0 0 cm /I Do Q", false},
		"a skewed picture":                        {"q 200 4 -4 100 0 0 cm /I Do Q", false},
		"half transparent":                        {"/G gs q 200 0 0 100 0 0 cm /I Do Q", false},
		"a clip that hides some of it":            {"q 0 0 50 50 re W n 200 0 0 100 0 0 cm /I Do Q", false},
		"two pictures beside each other":          {"q 100 0 0 100 0 0 cm /I Do Q q 100 0 0 100 100 0 cm /I Do Q", false},
		"a layer that may be off":                 {"/OC /L BDC q 200 0 0 100 0 0 cm /I Do Q EMC", false},
		"an inline picture over it":               {"q 200 0 0 100 0 0 cm /I Do Q BI /W 1 /H 1 /BPC 8 /CS /G ID \xff EI", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pageOf(t, r, onePage(entries, tc.content, img, font, half))
			if passed := s.Picture.Encoding == page.JPEG; passed != tc.passes {
				t.Errorf("the page became %s", s.Picture.Encoding)
			}
			if len(s.Embedded) > 0 {
				t.Errorf("a picture was taken for text: %q", page.Result{Lines: s.Embedded}.Text())
			}
			if !tc.passes && s.Picture.Encoding != page.PNM {
				t.Errorf("the page became %s", s.Picture.Encoding)
			}
		})
	}
}

func TestBornDigitalTextComesWithItsPlaces(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	for _, rotate := range []int{0, 90, 180, 270} {
		t.Run(fmt.Sprintf("page turned by %d", rotate), func(t *testing.T) {
			t.Parallel()
			// Text set so that it is upright after the page's turn, at 72 points from the left and 144 from the top.
			tm := map[int]string{0: "1 0 0 1 72 648", 90: "0 1 -1 0 144 72", 180: "-1 0 0 -1 540 144", 270: "0 -1 1 0 468 720"}[rotate]
			s := pageOf(t, r, onePage(fmt.Sprintf("/MediaBox[0 0 612 792]/Rotate %d/Resources<</Font<</F 5 0 R>>>>", rotate),
				"BT /F 24 Tf "+tm+" Tm (Hello World) Tj ET", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"))
			if len(s.Embedded) != 1 || s.Embedded[0].Text() != "Hello World" || len(s.Embedded[0].Words) != 2 {
				t.Fatalf("got %q", page.Result{Lines: s.Embedded}.Text())
			}
			l := s.Embedded[0]
			k := s.Picture.DPIX / 72
			if x := float64(l.Box.X0) / k; math.Abs(x-74) > 3 {
				t.Errorf("the line begins %v points from the left, want 72 to 76", x)
			}
			if y := l.BaseFrom.Y / k; math.Abs(y-144) > 1 {
				t.Errorf("the baseline is %v points from the top, want 144", y)
			}
			if l.Words[0].Box.X1 > l.Words[1].Box.X0 || l.Words[0].Confidence != 100 {
				t.Errorf("words at %v and %v", l.Words[0].Box, l.Words[1].Box)
			}
		})
	}
}

func TestTextThatIsNotToBeBelieved(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	helvetica := "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
	const content = "BT /F 24 Tf 72 600 Td (Hello World) Tj ET"
	for name, b := range map[string][]byte{
		"a Vietnamese font from before Unicode": onePage("/MediaBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>>>", content,
			"<</Type/Font/Subtype/TrueType/BaseFont/.VnTime/Encoding/WinAnsiEncoding/FirstChar 32/LastChar 33/Widths[500 500]>>"),
		"text that covers little of the ink": onePage("/MediaBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>>>",
			content+strings.Repeat(" 2 w 100 100 m 110 115 l 120 90 l 130 110 l S 1 0 0 1 3 4 cm", 60), helvetica),
		"invisible text over drawn strips": onePage("/MediaBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>>>",
			"BT /F 24 Tf 72 600 Td (Hello) Tj 3 Tr 0 -40 Td (Hello World) Tj 0 -40 Td (again) Tj ET", helvetica),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s := pageOf(t, r, b); len(s.Embedded) > 0 {
				t.Errorf("believed %q", page.Result{Lines: s.Embedded}.Text())
			}
		})
	}
}

func TestWhatIsLaidOverAPage(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	jpg := string(quadrants(t, 400, 200))
	img := stream("/Type/XObject/Subtype/Image/Width 400/Height 200/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", jpg)
	look := stream("/Type/XObject/Subtype/Form/BBox[0 0 60 20]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>",
		"0 0 0 rg BT /F 12 Tf 2 5 Td (No 507) Tj ET")
	build := func(annotation string) []byte {
		return onePage("/MediaBox[0 0 400 200]/Annots[6 0 R]/Resources<</XObject<</I 5 0 R>>>>", "q 400 0 0 200 0 0 cm /I Do Q", img,
			"<</Type/Annot/Rect[300 20 360 40]/AP<</N 7 0 R>>"+annotation+">>", look)
	}
	for name, tc := range map[string]struct {
		annotation string
		shows      bool
	}{
		"a stamp":                {"/Subtype/Stamp/F 4", true},
		"a signature field":      {"/Subtype/Widget/FT/Sig/T(s)/F 132", true},
		"a hidden one":           {"/Subtype/Stamp/F 2", false},
		"one not to be viewed":   {"/Subtype/Stamp/F 32", false},
		"a link":                 {"/Subtype/Link/F 4", false},
		"one without appearance": {"/Subtype/Widget/FT/Sig/T(s)/F 4/AP null", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t, r, build(tc.annotation))
			for range 2 { // a second reading gives the same: the first did not change the page
				s, err := f.Page(t.Context(), 1, digitise.ToRead|digitise.ToShow)
				if err != nil {
					t.Fatal(err)
				}
				if s.Picture.Encoding != page.JPEG {
					t.Errorf("the page became %s", s.Picture.Encoding)
				}
				if !tc.shows {
					if len(s.Overlays) > 0 || len(s.Laid) > 0 {
						t.Errorf("%d overlays, %q", len(s.Overlays), page.Result{Lines: s.Laid}.Text())
					}
					continue
				}
				if len(s.Overlays) != 1 || len(s.Laid) != 1 || s.Laid[0].Text() != "No 507" {
					t.Fatalf("%d overlays, %q", len(s.Overlays), page.Result{Lines: s.Laid}.Text())
				}
				o := s.Overlays[0]
				if math.Abs(o.X0-299) > 1 || math.Abs(o.Y0-159) > 1 || math.Abs(o.X1-361) > 1 || math.Abs(o.Y1-181) > 1 {
					t.Errorf("overlay at %v,%v–%v,%v points", o.X0, o.Y0, o.X1, o.Y1)
				}
				if b := s.Laid[0].Box; b.X0 < 299 || b.Y0 < 159 || b.X1 > 361 || b.Y1 > 181 {
					t.Errorf("its text is at %v pixels", b)
				}
				if o.Picture.Encoding != page.Flate && o.Picture.Encoding != page.JPEG {
					t.Errorf("overlay is %s", o.Picture.Encoding)
				}
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	tree := []string{"<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>"}
	signature := "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/Contents<00>/ByteRange[0 %d %d %d]>>"
	for name, tc := range map[string]struct {
		catalog string
		more    []string
		want    string
		signed  int
	}{
		"nothing to say":                {"", nil, "", 0},
		"JavaScript at opening":         {"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", nil, "javascript", 0},
		"a program to start":            {"/OpenAction 4 0 R", []string{"<</S/Launch/F(calc.exe)>>"}, "start programs", 0},
		"an XFA form":                   {"/AcroForm<</Fields[]/XFA 4 0 R>>", []string{stream("", "<xdp/>")}, "xfa", 0},
		"a file inside":                 {"/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>", []string{"<</Type/Filespec/F(a)/EF<</F 5 0 R>>>>", stream("/Type/EmbeddedFile", "x")}, "attached files", 0},
		"changed after its signature":   {"", []string{fmt.Sprintf(signature, 10, 20, 30)}, "after its last digital signature", 1},
		"a signature of the whole file": {"", []string{fmt.Sprintf(signature, 100, 200, 9999)}, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := pdf(append(append([]string{"<</Type/Catalog/Pages 2 0 R" + tc.catalog + ">>"}, tree...), tc.more...)...)
			if n := fmt.Sprint(len(b) - 200); len(n) == 3 { // let the range reach the end, keeping the length
				b = bytes.Replace(b, []byte("9999"), []byte("+"+n), 1)
			}
			f := open(t, r, b)
			if got := lower(f.Warnings()); !strings.Contains(got, tc.want) || tc.want == "" && got != "" {
				t.Errorf("warnings are %q, want %q", got, tc.want)
			}
			if len(f.Signatures()) != tc.signed {
				t.Errorf("%d signatures, want %d", len(f.Signatures()), tc.signed)
			}
		})
	}
}

// TestABrokenObjectElsewhereChangesNoPage: rubble that no page uses must not turn passed pictures into drawn ones.
func TestABrokenObjectElsewhereChangesNoPage(t *testing.T) {
	t.Parallel()
	jpg := string(quadrants(t, 200, 100))
	f := open(t, newRenderer(t), onePage("/MediaBox[0 0 200 100]/Resources<</XObject<</I 5 0 R>>>>", "200 0 0 100 0 0 cm /I Do",
		stream("/Type/XObject/Subtype/Image/Width 200/Height 100/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", jpg), "<</Rubble ]>>"))
	f.Warnings()
	s, err := f.Page(t.Context(), 1, digitise.ToRead|digitise.ToShow)
	if err != nil || s.Picture.Encoding != page.JPEG {
		t.Errorf("the page became %s, %v", s.Picture.Encoding, err)
	}
}

// TestOverlaysTurnWithThePage checks where a stamp lies on pages turned by the file, passed and drawn alike.
func TestOverlaysTurnWithThePage(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	img := stream("/Type/XObject/Subtype/Image/Width 400/Height 200/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", string(quadrants(t, 400, 200)))
	look := stream("/Type/XObject/Subtype/Form/BBox[0 0 60 20]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>",
		"0 0 0 rg BT /F 12 Tf 2 5 Td (No 507) Tj ET")
	for rotate, want := range map[int]rect{
		0: {300, 160, 360, 180}, 90: {20, 300, 40, 360}, 180: {40, 20, 100, 40}, 270: {160, 40, 180, 100},
	} {
		for kind, content := range map[string]string{"passed": "q 400 0 0 200 0 0 cm /I Do Q", "drawn": "q 300 0 0 150 9 9 cm /I Do Q"} {
			t.Run(fmt.Sprintf("%s, turned by %d", kind, rotate), func(t *testing.T) {
				t.Parallel()
				s := pageOf(t, r, onePage(fmt.Sprintf("/MediaBox[0 0 400 200]/Rotate %d/Annots[6 0 R]/Resources<</XObject<</I 5 0 R>>>>", rotate), content, img,
					"<</Type/Annot/Subtype/Stamp/F 4/Rect[300 20 360 40]/AP<</N 7 0 R>>>>", look))
				if (s.Picture.Encoding == page.JPEG) != (kind == "passed") || len(s.Overlays) != 1 || len(s.Laid) == 0 {
					t.Fatalf("%s with %d overlays and %d lines", s.Picture.Encoding, len(s.Overlays), len(s.Laid))
				}
				o := s.Overlays[0]
				got := rect{o.X0, o.Y0, o.X1, o.Y1}
				if !covers(rect{got.x0 - 1, got.y0 - 1, got.x1 + 1, got.y1 + 1}, want) || !covers(rect{want.x0 - 2, want.y0 - 2, want.x1 + 2, want.y1 + 2}, got) {
					t.Errorf("overlay at %v, want %v", got, want)
				}
				w, h := float64(s.Picture.Width), float64(s.Picture.Height)
				if s.Picture.Turn.Swaps() {
					w, h = h, w
				}
				kx, ky := w/s.WidthPt, h/s.HeightPt
				for _, l := range s.Laid {
					b := rect{float64(l.Box.X0) / kx, float64(l.Box.Y0) / ky, float64(l.Box.X1) / kx, float64(l.Box.Y1) / ky}
					if !covers(rect{want.x0 - 1, want.y0 - 1, want.x1 + 1, want.y1 + 1}, b) {
						t.Errorf("%q at %v, outside %v", l.Text(), b, want)
					}
				}
			})
		}
	}
}
