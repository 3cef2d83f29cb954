package dossier

import (
	"errors"
	"fmt"
	"strings"
)

// IdentifierKind says which register gave an identifier.
type IdentifierKind string

// The identifiers of holders.
const (
	CCCD    IdentifierKind = "cccd" // citizen id, 12 digits
	CMND    IdentifierKind = "cmnd" // old identity card, 9 digits
	TaxCode IdentifierKind = "tax"  // 10 digits, or 10-3 for a branch
)

// Identifier is one identifier of a holder. It does not print itself: String, and so %v, JSON and logs, give the masked
// form; Reveal gives the digits, for whoever may have them. The zero value identifies nobody.
type Identifier struct {
	kind   IdentifierKind
	digits string
}

// errIdentifier does not quote what was given: it may be most of a person's number.
var errIdentifier = errors.New("identifier is not 12 digits (CCCD), 9 (CMND), nor a tax code of 10 or 10-3") //nolint:gochecknoglobals // a constant error

// ParseIdentifier reads an identifier; blanks and full stops between groups of digits are dropped.
func ParseIdentifier(s string) (Identifier, error) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, " .\u00a0") { // making a replacer costs more than all the rest
		s = strings.NewReplacer(" ", "", ".", "", "\u00a0", "").Replace(s)
	}
	body, branch, hyphen := strings.Cut(s, "-")
	if body == "" || strings.Trim(body+branch, "0123456789") != "" {
		return Identifier{}, errIdentifier
	}
	switch {
	case hyphen && len(body) == 10 && len(branch) == 3:
		return Identifier{TaxCode, s}, nil
	case hyphen:
		return Identifier{}, errIdentifier
	case len(s) == 12:
		return Identifier{CCCD, s}, nil
	case len(s) == 9:
		return Identifier{CMND, s}, nil
	case len(s) == 10:
		return Identifier{TaxCode, s}, nil
	}
	return Identifier{}, errIdentifier
}

// Kind says which register gave it; empty for the zero value.
func (i Identifier) Kind() IdentifierKind { return i.kind }

// Reveal gives the digits. Do not log them.
func (i Identifier) Reveal() string { return i.digits }

// Province gives the code of the province of registration of a CCCD (031 Hải Phòng), empty for the others.
func (i Identifier) Province() string {
	if i.kind != CCCD {
		return ""
	}
	return i.digits[:3]
}

// String gives the masked form: 031•••••1234, •••••1234. A tax code is public and shown whole.
func (i Identifier) String() string {
	const hidden = "•••••"
	switch i.kind {
	case CCCD:
		return i.digits[:3] + hidden + i.digits[8:]
	case CMND:
		return hidden + i.digits[5:]
	case TaxCode:
		return i.digits
	}
	return ""
}

// GoString keeps %#v from showing the digits.
func (i Identifier) GoString() string { return fmt.Sprintf("dossier.Identifier(%s)", i.String()) }

// MarshalText gives the masked form, so that no log or answer shows the digits by accident. There is no way back from it.
func (i Identifier) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// FindIdentifiers finds the identifiers in text. Any 9 or 10 digits look like one, so look at what stands before.
func FindIdentifiers(text string) []Found[Identifier] {
	return find(text, identifierFind(), ParseIdentifier)
}

// Card is what the QR of a CCCD card says. It links the old number to the new.
type Card struct {
	CCCD    Identifier
	CMND    Identifier // zero where the holder never had one
	Name    string
	Born    string // ddmmyyyy as coded
	Sex     string
	Address string
	Issued  string // ddmmyyyy as coded
}

// ParseCard reads the text of the QR of a CCCD card: seven fields parted by upright strokes.
func ParseCard(s string) (Card, error) {
	f := strings.Split(strings.TrimSpace(s), "|")
	if len(f) < 7 {
		return Card{}, fmt.Errorf("card has %d fields, not 7", len(f))
	}
	id, err := ParseIdentifier(f[0])
	if err != nil || id.kind != CCCD {
		return Card{}, errors.New("card does not begin with a citizen id of 12 digits")
	}
	c := Card{CCCD: id, Name: f[2], Born: f[3], Sex: f[4], Address: f[5], Issued: f[6]}
	if f[1] != "" {
		if c.CMND, err = ParseIdentifier(f[1]); err != nil || c.CMND.kind != CMND {
			return Card{}, errors.New("card's second field is no identity card number of 9 digits")
		}
	}
	return c, nil
}
