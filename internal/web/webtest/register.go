package webtest

import (
	"context"
	"crypto/sha256"
	"slices"

	"sohoa/internal/dossier"
	"sohoa/internal/fault"
	"sohoa/internal/register"
)

// Register is a register over this archive. It keeps the order of changes and the marks of deletion; what only Postgres can see of a bulk
// it does not see.
func (a *Archive) Register() (*register.Service, error) {
	return register.New(register.Deps{Store: &registerStore{Archive: a}, Vault: vault{}})
}

// vault finds numbers by their plain digest, and keeps none.
type vault struct{}

// HashOf implements register.Vault.
func (vault) HashOf(id dossier.Identifier) []byte {
	d := sha256.Sum256([]byte(id.Reveal()))
	return d[:]
}

// Seal implements register.Vault.
func (v vault) Seal(id dossier.Identifier) (register.Sealed, error) {
	return register.Sealed{Hash: v.HashOf(id), Kind: id.Kind(), Masked: id.String()}, nil
}

// registerStore keeps the rows in order of their last change.
type registerStore struct {
	*Archive
	revision   int64
	units      []register.UnitRow
	procedures []register.ProcedureRow
	holders    []register.HolderRow
	dossiers   []register.DossierRow
	owners     map[string]string // hash → code
}

func (s *registerStore) mark() register.Mark {
	s.revision++
	return register.Mark{Revision: s.revision, UpdatedAt: s.now().UTC()}
}

// Import implements register.Store.
func (s *registerStore) Import(_ context.Context, p register.Plan, next func() (register.Staged, bool, error), r *register.Report) error {
	var staged []register.Staged
	for {
		st, ok, err := next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		staged = append(staged, st)
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if p.DryRun || r.Skipped > 0 && !p.SkipBad {
		return nil
	}
	for _, st := range staged {
		s.apply(st)
		r.Inserted++
	}
	r.Applied = true
	return nil
}

func (s *registerStore) apply(st register.Staged) {
	switch {
	case st.Unit != nil:
		s.units = append(slices.DeleteFunc(s.units, func(u register.UnitRow) bool { return u.Code == st.Unit.Code }), register.UnitRow{Unit: *st.Unit, Mark: s.mark()})
	case st.Procedure != nil:
		s.procedures = append(slices.DeleteFunc(s.procedures, func(p register.ProcedureRow) bool { return p.Code == st.Procedure.Code }),
			register.ProcedureRow{Procedure: *st.Procedure, Mark: s.mark()})
	case st.Holder != nil:
		s.hold(*st.Holder)
	case st.Dossier != nil:
		d := st.Dossier
		row := register.DossierRow{
			Code: d.Code, Procedure: d.Procedure, Unit: d.Unit, Holders: []register.HolderOf{}, ReceivedOn: d.ReceivedOn, DueOn: d.DueOn, CompletedOn: d.CompletedOn,
			Status: d.Status, ExpectedResults: d.ExpectedResults, Mark: s.mark(),
		}
		for i, h := range st.Holders {
			held := s.hold(h)
			row.Holders = append(row.Holders, register.HolderOf{Relation: d.Holders[i].Relation, Code: held.Code, HolderKind: held.HolderKind, Name: held.Name, Numbers: held.Numbers})
		}
		s.dossiers = append(slices.DeleteFunc(s.dossiers, func(x register.DossierRow) bool { return x.Code == d.Code }), row)
	}
}

func (s *registerStore) hold(h register.SealedHolder) register.HolderRow {
	row := register.HolderRow{Code: h.Code, HolderKind: h.Kind, Name: h.Name, Numbers: []register.Number{}, Mark: s.mark()}
	if s.owners == nil {
		s.owners = map[string]string{}
	}
	for _, n := range h.Numbers {
		row.Numbers = append(row.Numbers, register.Number{Kind: n.Kind, Masked: n.Masked, Source: n.Source, RecordedOn: n.RecordedOn})
		s.owners[string(n.Hash)] = h.Code
	}
	s.holders = append(slices.DeleteFunc(s.holders, func(x register.HolderRow) bool { return x.Code == h.Code }), row)
	return row
}

// Delete implements register.Store.
func (s *registerStore) Delete(_ context.Context, _ string, k register.Kind, code string) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	var there bool
	switch k {
	case register.Units:
		there = remove(s, &s.units, code, func(u *register.UnitRow) (string, *register.Mark) { return u.Code, &u.Mark })
	case register.Procedures:
		there = remove(s, &s.procedures, code, func(p *register.ProcedureRow) (string, *register.Mark) { return p.Code, &p.Mark })
	case register.Holders:
		there = remove(s, &s.holders, code, func(h *register.HolderRow) (string, *register.Mark) { return h.Code, &h.Mark })
	case register.Dossiers:
		there = remove(s, &s.dossiers, code, func(d *register.DossierRow) (string, *register.Mark) { return d.Code, &d.Mark })
	}
	if !there {
		return fault.New(fault.NotFound, "the register has no %q in %s", code, k)
	}
	return nil
}

