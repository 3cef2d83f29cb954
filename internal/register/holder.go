package register

import (
	"strings"
	"time"

	"sohoa/internal/dossier"
	"sohoa/internal/fold"
)

// HolderKind says what a holder is.
type HolderKind string

// The kinds of holder.
const (
	Person HolderKind = "person"
	Firm   HolderKind = "firm"
)

// Holder is the person or firm that results belong to, as it is handed in. Identifiers lie open in it: it is never logged or shown.
type Holder struct {
	Code            string       `json:"code,omitempty" doc:"The source's own code of the holder. Without one a holder is known by its identifiers."`
	HolderKind      HolderKind   `json:"kind,omitempty" enum:"person,firm" doc:"Empty: a firm when it has a tax code and no other number."`
	Name            string       `json:"name" example:"Nguyễn Văn An"`
	Identifiers     []Identifier `json:"identifiers,omitempty" doc:"Numbers of this holder."`
	SourceUpdatedAt *time.Time   `json:"source_updated_at,omitempty" doc:"When the source changed the record; an older one than what is there changes nothing."`
}

// Identifier is a number of a holder, as it is handed in.
type Identifier struct {
	Number     string `json:"number" doc:"CCCD of 12 digits, CMND of 9, tax code of 10 or 10-3. Never shown again but masked."`
	Source     string `json:"source,omitempty" doc:"Where it was read." example:"one-stop shop"`
	RecordedOn Day    `json:"recorded_on,omitempty" doc:"When it was read (YYYY-MM-DD)."`
}

// String masks the number.
func (i Identifier) String() string {
	id, err := dossier.ParseIdentifier(i.Number)
	if err != nil {
		return "•••••"
	}
	return id.String()
}

// GoString keeps %#v from showing the number.
func (i Identifier) GoString() string { return "register.Identifier(" + i.String() + ")" }

// maxIdentifiers is how many numbers one holder may be given at once.
const maxIdentifiers = 10

// Kind implements Record.
func (*Holder) Kind() Kind { return Holders }

// Key implements Record.
func (h *Holder) Key() string { return h.Code }

// Tidy implements Record.
func (h *Holder) Tidy() []Problem {
	var c check
	h.tidy(&c, "")
	if h.Code == "" && len(h.Identifiers) == 0 && len(c.problems) == 0 {
		c.bad("identifiers", "give a number or a code: nobody is known by name alone", "there is neither number nor code")
	}
	return c.problems
}

func (h *Holder) tidy(c *check, of string) {
	c.code(of+"code", &h.Code, false)
	c.text(of+"name", &h.Name, maxName, true)
	if len(h.Identifiers) > maxIdentifiers {
		c.bad(of+"identifiers", "give only this holder's numbers", "there are %d", len(h.Identifiers))
		h.Identifiers = h.Identifiers[:maxIdentifiers]
	}
	var kept []Identifier
	seen := map[string]bool{}
	taxOnly := len(h.Identifiers) > 0
	for _, id := range h.Identifiers {
		v, err := dossier.ParseIdentifier(id.Number)
		if err != nil {
			c.bad(of+"identifiers", cureOfNumber(id.Number), "a number is not 12 digits (CCCD), 9 (CMND), nor a tax code of 10 or 10-3")
			continue
		}
		id.Number = v.Reveal()
		taxOnly = taxOnly && v.Kind() == dossier.TaxCode
		c.text(of+"source", &id.Source, maxWord, false)
		c.day(of+"recorded_on", &id.RecordedOn)
		if !seen[id.Number] {
			seen[id.Number] = true
			kept = append(kept, id)
		}
	}
	h.Identifiers = kept
	switch h.HolderKind {
	case Person, Firm:
	case "":
		h.HolderKind = Person
		if taxOnly {
			h.HolderKind = Firm
		}
	default:
		c.bad(of+"kind", "write person or firm", "%q is no kind of holder", clip(string(h.HolderKind)))
	}
}

// cureOfNumber guesses from its length what happened to a number; it does not quote it.
func cureOfNumber(s string) string {
	digits := 0
	for _, r := range s {
		if '0' <= r && r <= '9' {
			digits++
		}
	}
	switch {
	case strings.Contains(s, "•"):
		return "it is masked; give the holder's code instead, or the number itself"
	case strings.ContainsAny(s, "eE") && digits > 0:
		return "the spreadsheet has rounded it; format the column as text and fill it in again"
	case digits == 11 || digits == 8:
		return "a leading zero seems lost; format the column as text and fill it in again"
	}
	return "correct it, or leave it empty"
}

// NameKey is what a name is compared by: without diacritics, case and spaces. It never identifies anybody; it only tells whether what two
// records say of one number can be true together.
func NameKey(name string) string { return strings.ReplaceAll(fold.Plain(name), " ", "") }

// Relation says what a holder is to a dossier.
type Relation string

// The relations.
const (
	Owner          Relation = "owner"
	Joint          Relation = "joint"          // one of several owners
	Guardian       Relation = "guardian"       // acts for an owner who cannot
	Representative Relation = "representative" // acts for an owner, by law or by power of attorney
)

// DossierHolder is a holder of a dossier.
type DossierHolder struct {
	Relation Relation `json:"relation,omitempty" enum:"owner,joint,guardian,representative" doc:"Empty: owner."`
	Holder
}
