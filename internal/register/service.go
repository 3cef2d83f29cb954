package register

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
)

// Deps is what the register needs.
type Deps struct {
	Store Store
	Vault Vault
}

// Service is the register. It is safe for concurrent use.
type Service struct{ d Deps }

// New makes the register.
func New(d Deps) (*Service, error) {
	if d.Store == nil || d.Vault == nil {
		return nil, errors.New("the register needs a store and a vault")
	}
	return &Service{d}, nil
}

// MaxLimit is how many records a list gives at once.
const MaxLimit = 1000

// Source gives records one after the other: io.EOF-like, ok is false after the last. A record that cannot be read comes as problems; an
// error ends the bulk. Records need not be tidied.
type Source func() (rec Given, ok bool, err error)

// Given is a record with the line it stood in, and what is wrong with it already.
type Given struct {
	Line     int
	Record   Record
	Problems []Problem
}

// Import takes a bulk of records in. A report that is not applied says why in Bad. Only what is at fault elsewhere is an error.
func (s *Service) Import(ctx context.Context, a archive.Actor, p Plan, src Source) (Report, error) {
	r := Report{Kind: p.Kind, Bad: []Bad{}, DryRun: p.DryRun}
	if err := a.Permit(archive.ActRegister); err != nil {
		return r, err
	}
	p.Actor = a.Account
	last := 0
	next := func() (Staged, bool, error) {
		for {
			g, ok, err := src()
			if err != nil || !ok {
				return Staged{}, false, err
			}
			if g.Line <= last || g.Line > math.MaxInt32 {
				return Staged{}, false, fault.New(fault.RequestMalformed, "the lines %d and %d do not follow each other: the numbers of lines must rise", last, g.Line)
			}
			last = g.Line
			r.Received++
			problems := g.Problems
			if len(problems) == 0 {
				if g.Record == nil || g.Record.Kind() != p.Kind {
					return Staged{}, false, fault.New(fault.RequestMalformed, "line %d is not of the list %s", g.Line, p.Kind)
				}
				problems = g.Record.Tidy()
			}
			if len(problems) == 0 {
				st, err := s.stage(g)
				return st, err == nil, err
			}
			r.Skipped++
			for _, pr := range problems {
				r.add(Bad{Line: g.Line, Problem: pr})
			}
		}
	}
	if err := s.d.Store.Import(ctx, p, next, &r); err != nil {
		return r, err
	}
	return r, nil
}

// stage seals what is in a record and says what it is found by.
func (s *Service) stage(g Given) (Staged, error) {
	st := Staged{Line: g.Line}
	var err error
	switch v := g.Record.(type) {
	case *Unit:
		st.Unit = v
		said := *v
		said.SourceUpdatedAt = nil
		st.Content, err = digest(said)
	case *Procedure:
		st.Procedure = v
		said := *v
		said.SourceUpdatedAt = nil
		st.Content, err = digest(said)
	case *Holder:
		h, err := s.seal(*v, "")
		if err != nil {
			return st, err
		}
		if h.Content, err = digest(hashed(*v, h)); err != nil {
			return st, err
		}
		st.Holder, st.Content = &h, h.Content
	case *Dossier:
		st.Dossier = v
		said := *v
		said.SourceUpdatedAt, said.Holders = nil, make([]DossierHolder, len(v.Holders))
		for i, h := range v.Holders {
			sealed, err := s.seal(h.Holder, v.Code+":"+strconv.Itoa(i+1))
			if err != nil {
				return st, err
			}
			st.Holders = append(st.Holders, sealed)
			said.Holders[i] = DossierHolder{h.Relation, hashed(h.Holder, sealed)}
		}
		st.Content, err = digest(said)
	}
	return st, err
}

// digest gives a digest of everything a record says. The caller leaves out when it was said.
func digest(said any) ([]byte, error) {
	b, err := json.Marshal(said)
	if err != nil {
		return nil, err
	}
	d := sha256.Sum256(b)
	return d[:16], nil
}

// hashed gives a holder with the hashes of its numbers in their place, so that a digest of it tells nothing to who has no key.
func hashed(h Holder, sealed SealedHolder) Holder {
	h.SourceUpdatedAt = nil
	ids := make([]Identifier, len(h.Identifiers))
	for i, id := range h.Identifiers {
		id.Number = hex.EncodeToString(sealed.Numbers[i].Hash)
		ids[i] = id
	}
	h.Identifiers = ids
	return h
}