func remove[T any](s *registerStore, rows *[]T, code string, of func(*T) (string, *register.Mark)) bool {
	for i := range *rows {
		row := (*rows)[i]
		c, m := of(&row)
		if c != code {
			continue
		}
		if m.DeletedAt == nil {
			*m = s.mark()
			m.DeletedAt = &m.UpdatedAt
			*rows = append(slices.Delete(*rows, i, i+1), row)
		}
		return true
	}
	return false
}

func list[T any](s *registerStore, q register.Query, rows *[]T, of func(*T) (string, *register.Mark)) ([]T, error) {
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []T
	for i := range *rows {
		row := (*rows)[i]
		code, m := of(&row)
		if m.Revision > q.After && (q.Code == "" || q.Code == code) && !m.UpdatedAt.Before(q.Since) && (q.Deleted || m.DeletedAt == nil) && len(out) < q.Limit {
			out = append(out, row)
		}
	}
	return out, nil
}

// Units implements register.Store.
func (s *registerStore) Units(_ context.Context, q register.Query) ([]register.UnitRow, error) {
	return list(s, q, &s.units, func(u *register.UnitRow) (string, *register.Mark) { return u.Code, &u.Mark })
}

// Procedures implements register.Store.
func (s *registerStore) Procedures(_ context.Context, q register.Query) ([]register.ProcedureRow, error) {
	return list(s, q, &s.procedures, func(p *register.ProcedureRow) (string, *register.Mark) { return p.Code, &p.Mark })
}

// Holders implements register.Store.
func (s *registerStore) Holders(_ context.Context, q register.Query) ([]register.HolderRow, error) {
	return list(s, q, &s.holders, func(h *register.HolderRow) (string, *register.Mark) { return h.Code, &h.Mark })
}

// Dossiers implements register.Store.
func (s *registerStore) Dossiers(_ context.Context, q register.Query) ([]register.DossierRow, error) {
	rows, err := list(s, q, &s.dossiers, func(d *register.DossierRow) (string, *register.Mark) { return d.Code, &d.Mark })
	if q.Holder == "" || err != nil {
		return rows, err
	}
	return slices.DeleteFunc(rows, func(d register.DossierRow) bool {
		return !slices.ContainsFunc(d.Holders, func(h register.HolderOf) bool { return h.Code == q.Holder })
	}), nil
}

// FindHolder implements register.Store.
func (s *registerStore) FindHolder(_ context.Context, hash []byte) (string, bool, error) {
	unlock, err := s.lock()
	if err != nil {
		return "", false, err
	}
	defer unlock()
	code, ok := s.owners[string(hash)]
	return code, ok, nil
}

// NoteSearch implements register.Store.
func (s *registerStore) NoteSearch(context.Context, string, int, int) error {
	unlock, err := s.lock()
	unlock()
	return err
}

// Link implements register.Store, for numbers that nobody has yet.
func (s *registerStore) Link(_ context.Context, _, name string, numbers []register.SealedIdentifier) (register.Linked, error) {
	unlock, err := s.lock()
	if err != nil {
		return register.Linked{}, err
	}
	defer unlock()
	for _, n := range numbers {
		if code, ok := s.owners[string(n.Hash)]; ok {
			return register.Linked{Holder: code, Merged: []string{}}, nil
		}
	}
	row := s.hold(register.SealedHolder{Code: register.CodeOf(numbers[0].Hash), Kind: register.Person, Name: name, Numbers: numbers})
	return register.Linked{Holder: row.Code, Added: len(numbers), Merged: []string{}, Changed: true}, nil
}
