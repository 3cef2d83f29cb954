package digitise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// Inspect finds out what a file is and what is in it, and opens the tasks of its pages; or rejects it, saying why.
func (s *Service) Inspect(ctx context.Context, t archive.Task) error {
	defer s.d.Observe.stage("inspect", time.Now())
	a, err := s.d.Catalogue.BeginInspection(ctx, t)
	if err != nil {
		return err
	}
	split, err := s.inspect(ctx, a)
	if err != nil {
		if fault.VerdictOf(err) != fault.Rejected {
			return err
		}
		s.d.Logger.InfoContext(ctx, "accession rejected", "accession", a.ID, "code", fault.CodeOf(err))
		return s.d.Catalogue.Reject(ctx, t, split.MediaType, fault.CodeOf(err), fault.DetailOf(err))
	}
	s.d.Failpoint("inspect-before-split")
	if err := s.d.Catalogue.Split(ctx, t, split); err != nil {
		return err
	}
	s.d.Failpoint("inspect-after-split")
	return nil
}

func (s *Service) inspect(ctx context.Context, a archive.Accession) (Split, error) {
	m, release, err := s.masters.open(ctx, a.Master)
	if errors.Is(err, ErrIsZip) {
		return s.inspectZip(ctx, a)
	}
	if err != nil {
		return Split{}, err
	}
	defer release(true)
	split := Split{MediaType: m.MediaType(), Pages: m.Len(), Signatures: m.Signatures()} // signatures first: judging may warn
	split.Warnings = m.Warnings()
	doc := SplitDocument{ID: archive.DocumentIDFor(a.ID, 1), Name: a.Name}
	for n := 1; n <= m.Len(); n++ {
		doc.Pages = append(doc.Pages, archive.PageRef{Ordinal: n, Master: a.Master, Page: n})
	}
	split.Documents = []SplitDocument{doc}
	return split, nil
}

// ErrIsZip is what Reader.Open returns for a zip: its entries are accessions of their own.
var ErrIsZip = errors.New("the file is a zip") //nolint:gochecknoglobals // a sentinel

// inspectZip takes every file in the zip into custody. It can be repeated: what is in is met again.
func (s *Service) inspectZip(ctx context.Context, a archive.Accession) (Split, error) {
	split := Split{MediaType: archive.Zip}
	if a.ParentID != "" {
		return split, fault.New(fault.ArchiveUnsafe, "a zip inside a zip is not opened; send the inner zip by itself")
	}
	path, release, err := s.masters.file(ctx, a.Master)
	if err != nil {
		return split, err
	}
	defer release()
	var n int
	err = s.d.Zip.Walk(ctx, path, func(name string, open func() (io.ReadCloser, error)) error {
		src, err := open()
		if err != nil {
			return err
		}
		defer src.Close()
		switch err := s.d.Entries.AcceptEntry(ctx, a, name, src); {
		case fault.CodeOf(err) == fault.FileEmpty:
			split.Warnings = append(split.Warnings, fmt.Sprintf("“%s” in the zip is empty", name))
			return nil
		case err != nil:
			return fmt.Errorf("entry of the zip: %w", err)
		}
		n++
		return nil
	})
	if err != nil {
		return split, err
	}
	if n == 0 {
		return split, fault.New(fault.FileNoPages, "the zip holds no files")
	}
	return split, nil
}
