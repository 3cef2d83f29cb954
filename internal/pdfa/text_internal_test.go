package pdfa

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sohoa/internal/page"
)

// shown reads back a content stream as a viewer does: the codes of every Tj through the ToUnicode map.
func shown(t testing.TB, content []byte, g *glyphs) []string {
	t.Helper()
	meaning := map[uint16]string{}
	for _, m := range regexp.MustCompile(`(?m)^<([0-9A-F]{4})><([0-9A-F]+)>$`).FindAllSubmatch(g.toUnicode(), -1) {
		code, _ := hex.DecodeString(string(m[1]))
		text, err := hex.DecodeString(string(m[2]))
		if err != nil {
			t.Fatalf("ToUnicode: %v", err)
		}
		var units []uint16
		for i := 0; i < len(text); i += 2 {
			units = append(units, uint16(text[i])<<8|uint16(text[i+1]))
		}
		meaning[uint16(code[0])<<8|uint16(code[1])] = string(utf16.Decode(units))
	}
	var words []string
	p := parser{b: content}
	var last any
	for {
		p.space()
		if p.at >= len(p.b) {
			return words
		}
		v, err := p.value()
		if err != nil {
			t.Fatalf("content at %d: %v", p.at, err)
		}
		if v == op("TJ") {
			for _, part := range last.([]any) {
				raw, ok := part.([]byte)
				if !ok {
					continue // a move
				}
				var word strings.Builder
				for i := 0; i < len(raw); i += 2 {
					s, ok := meaning[uint16(raw[i])<<8|uint16(raw[i+1])]
					if !ok {
						t.Fatalf("code %x means nothing", raw[i:i+2])
					}
					word.WriteString(s)
				}
				words = append(words, word.String())
			}
		}
		last = v
	}
}

func FuzzTextLayer(f *testing.F) {
	for _, s := range []string{"Ủy", "", "a\\(b)\r\n", "\xff\xfe", "👩‍👩‍👧", "a\u0300", "\uFEFF\uFFFF\U0010FFFF", strings.Repeat("dài ", 99)} {
		f.Add(s, 10, 20, 200, 40, 12.5, 0.1)
	}
	f.Add("x", -1<<40, 1<<40, 0, 0, math.Inf(1), math.NaN())
	f.Fuzz(func(t *testing.T, s string, x0, y0, x1, y1 int, size, slope float64) {
		if utf8.RuneCountInString(s) > 2000 {
			return
		}
		box := page.Box{X0: x0, Y0: y0, X1: x1, Y1: y1}
		line := page.Line{
			Words: []page.Word{{Text: s, Box: box}, {Text: "cuối", Box: box}}, Size: size,
			BaseFrom: page.Point{X: float64(x0), Y: float64(y1)}, BaseTo: page.Point{X: float64(x1), Y: float64(y1) + slope*float64(x1-x0)},
		}
		var g glyphs
		layer := textLayer{g: &g, kx: 0.24, ky: 0.24, top: 842}
		content := layer.append(nil, []page.Line{line})
		for _, bad := range []string{"NaN", "Inf", "e+", "--"} {
			if i := bytes.Index(withoutStrings(content), []byte(bad)); i >= 0 {
				t.Fatalf("content holds %q", bad)
			}
		}
		var want []string
		if !box.Empty() {
			if c := cleanText(s); c != "" {
				want = append(want, c+" ")
			}
			want = append(want, "cuối ")
		}
		got := shown(t, content, &g)
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Fatalf("%q in %v is shown as %q, want %q", s, box, got, want)
		}
	})
}

// withoutStrings blanks the literal strings of a content stream.
func withoutStrings(b []byte) []byte {
	return regexp.MustCompile(`(?s)\((\\.|[^\\)])*\)`).ReplaceAll(b, []byte("()"))
}

func FuzzCleanText(f *testing.F) {
	for _, s := range []string{"a b", "\u0000", "a\u0323\u0302", "\u200D", "  \n x", "\xf0\x28"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := cleanText(s)
		if !utf8.ValidString(c) || !norm.NFC.IsNormalString(c) || c != strings.TrimSpace(c) || strings.Contains(c, "  ") {
			t.Errorf("cleanText(%q) = %q", s, c)
		}
		for _, r := range c {
			if !keeps(r) {
				t.Errorf("cleanText(%q) keeps %U", s, r)
			}
		}
		if again := cleanText(c); again != c {
			t.Errorf("cleanText(cleanText(%q)) = %q, want %q", s, again, c)
		}
	})
}

func FuzzTextString(f *testing.F) {
	f.Add("a(b)\\\r\n")
	f.Add("Số 😀")
	f.Fuzz(func(t *testing.T, s string) {
		s = cleanText(s)
		p := parser{b: appendTextString(nil, s)}
		v, err := p.value()
		if err != nil || p.at != len(p.b) {
			t.Fatalf("%q does not read back: %v", s, err)
		}
		raw := v.([]byte)
		got := string(raw)
		if bytes.HasPrefix(raw, []byte{0xFE, 0xFF}) {
			var units []uint16
			for i := 2; i+1 < len(raw); i += 2 {
				units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			got = string(utf16.Decode(units))
		}
		if got != s {
			t.Errorf("%q reads back as %q", s, got)
		}
	})
}

func TestAppendNum(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		v        float64
		decimals int
		want     string
	}{
		{0, 2, "0"}, {-0.001, 2, "0"}, {1, 3, "1"}, {-1.5, 1, "-1.5"}, {0.25, 2, ".25"}, {-0.05, 2, "-.05"}, {1.005, 1, "1"}, {1e9, 2, "1000000000"}, {2.999, 2, "3"},
		{math.NaN(), 2, "0"}, {math.Inf(-1), 2, "-2147483647"}, {1e300, 1, "2147483647"},
	} {
		if got := string(appendNum(nil, tc.v, tc.decimals)); got != tc.want {
			t.Errorf("appendNum(%g, %d) = %s, want %s", tc.v, tc.decimals, got, tc.want)
		}
	}
}

func TestTheCompressorIsTheOneWeKnow(t *testing.T) {
	t.Parallel()
	f := newFile(&bytes.Buffer{})
	var text []byte
	for i := range 2000 {
		text = appendNum(append(text, " Td (Quyết định) Tj\n"...), float64(i*i%977)/10, 1)
	}
	const want = "9cb5869bb211d7a7f099857265815f868c2575aece5a5354f4d65779924cf654"
	if got := sum(f.deflate(text)); got != want {
		t.Errorf("compress/zlib gives other bytes than the release this Version was made with: %s, want %s. Raise Version and update this test and the golden file", got, want)
	}
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
