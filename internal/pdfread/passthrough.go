package pdfread

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/image/ccitt"

	"sohoa/internal/fault"
	"sohoa/internal/page"
	"sohoa/internal/pageimage"
)

// nativeSize is the pixel size of a page that is one picture which cannot travel as it is: it is drawn at exactly that size.
type nativeSize struct {
	width, height int
	colour        bool
}

// picture tells what to do with a page that is one picture: pass its bytes through, or draw it at its own resolution. Callers guard it.
func (s *structure) picture(f pageFacts, p *placed) (page.Picture, nativeSize, error) {
	d := p.image.Dict
	w, h := s.integer(d["Width"], 0), s.integer(d["Height"], 0)
	if w < 1 || h < 1 {
		return page.Picture{}, nativeSize{}, nil
	}
	if w > maxSide || h > maxSide || int64(w)*int64(h) > MaxPixels {
		return page.Picture{}, nativeSize{}, fault.New(fault.PageTooLarge,
			"the page's picture is %d × %d pixels; at most %d megapixels are taken: scan at a lower resolution", w, h, MaxPixels/1_000_000)
	}
	turn, mirror, ok := orientation(p.ctm)
	if !ok {
		return page.Picture{}, nativeSize{}, nil
	}
	pic := page.Picture{Width: w, Height: h, Turn: turn.Add(f.turn), Mirror: mirror, AdobeTransform: -1}
	inches := func(a, b float64) float64 { return math.Hypot(a, b) * f.unit / 72 }
	pic.DPIX, pic.DPIY = float64(w)/inches(p.ctm[0], p.ctm[1]), float64(h)/inches(p.ctm[2], p.ctm[3])
	if len(p.image.FilterPipeline) == 1 && s.load(&p.image, pageimage.MaxPageBytes) == nil {
		var passed bool
		switch p.image.FilterPipeline[0].Name {
		case "DCTDecode", "DCT":
			passed = s.passJPEG(&pic, p.image)
		case "CCITTFaxDecode", "CCF":
			passed = s.passCCITT(&pic, p.image)
		}
		if passed {
			return pic, nativeSize{}, nil
		}
	}
	n := nativeSize{width: w, height: h, colour: s.components(d["ColorSpace"]) != 1 && !s.boolean(d["ImageMask"])}
	if pic.Turn.Swaps() {
		n.width, n.height = h, w
	}
	return page.Picture{}, n, nil
}

// orientation reads how a picture lies on the page before /Rotate; false when it is skewed.
func orientation(m matrix) (turn page.Turn, mirror, ok bool) {
	size := math.Max(math.Hypot(m[0], m[1]), math.Hypot(m[2], m[3]))
	flat := func(v float64) bool { return math.Abs(v) < size/2000 }
	var right [2]float64 // where the picture's right side points when it is only turned
	switch up := [2]float64{m[2], m[3]}; {
	case flat(up[0]) && up[1] > 0:
		turn, right = 0, [2]float64{1, 0}
	case flat(up[1]) && up[0] > 0:
		turn, right = 90, [2]float64{0, -1}
	case flat(up[0]) && up[1] < 0:
		turn, right = 180, [2]float64{-1, 0}
	case flat(up[1]) && up[0] < 0:
		turn, right = 270, [2]float64{0, 1}
	default:
		return 0, false, false
	}
	along := m[0]*right[0] + m[1]*right[1]
	across := m[0]*right[1] + m[1]*right[0]
	if !flat(across) || flat(along) {
		return 0, false, false
	}
	return turn, along < 0, true
}

// components is the number of components of a colour space whose samples are colours; 0 for anything that needs a look-up or a
// transformation (Indexed, Separation, DeviceN, Lab).
func (s *structure) components(o types.Object) int {
	o = s.resolve(o)
	name := s.name(o)
	a, _ := o.(types.Array)
	if len(a) > 0 {
		name = s.name(a[0])
	}
	switch name {
	case "DeviceGray", "G", "CalGray":
		return 1
	case "DeviceRGB", "RGB", "CalRGB":
		return 3
	case "DeviceCMYK", "CMYK":
		return 4
	case "ICCBased":
		if len(a) > 1 {
			if d := s.dict(a[1]); d != nil {
				return s.integer(d["N"], 0)
			}
		}
	}
	return 0
}

