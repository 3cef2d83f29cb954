package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/fixity"
	"sohoa/internal/postgres/sqlc"
)

// Alone implements custody.SweepCatalogue by an advisory lock on a connection of its own, which the server frees with the connection.
func (c *Catalogue) Alone(ctx context.Context, name string, f func(ctx context.Context) error) (ran bool, err error) {
	conn, err := c.pool.Acquire(ctx)
	if err != nil {
		return false, unavailable(err)
	}
	defer conn.Release()
	// Tests share one server and part it by schema, so the schema is part of the name.
	var schema string
	if err := conn.QueryRow(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return false, unavailable(err)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte("sohoa " + name + " " + schema))
	key := int64(h.Sum64())
	q := sqlc.New(conn)
	locked, err := q.TryLock(ctx, key)
	if err != nil || !locked {
		return false, unavailable(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if _, e := q.Unlock(ctx, key); e != nil && err == nil { // a broken connection has let go already
			err = unavailable(e)
		}
	}()
	return true, f(ctx)
}

// SweepPlace implements custody.SweepCatalogue.
func (c *Catalogue) SweepPlace(ctx context.Context, part custody.Part) (string, error) {
	after, err := c.q.SweepPlace(ctx, string(part))
	if isNoRows(err) {
		return "", nil
	}
	return after, unavailable(err)
}

// SetSweepPlace implements custody.SweepCatalogue.
func (c *Catalogue) SetSweepPlace(ctx context.Context, part custody.Part, after string) error {
	return unavailable(c.q.SetSweepPlace(ctx, sqlc.SetSweepPlaceParams{Part: string(part), AfterKey: after}))
}

// ReleaseMasters implements custody.SweepCatalogue.
func (c *Catalogue) ReleaseMasters(ctx context.Context, before time.Time) (int, error) {
	n, err := c.q.OrphanMasters(ctx, before)
	return int(n), unavailable(err)
}

// Known implements custody.SweepCatalogue. A key that is not of the form we make is known to nobody.
func (c *Catalogue) Known(ctx context.Context, part custody.Part, keys []string) (map[string]bool, error) {
	return known(ctx, c.q, part, keys)
}

func known(ctx context.Context, q *sqlc.Queries, part custody.Part, keys []string) (map[string]bool, error) {
	out := make(map[string]bool, len(keys))
	add := func(found []string, err error) (map[string]bool, error) {
		if err != nil {
			return nil, unavailable(err)
		}
		for _, k := range found {
			out[k] = true
		}
		return out, nil
	}
	switch part {
	case custody.PartMasters:
		var digests [][]byte
		for _, k := range keys {
			if d, ok := archive.ParseMasterKey(k); ok {
				digests = append(digests, d[:])
			}
		}
		rows, err := q.KnownMasters(ctx, digests)
		found := make([]string, len(rows))
		for i, d := range rows {
			found[i] = archive.MasterKey(d)
		}
		return add(found, err)
	case custody.PartAccessions:
		var ids []string
		for _, k := range keys {
			if id, ok := archive.ParseAccessionKey(k); ok {
				ids = append(ids, string(id))
			}
		}
		rows, err := q.KnownAccessions(ctx, ids)
		for i, id := range rows {
			rows[i] = archive.AccessionKey(archive.AccessionID(id))
		}
		return add(rows, err)
	case custody.PartManifests:
		var p sqlc.KnownVersionsParams
		for _, k := range keys {
			if id, version, ok := archive.ParseManifestKey(k); ok {
				p.ObjectKeys, p.Ids, p.Versions = append(p.ObjectKeys, k), append(p.Ids, string(id)), append(p.Versions, int32(version))
			}
		}
		return add(q.KnownVersions(ctx, p))
	case custody.PartDocuments:
		var p sqlc.KnownRenditionsParams
		for _, k := range keys {
			if id, version, prefix, ok := archive.ParseRenditionKey(k); ok {
				p.ObjectKeys, p.Ids = append(p.ObjectKeys, k), append(p.Ids, string(id))
				p.Versions, p.Prefixes = append(p.Versions, int32(version)), append(p.Prefixes, prefix)
			}
		}
		return add(q.KnownRenditions(ctx, p))
	case custody.PartResults:
		var p sqlc.KnownResultsParams
		for _, k := range keys {
			if d, n, ok := archive.ParseResultKey(k); ok {
				p.ObjectKeys, p.Masters, p.Pages = append(p.ObjectKeys, k), append(p.Masters, d[:]), append(p.Pages, int32(n))
			}
		}
		return add(q.KnownResults(ctx, p))
	}
	return nil, fmt.Errorf("part %q of the store is unknown", part)
}

// Mark implements custody.SweepCatalogue.
func (c *Catalogue) Mark(ctx context.Context, m custody.Mark) (bool, error) {
	n, err := c.q.MarkOrphan(ctx, sqlc.MarkOrphanParams{Bucket: m.Bucket, ObjectKey: m.Key, ObjectVersion: m.Version})
	return n > 0, unavailable(err)
}

// Unmark implements custody.SweepCatalogue.
func (c *Catalogue) Unmark(ctx context.Context, m custody.Mark) error {
	_, err := c.q.UnmarkOrphan(ctx, sqlc.UnmarkOrphanParams{Bucket: m.Bucket, ObjectKey: m.Key, ObjectVersion: m.Version})
	return unavailable(err)
}

// Marks implements custody.SweepCatalogue.
func (c *Catalogue) Marks(ctx context.Context, after custody.Mark, limit int) ([]custody.Mark, error) {
	rows, err := c.q.OrphansAfter(ctx, sqlc.OrphansAfterParams{Bucket: after.Bucket, ObjectKey: after.Key, ObjectVersion: after.Version, PageSize: int32(limit)})
	if err != nil {
		return nil, unavailable(err)
	}
	out := make([]custody.Mark, len(rows))
	for i, r := range rows {
		out[i] = custody.Mark{Bucket: r.Bucket, Key: r.ObjectKey, Version: r.ObjectVersion, FoundAt: r.FoundAt.UTC()}
	}
	return out, nil
}

// errTaken undoes a removal when a row answers for the object by now.
var errTaken = errors.New("the object has a row") //nolint:gochecknoglobals // a sentinel

// RemoveOrphan implements custody.SweepCatalogue. The row of the master is locked first, as accept does; of a document likewise.
func (c *Catalogue) RemoveOrphan(ctx context.Context, m custody.Mark, master fixity.Digest, remove func(ctx context.Context) error) (bool, error) {
	err := pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error {
		q := c.q.WithTx(tx)
		part, err := lockFor(ctx, q, m, master)
		if err != nil {
			return err
		}
		k, err := known(ctx, q, part, []string{m.Key})
		if err != nil {
			return err
		}
		if k[m.Key] {
			return errTaken
		}
		if err := remove(ctx); err != nil {
			return err
		}
		if d, ok := archive.ParseMasterKey(m.Key); ok && part == custody.PartMasters {
			if err := q.DropPageResultsOfMaster(ctx, d); err != nil {
				return err
			}
			if _, err := q.DropMaster(ctx, d); err != nil {
				return err
			}
		} else if !master.IsZero() {
			if err := dropPlaceholder(ctx, q, master); err != nil {
				return err
			}
		}
		if _, err := q.RemovedOrphan(ctx, sqlc.RemovedOrphanParams{Bucket: m.Bucket, ObjectKey: m.Key, ObjectVersion: m.Version}); err != nil {
			return err
		}
		return audit(ctx, q, event{actor: System, action: "orphan_removed", detail: map[string]string{"bucket": m.Bucket, "key": m.Key, "object_version": m.Version}})
	})
	if errors.Is(err, errTaken) {
		return false, nil
	}
	return err == nil, unavailable(err)
}

