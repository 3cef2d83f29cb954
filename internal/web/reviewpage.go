package web

import (
	"net/http"
	"slices"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/retrieve"
	"sohoa/internal/review"
)

// reviewPages are the pages of the review queue.
func (s *Server) reviewPages(handlers map[string]pageHandler) {
	if s.d.Review == nil {
		return
	}
	handlers["GET /review"] = s.reviewPage
	handlers["GET /review/report"] = s.reportPage
	handlers["GET /batches/{id}/papers"] = s.papersPage
}

// words are the messages that a page's module needs: those of the groups, by key.
func (s *Server) words(r *http.Request, groups ...string) map[string]string {
	out := map[string]string{}
	for key, text := range s.pages.messages[languageOf(r)] {
		for _, g := range groups {
			if strings.HasPrefix(key, g+".") {
				out[key] = text
			}
		}
	}
	return out
}

func (s *Server) reviewPage(r *http.Request, a archive.Actor) (view, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return view{}, err
	}
	q := r.URL.Query()
	counts, err := s.d.Review.Counts(r.Context(), a, "")
	if err != nil {
		return view{}, err
	}
	returned, err := s.d.Review.Tasks(r.Context(), a, review.Query{State: review.Returned, Limit: 50})
	if err != nil {
		return view{}, err
	}
	return view{page: "review", title: "nav.review", section: "review", script: "review.js", data: map[string]any{
		"Words": s.words(r, "review", "field", "source", "question", "why"), "Types": typeNames(), "Batch": q.Get("batch"), "Kind": q.Get("kind"), "Account": a.Account, "Counts": countsByKind(counts), "Returned": returned, "Lang": languageOf(r),
	}}, nil
}

// typeNames are the kinds of documents there are, for typing them with few keys.
func typeNames() []string {
	var out []string
	for _, t := range dossier.Types() {
		if !slices.Contains(out, t.Name) {
			out = append(out, t.Name)
		}
	}
	return out
}

// kindCount is what waits of one kind.
type kindCount struct {
	Kind     archive.QuestionKind
	Waiting  int // open or claimed
	Urgent   int // of them
	Returned int
}

func countsByKind(counts []review.Count) []kindCount {
	var out []kindCount
	for _, kind := range archive.QuestionKinds() {
		k := kindCount{Kind: kind}
		for _, c := range counts {
			switch {
			case c.Kind != kind:
			case c.State == review.Returned:
				k.Returned += c.Tasks
			default:
				k.Waiting += c.Tasks
				if c.Urgent {
					k.Urgent += c.Tasks
				}
			}
		}
		if k.Waiting+k.Returned > 0 {
			out = append(out, k)
		}
	}
	return out
}

// papersPage searches within a batch and edits many papers at once.
func (s *Server) papersPage(r *http.Request, a archive.Actor) (view, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return view{}, err
	}
	b, err := s.d.Retrieve.Batch(r.Context(), a, archive.BatchID(r.PathValue("id")))
	if err != nil {
		return view{}, err
	}
	q := r.URL.Query()
	at, err := decodeCursor("batch-papers", q.Get("cursor"))
	if err != nil {
		return view{}, err
	}
	rows, err := s.d.Review.SearchBatch(r.Context(), a, review.BatchQuery{Batch: b.ID, Text: q.Get("q"), Asked: q.Get("asked") == "1", After: at, Limit: papersPerPage})
	if err != nil {
		return view{}, err
	}
	return view{page: "reviewpapers", title: "papers.title", section: "batches", script: "papers.js", data: papersData{
		Batch: b, Rows: rows, Query: q.Get("q"), Asked: q.Get("asked") == "1", Words: s.words(r, "papers", "field", "access"), Fields: review.Names(),
		Next: nextPage(r, nextCursor("batch-papers", rows, papersPerPage, func(p review.Paper) int64 { return p.Seq })),
	}}, err
}

const papersPerPage = 200

type papersData struct {
	Batch  retrieve.Batch
	Rows   []review.Paper
	Query  string
	Asked  bool
	Words  map[string]string
	Fields []string
	Next   string
}
