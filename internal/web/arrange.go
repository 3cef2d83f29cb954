package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/page"
	"sohoa/internal/rearrange"
	"sohoa/internal/retrieve"
)

// ArrangedPage is a page of a document as it is now.
type ArrangedPage struct {
	archive.PageRef
	Read     bool      `json:"read" doc:"false: it was not recognised yet."`
	Kind     page.Kind `json:"kind"`
	Findings []string  `json:"findings,omitempty" doc:"What is wrong with the scan."`
}

// ArrangedDocument is a document as it is now: its current version, archived or under way.
type ArrangedDocument struct {
	ID         archive.DocumentID `json:"id"`
	Version    int                `json:"version" doc:"What a change expects."`
	Name       string             `json:"name"`
	Title      string             `json:"title"`
	Dossier    string             `json:"dossier,omitempty"`
	Processing archive.Processing `json:"processing"`
	Release    archive.Release    `json:"release"`
	Pages      []ArrangedPage     `json:"pages" nullable:"false"`
	LeftOut    []archive.LeftOut  `json:"left_out" nullable:"false" doc:"Pages that belong to it and are not in its rendition, as they lie."`
}

// ArrangedList is documents with their pages, in the order in which they were scanned, and what was changed last.
type ArrangedList struct {
	Documents []ArrangedDocument      `json:"documents" nullable:"false"`
	Next      string                  `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
	Changes   []rearrange.Arrangement `json:"changes" nullable:"false" doc:"The last changes, newest first."`
}

func arrangedOf(st rearrange.State) ArrangedDocument {
	d := ArrangedDocument{
		ID: st.ID, Version: st.Version, Name: st.Name, Title: st.Title, Dossier: st.Dossier, Processing: st.Processing, Release: st.Release,
		Pages: make([]ArrangedPage, len(st.Pages)), LeftOut: notNil(st.LeftOut),
	}
	if d.Title == "" {
		d.Title = d.Name
	}
	for i, ref := range st.Pages {
		p := ArrangedPage{PageRef: ref, Read: st.Seen[i].Read, Kind: st.Seen[i].Kind}
		if q := st.Seen[i].Quality; q != nil {
			p.Findings = q.Findings()
		}
		d.Pages[i] = p
	}
	return d
}

func (s *Server) registerArrange(api huma.API) {
	if s.d.Rearrange == nil {
		return
	}
	s.registerScans(api)
	tag := []string{"pages"}
	operation(s, api, huma.Operation{OperationID: "get-batch-pages", Method: http.MethodGet, Path: "/batches/{id}/pages", Summary: "The documents of a batch with their pages, as scanned", Tags: tag},
		func(ctx context.Context, a archive.Actor, in *struct {
			ByID
			Cursor string `query:"cursor" doc:"The next of the page before; empty starts at the beginning." maxLength:"200"`
		}) (*body[ArrangedList], error) {
			return answer(s.batchPages(ctx, a, archive.BatchID(in.ID), in.Cursor))
		})
	operation(s, api, huma.Operation{OperationID: "get-document-pages", Method: http.MethodGet, Path: "/documents/{id}/pages", Summary: "A document with its pages, left-out ones among them", Tags: tag},
		func(ctx context.Context, a archive.Actor, in *ByID) (*body[ArrangedList], error) {
			return answer(s.documentPages(ctx, a, archive.DocumentID(in.ID)))
		})
	operation(s, api, huma.Operation{
		OperationID: "arrange", Method: http.MethodPost, Path: "/arrangements", DefaultStatus: http.StatusOK, Tags: tag, Summary: "Split, join, reorder, turn, take out, put back, replace pages",
		Description: "All operations or none. Each document that changes gets a new version, made in the background; until it is archived the last archived one is what is seen. " +
			"Answers 409 where a document has another version than the one expected.",
	}, func(ctx context.Context, a archive.Actor, in *body[rearrange.Request]) (*body[rearrange.Arrangement], error) {
		return answer(s.d.Rearrange.Arrange(ctx, a, in.Body))
	})
	operation(s, api, huma.Operation{
		OperationID: "undo-arrangement", Method: http.MethodPost, Path: "/arrangements/{id}/undo", DefaultStatus: http.StatusOK, Tags: tag, Summary: "Undo a change of pages",
		Description: "By new versions with the pages as they were; also where the system took a stack apart. Answers 409 while a later change of one of its documents holds. Undoing an undo does the change again.",
	}, func(ctx context.Context, a archive.Actor, in *struct {
		ID int64 `path:"id" doc:"The arrangement." minimum:"1"`
	}) (*body[rearrange.Arrangement], error) {
		return answer(s.d.Rearrange.Undo(ctx, a, in.ID))
	})
}

// ScanList is the pages of a batch that could be scanned better.
type ScanList struct {
	Looked int              `json:"looked" doc:"How many pages were measured."`
	Scans  []rearrange.Scan `json:"scans" nullable:"false"`
}

func (s *Server) registerScans(api huma.API) {
	operation(s, api, huma.Operation{
		OperationID: "get-batch-scans", Method: http.MethodGet, Path: "/batches/{id}/scans", Summary: "The pages of a batch that could be scanned better, with the numbers", Tags: []string{"pages"},
	}, func(ctx context.Context, a archive.Actor, in *ByID) (*body[ScanList], error) {
		return answer(s.scans(ctx, a, archive.BatchID(in.ID)))
	})
}

func (s *Server) scans(ctx context.Context, a archive.Actor, id archive.BatchID) (ScanList, error) {
	if _, err := s.d.Retrieve.Batch(ctx, a, id); err != nil {
		return ScanList{}, err
	}
	poor, looked, err := s.d.Rearrange.PoorScans(ctx, a, id)
	return ScanList{Looked: looked, Scans: notNil(poor)}, err
}

func (s *Server) batchPages(ctx context.Context, a archive.Actor, id archive.BatchID, cursor string) (ArrangedList, error) {
	at, err := decodeCursor("batch-pages", cursor)
	if err != nil {
		return ArrangedList{}, err
	}
	if _, err := s.d.Retrieve.Batch(ctx, a, id); err != nil {
		return ArrangedList{}, err
	}
	states, next, err := s.d.Rearrange.Batch(ctx, a, id, at)
	if err != nil {
		return ArrangedList{}, err
	}
	l := ArrangedList{Documents: make([]ArrangedDocument, len(states))}
	for i, st := range states {
		l.Documents[i] = arrangedOf(st)
	}
	if next > 0 {
		l.Next = encodeCursor("batch-pages", next)
	}
	l.Changes, err = s.d.Rearrange.RecentOfBatch(ctx, a, id)
	l.Changes = notNil(l.Changes)
	return l, err
}

func (s *Server) documentPages(ctx context.Context, a archive.Actor, id archive.DocumentID) (ArrangedList, error) {
	states, err := s.d.Rearrange.Documents(ctx, a, id)
	if err != nil {
		return ArrangedList{}, err
	}
	l := ArrangedList{Documents: []ArrangedDocument{arrangedOf(states[0])}}
	l.Changes, err = s.d.Rearrange.Recent(ctx, a, id)
	l.Changes = notNil(l.Changes)
	return l, err
}

// arrangeRoutes are the pictures of pages as they are now.
func (s *Server) arrangeRoutes(routes map[string]http.HandlerFunc) {
	if s.d.Rearrange == nil {
		return
	}
	routes["GET "+apiRoot+"/documents/{id}/current/{page}/image"] = func(w http.ResponseWriter, r *http.Request) { s.currentImage(w, r, false) }
	routes["GET "+apiRoot+"/documents/{id}/left-out/{page}/image"] = func(w http.ResponseWriter, r *http.Request) { s.currentImage(w, r, true) }
}

func (s *Server) currentImage(w http.ResponseWriter, r *http.Request, leftOut bool) {
	n, size, err := pictureWish(r)
	version := 0
	if v := r.URL.Query().Get("version"); v != "" && err == nil {
		if version, err = strconv.Atoi(v); err != nil {
			err = fault.New(fault.RequestMalformed, "version is a number")
		}
	}
	var ref archive.PageRef
	var found page.Turn
	if err == nil {
		ref, found, err = s.d.Rearrange.Ref(r.Context(), actorOf(r.Context()), rearrange.Place{Document: archive.DocumentID(r.PathValue("id")), Version: version, Page: n, LeftOut: leftOut})
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	key := fmt.Sprintf("page %s %d %d %d %d", ref.Master, ref.Page, ref.Turn, found, size)
	s.sendPicture(w, r, key, func(ctx context.Context) ([]byte, error) { return s.d.Rearrange.Picture(ctx, ref, found, size) })
}

// describeArrange describes what huma does not serve.
func (s *Server) describeArrange(api huma.API) {
	if s.d.Rearrange == nil {
		return
	}
	param := func(name, in, doc, kind string) *huma.Param {
		return &huma.Param{Name: name, In: in, Required: in == "path", Description: doc, Schema: &huma.Schema{Type: kind}}
	}
	for _, p := range []struct{ id, path, summary string }{
		{"get-current-image", "/documents/{id}/current/{page}/image", "One page of the current version as a JPEG, archived or not"},
		{"get-left-out-image", "/documents/{id}/left-out/{page}/image", "One page that is left out, as a JPEG"},
	} {
		api.OpenAPI().AddOperation(&huma.Operation{
			OperationID: p.id, Method: http.MethodGet, Path: apiRoot + p.path, Tags: []string{"pages"}, Summary: p.summary,
			Parameters: []*huma.Param{
				param("id", "path", "The id.", "string"), param("page", "path", "From 1.", "integer"),
				param("version", "query", "The version that was seen; another one is answered 409.", "integer"), param("size", "query", "Pixels of the longer side.", "integer"),
			},
			Responses: map[string]*huma.Response{
				"200":     {Description: "The picture.", Content: map[string]*huma.MediaType{"image/jpeg": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
				"default": problemResponse(api),
			},
		})
	}
}

// arrangePages are the pages on which people change which pages make which documents.
func (s *Server) arrangePages(handlers map[string]pageHandler) {
	if s.d.Rearrange == nil {
		return
	}
	handlers["GET /batches/{id}/arrange"] = func(r *http.Request, a archive.Actor) (view, error) {
		b, err := s.d.Retrieve.Batch(r.Context(), a, archive.BatchID(r.PathValue("id")))
		if err != nil {
			return view{}, err
		}
		l, err := s.batchPages(r.Context(), a, b.ID, r.URL.Query().Get("cursor"))
		return s.arrangeView(r, l, "/batches/"+string(b.ID), b.Name), err
	}
	handlers["GET /batches/{id}/scans"] = func(r *http.Request, a archive.Actor) (view, error) {
		b, err := s.d.Retrieve.Batch(r.Context(), a, archive.BatchID(r.PathValue("id")))
		if err != nil {
			return view{}, err
		}
		l, err := s.scans(r.Context(), a, b.ID)
		return view{page: "scans", title: "scans.title", section: "batches", data: map[string]any{"Batch": b, "List": l}}, err
	}
	handlers["GET /documents/{id}/arrange"] = func(r *http.Request, a archive.Actor) (view, error) {
		id := archive.DocumentID(r.PathValue("id"))
		l, err := s.documentPages(r.Context(), a, id)
		if err != nil {
			return view{}, err
		}
		return s.arrangeView(r, l, "/documents/"+string(id), l.Documents[0].Title), nil
	}
}

// arrangeData is what the page shows.
type arrangeData struct {
	ArrangedList
	Back, Name string
	Words      map[string]string
	// Undo is the last change that holds, Redo what undid the last one; nil: there is none.
	Undo, Redo *rearrange.Arrangement
	Findings   int // pages whose scan is poor
	NextPage   string
}

func (s *Server) arrangeView(r *http.Request, l ArrangedList, back, name string) view {
	d := arrangeData{ArrangedList: l, Back: back, Name: name, Words: s.words(r, "arrange"), NextPage: nextPage(r, l.Next)}
	for i, c := range l.Changes {
		undo := slices.Contains(c.Kinds, "undo")
		if d.Undo == nil && !c.Undone && !undo {
			d.Undo = &l.Changes[i]
		}
		if i == 0 && undo && !c.Undone {
			d.Redo = &l.Changes[i]
		}
	}
	for _, doc := range l.Documents {
		for _, p := range doc.Pages {
			if len(p.Findings) > 0 || p.Kind == page.Unread {
				d.Findings++
			}
		}
	}
	return view{page: "arrange", title: "arrange.title", section: "batches", script: "arrange.js", data: d}
}

// leftBefore are the left-out pages that lie before a page of a document, with their places among all that are left out.
func leftBefore(d ArrangedDocument, ordinal int) []leftPlace {
	var out []leftPlace
	for i, l := range d.LeftOut {
		if l.Before == ordinal {
			out = append(out, leftPlace{Place: i + 1, LeftOut: l})
		}
	}
	return out
}

type leftPlace struct {
	Place int
	archive.LeftOut
}

// mayArrange reports whether a document's pages may be changed.
func mayArrange(a archive.Actor, v retrieve.View) bool {
	return a.May(archive.ActOperate) && a.Reaches(v.Unit, archive.AccessUnit) && v.Processing != archive.Cancelled &&
		(v.Release == archive.Unconfirmed || v.Release == archive.Confirmed)
}
