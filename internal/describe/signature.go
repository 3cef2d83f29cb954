package describe

import (
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"sohoa/internal/fold"
	"sohoa/internal/page"
)

// signature is the block at the end of a document.
type signature struct {
	sheet      *sheet
	title      []string // printed lines, mended
	titleWords []word
	titleScore float64
	name       string
	nameWords  []word
	nameScore  float64
	recipients []string
	recWords   []word
	found      bool
}

// namePlace is where the name stands when it was not read: below the title, on the right.
func (sig signature) namePlace() page.Box {
	s := sig.sheet
	if len(sig.titleWords) == 0 {
		return page.Box{}
	}
	t := boxOf(sig.titleWords)
	mid, half := (t.X0+t.X1)/2, int(0.2*s.w)
	return page.Box{X0: max(0, mid-half), X1: min(int(s.w), mid+half), Y0: t.Y1, Y1: min(int(s.h), t.Y1+int(10*s.size))}
}

// titlePlace is where authority and title stand when they were not read: right of the recipients, or above the name.
func (sig signature) titlePlace() page.Box {
	s := sig.sheet
	switch {
	case len(sig.nameWords) > 0:
		n := boxOf(sig.nameWords)
		mid, half := (n.X0+n.X1)/2, int(0.2*s.w)
		return page.Box{X0: max(0, mid-half), X1: min(int(s.w), mid+half), Y0: max(0, n.Y0-int(10*s.size)), Y1: n.Y0}
	case len(sig.recWords) > 0:
		r := boxOf(sig.recWords)
		return page.Box{X0: int(0.5 * s.w), X1: int(s.w), Y0: max(0, r.Y0-int(3*s.size)), Y1: min(int(s.h), r.Y0+int(4*s.size))}
	}
	return page.Box{}
}

// unknownTitle takes lines of capitals that begin with an authority (TM., KT., TL., TUQ., Q.) and go on as no known post does: as
// printed, since who may sign is not a closed list.
func (sig *signature) unknownTitle(right []printedLine) {
	s := sig.sheet
	for i, l := range right {
		mark, rest, ok := strings.Cut(strings.TrimSpace(l.text), ".")
		if !ok || capitals(l.text) < 0.85 || letterCount(rest) < 4 {
			continue
		}
		switch fold.Plain(mark) {
		case "tm", "kt", "tl", "tuq", "q":
		default:
			continue
		}
		lines, words, last := []string{fold.Tones(l.text)}, l.words, i
		for k := i + 1; k < len(right) && k <= i+3; k++ {
			if capitals(right[k].text) < 0.85 || letterCount(right[k].text) < 4 || right[k].base-right[k-1].base > 2.2*s.size {
				break
			}
			lines, words, last = append(lines, fold.Tones(right[k].text)), append(words, right[k].words...), k
		}
		sig.title, sig.titleWords, sig.titleScore, sig.found = lines, words, 0.7, true
		sig.findName(right[i:], last-i)
		return
	}
}

// printedLine is a line of the right column, as read.
type printedLine struct {
	words []word
	text  string
	base  float64
}

// findSignature looks for the signature block on a page.
func findSignature(s *sheet, head string) signature {
	sig := signature{sheet: s}
	at := s.seek("noi nhan", 0, len(s.rows))
	top, recTop := -1, -1
	if at.score >= 0.85 && at.from <= 1 && at.to-at.from <= 3 && s.rows[at.row].x0() < 0.45*s.w {
		recTop = at.row
		top = max(0, at.row-2)
	}
	var right []printedLine
	cut := 0.44 * s.w
	from := 0
	if top >= 0 {
		from = top
	}
	for k := from; k < len(s.rows); k++ {
		if l := s.rightPart(k, cut); len(l.words) > 0 {
			right = append(right, l)
		}
	}
	best := 0.0
	// Without recipients any line may begin the block; with them only those beside or below.
	for i := range right {
		if top >= 0 && right[i].base > s.rows[recTop].base+6*s.size {
			break
		}
		if capitals(right[i].text) < 0.6 || letterCount(right[i].text) < 4 {
			continue
		}
		b := readTitle(right[i:], s.size, head)
		if b.score > best {
			best = b.score
			sig.title, sig.titleWords, sig.titleScore = b.lines, b.words, b.confidence
			sig.findName(right[i:], b.last)
			sig.found = true
		}
	}
	if best < 1 || sig.titleScore < 0.6 {
		sig.unknownTitle(right)
	}
	if !sig.found && recTop >= 0 {
		sig.findName(right, 0)
		sig.found = sig.name != ""
	}
	if recTop >= 0 {
		sig.findRecipients(recTop)
		sig.found = true
	}
	return sig
}

