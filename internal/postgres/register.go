package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"sohoa/internal/fault"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/register"
)

// Register is the part of the catalogue that keeps the register; it is register.Store.
type Register struct{ c *Catalogue }

// Register gives the part of the catalogue that keeps the register.
func (c *Catalogue) Register() *Register { return &Register{c} }

// stageChunk is how many records go to Postgres in one COPY: what an import holds in memory.
const stageChunk = 5000

// manyRows is from how many records on joins by hash are right, whatever Postgres believes of tables it was never let to look at.
const manyRows = 2000

// errUndo ends a transaction that must leave nothing and is no fault.
var errUndo = errors.New("undo") //nolint:gochecknoglobals // a sentinel

// bulk is one import under way.
type bulk struct {
	q    *sqlc.Queries
	plan register.Plan
	r    *register.Report
	id   int64
	at   time.Time
	rows int
	have [3]bool // holders without number, with one, with several

	units      []sqlc.StageUnitsParams
	procedures []sqlc.StageProceduresParams
	dossiers   []sqlc.StageDossiersParams
	holders    []sqlc.StageHoldersParams
	numbers    []sqlc.StageNumbersParams
}

// Import implements register.Store.
func (g *Register) Import(ctx context.Context, p register.Plan, next func() (register.Staged, bool, error), r *register.Report) error {
	err := g.c.tx(ctx, func(q *sqlc.Queries) error {
		for name, value := range map[string]string{
			"statement_timeout": "20min", "idle_in_transaction_session_timeout": "5min", "work_mem": "64MB",
		} {
			if err := q.SetForTransaction(ctx, sqlc.SetForTransactionParams{Name: name, Value: value}); err != nil {
				return err
			}
		}
		id, err := q.NextRegisterImport(ctx)
		if err != nil {
			return err
		}
		b := &bulk{q: q, plan: p, r: r, id: id}
		if err := b.stage(ctx, next); err != nil {
			return err
		}
		if b.rows > manyRows {
			if err := q.SetForTransaction(ctx, sqlc.SetForTransactionParams{Name: "enable_nestloop", Value: "off"}); err != nil {
				return err
			}
		}
		if err := b.merge(ctx); err != nil {
			return err
		}
		if b.stopped() || p.DryRun {
			return errUndo
		}
		if err := b.drop(ctx); err != nil {
			return err
		}
		return audit(ctx, q, event{actor: p.Actor, action: "register_imported", detail: map[string]string{
			"list": string(p.Kind), "received": fmt.Sprint(r.Received), "inserted": fmt.Sprint(r.Inserted), "updated": fmt.Sprint(r.Updated), "skipped": fmt.Sprint(r.Skipped),
		}})
	})
	slices.SortStableFunc(r.Bad, func(a, b register.Bad) int { return a.Line - b.Line })
	if errors.Is(err, errUndo) {
		if !p.DryRun || r.Skipped > 0 && !p.SkipBad {
			r.Inserted, r.Updated = 0, 0
		}
		return nil
	}
	r.Applied = err == nil
	return err
}

// stopped reports whether bad records stop the rest.
func (b *bulk) stopped() bool { return b.r.Skipped > 0 && !b.plan.SkipBad }

// stage copies what next gives into the stage, a chunk at a time.
func (b *bulk) stage(ctx context.Context, next func() (register.Staged, bool, error)) error {
	for {
		s, ok, err := next()
		if err != nil {
			return err
		}
		if ok {
			b.rows++
			b.take(s)
		}
		if !ok || b.rows%stageChunk == 0 {
			if err := b.copy(ctx); err != nil {
				return fmt.Errorf("stage records: %w", err)
			}
		}
		if !ok {
			return nil
		}
	}
}