// seal seals the numbers of a holder. One without code and number is a person of this dossier alone: fallback names the place.
func (s *Service) seal(h Holder, fallback string) (SealedHolder, error) {
	out := SealedHolder{
		Code: h.Code, Given: h.Code != "", Kind: h.HolderKind, Name: h.Name, NameKey: NameKey(h.Name), SourceAt: h.SourceUpdatedAt, Content: []byte{},
	}
	strongest := -1
	for _, id := range h.Identifiers {
		v, err := dossier.ParseIdentifier(id.Number)
		if err != nil {
			return out, fault.New(fault.RequestMalformed, "an identifier is malformed")
		}
		sealed, err := s.d.Vault.Seal(v)
		if err != nil {
			return out, fmt.Errorf("seal an identifier: %w", err)
		}
		out.Numbers = append(out.Numbers, SealedIdentifier{Sealed: sealed, Source: id.Source, RecordedOn: id.RecordedOn})
		if strength := strengthOf(v.Kind()); strength > strongest && !out.Given {
			strongest = strength
			out.Code = CodeOf(sealed.Hash)
		}
	}
	if out.Code == "" {
		d := sha256.Sum256([]byte(fallback + "\n" + out.NameKey))
		out.Code = codeOf("d", d[:])
	}
	return out, nil
}

// strengthOf orders the kinds of identifier: a CCCD is of one person for life, a CMND may have been given twice.
func strengthOf(k dossier.IdentifierKind) int {
	switch k {
	case dossier.CCCD:
		return 2
	case dossier.TaxCode:
		return 1
	case dossier.CMND:
	}
	return 0
}

// CodeOf gives the code of a holder who has none of the source's own, after the hash of the strongest number.
func CodeOf(hash []byte) string { return codeOf("h", hash) }

func codeOf(prefix string, digest []byte) string {
	return prefix + "-" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(digest[:15]))
}

// Delete marks a record as deleted.
func (s *Service) Delete(ctx context.Context, a archive.Actor, k Kind, code string) error {
	if err := a.Permit(archive.ActRegister); err != nil {
		return err
	}
	return s.d.Store.Delete(ctx, a.Account, k, code)
}

func ask[T any](ctx context.Context, a archive.Actor, q Query, f func(context.Context, Query) ([]T, error)) ([]T, error) {
	if err := a.Permit(archive.ActRegister); err != nil {
		return nil, err
	}
	q.Limit = min(max(q.Limit, 1), MaxLimit)
	return f(ctx, q)
}

// Units lists units.
func (s *Service) Units(ctx context.Context, a archive.Actor, q Query) ([]UnitRow, error) {
	return ask(ctx, a, q, s.d.Store.Units)
}

// Procedures lists procedures.
func (s *Service) Procedures(ctx context.Context, a archive.Actor, q Query) ([]ProcedureRow, error) {
	return ask(ctx, a, q, s.d.Store.Procedures)
}

// Dossiers lists dossiers with their holders.
func (s *Service) Dossiers(ctx context.Context, a archive.Actor, q Query) ([]DossierRow, error) {
	return ask(ctx, a, q, s.d.Store.Dossiers)
}

// Holders lists holders.
func (s *Service) Holders(ctx context.Context, a archive.Actor, q Query) ([]HolderRow, error) {
	return ask(ctx, a, q, s.d.Store.Holders)
}

// Tried is a number that was looked for.
type Tried struct {
	Kind   dossier.IdentifierKind `json:"kind" enum:"cccd,cmnd,tax"`
	Masked string                 `json:"masked"`
	Found  bool                   `json:"found"`
}

// Found is what a search by numbers gives. Without holders it still says which numbers were tried.
type Found struct {
	Holders  []HolderRow  `json:"holders" nullable:"false" doc:"More than one when the numbers are of several."`
	Dossiers []DossierRow `json:"dossiers" nullable:"false" doc:"Theirs; the last thousand that changed of each."`
	Tried    []Tried      `json:"tried" nullable:"false"`
}

