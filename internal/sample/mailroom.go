package sample

import (
	"strconv"
	"strings"
)

// mailroom adds what hands leave on a paper after it was signed: the incoming-mail stamp of whoever received it,
// and the initial of the clerk who scanned it.
func (w *writer) mailroom() {
	first := w.sheets[0]
	// A result that is handed out seldom passes another registry, and a paper in good order hardly ever.
	stamped, initialled := w.r.chance(0.04+0.16*(1-w.care)), w.r.chance(0.2)
	careful := w.r.float() < w.care
	s := boxStamp{
		x: w.r.between(8, 40), y: w.r.between(150, 240), w: w.r.between(88, 112), h: w.r.between(46, 56),
		office: pick(w.r, []string{"VĂN PHÒNG UBND", "TRUNG TÂM HÀNH CHÍNH CÔNG", "PHÒNG VĂN THƯ", "BỘ PHẬN MỘT CỬA"}),
		number: strconv.Itoa(w.r.span(100, 9800)), day: strconv.Itoa(w.made.day) + "/" + strconv.Itoa(w.made.month),
		tilt: w.r.norm() * 2, ink: pick(w.r, []inkKind{blueStamp, redInk, blackPen}), hand: pick(w.r, hands[:]),
	}
	if careful { // in the free corner under the number, or beside it
		s.x, s.w = 4, 70
		s.y = w.r.between(20, 50)
	}
	if stamped && w.fields.signSheet != nil && first.h > 600 && first.guard == nil {
		first.stamps = append(first.stamps, s)
		w.fields.Flags.IncomingStamp = !careful
	}
	if initialled {
		w.initial(first)
	}
}

// spellFields puts the tone marks of the fields where the paper has them.
func (w *writer) spellFields() {
	if !w.oldMarks {
		return
	}
	f, old := w.fields, oldSpelling()
	for _, s := range []*string{&f.AgencyAsPrinted, &f.Superior, &f.Place, &f.Subject, &f.SignerName, &f.SignerTitleAsPrinted, &f.Type} {
		*s = old.Replace(*s)
	}
	for k, v := range f.Extra {
		f.Extra[k] = old.Replace(v)
	}
	f.Agency = normalSpelling(strings.TrimSpace(f.Agency))
}