// rightPart gives the words of a row that stand in the right column, specks left out.
func (s *sheet) rightPart(k int, cut float64) printedLine {
	ws := s.rows[k].words
	from, widest := len(ws), 0.0
	for i, w := range ws {
		if w.x0 < cut {
			continue
		}
		gap := 3 * s.size
		if i > 0 {
			gap = w.x0 - ws[i-1].x1
		}
		if i == 0 || gap > 0.9*s.size && gap > widest {
			from, widest = i, gap
			if i == 0 || ws[i-1].x0 < cut {
				break
			}
		}
	}
	ws = ws[from:]
	for len(ws) > 0 && letterCount(ws[0].Text) == 0 {
		ws = ws[1:]
	}
	for len(ws) > 0 && letterCount(ws[len(ws)-1].Text) == 0 {
		ws = ws[:len(ws)-1]
	}
	return printedLine{words: ws, text: textOf(ws), base: s.rows[k].base}
}

// block is a reading of the lines of authority and title.
type block struct {
	lines      []string
	words      []word
	last       int // index of the last line it covers
	score      float64
	confidence float64
}

// headOf names the post that heads an agency, as it signs; empty when that cannot be told from the name.
func headOf(agency string) string {
	plain := fold.Plain(agency)
	for _, r := range []struct{ prefix, post string }{
		{"uy ban nhan dan", "CHỦ TỊCH"}, {"hoi dong nhan dan", "CHỦ TỊCH"}, {"ubnd", "CHỦ TỊCH"}, {"so ", "GIÁM ĐỐC"}, {"trung tam", "GIÁM ĐỐC"},
		{"chi nhanh", "GIÁM ĐỐC"}, {"van phong dang ky", "GIÁM ĐỐC"}, {"van phong", "CHÁNH VĂN PHÒNG"}, {"phong", "TRƯỞNG PHÒNG"}, {"chi cuc", "CHI CỤC TRƯỞNG"},
		{"cuc", "CỤC TRƯỞNG"}, {"bo ", "BỘ TRƯỞNG"}, {"ban ", "TRƯỞNG BAN"}, {"benh vien", "GIÁM ĐỐC"}, {"truong", "HIỆU TRƯỞNG"}, {"vien", "VIỆN TRƯỞNG"},
		{"toa an", "CHÁNH ÁN"}, {"thanh tra", "CHÁNH THANH TRA"}, {"kho bac", "GIÁM ĐỐC"}, {"bao hiem xa hoi", "GIÁM ĐỐC"},
	} {
		if strings.HasPrefix(plain, r.prefix) {
			return r.post
		}
	}
	return ""
}

// readTitle finds the block of authority and title that explains the lines best. Seals blot out lines, but the grammar is
// small (TM. whom, KT. or TL. whom, the signer's own title), so what is left says which block it was.
func readTitle(right []printedLine, size float64, head string) block {
	// Lines within the height a block can have, each with its number of lines below the first.
	type seen struct {
		at    int // line number in the block
		index int
		plain string
	}
	var obs []seen
	pitch := 1.35 * size
	for i, l := range right {
		d := (l.base - right[0].base)
		if d > 4.6*pitch {
			break
		}
		if letterCount(l.text) < 2 || capitals(l.text) < 0.55 {
			continue
		}
		obs = append(obs, seen{int(math.Round(d / pitch)), i, fold.Plain(l.text)})
	}
	if len(obs) == 0 {
		return block{}
	}
	best := block{}
	for _, c := range candidates() {
		score, weight, explained := 0.0, 0.0, 0.0
		var words []word
		last := 0
		used, matched := -1, 0
		for _, o := range obs {
			n := float64(len(o.plain))
			bestLine, bestSim := -1, 0.0
			for j := max(used+1, o.at-1); j <= min(len(c)-1, o.at+1); j++ {
				sim := similarity(o.plain, c[j].plain) - 0.07*math.Abs(float64(j-o.at))
				if sim > bestSim {
					bestLine, bestSim = j, sim
				}
			}
			weight += n
			if bestSim < 0.55 {
				if o.at < len(c) {
					score -= 0.35 * n // a line within the block that the block does not explain
				}
				continue
			}
			score += bestSim * n
			explained += bestSim * n
			used = bestLine
			matched++
			words = append(words, right[o.index].words...)
			last = o.index
		}
		if explained < 4 || explained < 0.45*weight {
			continue
		}
		for _, l := range c {
			if head != "" && strings.HasSuffix(l.text, head) || head == "CHỦ TỊCH" && l.text == "CHÁNH VĂN PHÒNG" {
				score += 1.6 // the agency's own head signs more often than anyone else
				break
			}
		}
		missing := len(c) - matched
		score -= 1.2 * float64(max(0, missing)) // of two that explain as much the shorter one holds
		if score > best.score {
			lines := make([]string, len(c))
			for i, l := range c {
				lines[i] = l.text
			}
			best = block{lines: lines, words: words, last: last, score: score, confidence: explained / weight * math.Pow(0.8, float64(max(0, missing)))}
		}
	}
	return best
}

