package register

import (
	"context"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
)

// Visit is what a card read at the counter shows of who stands there.
type Visit struct {
	Holders  []HolderRow  `json:"holders" nullable:"false"`
	Dossiers []DossierRow `json:"dossiers" nullable:"false" doc:"Theirs at the unit of who asks; an admin sees all."`
	Tried    []Tried      `json:"tried" nullable:"false" doc:"The numbers that were looked for."`
	Linked   *Linked      `json:"linked,omitempty" doc:"What the card's two numbers being one person's changed."`
	Conflict string       `json:"conflict,omitempty" doc:"Why the card's numbers were not linked; who keeps the register has to look."`
}

// ReadScan reads what a reader of codes typed at the counter: the text of a citizen's card, or a number by itself. No error quotes it.
func ReadScan(text string) (ids []dossier.Identifier, card bool, err error) {
	text = strings.TrimSpace(text)
	if card = strings.Contains(text, "|"); card {
		ids, err = numbersOf(nil, text)
	} else {
		ids, err = numbersOf(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }), "")
	}
	return ids, card, err
}

// Visit takes what a reader of codes typed at the counter. A card's old and new number become one holder's, if the register does not say
// otherwise; then the holder's dossiers are looked up. Who has the right to search by identifier may do it, for dossiers of their unit; a
// holder is shown who was read from a card or has a dossier there.
func (s *Service) Visit(ctx context.Context, a archive.Actor, scan string, day Day) (Visit, error) {
	v := Visit{Holders: []HolderRow{}, Dossiers: []DossierRow{}, Tried: []Tried{}}
	if err := a.Permit(archive.ActHolder); err != nil {
		return v, err
	}
	ids, card, err := ReadScan(scan)
	if err != nil {
		return v, err
	}
	if card {
		l, err := s.linkCard(ctx, a, scan, day)
		switch {
		case err == nil:
			v.Linked = &l
		case fault.CodeOf(err) == fault.StateConflict:
			v.Conflict = fault.DetailOf(err)
		default:
			return v, err
		}
	}
	f, err := s.find(ctx, a, ids)
	if err != nil {
		return v, err
	}
	v.Tried = f.Tried
	known := map[string]bool{}
	for _, d := range f.Dossiers {
		if a.Unit != "" && d.Unit != a.Unit {
			continue
		}
		v.Dossiers = append(v.Dossiers, d)
		for _, h := range d.Holders {
			known[h.Code] = true
		}
	}
	for _, h := range f.Holders {
		if known[h.Code] || card && v.Conflict == "" || a.Unit == "" {
			v.Holders = append(v.Holders, h)
		}
	}
	return v, nil
}
