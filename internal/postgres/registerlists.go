package postgres

import (
	"context"
	"time"

	"sohoa/internal/dossier"
	"sohoa/internal/postgres/sqlc"
	"sohoa/internal/register"
)

// after gives the revision behind which a list begins. No change since then is seen as a list that begins behind the last.
func after(ctx context.Context, q register.Query, first func(context.Context, time.Time) (int64, error)) (int64, bool, error) {
	if q.Since.IsZero() || q.After > 0 { // a cursor lies behind the first already
		return q.After, true, nil
	}
	rev, err := first(ctx, q.Since)
	if isNoRows(err) {
		return 0, false, nil
	}
	return rev - 1, err == nil, unavailable(err)
}

// listed reads one record or a page of them and turns the rows into what is shown.
func listed[R, T any](
	ctx context.Context, q register.Query, one func(context.Context, string) ([]R, error), first func(context.Context, time.Time) (int64, error),
	page func(after int64) ([]R, error), show func(R) T,
) ([]T, error) {
	var rows []R
	var err error
	if q.Code != "" {
		rows, err = one(ctx, q.Code)
	} else {
		from, some, ferr := after(ctx, q, first)
		if ferr != nil || !some {
			return []T{}, ferr
		}
		rows, err = page(from)
	}
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = show(r)
	}
	return out, unavailable(err)
}

// Units implements register.Store.
func (g *Register) Units(ctx context.Context, q register.Query) ([]register.UnitRow, error) {
	return listed(ctx, q, g.c.q.GetRegisterUnit, g.c.q.RegisterFirstUnit, func(from int64) ([]sqlc.Unit, error) {
		return g.c.q.ListRegisterUnits(ctx, sqlc.ListRegisterUnitsParams{After: from, Deleted: q.Deleted, PageSize: int32(q.Limit)})
	}, func(u sqlc.Unit) register.UnitRow {
		return register.UnitRow{
			Unit: register.Unit{
				Code: u.Code, Agency: deref(u.AgencyCode), Name: u.Name, Parent: deref(u.ParentCode), ValidFrom: dayOf(u.ValidFrom), ValidTo: dayOf(u.ValidTo),
				Successor: deref(u.SuccessorCode), SourceUpdatedAt: utc(u.SourceUpdatedAt),
			},
			Mark: markOf(*u.Revision, *u.ChangedAt, u.DeletedAt),
		}
	})
}

// Procedures implements register.Store.
func (g *Register) Procedures(ctx context.Context, q register.Query) ([]register.ProcedureRow, error) {
	return listed(ctx, q, g.c.q.GetRegisterProcedure, g.c.q.RegisterFirstProcedure, func(from int64) ([]sqlc.RegisterProcedure, error) {
		return g.c.q.ListRegisterProcedures(ctx, sqlc.ListRegisterProceduresParams{After: from, Deleted: q.Deleted, PageSize: int32(q.Limit)})
	}, func(p sqlc.RegisterProcedure) register.ProcedureRow {
		return register.ProcedureRow{
			Procedure: register.Procedure{
				Code: p.Code, List: deref(p.ListCode), Name: p.Name, Field: p.Field, Level: p.Level, ResultTypes: p.ResultTypes, Retention: p.Retention,
				OnlineOnly: p.OnlineOnly, SourceUpdatedAt: utc(p.SourceUpdatedAt),
			},
			Mark: markOf(p.Revision, p.ChangedAt, p.DeletedAt),
		}
	})
}

