package purge

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// substitute makes a master of the pages that stay, keeps it with its accession records and copies of what was read, and moves the papers over to it.
func (s *Service) substitute(ctx context.Context, p Purge, m archive.TombstoneMaster) error {
	src, err := s.d.Catalogue.SourceOf(ctx, m.Digest)
	if err != nil {
		return err
	}
	if len(src.Accessions) == 0 || src.Pages < 1 {
		return fault.New(fault.Internal, "nobody brought master %s", m.Digest)
	}
	sub := Substitute{From: m.Digest, Accessions: map[archive.AccessionID]archive.Derived{}, RetainUntil: src.RetainUntil}
	if until := p.Tombstone.ApprovedAt.Add(lockFor); sub.RetainUntil.Before(until) {
		sub.RetainUntil = until
	}
	to := map[int]int{}
	for n := 1; n <= src.Pages; n++ {
		if !slices.Contains(m.LeftOut, n) {
			to[n] = len(to) + 1
			sub.FromPages, sub.ToPages = append(sub.FromPages, n), append(sub.ToPages, len(to))
		}
	}
	if err := s.cut(ctx, m, &sub); err != nil {
		return err
	}
	s.d.Failpoint("purge-after-substitute")
	for _, a := range src.Accessions {
		rec := a
		rec.ID, rec.Master, rec.SizeBytes, rec.Pages = archive.AccessionIDFor(a.Unit, a.Dossier, sub.To), sub.To, sub.SizeBytes, len(to)
		rec.Derived = &archive.Derived{From: m.Digest, Accession: a.ID, LeftOut: m.LeftOut, Tombstone: p.ID}
		rec.Warnings, rec.Signatures, rec.Parts = nil, nil, 0 // signatures vouched for the whole file only
		if _, err := s.d.Objects.PutRecord(ctx, rec, sub.RetainUntil); err != nil {
			return fmt.Errorf("keep accession record: %w", err)
		}
		sub.Accessions[a.ID] = *rec.Derived
	}
	for _, r := range src.Results {
		n, stays := to[r.Page]
		if !stays {
			continue
		}
		b, err := s.d.Objects.GetResult(ctx, r.Key)
		if err != nil {
			return fmt.Errorf("result of page %d: %w", r.Page, err)
		}
		copied := Result{Page: n, Engine: r.Engine, Settings: r.Settings, Key: archive.ResultKey(sub.To, n, r.Settings), Digest: fixity.Of(b)}
		if _, err := s.d.Objects.PutResult(ctx, copied.Key, b); err != nil {
			return fmt.Errorf("copy result of page %d: %w", r.Page, err)
		}
		sub.Results, sub.OldKeys = append(sub.Results, copied), append(sub.OldKeys, r.Key)
	}
	s.d.Failpoint("purge-after-copies")
	if err := s.d.Catalogue.Substitute(ctx, p, sub); err != nil {
		return err
	}
	s.d.Failpoint("purge-after-switch")
	return nil
}

// cut writes the substitute on local disk and keeps it.
func (s *Service) cut(ctx context.Context, m archive.TombstoneMaster, sub *Substitute) (err error) {
	dir, err := s.workDir()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "master")
	if err := s.fetch(ctx, m.Digest, path); err != nil {
		return err
	}
	out, err := os.OpenFile(filepath.Join(dir, "substitute"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write substitute: %w", err)
	}
	defer out.Close()
	if err := s.d.Cutter.Without(ctx, path, m.LeftOut, out); err != nil {
		return err
	}
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if sub.To, sub.SizeBytes, err = fixity.OfReader(out); err != nil {
		return err
	}
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if sub.Version, err = s.d.Objects.PutMaster(ctx, out, sub.SizeBytes, sub.To, sub.RetainUntil); err != nil {
		return fmt.Errorf("keep substitute: %w", err)
	}
	return nil
}

// fetch copies a master to local disk and makes sure that it is the one.
func (s *Service) fetch(ctx context.Context, d fixity.Digest, path string) error {
	r, err := s.d.Objects.OpenMaster(ctx, d)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("fetch master: %w", err)
	}
	defer f.Close()
	have, _, err := fixity.OfReader(io.TeeReader(r, f))
	if err != nil {
		return fmt.Errorf("fetch master: %w", err)
	}
	if have != d {
		return fault.New(fault.FixityMismatch, "master %s has other bytes in the store", d)
	}
	return f.Close()
}
