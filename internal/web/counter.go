package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/register"
	"sohoa/internal/retrieve"
)

// The counter: a clerk reads the card of who stands there. What the reader types comes in a body, is answered at once, and stands in no
// address, no history and no log.

// CounterScan is what a reader of codes typed.
type CounterScan struct {
	Scan string `json:"scan" maxLength:"1000" doc:"The text of the QR of a CCCD card (CCCD|CMND|name|born|sex|address|issued), or a number by itself."`
}

// CounterVisit is what is known of who stands at the counter.
type CounterVisit struct {
	register.Visit
	Documents []retrieve.Hit `json:"documents" nullable:"false" doc:"Papers that name one of the numbers, newest first."`
}

// visitDocuments is how many papers of one number are shown.
const visitDocuments = 50

func (s *Server) visit(ctx context.Context, a archive.Actor, scan string) (CounterVisit, error) {
	v := CounterVisit{Documents: []retrieve.Hit{}}
	for _, act := range []archive.Action{archive.ActRead, archive.ActHolder} {
		if err := a.Permit(act); err != nil {
			return v, err
		}
	}
	ids, _, err := register.ReadScan(scan)
	if err != nil {
		return v, err
	}
	if v.Visit, err = s.d.Register.Visit(ctx, a, scan, register.Day(s.d.Now().UTC().Format(time.DateOnly))); err != nil {
		return v, err
	}
	for _, id := range ids {
		hits, err := s.d.Retrieve.SearchHolder(ctx, a, id.Reveal(), retrieve.Search{Limit: visitDocuments})
		if err != nil {
			return v, err
		}
		for _, h := range hits {
			if !slices.ContainsFunc(v.Documents, func(o retrieve.Hit) bool { return o.ID == h.ID }) {
				v.Documents = append(v.Documents, h)
			}
		}
	}
	slices.SortStableFunc(v.Documents, func(x, y retrieve.Hit) int { return int(max(-1, min(1, y.Seq-x.Seq))) })
	return v, nil
}

func (s *Server) registerCounter(api huma.API) {
	if s.d.Register == nil {
		return
	}
	operation(s, api, huma.Operation{
		OperationID: "read-card", Method: http.MethodPost, Path: "/counter/card", DefaultStatus: http.StatusOK, Tags: []string{"register"},
		Summary: "Read the card of who stands at the counter",
		Description: "Makes the old and the new number of the card one holder's and gives the holder's dossiers and papers. Where nothing is found, tried says which numbers were " +
			"looked for. Every reading is audited, without the numbers.",
	}, func(ctx context.Context, a archive.Actor, in *body[CounterScan]) (*body[CounterVisit], error) {
		return answer(s.visit(ctx, a, in.Body.Scan))
	})
}

// counterPage is the page with the field that a reader of codes types into.
func (s *Server) counterPage(_ *http.Request, a archive.Actor) (view, error) {
	if err := a.Permit(archive.ActHolder); err != nil {
		return view{}, err
	}
	return view{page: "counter", title: "counter.title", section: "documents", data: map[string]any{"Wrong": false}}, nil
}

// counterRead answers the page's form with the page, so that nothing of what was read is in an address.
func (s *Server) counterRead(w http.ResponseWriter, r *http.Request) {
	s.limitBody(w, r)
	a, err := s.identify(r)
	if err != nil {
		s.showError(w, r, err)
		return
	}
	r = withActor(r, a)
	v, err := s.visit(r.Context(), a, r.PostFormValue("scan"))
	data, status := map[string]any{"Visit": v}, http.StatusOK
	switch {
	case fault.CodeOf(err) == fault.RequestMalformed && err != nil:
		data, status = map[string]any{"Wrong": true}, http.StatusBadRequest
	case err != nil:
		s.showError(w, r, err)
		return
	}
	s.show(w, r, status, &a, view{page: "counter", title: "counter.title", section: "documents", data: data})
}
