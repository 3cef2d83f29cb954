package rearrange

import (
	"context"

	"sohoa/internal/archive"
	"sohoa/internal/page"
)

// Scan is how well a page was scanned.
type Scan struct {
	Document   archive.DocumentID `json:"document"`
	Version    int                `json:"version"`
	Title      string             `json:"title"`
	Page       int                `json:"page"`
	Kind       page.Kind          `json:"kind"`
	Confidence float64            `json:"confidence" doc:"Of its words, 0-100."`
	Quality    *page.Quality      `json:"quality,omitempty" doc:"The numbers; missing where nothing was measured."`
	Findings   []string           `json:"findings" nullable:"false" doc:"What is wrong with it; unread for a page that could not be read."`
}

// maxScans is how many pages of a batch are looked through.
const maxScans = 20_000

// PoorScans lists the pages of a batch that could be scanned better, in the order of its documents, and tells how many were looked at.
func (s *Service) PoorScans(ctx context.Context, a archive.Actor, batch archive.BatchID) (poor []Scan, looked int, err error) {
	if _, _, err := s.Batch(ctx, a, batch, 0); err != nil {
		return nil, 0, err
	}
	all, err := s.d.Store.Scans(ctx, batch, maxScans)
	if err != nil {
		return nil, 0, err
	}
	for _, p := range all {
		if p.Kind == page.Unread {
			p.Findings = append(p.Findings, "unread")
		}
		if p.Quality != nil {
			p.Findings = append(p.Findings, p.Quality.Findings()...)
		}
		if len(p.Findings) > 0 {
			poor = append(poor, p)
		}
	}
	return poor, len(all), nil
}
