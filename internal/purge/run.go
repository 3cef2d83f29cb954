package purge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// lockFor is how long tombstones and substitutes are locked at first; settling the papers on a substitute extends its lock.
const lockFor = 2 * 365 * 24 * time.Hour

// recheck is how many purges that are done are looked after at once.
const recheck = 100

// Report counts what a run did.
type Report struct {
	Finished int // purges
	Waiting  int
	Returned int // objects of earlier purges that had come back and were removed again
}

// Run carries out what was decided, as far as it can go now, and removes again what came back of earlier purges. Only one run works at a time; the
// others do nothing.
func (s *Service) Run(ctx context.Context) (Report, error) {
	var r Report
	_, err := s.d.Catalogue.Alone(ctx, "purge", func(ctx context.Context) error {
		if err := s.lookAgain(ctx, &r); err != nil {
			return err
		}
		open, err := s.d.Catalogue.UnfinishedPurges(ctx)
		if err != nil {
			return err
		}
		var errs []error // one that cannot go on holds up no other
		for _, p := range open {
			switch waits, err := s.advance(ctx, p); {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				errs = append(errs, fmt.Errorf("purge %s: %w", p.ID, err))
			case waits != "":
				r.Waiting++
				if waits != p.Waiting {
					s.d.Logger.WarnContext(ctx, "purge waits", "purge", p.ID, "for", waits)
					errs = append(errs, s.d.Catalogue.PurgeWaits(ctx, p.ID, waits))
				}
			default:
				r.Finished++
			}
		}
		return errors.Join(errs...)
	})
	return r, err
}

// advance takes a purge as far as it goes, and tells what it waits for.
func (s *Service) advance(ctx context.Context, p Purge) (waits string, err error) {
	b, err := p.Tombstone.MarshalCanonical()
	if err != nil {
		return "", err
	}
	if err := s.d.Objects.PutTombstone(ctx, archive.TombstoneKey(p.ID), b, p.Tombstone.ApprovedAt.Add(lockFor).Truncate(time.Second)); err != nil {
		return "", fmt.Errorf("keep tombstone: %w", err)
	}
	s.d.Failpoint("purge-after-tombstone")
	if p.State == Approved {
		for _, m := range p.Tombstone.Masters {
			if waits, err := s.separate(ctx, p, m); waits != "" || err != nil {
				return waits, err
			}
		}
		if n, err := s.d.Catalogue.UnsettledOfPurge(ctx, p.ID); err != nil || n > 0 {
			return WaitsDocuments, err
		}
		held, err := s.d.Catalogue.ClearPurge(ctx, p)
		if fault.CodeOf(err) == fault.StateConflict { // somebody put a page of the file into a paper in between
			return WaitsDocuments, nil
		}
		if err != nil {
			return "", err
		}
		if held {
			return WaitsHold, nil
		}
		s.d.Failpoint("purge-after-clear")
	}
	n, err := s.erase(ctx, *p.Tombstone)
	if err != nil {
		return "", err
	}
	s.d.Failpoint("purge-after-erase")
	if err := s.d.Catalogue.EndPurge(ctx, p, s.d.Now().UTC().Truncate(time.Microsecond), n); err != nil {
		return "", err
	}
	s.d.Logger.InfoContext(ctx, "purge done", "purge", p.ID, "objects", n)
	return "", nil
}

// separate moves the papers that stay off a master that goes.
func (s *Service) separate(ctx context.Context, p Purge, m archive.TombstoneMaster) (waits string, err error) {
	resting, busy, err := s.d.Catalogue.UsersOfMaster(ctx, m.Digest)
	switch {
	case err != nil:
		return "", err
	case busy > 0:
		return WaitsDocuments, nil
	case resting == 0:
		return "", nil
	}
	err = s.substitute(ctx, p, m)
	switch {
	case fault.CodeOf(err) == fault.FileUnreadable, fault.CodeOf(err) == fault.FileNoPages:
		s.d.Logger.WarnContext(ctx, "a master cannot be cut", "purge", p.ID, "error", err.Error())
		return WaitsWhole, nil
	case fault.CodeOf(err) == fault.StateConflict: // somebody began a change in between
		return WaitsDocuments, nil
	case errors.Is(err, fs.ErrNotExist):
		return "", fault.Wrap(fault.StoreUnavailable, err, "a master is on record and not in the store")
	}
	return "", err
}

// erase removes every object that a tombstone speaks of.
func (s *Service) erase(ctx context.Context, t archive.Tombstone) (int, error) {
	total := 0
	remove := func(bucket, prefix string) error {
		n, err := s.d.Objects.Erase(ctx, bucket, prefix)
		total += n
		if err != nil {
			return fmt.Errorf("remove %s/%s: %w", bucket, prefix, err)
		}
		return nil
	}
	for _, d := range t.Documents {
		for _, o := range [][2]string{
			{"records", archive.ManifestsPrefix(d)}, {"renditions", archive.RenditionsPrefix(d)}, {"renditions", archive.DataKeyKey(d)}, {"work", string(d) + "/"},
		} {
			if err := remove(o[0], o[1]); err != nil {
				return total, err
			}
		}
	}
	for _, v := range t.Versions {
		for _, o := range [][2]string{{"records", archive.ManifestKey(v.Document, v.Version)}, {"renditions", archive.RenditionPrefix(v.Document, v.Version)}, {"work", string(v.Document) + "/"}} {
			if err := remove(o[0], o[1]); err != nil {
				return total, err
			}
		}
	}
	for _, a := range t.Accessions {
		if err := remove("records", archive.AccessionKey(a)); err != nil {
			return total, err
		}
	}
	s.d.Failpoint("purge-erase-between")
	for _, m := range t.Masters {
		if err := remove("renditions", archive.ResultsPrefix(m.Digest)); err != nil {
			return total, err
		}
		if err := remove("masters", archive.MasterKey(m.Digest)); err != nil {
			return total, err
		}
	}
	return total, nil
}

// lookAgain removes what came back: from a restored backup, or put by somebody who was under way at the moment of the decision.
func (s *Service) lookAgain(ctx context.Context, r *Report) error {
	after := ""
	for {
		done, err := s.d.Catalogue.DonePurges(ctx, after, recheck)
		if err != nil || len(done) == 0 {
			return err
		}
		for _, p := range done {
			n, err := s.erase(ctx, *p.Tombstone)
			if err != nil {
				return fmt.Errorf("purge %s again: %w", p.ID, err)
			}
			if n > 0 {
				s.d.Logger.WarnContext(ctx, "purged objects had come back and were removed", "purge", p.ID, "objects", n)
				r.Returned += n
			}
		}
		after = done[len(done)-1].ID
	}
}