// Find looks holders up by their numbers, or by the text of a card.
func (s *Service) Find(ctx context.Context, a archive.Actor, numbers []string, card string) (Found, error) {
	if err := a.Permit(archive.ActRegister); err != nil {
		return Found{}, err
	}
	ids, err := numbersOf(numbers, card)
	if err != nil {
		return Found{}, err
	}
	return s.find(ctx, a, ids)
}

// find looks holders up for somebody who may know.
func (s *Service) find(ctx context.Context, a archive.Actor, ids []dossier.Identifier) (Found, error) {
	f := Found{Holders: []HolderRow{}, Dossiers: []DossierRow{}, Tried: []Tried{}}
	seen := map[string]bool{}
	for _, id := range ids {
		code, ok, err := s.d.Store.FindHolder(ctx, s.d.Vault.HashOf(id))
		if err != nil {
			return f, err
		}
		f.Tried = append(f.Tried, Tried{id.Kind(), id.String(), ok})
		if !ok || seen[code] {
			continue
		}
		seen[code] = true
		hs, err := s.d.Store.Holders(ctx, Query{Code: code, Limit: 1})
		if err != nil {
			return f, err
		}
		ds, err := s.d.Store.Dossiers(ctx, Query{Holder: code, Limit: MaxLimit})
		if err != nil {
			return f, err
		}
		f.Holders, f.Dossiers = append(f.Holders, hs...), append(f.Dossiers, ds...)
	}
	return f, s.d.Store.NoteSearch(ctx, a.Account, len(f.Tried), len(f.Holders))
}

// numbersOf reads the numbers that are asked for; with a card, those on it.
func numbersOf(numbers []string, card string) ([]dossier.Identifier, error) {
	var ids []dossier.Identifier
	if card != "" {
		c, err := dossier.ParseCard(card)
		if err != nil {
			return nil, fault.New(fault.RequestMalformed, "the card cannot be read: %v", err)
		}
		ids = append(ids, c.CCCD)
		if c.CMND.Kind() != "" {
			ids = append(ids, c.CMND)
		}
	}
	for i, n := range numbers {
		id, err := dossier.ParseIdentifier(n)
		if err != nil {
			return nil, fault.New(fault.RequestMalformed, "number %d cannot be read: %v", i+1, err)
		}
		ids = append(ids, id)
	}
	switch {
	case len(ids) == 0:
		return nil, fault.New(fault.RequestMalformed, "give a number or the text of a card; nobody is found by name")
	case len(ids) > maxIdentifiers:
		return nil, fault.New(fault.RequestMalformed, "ask for at most %d numbers at once", maxIdentifiers)
	}
	return ids, nil
}

// Link takes the text of a citizen's card, read at the counter, and makes its two numbers those of one holder. It refuses where either
// number belongs to somebody of another name: the card or the register is wrong, and a person must look.
func (s *Service) Link(ctx context.Context, a archive.Actor, card string, day Day) (Linked, error) {
	if err := a.Permit(archive.ActRegister); err != nil {
		return Linked{}, err
	}
	return s.linkCard(ctx, a, card, day)
}

// linkCard links the numbers of a card for somebody who may.
func (s *Service) linkCard(ctx context.Context, a archive.Actor, card string, day Day) (Linked, error) {
	c, err := dossier.ParseCard(card)
	if err != nil {
		return Linked{}, fault.New(fault.RequestMalformed, "the card cannot be read: %v", err)
	}
	h := Holder{Name: c.Name, HolderKind: Person, Identifiers: []Identifier{{Number: c.CCCD.Reveal(), Source: cardSource, RecordedOn: day}}}
	if c.CMND.Kind() != "" {
		h.Identifiers = append(h.Identifiers, Identifier{Number: c.CMND.Reveal(), Source: cardSource, RecordedOn: day})
	}
	if problems := h.Tidy(); len(problems) > 0 {
		return Linked{}, fault.New(fault.RequestMalformed, "the card cannot be used: %s", problems[0])
	}
	sealed, err := s.seal(h, "")
	if err != nil {
		return Linked{}, err
	}
	return s.d.Store.Link(ctx, a.Account, h.Name, sealed.Numbers)
}

// cardSource is the source of numbers that were read from a card.
const cardSource = "cccd_card"