// dropPlaceholder removes a row that was made only to be locked.
func dropPlaceholder(ctx context.Context, q *sqlc.Queries, master fixity.Digest) error {
	used, err := q.MasterInUse(ctx, master)
	if err != nil || used {
		return err
	}
	row, err := q.GetMaster(ctx, master)
	if err != nil || row.SizeBytes != 0 || row.State != "orphan" {
		return err
	}
	_, err = q.DropMaster(ctx, master)
	return err
}

// lockFor locks what could make the object wanted, and tells its part.
func lockFor(ctx context.Context, q *sqlc.Queries, m custody.Mark, master fixity.Digest) (custody.Part, error) {
	lockMaster := func(d fixity.Digest) (held bool, err error) {
		row, err := q.HoldMasterRow(ctx, sqlc.HoldMasterRowParams{Digest: d, ObjectVersion: m.Version})
		return row.DisposalHold, err
	}
	switch {
	case m.Bucket == custody.Masters:
		d, ok := archive.ParseMasterKey(m.Key)
		if !ok {
			return custody.PartMasters, nil // not of ours: nobody can want it
		}
		held, err := lockMaster(d)
		if err != nil {
			return "", err
		}
		used, err := q.MasterInUse(ctx, d)
		if err == nil && (used || held) {
			err = errTaken
		}
		return custody.PartMasters, err
	case m.Bucket == custody.Records && strings.HasPrefix(m.Key, "accessions/"):
		if master.IsZero() {
			return custody.PartAccessions, nil
		}
		_, err := lockMaster(master)
		return custody.PartAccessions, err
	case m.Bucket == custody.Records:
		id, _, ok := archive.ParseManifestKey(m.Key)
		return custody.PartManifests, lockDocument(ctx, q, id, ok)
	case m.Bucket == custody.Renditions && strings.HasPrefix(m.Key, "documents/"):
		id, _, _, ok := archive.ParseRenditionKey(m.Key)
		return custody.PartDocuments, lockDocument(ctx, q, id, ok)
	case m.Bucket == custody.Renditions:
		d, _, ok := archive.ParseResultKey(m.Key)
		if !ok {
			return custody.PartResults, nil
		}
		_, err := q.LockAccessionsOfMaster(ctx, d)
		return custody.PartResults, err
	}
	return "", fmt.Errorf("bucket %q is not swept", m.Bucket)
}

func lockDocument(ctx context.Context, q *sqlc.Queries, id archive.DocumentID, ok bool) error {
	if !ok {
		return nil
	}
	if _, err := q.LockDocument(ctx, string(id)); err != nil && !isNoRows(err) {
		return err
	}
	return nil
}

// ForgetRemoved implements custody.SweepCatalogue.
func (c *Catalogue) ForgetRemoved(ctx context.Context, t time.Time) error {
	_, err := c.q.ForgetRemovedOrphans(ctx, &t)
	return unavailable(err)
}

// Unfinished implements custody.SweepCatalogue.
func (c *Catalogue) Unfinished(ctx context.Context, ids []archive.DocumentID) (map[archive.DocumentID]bool, error) {
	out := map[archive.DocumentID]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	in := make([]string, len(ids))
	for i, id := range ids {
		in[i] = string(id)
	}
	rows, err := c.q.UnfinishedDocuments(ctx, in)
	for _, id := range rows {
		out[archive.DocumentID(id)] = true
	}
	return out, unavailable(err)
}
