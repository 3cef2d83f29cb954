package sample

import (
	"slices"
	"strconv"
	"strings"
)

// agency issues papers.
type agency struct {
	superior string   // as printed above it; may be empty
	lines    []string // as printed
	name     string   // in running text, without the place of a department
	abbr     string   // in symbols
	place    string   // where its papers are dated
	ring     string   // around its seal
	core     string   // across its seal; empty for the emblem
	heads    []string // "CHỦ TỊCH", "PHÓ CHỦ TỊCH", office below
	council  string   // "TM." line; empty when the head signs alone
}

func (w *writer) locality() locality {
	l := newLocality(w.r)
	if w.home != nil {
		l = *w.home
	}
	w.g.set("tinh", l.provinceFull())
	w.g.set("huyen", l.districtFull())
	w.g.set("xa", l.communeFull())
	w.g.set("diaban", l.provinceFull())
	w.g.set("cap", l.province.kind)
	w.g.set("capten", "Ủy ban nhân dân "+l.provinceFull())
	w.g.set("coquan", "Ủy ban nhân dân "+l.provinceFull())
	return l
}

func (w *writer) provinceAgency(l locality) agency {
	return agency{
		lines: []string{"ỦY BAN NHÂN DÂN", strings.ToUpper(l.provinceFull())}, name: "Ủy ban nhân dân " + l.provinceFull(), abbr: "UBND", place: l.province.name,
		ring: "ỦY BAN NHÂN DÂN " + l.provinceFull(), heads: []string{"CHỦ TỊCH", "PHÓ CHỦ TỊCH", "CHÁNH VĂN PHÒNG"}, council: "TM. ỦY BAN NHÂN DÂN",
	}
}

func (w *writer) districtAgency(l locality) agency {
	a := w.provinceAgency(l)
	a.lines, a.name = []string{"ỦY BAN NHÂN DÂN", strings.ToUpper(l.districtFull())}, "Ủy ban nhân dân "+l.districtFull()
	a.place, a.ring = l.district, "UBND "+l.districtFull()+" - "+l.provinceFull()
	w.localise(a.name, l.districtFull(), l.districtKind)
	return a
}

func (w *writer) communeAgency(l locality) agency {
	a := w.provinceAgency(l)
	a.lines, a.name = []string{"ỦY BAN NHÂN DÂN", strings.ToUpper(l.communeFull())}, "Ủy ban nhân dân "+l.communeFull()
	a.place, a.ring = l.commune, "UBND "+l.communeFull()+" - "+l.districtFull()
	a.heads[2] = "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH"
	if w.r.chance(0.4) {
		a.superior = "UBND " + strings.ToUpper(l.districtFull())
	}
	w.localise(a.name, l.communeFull(), l.communeKind)
	return a
}

func (w *writer) localise(name, area, kind string) {
	w.g.set("coquan", name)
	w.g.set("capten", name)
	w.g.set("diaban", area)
	w.g.set("cap", kind)
}

// departments and the abbreviations in their symbols.
//
//nolint:gochecknoglobals // a table that never changes
var departments = []struct{ name, abbr string }{
	{"Sở Tài chính", "STC"}, {"Sở Xây dựng", "SXD"}, {"Sở Nội vụ", "SNV"}, {"Sở Tư pháp", "STP"}, {"Sở Y tế", "SYT"},
	{"Sở Công Thương", "SCT"}, {"Sở Giáo dục và Đào tạo", "SGDĐT"}, {"Sở Khoa học và Công nghệ", "SKHCN"}, {"Sở Nông nghiệp và Môi trường", "SNNMT"},
}

func (w *writer) departmentAgency(l locality) agency {
	d := pick(w.r, departments)
	w.g.set("coquan", d.name)
	return agency{
		superior: "UBND " + strings.ToUpper(l.provinceFull()), lines: []string{strings.ToUpper(d.name)}, name: d.name, abbr: d.abbr, place: l.province.name,
		ring: "UBND " + l.provinceFull(), core: splitCore(d.name), heads: []string{"GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"},
	}
}

// splitCore breaks a name in two for the middle of a seal.
func splitCore(name string) string {
	words := strings.Fields(name)
	if len(words) <= 2 {
		return strings.Join(words, "/")
	}
	cut := 1
	if len(words) > 4 {
		cut = len(words) / 2
	}
	return strings.Join(words[:cut], " ") + "/" + strings.Join(words[cut:], " ")
}

// authority is who signs and for whom.
func (w *writer) authority(a agency) []string {
	var out []string
	council := a.council != "" && w.r.chance(0.35)
	if council {
		out = append(out, a.council)
	}
	switch u := w.r.float(); {
	case u < 0.5:
		return append(out, a.heads[0])
	case u < 0.85 || council:
		return append(out, "KT. "+a.heads[0], a.heads[1])
	default:
		return append(out, "TL. "+a.heads[0], a.heads[2])
	}
}

// number invents a document number: most are short, low ones carry a zero.
func (w *writer) number() string {
	n := w.r.span(1, 99)
	if w.r.chance(0.6) {
		n = w.r.span(100, 3900)
	}
	if n < 10 {
		return "0" + string(rune('0'+n))
	}
	return strconv.Itoa(n)
}

// letterhead is the head of one of the agency's papers; kind is the type's abbreviation, empty for a letter.
func (a agency) letterhead(w *writer, kind string, d date) letterhead {
	h := letterhead{superior: a.superior, agency: a.lines, name: a.name, number: w.number(), place: a.place, date: d}
	h.symbol = kind + "-" + a.abbr
	if kind == "" {
		h.symbol = a.abbr + "-" + pick(w.r, []string{"KT", "NC", "TH", "KGVX", "CNXD", "VX", "TCKH", "VP", "QLĐĐ"})
	}
	h.printed = w.r.chance(0.25)
	return h
}

// recipients lists some addressees; the last one is the file copy. A province writes to a dozen, a commune or an
// office to its superior and a few more, and there are far more of the latter.
func (w *writer) recipients(first ...string) []string {
	out := append([]string(nil), first...)
	n := w.r.span(1, 4)
	if w.r.chance(0.3) {
		n = w.r.span(5, 11)
	}
	for range n {
		if x := w.g.grow("{recipient}"); !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return append(out, w.g.grow("{filed}"))
}
