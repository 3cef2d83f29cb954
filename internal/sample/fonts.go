package sample

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// faceID names a typeface by its part on the page, not by its maker.
type faceID int

const (
	serif faceID = iota
	serifBold
	serifItalic
	serifBoldItalic
	sans
	sansBold
	handA
	handB
	handC
	faceCount
)

// hands are the faces that number and day may be written in.
var hands = [...]faceID{handA, handB, handC} //nolint:gochecknoglobals // a table that never changes

// faceFile says where a face is found below a font directory, and which Debian package brings it.
type faceFile struct {
	paths []string // the first that exists is taken
	pkg   string
}

//nolint:gochecknoglobals // a table that never changes
var faceFiles = [faceCount]faceFile{
	serif:           liberation("LiberationSerif-Regular.ttf"),
	serifBold:       liberation("LiberationSerif-Bold.ttf"),
	serifItalic:     liberation("LiberationSerif-Italic.ttf"),
	serifBoldItalic: liberation("LiberationSerif-BoldItalic.ttf"),
	sans:            liberation("LiberationSans-Regular.ttf"),
	sansBold:        liberation("LiberationSans-Bold.ttf"),
	handA:           {[]string{"truetype/fifthhorseman/dkgBd.ttf"}, "fonts-dkg-handwriting"},
	handB:           {[]string{"truetype/sjfonts/SteveHand.ttf"}, "fonts-sjfonts"},
	handC:           {[]string{"truetype/breip/Breip.ttf"}, "fonts-breip"},
}

// liberation is metric-compatible with the Times New Roman and Arial that offices print with, and covers
// Vietnamese. Debian 12 keeps it in liberation2, Debian 13 in liberation.
func liberation(file string) faceFile {
	return faceFile{[]string{"truetype/liberation2/" + file, "truetype/liberation/" + file}, "fonts-liberation2"}
}

// FontDirs returns the directories searched for fonts when Options.FontDirs is nil, in order.
func FontDirs() []string {
	return []string{"/usr/share/fonts", "/usr/local/share/fonts"}
}

// Packages returns the Debian packages whose fonts the generator needs.
func Packages() []string {
	var names []string
	for _, f := range faceFiles {
		if len(names) == 0 || names[len(names)-1] != f.pkg {
			names = append(names, f.pkg)
		}
	}
	return names
}

// segment is one piece of an outline in em units, y downwards: op is 'M', 'L', 'Q' or 'C'.
type segment struct {
	op byte
	p  [3]point
}

type point struct{ x, y float64 }

// glyph is one character's outline and advance, both for a size of 1.
type glyph struct {
	outline        []segment
	advance        float64
	x0, y0, x1, y1 float64 // ink bounds; empty for a space
}

// face is one loaded font. Safe for concurrent use.
type face struct {
	name   string
	font   *sfnt.Font
	mu     sync.RWMutex
	glyphs map[rune]*glyph
}

// fontSet holds all faces. Safe for concurrent use.
type fontSet struct{ faces [faceCount]*face }

// loadFonts reads every face or names the packages that bring the missing ones.
func loadFonts(dirs []string) (*fontSet, error) {
	set := &fontSet{}
	var missing []string
	for id, f := range faceFiles {
		data, err := readFirst(dirs, f.paths)
		if errors.Is(err, fs.ErrNotExist) {
			if len(missing) == 0 || missing[len(missing)-1] != f.pkg {
				missing = append(missing, f.pkg)
			}
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("font of %s: %w", f.pkg, err)
		}
		parsed, err := sfnt.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("font %s of %s: %w", f.paths[0], f.pkg, err)
		}
		set.faces[id] = &face{name: f.paths[0], font: parsed, glyphs: map[rune]*glyph{}}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("fonts are missing under %s: apt-get install %s",
			strings.Join(dirs, ", "), strings.Join(missing, " "))
	}
	return set, nil
}

func readFirst(dirs, paths []string) ([]byte, error) {
	for _, d := range dirs {
		for _, p := range paths {
			data, err := os.ReadFile(filepath.Join(d, p))
			if !errors.Is(err, fs.ErrNotExist) {
				return data, err
			}
		}
	}
	return nil, fs.ErrNotExist
}

// glyph returns the outline of a character. A character the font lacks is an error in a layout, so it panics
// with the character's name; the tests walk every layout.
func (f *face) glyph(r rune) *glyph {
	f.mu.RLock()
	g := f.glyphs[r]
	f.mu.RUnlock()
	if g != nil {
		return g
	}
	g, err := f.load(r)
	if err != nil {
		panic(fmt.Sprintf("sample: %s has no %q: %v", f.name, r, err))
	}
	f.mu.Lock()
	f.glyphs[r] = g
	f.mu.Unlock()
	return g
}

func (f *face) load(r rune) (*glyph, error) {
	var buf sfnt.Buffer
	index, err := f.font.GlyphIndex(&buf, r)
	if err != nil {
		return nil, err
	}
	if index == 0 {
		return nil, errors.New("not in the font")
	}
	unit := f.font.UnitsPerEm()
	ppem := fixed.I(int(unit))
	advance, err := f.font.GlyphAdvance(&buf, index, ppem, font.HintingNone)
	if err != nil {
		return nil, err
	}
	segments, err := f.font.LoadGlyph(&buf, index, ppem, nil)
	if err != nil {
		return nil, err
	}
	em := float64(ppem)
	g := &glyph{advance: float64(advance) / em}
	first := true
	for _, s := range segments {
		op, n := byte('M'), 1
		switch s.Op {
		case sfnt.SegmentOpLineTo:
			op = 'L'
		case sfnt.SegmentOpQuadTo:
			op, n = 'Q', 2
		case sfnt.SegmentOpCubeTo:
			op, n = 'C', 3
		case sfnt.SegmentOpMoveTo:
		}
		out := segment{op: op}
		for i := range n {
			p := point{float64(s.Args[i].X) / em, float64(s.Args[i].Y) / em}
			out.p[i] = p
			if first {
				g.x0, g.y0, g.x1, g.y1, first = p.x, p.y, p.x, p.y, false
			}
			g.x0, g.y0 = min(g.x0, p.x), min(g.y0, p.y)
			g.x1, g.y1 = max(g.x1, p.x), max(g.y1, p.y)
		}
		g.outline = append(g.outline, out)
	}
	return g, nil
}

// width returns how far text advances at the given size.
func (s *fontSet) width(id faceID, size float64, text string) float64 {
	w := 0.0
	for _, r := range text {
		w += s.faces[id].glyph(r).advance
	}
	return w * size
}

// ink returns the ink bounds of text set at the origin at the given size.
func (s *fontSet) ink(id faceID, size float64, text string) (x0, y0, x1, y1 float64) {
	pen, first := 0.0, true
	for _, r := range text {
		g := s.faces[id].glyph(r)
		if len(g.outline) > 0 {
			if first {
				x0, y0, x1, y1, first = pen+g.x0, g.y0, pen+g.x1, g.y1, false
			}
			x0, y0 = min(x0, pen+g.x0), min(y0, g.y0)
			x1, y1 = max(x1, pen+g.x1), max(y1, g.y1)
		}
		pen += g.advance
	}
	return x0 * size, y0 * size, x1 * size, y1 * size
}