func (b *bulk) take(s register.Staged) {
	line := int32(s.Line)
	switch {
	case s.Unit != nil:
		u := s.Unit
		b.units = append(b.units, sqlc.StageUnitsParams{
			ImportID: b.id, Line: line, Code: u.Code, AgencyCode: opt(u.Agency), Name: u.Name, ParentCode: opt(u.Parent), ValidFrom: dayPtr(u.ValidFrom),
			ValidTo: dayPtr(u.ValidTo), SuccessorCode: opt(u.Successor), Content: s.Content, SourceUpdatedAt: u.SourceUpdatedAt,
		})
	case s.Procedure != nil:
		p := s.Procedure
		b.procedures = append(b.procedures, sqlc.StageProceduresParams{
			ImportID: b.id, Line: line, Code: p.Code, ListCode: opt(p.List), Name: p.Name, Field: p.Field, Level: p.Level, ResultTypes: some(p.ResultTypes),
			Retention: p.Retention, OnlineOnly: p.OnlineOnly, Content: s.Content, SourceUpdatedAt: p.SourceUpdatedAt,
		})
	case s.Dossier != nil:
		d := s.Dossier
		b.dossiers = append(b.dossiers, sqlc.StageDossiersParams{
			ImportID: b.id, Line: line, Code: d.Code, ProcedureCode: d.Procedure, UnitCode: d.Unit, ReceivedOn: dayPtr(d.ReceivedOn), DueOn: dayPtr(d.DueOn),
			CompletedOn: dayPtr(d.CompletedOn), Status: string(d.Status), ExpectedResults: some(d.ExpectedResults), Content: s.Content, SourceUpdatedAt: d.SourceUpdatedAt,
		})
		for i, h := range s.Holders {
			b.takeHolder(line, int16(i+1), &d.Code, ptr(string(d.Holders[i].Relation)), h)
		}
	case s.Holder != nil:
		b.takeHolder(line, 1, nil, nil, *s.Holder)
	}
}

func (b *bulk) takeHolder(line int32, ordinal int16, dossier, relation *string, h register.SealedHolder) {
	b.holders = append(b.holders, sqlc.StageHoldersParams{
		ImportID: b.id, Line: line, Ordinal: ordinal, DossierCode: dossier, Relation: relation, Code: h.Code, Given: h.Given, Numbers: int16(len(h.Numbers)),
		Kind: string(h.Kind), Name: h.Name, NameKey: h.NameKey, Content: h.Content, SourceUpdatedAt: h.SourceAt,
	})
	b.have[min(len(h.Numbers), 2)] = true
	for _, n := range h.Numbers {
		b.numbers = append(b.numbers, sqlc.StageNumbersParams{
			ImportID: b.id, Line: line, Ordinal: ordinal, Hash: n.Hash, Kind: string(n.Kind), Masked: n.Masked, KeyID: n.Key, WrappedKey: n.Wrapped, Sealed: n.Body,
			Source: n.Source, RecordedOn: dayPtr(n.RecordedOn),
		})
	}
}

func (b *bulk) copy(ctx context.Context) error {
	for _, f := range []func() (int64, error){
		func() (int64, error) { return copied(ctx, b.q.StageUnits, &b.units) },
		func() (int64, error) { return copied(ctx, b.q.StageProcedures, &b.procedures) },
		func() (int64, error) { return copied(ctx, b.q.StageDossiers, &b.dossiers) },
		func() (int64, error) { return copied(ctx, b.q.StageHolders, &b.holders) },
		func() (int64, error) { return copied(ctx, b.q.StageNumbers, &b.numbers) },
	} {
		if _, err := f(); err != nil {
			return err
		}
	}
	return nil
}

func copied[T any](ctx context.Context, f func(context.Context, []T) (int64, error), rows *[]T) (int64, error) {
	if len(*rows) == 0 {
		return 0, nil
	}
	n, err := f(ctx, *rows)
	clear(*rows) // sealed numbers need not linger
	*rows = (*rows)[:0]
	return n, err
}

// merge checks what is staged and brings it into the register.
func (b *bulk) merge(ctx context.Context) (err error) {
	if err := b.checkCodes(ctx); err != nil {
		return err
	}
	if b.at, err = b.q.LockRegister(ctx); err != nil {
		return err
	}
	switch b.plan.Kind {
	case register.Units:
		if err := b.checkUnits(ctx); err != nil || b.stopped() {
			return err
		}
		row, err := b.q.MergeUnits(ctx, sqlc.MergeUnitsParams{At: b.at, ImportID: b.id})
		b.count(row.Inserted, row.Updated)
		return err
	case register.Procedures:
		if b.stopped() {
			return nil
		}
		row, err := b.q.MergeProcedures(ctx, sqlc.MergeProceduresParams{At: b.at, ImportID: b.id})
		b.count(row.Inserted, row.Updated)
		return err
	case register.Holders:
		inserted, err := b.mergeHolders(ctx)
		if err != nil || b.stopped() {
			return err
		}
		updated, err := b.q.UpdateStagedHolders(ctx, sqlc.UpdateStagedHoldersParams{At: b.at, ImportID: b.id})
		b.count(inserted, updated)
		return err
	case register.Dossiers:
		return b.mergeDossiers(ctx)
	}
	return fmt.Errorf("there is no list %q", b.plan.Kind)
}