// buildCandidates makes the blocks of Decree 30/2020, annex I: all ways in which the known posts sign.
func buildCandidates() [][]entry {
	var out [][]entry
	add := func(lines ...string) { out = append(out, entries(lines)) }
	heads := collectives()
	for _, p := range posts() {
		add(p.title)
		for _, c := range heads {
			add("TM. "+c, p.title)
			if p.deputy != "" {
				add("TM. "+c, "KT. "+p.title, p.deputy)
			}
		}
		add("Q. " + p.title)
		for _, f := range signerLabels() { // forms of civil status say who signs before the authority
			add(f, p.title)
			for _, c := range heads[:1] {
				add(f, "TM. "+c, p.title)
				if p.deputy != "" {
					add(f, "TM. "+c, "KT. "+p.title, p.deputy)
				}
			}
			if p.deputy != "" {
				add(f, "KT. "+p.title, p.deputy)
			}
			if p.title != "CHỦ TỊCH" {
				add(f, "TL. CHỦ TỊCH", p.title)
			}
		}
		if p.deputy != "" {
			add("KT. "+p.title, p.deputy)
		}
		for _, q := range posts()[:14] {
			if q.title == p.title {
				continue
			}
			add("TL. "+q.title, p.title)
			add("TUQ. "+q.title, p.title)
			if p.deputy != "" {
				add("TL. "+q.title, "KT. "+p.title, p.deputy)
				add("TUQ. "+q.title, p.deputy)
			}
		}
	}
	return out
}

// findName takes the signer's name: the last line under the title that reads like one.
func (sig *signature) findName(right []printedLine, last int) {
	if len(right) == 0 {
		return
	}
	top := right[min(last, len(right)-1)].base
	s := sig.sheet
	centre := 0.0
	if len(sig.titleWords) > 0 {
		centre = centreOf(sig.titleWords)
	}
	best := 0.0
	for _, l := range right[min(last, len(right)-1):] {
		if l.base-top > max(0.22*s.h, 13*s.size) {
			break
		}
		if l.base <= top+0.5*s.size && last >= 0 && len(sig.titleWords) > 0 {
			continue
		}
		name, words, score := readName(l.words)
		if name == "" {
			continue
		}
		if centre > 0 && math.Abs(centreOf(words)-centre) > 0.16*s.w {
			score *= 0.6
		}
		if score >= best {
			best = score
			sig.name, sig.nameWords, sig.nameScore = name, words, score
		}
	}
}

// readName reads words as a person's name: two to five, each with a large first letter, the first a known family name,
// possibly with its first letter lost under the seal.
func readName(ws []word) (string, []word, float64) {
	for len(ws) > 0 && (letterCount(ws[0].Text) < 2 || !startsUpper(ws[0].Text) && !looksCut(ws[0].Text)) {
		ws = ws[1:]
	}
	for len(ws) > 0 && (letterCount(ws[len(ws)-1].Text) < 2 || !startsUpper(ws[len(ws)-1].Text)) {
		ws = ws[:len(ws)-1]
	}
	// Ranks and degrees stand before the name.
	for len(ws) > 2 && isDegree(ws[0].Text) {
		ws = ws[1:]
	}
	if len(ws) < 2 || len(ws) > 6 {
		return "", nil, 0
	}
	out := make([]string, len(ws))
	score, unsure := 0.35, 0
	for i, w := range ws {
		t := strings.TrimFunc(w.Text, func(r rune) bool { return !unicode.IsLetter(r) })
		if i > 0 && !startsUpper(t) || len([]rune(t)) > 8 || strings.ContainsAny(t, "0123456789/") {
			return "", nil, 0
		}
		if capitals(t) > 0.6 && len([]rune(t)) > 1 {
			t = eachUpper(t) // names in capitals are given in running case
			score -= 0.02
		}
		out[i] = fold.Tones(t)
		if i > 0 {
			mended, sure := givenName(out[i])
			out[i] = mended
			if !sure {
				unsure++
			}
		}
	}
	family, sc := familyName(out[0])
	if sc > 0 {
		out[0] = family
		score += 0.6 * sc
	}
	if sc == 0 {
		score -= 0.1
	}
	score -= 0.12 * float64(unsure)
	return strings.Join(out, " "), ws, score
}

