package webtest

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/purge"
)

// Purge gives the service that takes requests for removal and decides them. Nothing carries decisions out: papers leave the catalogue.
func (a *Archive) Purge() *purge.Service {
	return purge.New(purge.Deps{Catalogue: &purgeCatalogue{Archive: a}, Now: a.now, Logger: slog.New(slog.DiscardHandler)})
}

type purgeCatalogue struct {
	*Archive
	purges []purge.Purge // oldest first
}

// PurgeScope implements purge.Catalogue.
func (c *purgeCatalogue) PurgeScope(_ context.Context, id archive.DocumentID, _ bool) (string, archive.Access, purge.Scope, error) {
	unlock, err := c.lock()
	if err != nil {
		return "", "", purge.Scope{}, err
	}
	defer unlock()
	return c.scope(id)
}

func (c *purgeCatalogue) scope(id archive.DocumentID) (string, archive.Access, purge.Scope, error) {
	for _, d := range c.documents {
		if d.ID == id {
			return d.Unit, d.Access, purge.Scope{Documents: []archive.DocumentID{id}, Units: []string{d.Unit}}, nil
		}
	}
	return "", "", purge.Scope{}, fault.New(fault.DocumentUnknown, "there is no document %s", id)
}

// RequestPurge implements purge.Catalogue.
func (c *purgeCatalogue) RequestPurge(_ context.Context, p purge.Purge) error {
	unlock, err := c.lock()
	if err != nil {
		return err
	}
	defer unlock()
	for _, o := range c.purges {
		if o.Document == p.Document && o.State == purge.Requested {
			return fault.New(fault.StateConflict, "somebody has asked for this already; it waits for a decision")
		}
	}
	c.purges = append(c.purges, p)
	return nil
}

// Purge implements purge.Catalogue.
func (c *purgeCatalogue) Purge(_ context.Context, id string) (purge.Purge, error) {
	unlock, err := c.lock()
	if err != nil {
		return purge.Purge{}, err
	}
	defer unlock()
	p, err := c.find(id)
	if err != nil {
		return purge.Purge{}, err
	}
	return *p, nil
}

func (c *purgeCatalogue) find(id string) (*purge.Purge, error) {
	for i := range c.purges {
		if c.purges[i].ID == id {
			return &c.purges[i], nil
		}
	}
	return nil, fault.New(fault.NotFound, "there is no request %s", id)
}

// Purges implements purge.Catalogue.
func (c *purgeCatalogue) Purges(_ context.Context, unit string, state purge.State, before time.Time, limit int) ([]purge.Purge, error) {
	unlock, err := c.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []purge.Purge
	for _, p := range slices.Backward(c.purges) {
		if (unit == "" || p.Unit == unit) && (state == "" || p.State == state) && (before.IsZero() || p.RequestedAt.Before(before)) && len(out) < limit {
			out = append(out, p)
		}
	}
	return out, nil
}

// RefusePurge implements purge.Catalogue.
func (c *purgeCatalogue) RefusePurge(_ context.Context, id, actor string, at time.Time) error {
	unlock, err := c.lock()
	if err != nil {
		return err
	}
	defer unlock()
	p, err := c.find(id)
	if err != nil {
		return err
	}
	if p.State != purge.Requested {
		return fault.New(fault.StateConflict, "the request was decided already (%s)", p.State)
	}
	p.State, p.DecidedBy, p.DecidedAt, p.Note = purge.Refused, actor, &at, ""
	return nil
}

// ApprovePurge implements purge.Catalogue.
func (c *purgeCatalogue) ApprovePurge(_ context.Context, id, actor string, at time.Time, permit func(purge.Purge, purge.Scope) error) (purge.Purge, error) {
	unlock, err := c.lock()
	if err != nil {
		return purge.Purge{}, err
	}
	defer unlock()
	p, err := c.find(id)
	if err != nil {
		return purge.Purge{}, err
	}
	if p.State != purge.Requested {
		return *p, fault.New(fault.StateConflict, "the request was decided already (%s)", p.State)
	}
	_, _, sc, err := c.scope(p.Document)
	if err == nil {
		err = permit(*p, sc)
	}
	if err != nil {
		return *p, err
	}
	p.State, p.DecidedBy, p.DecidedAt, p.Note = purge.Approved, actor, &at, ""
	p.Tombstone = &archive.Tombstone{Schema: archive.TombstoneSchema, ID: p.ID, Unit: p.Unit, Documents: sc.Documents, Accessions: []archive.AccessionID{}, Masters: []archive.TombstoneMaster{}, Reason: p.Reason}
	c.documents = slices.DeleteFunc(c.documents, func(d *document) bool { return d.ID == p.Document })
	return *p, nil
}

// Alone implements purge.Catalogue.
func (c *purgeCatalogue) Alone(ctx context.Context, _ string, f func(ctx context.Context) error) (bool, error) {
	return true, f(ctx)
}

// UnfinishedPurges implements purge.Catalogue.
func (c *purgeCatalogue) UnfinishedPurges(context.Context) ([]purge.Purge, error) { return nil, nil }

// DonePurges implements purge.Catalogue.
func (c *purgeCatalogue) DonePurges(context.Context, string, int) ([]purge.Purge, error) {
	return nil, nil
}

// PurgeWaits implements purge.Catalogue.
func (c *purgeCatalogue) PurgeWaits(context.Context, string, string) error { return nil }

// UsersOfMaster implements purge.Catalogue.
func (c *purgeCatalogue) UsersOfMaster(context.Context, fixity.Digest) (resting, busy int, err error) {
	return 0, 0, nil
}

// SourceOf implements purge.Catalogue.
func (c *purgeCatalogue) SourceOf(context.Context, fixity.Digest) (purge.Source, error) {
	return purge.Source{}, nil
}

// Substitute implements purge.Catalogue.
func (c *purgeCatalogue) Substitute(context.Context, purge.Purge, purge.Substitute) error { return nil }

// UnsettledOfPurge implements purge.Catalogue.
func (c *purgeCatalogue) UnsettledOfPurge(context.Context, string) (int, error) { return 0, nil }

// ClearPurge implements purge.Catalogue.
func (c *purgeCatalogue) ClearPurge(context.Context, purge.Purge) (bool, error) { return false, nil }

// EndPurge implements purge.Catalogue.
func (c *purgeCatalogue) EndPurge(context.Context, purge.Purge, time.Time, int) error { return nil }