func (b *bulk) mergeDossiers(ctx context.Context) error {
	if err := b.checkDossiers(ctx); err != nil {
		return err
	}
	if _, err := b.mergeHolders(ctx); err != nil || b.stopped() {
		return err
	}
	row, err := b.q.MergeDossiers(ctx, sqlc.MergeDossiersParams{At: b.at, ImportID: b.id})
	if err != nil {
		return err
	}
	b.count(row.Inserted, row.Updated)
	if row.Updated > 0 {
		if err := b.q.DropHoldersOfChanged(ctx, b.at); err != nil {
			return err
		}
	}
	return b.q.InsertHoldersOfChanged(ctx, sqlc.InsertHoldersOfChangedParams{At: b.at, ImportID: b.id})
}

func (b *bulk) count(inserted, updated int64) {
	b.r.Inserted, b.r.Updated = int(inserted), int(updated)
	b.r.Unchanged = b.r.Received - b.r.Skipped - b.r.Inserted - b.r.Updated
}

// mergeHolders finds out who the holders are, and adds those nobody knew. Those with several numbers come first: a row that has one of
// them then finds its holder, in whatever order they stood.
func (b *bulk) mergeHolders(ctx context.Context) (inserted int64, err error) {
	if err := b.q.ResolveHoldersByCode(ctx, b.id); err != nil {
		return 0, err
	}
	for _, numbers := range []int32{2, 1, 0} {
		if !b.have[numbers] {
			continue
		}
		if numbers > 0 {
			if err := b.q.ResolveHoldersByNumber(ctx, b.id); err != nil {
				return 0, err
			}
			if err := b.checkHolders(ctx); err != nil || b.stopped() {
				return 0, err
			}
		}
		n, err := b.q.InsertStagedHolders(ctx, sqlc.InsertStagedHoldersParams{At: b.at, ImportID: b.id, Numbers: numbers})
		if err != nil {
			return 0, err
		}
		inserted += n
		if numbers > 0 {
			if _, err := b.q.InsertStagedNumbers(ctx, sqlc.InsertStagedNumbersParams{ImportID: b.id, Numbers: numbers}); err != nil {
				return 0, err
			}
		}
	}
	if b.have[1] || b.have[2] {
		if err := b.q.ResolveHoldersByNumber(ctx, b.id); err != nil {
			return 0, err
		}
		if err := b.checkHolders(ctx); err != nil || b.stopped() {
			return 0, err
		}
	}
	return inserted, b.q.InsertStagedAliases(ctx, sqlc.InsertStagedAliasesParams{At: b.at, ImportID: b.id})
}

// badLine is a line that only the store sees to be bad.
type badLine struct {
	line    int32
	problem register.Problem
}

// sift takes bad lines out of the stage, a page of them at a time, until there are none, and reports them.
func (b *bulk) sift(ctx context.Context, find func(limit int32) ([]badLine, error)) error {
	const page = 5000
	for {
		bad, err := find(page)
		if err != nil || len(bad) == 0 {
			return err
		}
		var lines []int32
		for _, x := range bad {
			if len(lines) == 0 || lines[len(lines)-1] != x.line {
				lines = append(lines, x.line)
			}
			b.r.Bad = append(b.r.Bad, b.listed(x)...)
		}
		b.r.Skipped += len(lines)
		if err := b.dropLines(ctx, lines); err != nil || len(bad) < page {
			return err
		}
	}
}

func (b *bulk) listed(x badLine) []register.Bad {
	if len(b.r.Bad) >= register.MaxBad {
		return nil
	}
	return []register.Bad{{Line: int(x.line), Problem: x.problem}}
}