func startsUpper(t string) bool {
	for _, r := range t {
		if unicode.IsLetter(r) {
			return unicode.IsUpper(r)
		}
	}
	return false
}

// looksCut reports whether t may be a family name that lost its first letter.
func looksCut(t string) bool {
	_, sc := familyName(t)
	return sc > 0.6
}

func isDegree(t string) bool {
	switch strings.Trim(fold.Plain(t), " ") {
	case "ts", "ths", "pgs", "gs", "bs", "ks", "cn", "dai ta", "thuong ta", "trung ta", "thieu ta", "ong", "ba", "luat su":
		return true
	}
	return false
}

// givenName mends a syllable of a name whose tone mark was lost, which is what scans lose first: Hiên, a rare name, was Hiền
// on nearly every paper that seems to have it. sure is false when it is no common name, mended or not.
func givenName(t string) (mended string, sure bool) {
	acc, bare := fold.Accented(t), toneless(t)
	best := ""
	for _, e := range givenEntries() {
		if fold.Accented(e.text) == acc {
			return e.text, true
		}
		if best == "" && toneless(e.text) == bare && acc == bare {
			best = e.text // the list is ordered by how common a name is
		}
	}
	if best != "" {
		return best, false
	}
	return t, false
}

// toneless drops the tone of a syllable and keeps its letters: Hiền is hiên.
func toneless(t string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		switch r {
		case 0x300, 0x301, 0x303, 0x309, 0x323:
			return -1
		}
		return r
	}, norm.NFD.String(fold.Accented(t))))
}

// familyName mends a family name; the score is 0 for a word that is none.
func familyName(t string) (string, float64) {
	acc, plain := fold.Accented(t), fold.Plain(t)
	if plain == "" {
		return "", 0
	}
	found, n := "", 0
	for _, e := range surnameEntries() {
		if fold.Accented(e.text) == acc {
			return e.text, 1
		}
		if e.plain == plain {
			if found == "" { // the list is ordered by how common a name is
				found = e.text
			}
			n++
		}
	}
	switch {
	case n == 1 && (len(plain) >= 5 || toneless(found) == toneless(t)):
		return found, 0.9
	case n > 1 && toneless(t) == acc: // lost its tone
		return found, 0.8
	case n > 0: // bears a tone that no family name with these letters has
		return found, 0.6
	}
	if e, ok := only(surnameEntries(), func(e entry) bool { // first letter lost: rần, guyễn
		return len(plain) >= 3 && len(e.plain) == len(plain)+1 && strings.HasSuffix(e.plain, plain)
	}); ok {
		return e.text, 0.75
	}
	if e, ok := only(surnameEntries(), func(e entry) bool {
		return len(e.plain) >= 5 && distance([]rune(e.plain), []rune(plain)) == 1
	}); ok {
		return e.text, 0.7
	}
	return t, 0
}

// only gives the one entry that fits; two are none.
func only(list []entry, fits func(entry) bool) (entry, bool) {
	var got entry
	n := 0
	for _, e := range list {
		if fits(e) && e.text != got.text {
			got = e
			n++
		}
	}
	return got, n == 1
}

// findRecipients takes the lines of the left column under "Nơi nhận".
func (sig *signature) findRecipients(top int) {
	s := sig.sheet
	base := s.rows[top].base
	for k := top + 1; k < len(s.rows); k++ {
		r := s.rows[k]
		if r.base-base > 3*s.size {
			break
		}
		var ws []word
		for i, w := range r.words {
			if i > 0 && w.x0 > 0.42*s.w && w.x0-r.words[i-1].x1 > 0.9*s.size || i == 0 && w.x0 > 0.42*s.w {
				break
			}
			ws = append(ws, w)
		}
		if len(ws) == 0 {
			continue
		}
		t := textOf(ws)
		if letterCount(t) < 2 {
			continue
		}
		base = r.base
		item := strings.Trim(t, "-–—•*+~ ;,.'")
		if begin := strings.IndexAny(string([]rune(strings.TrimSpace(t))[:1]), "-–—•*+~'") == 0; begin || len(sig.recipients) == 0 {
			sig.recipients = append(sig.recipients, item)
		} else {
			sig.recipients[len(sig.recipients)-1] += " " + item
		}
		sig.recWords = append(sig.recWords, ws...)
	}
}
