package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/purge"
)

// PurgeRequest asks that a paper be removed for good.
type PurgeRequest struct {
	Reason    archive.PurgeReason `json:"reason" enum:"secret,wrong_paper,personal,other" doc:"Why it may not stay."`
	Note      string              `json:"note,omitempty" maxLength:"500" doc:"For whoever decides; it is not kept once decided."`
	WholeFile bool                `json:"whole_file,omitempty" doc:"All papers of the files it is in, too: where a file cannot be cut."`
}

// PurgeList is a page of requests, newest first.
type PurgeList struct {
	Purges []purge.Purge `json:"purges" nullable:"false"`
	Next   string        `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

func (s *Server) registerPurge(api huma.API) {
	if s.d.Purge == nil {
		return
	}
	operation(s, api, huma.Operation{
		OperationID: "request-purge", Method: http.MethodPost, Path: "/documents/{id}/purge", DefaultStatus: http.StatusOK, Tags: []string{"purge"},
		Summary:     "Ask that a paper be removed for good",
		Description: "Another account decides. Documents that share a page with it go too. A hold on disposal wins.",
	}, func(ctx context.Context, a archive.Actor, in *struct {
		ByID
		Body PurgeRequest
	}) (*body[purge.Purge], error) {
		return answer(s.d.Purge.Request(ctx, a, purge.Request{Document: archive.DocumentID(in.ID), Reason: in.Body.Reason, Note: in.Body.Note, WholeFile: in.Body.WholeFile}))
	})
	operation(s, api, huma.Operation{OperationID: "list-purges", Method: http.MethodGet, Path: "/purges", Summary: "List requests to purge, newest first", Tags: []string{"purge"}},
		func(ctx context.Context, a archive.Actor, in *struct {
			Paging
			State string `query:"state" doc:"Only in this state." enum:"requested,refused,approved,cleared,done"`
		}) (*body[PurgeList], error) {
			at, err := decodeCursor("purges", in.Cursor)
			if err != nil {
				return nil, err
			}
			rows, err := s.d.Purge.List(ctx, a, purge.State(in.State), timeAt(at), in.Limit)
			next := nextCursor("purges", rows, in.Limit, func(p purge.Purge) int64 { return p.RequestedAt.UnixMicro() })
			return answer(PurgeList{notNil(rows), next}, err)
		})
	operation(s, api, huma.Operation{OperationID: "get-purge", Method: http.MethodGet, Path: "/purges/{id}", Summary: "One request to purge, and its tombstone", Tags: []string{"purge"}},
		func(ctx context.Context, a archive.Actor, in *ByID) (*body[purge.Purge], error) {
			return answer(s.d.Purge.Get(ctx, a, in.ID))
		})
	operation(s, api, huma.Operation{
		OperationID: "approve-purge", Method: http.MethodPost, Path: "/purges/{id}/approve", Tags: []string{"purge"}, Summary: "Decide that a paper is removed for good",
		Description: "By another account than the one that asked. Nothing of the paper is found or shown from the answer on; its bytes follow.",
	}, func(ctx context.Context, a archive.Actor, in *ByID) (*body[purge.Purge], error) {
		return answer(s.d.Purge.Approve(ctx, a, in.ID))
	})
	operation(s, api, huma.Operation{OperationID: "refuse-purge", Method: http.MethodPost, Path: "/purges/{id}/refuse", Tags: []string{"purge"}, Summary: "Refuse a request to purge, or take one's own back"},
		func(ctx context.Context, a archive.Actor, in *ByID) (*body[purge.Purge], error) {
			return answer(s.d.Purge.Refuse(ctx, a, in.ID))
		})
}

func timeAt(micro int64) time.Time {
	if micro <= 0 {
		return time.Time{}
	}
	return time.UnixMicro(micro).UTC()
}

type purgesData struct {
	Waiting []purge.Purge // for a decision
	Others  []purge.Purge
	Next    string
	Actor   archive.Actor
	May     bool // decide
}

func (s *Server) purgesPage(r *http.Request, a archive.Actor) (view, error) {
	d := purgesData{Actor: a, May: a.May(archive.ActDispose)}
	at, err := decodeCursor("purges", r.URL.Query().Get("cursor"))
	if err != nil {
		return view{}, err
	}
	if at == 0 {
		if d.Waiting, err = s.d.Purge.List(r.Context(), a, purge.Requested, time.Time{}, 200); err != nil {
			return view{}, err
		}
	}
	rows, err := s.d.Purge.List(r.Context(), a, "", timeAt(at), rowsPerPage)
	if err != nil {
		return view{}, err
	}
	d.Next = nextCursor("purges", rows, rowsPerPage, func(p purge.Purge) int64 { return p.RequestedAt.UnixMicro() })
	for _, p := range rows {
		if p.State != purge.Requested {
			d.Others = append(d.Others, p)
		}
	}
	return view{page: "purges", title: "purge.title", section: "purges", data: d}, nil
}

func (s *Server) purgePages(handlers map[string]pageHandler) {
	if s.d.Purge != nil {
		handlers["GET /purges"] = s.purgesPage
	}
}

func (s *Server) purgeActions(actions map[string]pageAction) {
	if s.d.Purge == nil {
		return
	}
	actions["POST /documents/{id}/purge"] = func(r *http.Request, a archive.Actor) (int, error) {
		_, err := s.d.Purge.Request(r.Context(), a, purge.Request{
			Document: archive.DocumentID(r.PathValue("id")), Reason: archive.PurgeReason(r.PostFormValue("reason")), Note: r.PostFormValue("note"),
			WholeFile: r.PostFormValue("whole_file") != "",
		})
		return 1, err
	}
	actions["POST /purges/{id}/remove"] = func(r *http.Request, a archive.Actor) (int, error) {
		if r.PostFormValue("sure") == "" { // the box beside the button
			return 0, fault.New(fault.RequestMalformed, "tick the box: what is removed does not come back")
		}
		p, err := s.d.Purge.Approve(r.Context(), a, r.PathValue("id"))
		if err != nil {
			return 0, err
		}
		return len(p.Tombstone.Documents), nil
	}
	actions["POST /purges/{id}/keep"] = func(r *http.Request, a archive.Actor) (int, error) {
		_, err := s.d.Purge.Refuse(r.Context(), a, r.PathValue("id"))
		return 1, err
	}
}