func (b *bulk) dropLines(ctx context.Context, lines []int32) error {
	switch b.plan.Kind {
	case register.Units:
		return b.q.DropStagedUnitsAt(ctx, sqlc.DropStagedUnitsAtParams{ImportID: b.id, Lines: lines})
	case register.Procedures:
		return b.q.DropStagedProceduresAt(ctx, sqlc.DropStagedProceduresAtParams{ImportID: b.id, Lines: lines})
	case register.Dossiers:
		if err := b.q.DropStagedDossiersAt(ctx, sqlc.DropStagedDossiersAtParams{ImportID: b.id, Lines: lines}); err != nil {
			return err
		}
	case register.Holders:
	}
	if err := b.q.DropStagedHoldersAt(ctx, sqlc.DropStagedHoldersAtParams{ImportID: b.id, Lines: lines}); err != nil {
		return err
	}
	return b.q.DropStagedNumbersAt(ctx, sqlc.DropStagedNumbersAtParams{ImportID: b.id, Lines: lines})
}

// drop empties the stage.
func (b *bulk) drop(ctx context.Context) error {
	var drops []func(context.Context, int64) (int64, error)
	switch b.plan.Kind {
	case register.Units:
		drops = append(drops, b.q.DropStagedUnits)
	case register.Procedures:
		drops = append(drops, b.q.DropStagedProcedures)
	case register.Dossiers:
		drops = append(drops, b.q.DropStagedDossiers, b.q.DropStagedHolders, b.q.DropStagedNumbers)
	case register.Holders:
		drops = append(drops, b.q.DropStagedHolders, b.q.DropStagedNumbers)
	}
	for _, f := range drops {
		if _, err := f(ctx, b.id); err != nil {
			return err
		}
	}
	return nil
}

func (b *bulk) checkCodes(ctx context.Context) error {
	return b.sift(ctx, func(limit int32) ([]badLine, error) {
		type twice struct{ line, first int32 }
		var found []twice
		switch b.plan.Kind {
		case register.Units:
			rows, err := b.q.TwiceUnits(ctx, sqlc.TwiceUnitsParams{ImportID: b.id, PageSize: limit})
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				found = append(found, twice{r.Line, r.First})
			}
		case register.Procedures:
			rows, err := b.q.TwiceProcedures(ctx, sqlc.TwiceProceduresParams{ImportID: b.id, PageSize: limit})
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				found = append(found, twice{r.Line, r.First})
			}
		case register.Dossiers:
			rows, err := b.q.TwiceDossiers(ctx, sqlc.TwiceDossiersParams{ImportID: b.id, PageSize: limit})
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				found = append(found, twice{r.Line, r.First})
			}
		case register.Holders: // a holder may come as often as it likes
		}
		out := make([]badLine, len(found))
		for i, f := range found {
			out[i] = badLine{f.line, register.Problem{Column: "code", What: fmt.Sprintf("the code stands in line %d already", f.first), Cure: "keep one of the two lines"}}
		}
		return out, nil
	})
}

func (b *bulk) checkUnits(ctx context.Context) error {
	if err := b.sift(ctx, func(int32) ([]badLine, error) {
		rows, err := b.q.UnitLinks(ctx, b.id)
		if err != nil {
			return nil, err
		}
		parent, successor := map[string]string{}, map[string]string{}
		for _, r := range rows {
			parent[r.Code], successor[r.Code] = deref(r.ParentCode), deref(r.SuccessorCode)
		}
		var out []badLine
		for _, r := range rows {
			switch {
			case r.Line == 0:
			case inRing(parent, r.Code):
				out = append(out, badLine{r.Line, register.Problem{Column: "parent", What: "the units above it lead back to it", Cure: "correct the parent of one of them"}})
			case inRing(successor, r.Code):
				out = append(out, badLine{r.Line, register.Problem{Column: "successor", What: "the units after it lead back to it", Cure: "correct the successor of one of them"}})
			}
		}
		return out, nil
	}); err != nil {
		return err
	}
	return b.sift(ctx, func(limit int32) ([]badLine, error) {
		rows, err := b.q.UnitsWithoutParent(ctx, sqlc.UnitsWithoutParentParams{ImportID: b.id, PageSize: limit})
		out := make([]badLine, len(rows))
		for i, r := range rows {
			column, code := "successor", deref(r.SuccessorCode)
			if r.ParentMissing {
				column, code = "parent", deref(r.ParentCode)
			}
			out[i] = badLine{r.Line, register.Problem{Column: column, What: fmt.Sprintf("there is no unit %q", code), Cure: "add the unit to the file, or correct the code"}}
		}
		return out, err
	})
}

