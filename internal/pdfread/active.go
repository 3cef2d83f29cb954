package pdfread

import (
	"math"
	"slices"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"sohoa/internal/signature"
)

// signed is where a signature says that it stands.
type signed struct {
	span signature.Range
	// coversFile reports whether the signed ranges reach the end of the file: nothing was added after signing.
	coversFile bool
	at         time.Time // that the dictionary claims; zero for none
}

// inventory is what a file carries besides its pages.
type inventory struct {
	active     []string // what a rendition leaves behind, for people
	signatures []signed
}

// maxSurveyed is how many objects are looked at; real papers have under ten thousand.
const maxSurveyed = 200_000

// inventory looks at every object of the file once. Callers guard it.
func (s *structure) inventory(sizeBytes int64) inventory {
	found := map[string]bool{}
	var inv inventory
	left := maxSurveyed
	s.each(func(o types.Object) bool {
		s.survey(o, 0, sizeBytes, found, &inv)
		left--
		return left > 0
	})
	for what := range found {
		inv.active = append(inv.active, what)
	}
	slices.Sort(inv.active)
	return inv
}

// survey looks at an object and what it holds directly; references are met as objects of their own.
func (s *structure) survey(o types.Object, depth int, sizeBytes int64, found map[string]bool, inv *inventory) {
	if depth > 12 {
		return
	}
	var d types.Dict
	switch o := o.(type) {
	case types.Array:
		for _, v := range o {
			s.survey(v, depth+1, sizeBytes, found, inv)
		}
		return
	case types.Dict:
		d = o
	case types.StreamDict:
		d = o.Dict
	default:
		return
	}
	s.surveyDict(d, sizeBytes, found, inv)
	for _, v := range d {
		switch v.(type) {
		case types.Dict, types.Array:
			s.survey(v, depth+1, sizeBytes, found, inv)
		}
	}
}

func (s *structure) surveyDict(d types.Dict, sizeBytes int64, found map[string]bool, inv *inventory) {
	switch n, _ := d["S"].(types.Name); n {
	case "JavaScript":
		found["JavaScript"] = true
	case "Launch":
		found["actions that start programs"] = true
	case "SubmitForm", "ImportData":
		found["form actions that send or fetch data"] = true
	case "Rendition", "Movie", "Sound", "GoTo3DView", "RichMediaExecute":
		found["sound, video or 3D"] = true
	}
	switch n, _ := d["Subtype"].(types.Name); n {
	case "RichMedia", "Movie", "Sound", "Screen", "3D":
		found["sound, video or 3D"] = true
	case "FileAttachment":
		found["attached files"] = true
	}
	if n, _ := d["Type"].(types.Name); n == "EmbeddedFile" {
		found["attached files"] = true
	}
	if _, ok := d["EF"]; ok {
		found["attached files"] = true
	}
	if _, ok := d["XFA"]; ok {
		found["an XFA form"] = true
	}
	if sig, ok := s.signature(d, sizeBytes); ok {
		inv.signatures = append(inv.signatures, sig)
	}
}

// signature recognises a signature dictionary by its ByteRange and Contents.
func (s *structure) signature(d types.Dict, sizeBytes int64) (signed, bool) {
	if _, ok := d["Contents"]; !ok {
		return signed{}, false
	}
	a := s.array(d["ByteRange"])
	if len(a) < 4 || len(a)%2 != 0 {
		return signed{}, false
	}
	var n [4]int64 // more than two ranges are not made by anybody; what they leave out is then no signature
	for i, o := range [4]types.Object{a[0], a[1], a[len(a)-2], a[len(a)-1]} {
		v, ok := s.number(o)
		if !ok || v != math.Trunc(v) || math.Abs(v) > 1<<52 {
			return signed{}, true
		}
		n[i] = int64(v)
	}
	return signed{
		at: s.date(d["M"]), span: signature.Range{From: n[0], Length: n[1], Then: n[2], Rest: n[3]}, coversFile: n[0] == 0 && n[2]+n[3] == sizeBytes,
	}, true
}

// date reads a PDF date (D:20250203104725+07'00'); zero where it is none.
func (s *structure) date(o types.Object) time.Time {
	var text string
	switch v := s.resolve(o).(type) {
	case types.StringLiteral:
		text = string(v)
	case types.HexLiteral:
		b, err := v.Bytes()
		if err != nil {
			return time.Time{}
		}
		text = string(b)
	}
	if t, ok := types.DateTime(text, true); ok {
		return t
	}
	return time.Time{}
}
