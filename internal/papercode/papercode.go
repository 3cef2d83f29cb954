package papercode

import (
	"strings"
	"time"

	"sohoa/internal/dossier"
)

// Kind says what a code is.
type Kind string

// The kinds of codes.
const (
	Other     Kind = "other"     // an address, a serial number, anything that names no dossier
	Result    Kind = "result"    // of an electronic result
	Card      Kind = "card"      // of a citizen's card (CCCD)
	Separator Kind = "separator" // of a sheet that parts papers
	Malformed Kind = "malformed" // means to be a result's: it has a key for a dossier, or several dossiers, and none that can be taken
)

// Paper is what the code of an electronic result says of it. What it does not say is zero.
type Paper struct {
	Dossier   dossier.Code
	Procedure dossier.Procedure
	Owner     dossier.Identifier
	Name      string    // of the paper
	System    string    // that issued it
	At        time.Time // when
	Until     time.Time // the last moment it holds; zero: without end, or not said
}

// Said is a code that was read. Paper is set for results, Card for cards.
type Said struct {
	Kind  Kind
	Paper Paper
	Card  dossier.Card
}

// separatorMark begins the text of separator sheets (internal/separator).
const separatorMark = "SOHOA1;"

// MaxText is the longest text that is looked into, in bytes: a QR code holds 2,953.
const MaxText = 4096

// Read tells what the text of a code says.
func Read(text string) Said {
	text = strings.TrimSpace(text)
	switch {
	case text == "" || len(text) > MaxText:
		return Said{Kind: Other}
	case strings.HasPrefix(text, separatorMark):
		return Said{Kind: Separator}
	}
	if c, err := dossier.ParseCard(text); err == nil {
		return Said{Kind: Card, Card: c}
	}
	p, kind := paperOf(partsOf(text))
	return Said{Kind: kind, Paper: p}
}

// paperOf gathers what the parts say.
func paperOf(parts []part) (p Paper, kind Kind) {
	claims := false // a part is called a dossier's code
	var times []part
	var rest []part
	for _, x := range parts {
		k := keyOf(x.key)
		claims = claims || k == keyDossier
		if c, err := dossier.ParseCode(x.value); err == nil && (k == keyDossier || k == "") {
			if p.Dossier != (dossier.Code{}) && p.Dossier != c {
				return Paper{}, Malformed // of which of the two is the paper?
			}
			p.Dossier = c
			continue
		}
		if c, err := dossier.ParseProcedure(x.value); err == nil && p.Procedure == (dossier.Procedure{}) && (k == keyProcedure || k == "") {
			p.Procedure = c
			continue
		}
		if id, ok := ownerOf(x.value); ok && p.Owner.Kind() == "" && (k == keyOwner || k == "") {
			p.Owner = id
			continue
		}
		if _, ok := timeOf(x.value); ok && (k == keyTime || k == keyUntil || k == "") {
			times = append(times, x)
			continue
		}
		rest = append(rest, x)
	}
	if p.Dossier == (dossier.Code{}) {
		if claims {
			return Paper{}, Malformed
		}
		return Paper{}, Other
	}
	p.takeTimes(times)
	p.takeTexts(rest)
	return p, Result
}

// takeTimes tells when it was issued from until when it holds: by their keys, else the later of two is the end.
func (p *Paper) takeTimes(parts []part) {
	var loose []time.Time
	for _, x := range parts {
		t, _ := timeOf(x.value)
		switch keyOf(x.key) {
		case keyUntil:
			p.Until = t
		case keyTime:
			p.At = t
		default:
			loose = append(loose, t)
		}
	}
	for _, t := range loose {
		switch {
		case p.At.IsZero():
			p.At = t
		case p.Until.IsZero() && t.Before(p.At):
			p.At, p.Until = t, p.At
		case p.Until.IsZero():
			p.Until = t
		}
	}
}

// takeTexts tells name and system apart: by their keys, else a system is written like a host's name or comes second.
func (p *Paper) takeTexts(parts []part) {
	for _, x := range parts {
		switch k := keyOf(x.key); {
		case k == keySystem:
			p.System = x.value
		case k == keyName:
			p.Name = x.value
		case k != "":
		case p.System == "" && hostLike(x.value):
			p.System = x.value
		case p.Name == "":
			p.Name = x.value
		case p.System == "":
			p.System = x.value
		}
	}
}

// hostLike reports whether s is written as a host's name is: dichvucong.gov.vn.
func hostLike(s string) bool {
	return strings.Count(s, ".") >= 1 && !strings.ContainsAny(s, " \t") && strings.ToLower(s) == s && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-:/") == ""
}

// ownerOf reads an identifier. Twelve digits that do not begin with 0 are no citizen's number (provinces are 001 to 096) but a time.
func ownerOf(s string) (dossier.Identifier, bool) {
	id, err := dossier.ParseIdentifier(s)
	if err != nil || id.Kind() == dossier.CCCD && id.Reveal()[0] != '0' {
		return dossier.Identifier{}, false
	}
	return id, true
}

// timeOf reads a time or a day.
func timeOf(s string) (time.Time, bool) {
	vietnam := time.FixedZone("+07", 7*3600)
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly,
		"02/01/2006 15:04:05", "02/01/2006 15:04", "2/1/2006", "02-01-2006", "20060102150405", "200601021504", "20060102", "02012006",
	} {
		if t, err := time.ParseInLocation(layout, s, vietnam); err == nil && t.Year() >= 2000 && t.Year() < 2200 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
