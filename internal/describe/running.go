package describe

import (
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fold"
)

// Decisions and notices name their holder and parcel in a sentence ("Cho phép bà …, số căn cước công dân …, tại thửa đất số 46, tờ bản đồ
// số 39"). What is said of one holder or one parcel is taken; a paper that names several leaves the choice to a person.

// placed is a word with the page it stands on.
type placed struct {
	word
	plain string
	page  int
}

// running lists the words of the main part in order.
func (d *doc) running() []placed {
	var out []placed
	for _, s := range d.sheets {
		if s.ordinal < d.parts[0].From || s.ordinal > d.parts[0].To {
			continue
		}
		for _, r := range s.rows {
			for _, w := range r.words {
				out = append(out, placed{w, fold.Plain(w.Text), s.ordinal})
			}
		}
	}
	return out
}

// runningFields takes holder and parcel from the sentences of papers that bear a subject.
func (d *doc) runningFields() {
	ws := d.running()
	var holders, ids, parcels, sheets []found
	for i := range ws {
		if n := phrase(ws[i:], "can cuoc cong dan", "can cuoc", "cccd", "cmnd", "chung minh nhan dan", "dinh danh ca nhan"); n > 0 {
			if id, ok := identifierAt(ws, i+n); ok {
				ids = with(ids, id)
				if name, ok := nameBefore(ws, i); ok {
					holders = with(holders, name)
				}
			}
		}
		if n := phrase(ws[i:], "thua dat so", "thua so"); n > 0 {
			parcels = with(parcels, figureAt(ws, i+n, 5))
		}
		if n := phrase(ws[i:], "to ban do so", "to ban do dia chinh so"); n > 0 {
			sheets = with(sheets, figureAt(ws, i+n, 4))
		}
	}
	if len(ids) == 1 && len(holders) == 0 { // notices have a line for the name
		rule := labelled{field: Holder, person: true}
	labels:
		for _, label := range []string{"ten nguoi nop thue", "ten nguoi nop", "ho va ten", "ho ten"} {
			for _, sh := range d.sheets {
				if f, ok := sh.readLabelled(rule, label); ok && sh.ordinal == ids[0].page {
					d.add(f)
					d.addFound(HolderID, ids[0])
					break labels
				}
			}
		}
	}
	if len(ids) == 1 && len(holders) == 1 { // one number and nobody named beside it may be anybody's
		d.addFound(Holder, holders[0])
		d.addFound(HolderID, ids[0])
	}
	if len(parcels) == 1 && len(sheets) <= 1 {
		d.addFound(Parcel, parcels[0])
		if len(sheets) == 1 {
			d.addFound(MapSheet, sheets[0])
		}
	}
}

// found is a value in a sentence, with its words.
type found struct {
	value string
	words []word
	page  int
	doubt int
}

// with adds a value that is not there yet; an empty one is none.
func with(list []found, f found) []found {
	if f.value == "" {
		return list
	}
	for _, o := range list {
		if fold.Accented(o.value) == fold.Accented(f.value) {
			return list
		}
	}
	return append(list, f)
}

func (d *doc) addFound(name string, f found) {
	out := archive.Field{Name: name, Value: f.value, Printed: textOf(f.words), Confidence: 0.25 + 0.7*confidenceOf(f.words) - 0.12*float64(f.doubt), Page: f.page, Box: boxOf(f.words)}
	if name == HolderID {
		out.Printed = "" // its digits stay out of fields
	}
	d.add(out)
}

// phrase tells how many words at the start spell one of the phrases, folded plain; 0: none does. Longer phrases come first.
func phrase(ws []placed, phrases ...string) int {
	for _, p := range phrases {
		n := strings.Count(p, " ") + 1
		if n > len(ws) {
			continue
		}
		parts := make([]string, n)
		for i := range n {
			parts[i] = ws[i].plain
		}
		if strings.Join(parts, " ") == p {
			return n
		}
	}
	return 0
}

// identifierAt reads a number of 9 or 12 digits, after "số" or a colon.
func identifierAt(ws []placed, i int) (found, bool) {
	for i < len(ws) && (ws[i].plain == "so" || ws[i].plain == "") {
		i++
	}
	if i >= len(ws) {
		return found{}, false
	}
	text := strings.Trim(ws[i].Text, ":,.;()")
	if len(text) != 9 && len(text) != 12 {
		return found{}, false
	}
	id, err := dossier.ParseIdentifier(text)
	if err != nil {
		return found{}, false
	}
	return found{value: id.String(), words: []word{ws[i].word}, page: ws[i].page}, true
}

// figureAt reads a number of at most digits figures, after a colon or none.
func figureAt(ws []placed, i, digits int) found {
	for i < len(ws) && ws[i].plain == "" {
		i++
	}
	if i >= len(ws) {
		return found{}
	}
	text := strings.Trim(ws[i].Text, ":,.;()")
	if text == "" || len(text) > digits || strings.Trim(text, "0123456789") != "" {
		return found{}
	}
	return found{value: text, words: []word{ws[i].word}, page: ws[i].page}
}

// nameBefore reads a person's name that ends just before word i, where "ông" or "bà" begins it: "bà Phạm Cẩm Xuân, số căn cước …".
func nameBefore(ws []placed, i int) (found, bool) {
	i--
	for i >= 0 && (ws[i].plain == "so" || ws[i].plain == "the" || ws[i].plain == "co") && !startsUpper(ws[i].Text) {
		i--
	}
	end := i + 1
	for i >= 0 && end-i <= 7 && startsUpper(ws[i].Text) && letterCount(ws[i].Text) > 0 {
		switch ws[i].plain {
		case "ong", "ba":
			return nameIn(ws[i+1 : end])
		}
		if i < end-1 && strings.ContainsAny(ws[i].Text, ",;.:") {
			return found{}, false
		}
		i--
	}
	if i >= 0 && i < end-1 && (ws[i].plain == "ong" || ws[i].plain == "ba") {
		return nameIn(ws[i+1 : end])
	}
	return found{}, false
}

func nameIn(ws []placed) (found, bool) {
	if len(ws) < 2 || len(ws) > 6 {
		return found{}, false
	}
	f := found{page: ws[0].page}
	for _, w := range ws {
		f.words = append(f.words, w.word)
	}
	f.value = strings.Trim(textOf(f.words), " ,;.:")
	f.doubt = doubtful(f.value)
	return f, true
}