// inverted reads a Decode array: whether it turns every component around; false in ok for any other mapping.
func (s *structure) inverted(o types.Object, components int) (inverted, ok bool) {
	a := s.array(o)
	if a == nil {
		return false, true
	}
	if len(a) < 2*components {
		return false, false
	}
	for i := range components {
		lo, _ := s.number(a[2*i])
		hi, _ := s.number(a[2*i+1])
		down := lo == 1 && hi == 0
		if !down && (lo != 0 || hi != 1) || i > 0 && down != inverted {
			return false, false
		}
		inverted = down
	}
	return inverted, true
}

// passJPEG takes a JPEG as it is, when its header and the page agree on what it shows.
func (s *structure) passJPEG(pic *page.Picture, sd types.StreamDict) bool {
	if s.boolean(sd.Dict["ImageMask"]) {
		return false
	}
	p, _, err := pageimage.ParseJPEG(sd.Raw)
	if err != nil || p.Width != pic.Width || p.Height != pic.Height || s.components(sd.Dict["ColorSpace"]) != p.Components {
		return false
	}
	if parms := sd.FilterPipeline[0].DecodeParms; parms != nil {
		if t, ok := s.number(parms["ColorTransform"]); ok && p.AdobeTransform < 0 && (p.Components == 3) != (t == 1) {
			return false // a colour transform that the bare JPEG would not tell
		}
	}
	inverted, ok := s.inverted(sd.Dict["Decode"], p.Components)
	if !ok {
		return false
	}
	pic.Encoding, pic.Data, pic.Components, pic.BitsPerComponent = page.JPEG, p.Data, p.Components, 8
	// In a PDF only Decode turns samples around; the Adobe marker does so in bare files alone.
	pic.AdobeTransform, pic.Inverted = p.AdobeTransform, inverted
	return true
}

// passCCITT takes a Group 4 stream as it is, when it can be decoded to the end.
func (s *structure) passCCITT(pic *page.Picture, sd types.StreamDict) bool {
	mask := s.boolean(sd.Dict["ImageMask"])
	if !mask && (s.integer(sd.Dict["BitsPerComponent"], 1) != 1 || s.components(sd.Dict["ColorSpace"]) != 1) {
		return false
	}
	parms := sd.FilterPipeline[0].DecodeParms
	flag := func(key string, otherwise bool) bool {
		if o := s.get(parms, key); o != nil {
			return s.boolean(o)
		}
		return otherwise
	}
	c := page.CCITTParams{
		K: s.integer(parms["K"], 0), EndOfLine: flag("EndOfLine", false), EncodedByteAlign: flag("EncodedByteAlign", false),
		NoEndOfBlock: !flag("EndOfBlock", true), BlackIs1: flag("BlackIs1", false),
	}
	if c.K >= 0 || s.integer(parms["Columns"], 1728) != pic.Width {
		return false
	}
	inverted, ok := s.inverted(sd.Dict["Decode"], 1)
	if !ok {
		return false
	}
	if !s.soundFax(sd.Raw, pic.Width, pic.Height, c.EncodedByteAlign) {
		return false
	}
	pic.Encoding, pic.Data, pic.Components, pic.BitsPerComponent = page.CCITT, sd.Raw, 1, 1
	// A stencil paints its zeros black, as gray does: both read the same way.
	pic.CCITT, pic.Inverted = &c, inverted
	return true
}

// soundFax reports whether a Group 4 stream can be decoded to the end.
func (s *structure) soundFax(raw []byte, width, height int, align bool) bool {
	h := sha256.New()
	fmt.Fprintln(h, width, height, align)
	h.Write(raw)
	key := [sha256.Size]byte(h.Sum(nil))
	sound, known := s.faxes[key]
	if !known {
		r := ccitt.NewReader(bytes.NewReader(raw), ccitt.MSB, ccitt.Group4, width, height, &ccitt.Options{Align: align})
		n, err := io.Copy(io.Discard, r)
		sound = err == nil && n == int64((width+7)/8)*int64(height)
		if s.faxes == nil {
			s.faxes = map[[sha256.Size]byte]bool{}
		}
		s.faxes[key] = sound // at most one a page
	}
	return sound
}