// inRing reports whether following next from code leads back to it.
func inRing(next map[string]string, code string) bool {
	seen := map[string]bool{}
	for at := next[code]; at != "" && !seen[at]; at = next[at] {
		if at == code {
			return true
		}
		seen[at] = true
	}
	return false
}

func (b *bulk) checkDossiers(ctx context.Context) error {
	if err := b.sift(ctx, func(limit int32) ([]badLine, error) {
		rows, err := b.q.DossiersWithoutUnit(ctx, sqlc.DossiersWithoutUnitParams{ImportID: b.id, PageSize: limit})
		out := make([]badLine, len(rows))
		for i, r := range rows {
			out[i] = badLine{r.Line, register.Problem{Column: "unit", What: fmt.Sprintf("there is no unit %q", r.UnitCode), Cure: "import the units first, or correct the code"}}
		}
		return out, err
	}); err != nil {
		return err
	}
	return b.sift(ctx, func(limit int32) ([]badLine, error) {
		rows, err := b.q.DossiersWithoutProcedure(ctx, sqlc.DossiersWithoutProcedureParams{ImportID: b.id, PageSize: limit})
		out := make([]badLine, len(rows))
		for i, r := range rows {
			out[i] = badLine{r.Line, register.Problem{
				Column: "procedure", What: fmt.Sprintf("there is no procedure %q", r.ProcedureCode), Cure: "import the procedures first, or correct the code",
			}}
		}
		return out, err
	})
}

func (b *bulk) checkHolders(ctx context.Context) error {
	if err := b.sift(ctx, func(limit int32) ([]badLine, error) {
		rows, err := b.q.HoldersOfAnothersNumber(ctx, sqlc.HoldersOfAnothersNumberParams{ImportID: b.id, PageSize: limit})
		out := make([]badLine, len(rows))
		for i, r := range rows {
			out[i] = badLine{r.Line, register.Problem{
				Column: "identifiers", What: "the numbers belong to two holders of the register, or a number to another code",
				Cure: "correct the number or the code; if they are one person, link them by the card",
			}}
		}
		return out, err
	}); err != nil {
		return err
	}
	return b.sift(ctx, func(limit int32) ([]badLine, error) {
		rows, err := b.q.HoldersOfAnotherName(ctx, sqlc.HoldersOfAnotherNameParams{ImportID: b.id, PageSize: limit})
		out := make([]badLine, len(rows))
		for i, r := range rows {
			out[i] = badLine{r.Line, register.Problem{
				Column: "name", What: "the number belongs to a person of another name", Cure: "correct the number or the name; to rename a holder, import it with its code",
			}}
		}
		return out, err
	})
}

// Delete implements register.Store.
func (g *Register) Delete(ctx context.Context, actor string, k register.Kind, code string) error {
	return g.c.tx(ctx, func(q *sqlc.Queries) error {
		at, err := q.LockRegister(ctx)
		if err != nil {
			return err
		}
		var n int64
		var there bool
		switch k {
		case register.Units:
			if n, err = q.DeleteRegisterUnit(ctx, sqlc.DeleteRegisterUnitParams{At: at, Code: code}); err == nil && n == 0 {
				there, err = q.RegisterHasUnit(ctx, code)
			}
		case register.Procedures:
			if n, err = q.DeleteRegisterProcedure(ctx, sqlc.DeleteRegisterProcedureParams{At: at, Code: code}); err == nil && n == 0 {
				there, err = q.RegisterHasProcedure(ctx, code)
			}
		case register.Holders:
			if n, err = q.DeleteRegisterHolder(ctx, sqlc.DeleteRegisterHolderParams{At: at, Code: code}); err == nil && n == 0 {
				there, err = q.RegisterHasHolder(ctx, code)
			}
		case register.Dossiers:
			if n, err = q.DeleteRegisterDossier(ctx, sqlc.DeleteRegisterDossierParams{At: at, Code: code}); err == nil && n == 0 {
				there, err = q.RegisterHasDossier(ctx, code)
			}
		}
		switch {
		case err != nil:
			return err
		case n == 0 && !there:
			return fault.New(fault.NotFound, "the register has no %q in %s", code, k)
		case n == 0:
			return nil // it was deleted before
		}
		return audit(ctx, q, event{actor: actor, action: "register_deleted", detail: map[string]string{"list": string(k), "code": code}})
	})
}

