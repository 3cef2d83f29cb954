package web

import (
	"net/http"
	"strconv"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/match"
	"sohoa/internal/records"
)

// filingData is what the page of a document says of its dossier and its archive record.
type filingData struct {
	Links     []match.Link    // newest first; the first is current
	Requests  []match.Request // of this document, that wait for a second person
	Record    *records.Record // nil: not to be had
	MayRelink bool            // file it elsewhere, or ask for it
	Account   string          // who looks: not the one who approves what they asked for
}

// filingOf gathers it. What cannot be had is left out: the page is worth having without.
func (s *Server) filingOf(r *http.Request, a archive.Actor, d *documentData) {
	ctx, id := r.Context(), d.View.ID
	f := &filingData{Account: a.Account}
	if s.d.Filing != nil {
		links, err := s.d.Filing.Links(ctx, a, id)
		if err != nil {
			_ = s.problem(ctx, err) // logs what is ours
		}
		for i := len(links) - 1; i >= 0; i-- {
			f.Links = append(f.Links, links[i])
		}
		if f.MayRelink = a.May(archive.ActReview) && a.Reaches(d.View.Unit, archive.AccessUnit) && d.View.Processing == archive.Archived; f.MayRelink {
			rs, err := s.d.Filing.Requests(ctx, a, d.View.Unit, 0, maxListLimit)
			if err != nil && fault.CodeOf(err) != fault.Forbidden {
				_ = s.problem(ctx, err)
			}
			for _, x := range rs {
				if x.Document == id {
					f.Requests = append(f.Requests, x)
				}
			}
		}
	}
	if s.d.Records != nil && d.View.Processing == archive.Archived {
		if rec, err := s.d.Records.Get(ctx, a, id); err == nil {
			f.Record = &rec
		} else {
			_ = s.problem(ctx, err)
		}
	}
	if f.Links != nil || f.MayRelink || f.Record != nil {
		d.Filing = f
	}
}

// filingActions are the forms of that part of the page.
func (s *Server) filingActions() map[string]pageAction {
	if s.d.Filing == nil {
		return nil
	}
	decide := func(approve bool) pageAction {
		return func(r *http.Request, a archive.Actor) (int, error) {
			id, err := strconv.ParseInt(r.PostFormValue("request"), 10, 64)
			if err != nil {
				return 0, fault.New(fault.RequestMalformed, "which request?")
			}
			_, err = s.d.Filing.Decide(r.Context(), a, id, approve)
			return 1, err
		}
	}
	return map[string]pageAction{
		"POST /documents/{id}/relink": func(r *http.Request, a archive.Actor) (int, error) {
			m, err := s.d.Filing.Relink(r.Context(), a, match.Move{
				Document: archive.DocumentID(r.PathValue("id")), Dossier: r.PostFormValue("dossier"), Reason: r.PostFormValue("reason"), Anyway: r.PostFormValue("anyway") != "",
			})
			if m.Request != nil {
				return 0, err // asked for, not done
			}
			return 1, err
		},
		"POST /documents/{id}/approve": decide(true),
		"POST /documents/{id}/refuse":  decide(false),
	}
}