// Holders implements register.Store.
func (g *Register) Holders(ctx context.Context, q register.Query) ([]register.HolderRow, error) {
	out, err := listed(ctx, q, g.c.q.GetRegisterHolder, g.c.q.RegisterFirstHolder, func(from int64) ([]sqlc.RegisterHolder, error) {
		return g.c.q.ListRegisterHolders(ctx, sqlc.ListRegisterHoldersParams{After: from, Deleted: q.Deleted, PageSize: int32(q.Limit)})
	}, func(h sqlc.RegisterHolder) register.HolderRow {
		return register.HolderRow{
			Code: h.Code, HolderKind: register.HolderKind(h.Kind), Name: h.Name, MergedInto: deref(h.MergedInto), Numbers: []register.Number{},
			SourceUpdatedAt: utc(h.SourceUpdatedAt), Mark: markOf(h.Revision, h.ChangedAt, h.DeletedAt),
		}
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	codes := make([]string, len(out))
	for i := range out {
		codes[i] = out[i].Code
	}
	numbers, err := g.numbers(ctx, codes)
	for i := range out {
		if ns := numbers[out[i].Code]; ns != nil {
			out[i].Numbers = ns
		}
	}
	return out, err
}

// Dossiers implements register.Store.
func (g *Register) Dossiers(ctx context.Context, q register.Query) ([]register.DossierRow, error) {
	one := g.c.q.GetRegisterDossier
	if q.Holder != "" {
		q.Code = q.Holder
		one = func(ctx context.Context, holder string) ([]sqlc.RegisterDossier, error) {
			return g.c.q.DossiersOfHolder(ctx, sqlc.DossiersOfHolderParams{HolderCode: holder, PageSize: int32(q.Limit)})
		}
	}
	out, err := listed(ctx, q, one, g.c.q.RegisterFirstDossier, func(from int64) ([]sqlc.RegisterDossier, error) {
		return g.c.q.ListRegisterDossiers(ctx, sqlc.ListRegisterDossiersParams{After: from, Deleted: q.Deleted, PageSize: int32(q.Limit)})
	}, func(d sqlc.RegisterDossier) register.DossierRow {
		return register.DossierRow{
			Code: d.Code, Procedure: d.ProcedureCode, Unit: d.UnitCode, ReceivedOn: dayOf(d.ReceivedOn), DueOn: dayOf(d.DueOn), CompletedOn: dayOf(d.CompletedOn),
			Status: register.Status(d.Status), ExpectedResults: d.ExpectedResults, SourceUpdatedAt: utc(d.SourceUpdatedAt), Holders: []register.HolderOf{},
			Mark: markOf(d.Revision, d.ChangedAt, d.DeletedAt),
		}
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	return out, g.addHolders(ctx, out)
}

func (g *Register) addHolders(ctx context.Context, ds []register.DossierRow) error {
	at := make(map[string]int, len(ds))
	codes := make([]string, len(ds))
	for i, d := range ds {
		at[d.Code], codes[i] = i, d.Code
	}
	rows, err := g.c.q.HoldersOfDossiers(ctx, codes)
	if err != nil {
		return unavailable(err)
	}
	holders := make([]string, len(rows))
	for i, r := range rows {
		holders[i] = r.Code
	}
	numbers, err := g.numbers(ctx, holders)
	if err != nil {
		return err
	}
	for _, r := range rows {
		h := register.HolderOf{
			Relation: register.Relation(r.Relation), Code: r.Code, HolderKind: register.HolderKind(r.Kind), Name: r.Name, Numbers: []register.Number{},
		}
		if ns := numbers[r.Code]; ns != nil {
			h.Numbers = ns
		}
		d := &ds[at[r.DossierCode]]
		d.Holders = append(d.Holders, h)
	}
	return nil
}

func (g *Register) numbers(ctx context.Context, holders []string) (map[string][]register.Number, error) {
	rows, err := g.c.q.NumbersOfHolders(ctx, holders)
	if err != nil {
		return nil, unavailable(err)
	}
	out := map[string][]register.Number{}
	for _, r := range rows {
		out[r.HolderCode] = append(out[r.HolderCode], register.Number{
			Kind: dossier.IdentifierKind(r.Kind), Masked: r.Masked, Source: r.Source, RecordedOn: dayOf(r.RecordedOn),
		})
	}
	return out, nil
}

func markOf(revision int64, changed time.Time, deleted *time.Time) register.Mark {
	return register.Mark{Revision: revision, UpdatedAt: changed.UTC(), DeletedAt: utc(deleted)}
}

func dayOf(t *time.Time) register.Day {
	if t == nil {
		return ""
	}
	return register.Day(t.Format(time.DateOnly))
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