// FindHolder implements register.Store.
func (g *Register) FindHolder(ctx context.Context, hash []byte) (string, bool, error) {
	o, err := g.c.q.NumberOwner(ctx, hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	return o.Code, err == nil, unavailable(err)
}

// NoteSearch implements register.Store.
func (g *Register) NoteSearch(ctx context.Context, actor string, tried, found int) error {
	return g.c.tx(ctx, func(q *sqlc.Queries) error {
		return audit(ctx, q, event{actor: actor, action: "register_searched", detail: map[string]string{"tried": fmt.Sprint(tried), "found": fmt.Sprint(found)}})
	})
}

// Link implements register.Store.
func (g *Register) Link(ctx context.Context, actor, name string, numbers []register.SealedIdentifier) (register.Linked, error) {
	l := register.Linked{Merged: []string{}}
	err := g.c.tx(ctx, func(q *sqlc.Queries) error {
		at, err := q.LockRegister(ctx)
		if err != nil {
			return err
		}
		var owners []string
		for _, n := range numbers {
			o, err := q.NumberOwner(ctx, n.Hash)
			if isNoRows(err) {
				continue
			}
			if err != nil {
				return err
			}
			if o.NameKey != register.NameKey(name) || o.Kind != string(register.Person) {
				return fault.New(fault.StateConflict, "the %s on the card belongs to a holder of another name (%s); nothing was linked: compare card and register", n.Kind, o.Code)
			}
			if !slices.Contains(owners, o.Code) {
				owners = append(owners, o.Code)
			}
		}
		if err := linkInto(ctx, q, &l, at, name, owners, numbers); err != nil || !l.Changed {
			return err
		}
		return audit(ctx, q, event{actor: actor, action: "holders_linked", detail: map[string]string{"holder": l.Holder, "added": fmt.Sprint(l.Added), "merged": fmt.Sprint(len(l.Merged))}})
	})
	return l, err
}

// linkInto gives the numbers to the first of the owners, or to a new holder, and makes the other owners that one.
func linkInto(ctx context.Context, q *sqlc.Queries, l *register.Linked, at time.Time, name string, owners []string, numbers []register.SealedIdentifier) error {
	if len(owners) == 0 {
		owners = []string{register.CodeOf(numbers[0].Hash)}
		if err := q.InsertHolder(ctx, sqlc.InsertHolderParams{Code: owners[0], Name: name, NameKey: register.NameKey(name), Content: []byte{}, At: at}); err != nil {
			return err
		}
	}
	l.Holder = owners[0]
	for _, from := range owners[1:] {
		l.Merged = append(l.Merged, from)
		if err := q.MoveNumbers(ctx, sqlc.MoveNumbersParams{IntoCode: l.Holder, FromCode: from}); err != nil {
			return err
		}
		if err := q.TouchDossiersOf(ctx, sqlc.TouchDossiersOfParams{At: at, FromCode: from}); err != nil {
			return err
		}
		if err := q.MoveDossiers(ctx, sqlc.MoveDossiersParams{IntoCode: l.Holder, FromCode: from}); err != nil {
			return err
		}
		if err := q.MergeHolder(ctx, sqlc.MergeHolderParams{IntoCode: l.Holder, At: at, FromCode: from}); err != nil {
			return err
		}
	}
	for _, n := range numbers {
		added, err := q.InsertNumber(ctx, sqlc.InsertNumberParams{
			Hash: n.Hash, HolderCode: l.Holder, Kind: string(n.Kind), Masked: n.Masked, KeyID: n.Key, WrappedKey: n.Wrapped, Sealed: n.Body, Source: n.Source,
			RecordedOn: dayPtr(n.RecordedOn),
		})
		if err != nil {
			return err
		}
		l.Added += int(added)
	}
	l.Changed = l.Added > 0 || len(l.Merged) > 0
	if !l.Changed {
		return nil
	}
	return q.TouchHolder(ctx, sqlc.TouchHolderParams{At: at, Code: l.Holder})
}

// dayPtr is NULL for no day.
func dayPtr(d register.Day) *time.Time {
	if d == "" {
		return nil
	}
	t := d.Time()
	return &t
}

// some is an empty list for none: the columns take no NULL.
func some(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
