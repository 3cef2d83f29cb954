package web

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"sohoa/internal/archive"
	"sohoa/internal/page"
	"sohoa/internal/retrieve"
	"sohoa/internal/review"
)

const apiRoot = "/api/v1"

// spec is the API's description, made once.
type spec struct {
	yaml, json []byte
	operations []docGroup // for the page
}

// knownMux registers huma's operations behind identification.
type knownMux struct {
	*routeMux
	s *Server
}

// HandleFunc implements humago.Mux.
func (m knownMux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, m.s.known(func(w http.ResponseWriter, r *http.Request) {
		m.s.limitBody(w, r)
		w.Header().Set("Cache-Control", "no-store")
		h(w, r)
	}))
}

func (s *Server) newAPI(mux *routeMux) huma.API {
	cfg := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "sohoa", Version: "1",
				Description: "Digitised results of administrative procedures: hand papers in, follow them, find them, fetch them.\n\n" +
					"Every request but health checks needs `Authorization: Bearer TOKEN`. Errors are problems (RFC 9457) with a stable `code`; " +
					"`verdict` says whether trying again can help. Lists are read in pages: give `next` back as `cursor`. Times are UTC.",
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Servers: []*huma.Server{{URL: "/", Description: "this server"}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token": {Type: "http", Scheme: "bearer", Description: "A token made by the operator. Only its SHA-256 is kept."},
				},
			},
			Security: []map[string][]string{{"token": {}}},
			Tags: []*huma.Tag{
				{Name: "intake", Description: "Handing papers in."},
				{Name: "batches", Description: "What was handed in together, and how far it is."},
				{Name: "documents", Description: "The papers: finding, seeing, fetching."},
				{Name: "pages", Description: "Which pages make which documents: splitting, joining, turning, and undoing it. For clerks of the unit."},
				{Name: "purge", Description: "Removing papers that may not stay: one account asks, another decides."},
				{Name: "register", Description: "What there is to digitise: units, procedures, dossiers, holders. For registrars and admins. Numbers of holders are taken, and shown masked."},
				{Name: "review", Description: "Questions about papers that only people can answer, who has them, and what was decided. For clerks and officers of the unit."},
				{Name: "operation", Description: "What waits, and steering it."},
			},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{s.problemTransformer},
	}
	api := humago.New(knownMux{mux, s}, cfg)
	api.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) { next(&humaContext{inner: ctx}) })
	return api
}

// schemaName names a schema after its type, with the package where two packages have a type of that name.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[archive.Accession]() {
		return "AccessionRecord" // retrieve.Accession is the whole answer and has the name
	}
	if t.PkgPath() == reflect.TypeFor[review.Task]().PkgPath() {
		return "Review" + strings.TrimPrefix(huma.DefaultSchemaNamer(t, hint), "Review")
	}
	if name := matchSchemaName(t); name != "" {
		return name
	}
	return huma.DefaultSchemaNamer(t, hint)
}

// problemResponse documents what every operation answers when it does not go through.
func problemResponse(api huma.API) *huma.Response {
	return &huma.Response{
		Description: "A problem (RFC 9457). The status follows from the code.",
		Content:     map[string]*huma.MediaType{problemType: {Schema: schemaFor[Problem](api)}},
	}
}

func schemaFor[T any](api huma.API) *huma.Schema {
	return api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
}

// operation registers one JSON operation.
func operation[I, O any](s *Server, api huma.API, op huma.Operation, f func(context.Context, archive.Actor, *I) (*O, error)) {
	op.Path = apiRoot + op.Path
	op.Responses = map[string]*huma.Response{"default": problemResponse(api)}
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, actorOf(ctx), in)
		if err != nil {
			return nil, headed(s.problem(ctx, err))
		}
		return out, nil
	})
}

// Body is an answer with a JSON body.
type body[T any] struct{ Body T }

func answer[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// Paging is what every list takes. It is exported because huma fills exported fields only.
type Paging struct {
	Cursor string `query:"cursor" doc:"The next of the page before; empty starts at the beginning." maxLength:"200"`
	Limit  int    `query:"limit" doc:"How many at most." minimum:"1" maximum:"200" default:"50"`
}

// nextCursor gives the cursor after a full page; a short page is the last.
func nextCursor[T any](list string, rows []T, limit int, at func(T) int64) string {
	if len(rows) == 0 || len(rows) < limit {
		return ""
	}
	return encodeCursor(list, at(rows[len(rows)-1]))
}

// BatchList is a page of batches, newest first.
type BatchList struct {
	Batches []retrieve.Batch `json:"batches" nullable:"false"`
	Next    string           `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// AccessionList is a page of accessions, in order of arrival.
type AccessionList struct {
	Accessions []retrieve.Accession `json:"accessions" nullable:"false"`
	Next       string               `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// DocumentList is a page of documents, newest first.
type DocumentList struct {
	Documents []retrieve.Document `json:"documents" nullable:"false"`
	Next      string              `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// HolderSearch asks for the documents that name a person or firm.
type HolderSearch struct {
	Holder string `json:"holder" doc:"A number of 12 digits (CCCD) or 9 (CMND), or a tax code of 10 or 10-3." maxLength:"64"`
	Unit   string `json:"unit,omitempty" doc:"Only this unit's." maxLength:"64"`
	From   string `json:"from,omitempty" doc:"Issued on this day or later." example:"2024-03-15" maxLength:"10"`
	To     string `json:"to,omitempty" doc:"Issued on this day or earlier." example:"2024-12-31" maxLength:"10"`
	Cursor string `json:"cursor,omitempty" doc:"The next of the page before; empty starts at the beginning." maxLength:"200"`
	Limit  int    `json:"limit,omitempty" doc:"How many at most." minimum:"1" maximum:"200" default:"50"`
}

// HitList is a page of documents that were searched for, newest first.
type HitList struct {
	Hits []retrieve.Hit `json:"hits" nullable:"false"`
	Next string         `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// BatchState is a batch with how far it is.
type BatchState struct {
	retrieve.Batch
	Progress retrieve.Progress `json:"progress"`
	Done     bool              `json:"done" doc:"Nothing of it is under way. What is stalled or rejected stays so until somebody acts."`
}

// ProgressState is how far everything is that the account reaches.
type ProgressState struct {
	retrieve.Progress
	Done bool `json:"done" doc:"Nothing is under way."`
}

// EventList is a document's history, oldest first.
type EventList struct {
	Events []retrieve.Event `json:"events" nullable:"false"`
}

// Changed tells how many things an operation touched.
type Changed struct {
	Changed int `json:"changed"`
}

// QueueState is what waits, and whether it is handed out.
type QueueState struct {
	Paused bool `json:"paused"`
}

// Me is the account that asks.
type Me struct {
	Account string           `json:"account"`
	Role    archive.Role     `json:"role"`
	Unit    string           `json:"unit,omitempty" doc:"Empty: every unit."`
	May     []archive.Action `json:"may" nullable:"false" doc:"What the role allows."`
	Version string           `json:"version" doc:"Of the server."`
	// UploadUnit is what an upload that names no unit belongs to.
	UploadUnit string `json:"upload_unit" doc:"The unit of uploads that name none; empty when one must be named."`
}

// ByID is what every operation on one thing takes.
type ByID struct {
	ID string `path:"id" doc:"The id." maxLength:"64"`
}

func (s *Server) registerAPI(api huma.API) {
	s.registerBatches(api)
	s.registerDocuments(api)
	s.registerOperation(api)
	s.registerRegister(api)
	s.registerPurge(api)
	s.registerCounter(api)
	s.registerReview(api)
	s.registerMatch(api)
	s.registerArrange(api)
}

func (s *Server) registerBatches(api huma.API) {
	s.registerBatchSettings(api)
	operation(s, api, huma.Operation{OperationID: "list-batches", Method: http.MethodGet, Path: "/batches", Summary: "List batches, newest first", Tags: []string{"batches"}},
		func(ctx context.Context, a archive.Actor, in *struct {
			Paging
			Unit string `query:"unit" doc:"Only this unit's." maxLength:"64"`
			Name string `query:"name" doc:"Only the batch of this name." maxLength:"200"`
		}) (*body[BatchList], error) {
			if in.Name != "" {
				b, err := s.d.Retrieve.FindBatch(ctx, a, in.Unit, in.Name)
				return answer(BatchList{Batches: []retrieve.Batch{b}}, err)
			}
			at, err := decodeCursor("batches", in.Cursor)
			if err != nil {
				return nil, err
			}
			var before time.Time
			if at > 0 {
				before = time.UnixMicro(at).UTC()
			}
			rows, err := s.d.Retrieve.Batches(ctx, a, in.Unit, before, in.Limit)
			next := nextCursor("batches", rows, in.Limit, func(b retrieve.Batch) int64 { return b.CreatedAt.UnixMicro() })
			return answer(BatchList{notNil(rows), next}, err)
		})
	operation(s, api, huma.Operation{OperationID: "get-batch", Method: http.MethodGet, Path: "/batches/{id}", Summary: "One batch and how far it is", Tags: []string{"batches"}},
		func(ctx context.Context, a archive.Actor, in *ByID) (*body[BatchState], error) {
			b, err := s.d.Retrieve.Batch(ctx, a, archive.BatchID(in.ID))
			if err != nil {
				return nil, err
			}
			p, err := s.d.Retrieve.Progress(ctx, a, b.ID)
			return answer(BatchState{b, p, p.Done()}, err)
		})
	operation(s, api, huma.Operation{OperationID: "close-batch", Method: http.MethodPost, Path: "/batches/{id}/close", Summary: "Take nothing more into a batch", Tags: []string{"batches"}},
		func(ctx context.Context, a archive.Actor, in *ByID) (*body[retrieve.Batch], error) {
			if err := s.d.Retrieve.CloseBatch(ctx, a, archive.BatchID(in.ID)); err != nil {
				return nil, err
			}
			return answer(s.d.Retrieve.Batch(ctx, a, archive.BatchID(in.ID)))
		})
	operation(s, api, huma.Operation{OperationID: "list-accessions", Method: http.MethodGet, Path: "/accessions", Summary: "List files received, in order of arrival", Tags: []string{"intake"}},
		func(ctx context.Context, a archive.Actor, in *struct {
			Paging
			Batch string `query:"batch" doc:"Only of this batch (its id)." maxLength:"64"`
			State string `query:"state" doc:"Only in this state." enum:"received,inspecting,split,rejected,cancelled"`
		}) (*body[AccessionList], error) {
			at, err := decodeCursor("accessions", in.Cursor)
			if err != nil {
				return nil, err
			}
			rows, err := s.d.Retrieve.Accessions(ctx, a, archive.BatchID(in.Batch), archive.AccessionState(in.State), at, in.Limit)
			next := nextCursor("accessions", rows, in.Limit, func(x retrieve.Accession) int64 { return x.Seq })
			return answer(AccessionList{notNil(rows), next}, err)
		})
	operation(s, api, huma.Operation{OperationID: "get-accession", Method: http.MethodGet, Path: "/accessions/{id}", Summary: "One file received and what became of it", Tags: []string{"intake"}},
		func(ctx context.Context, a archive.Actor, in *ByID) (*body[retrieve.Accession], error) {
			return answer(s.d.Retrieve.Accession(ctx, a, archive.AccessionID(in.ID)))
		})
}

func (s *Server) registerDocuments(api huma.API) {
	operation(s, api, huma.Operation{OperationID: "list-documents", Method: http.MethodGet, Path: "/documents", Summary: "List documents, newest first", Tags: []string{"documents"}},
		func(ctx context.Context, a archive.Actor, in *struct {
			Paging
			Unit       string `query:"unit" doc:"Only this unit's." maxLength:"64"`
			Batch      string `query:"batch" doc:"Only of this batch (its id)." maxLength:"64"`
			Processing string `query:"processing" doc:"Only in this state." enum:"recognising,describing,assembling,archived,cancelled"`
			Stalled    bool   `query:"stalled" doc:"Only what is stalled."`
		}) (*body[DocumentList], error) {
			at, err := decodeCursor("documents", in.Cursor)
			if err != nil {
				return nil, err
			}
			rows, err := s.d.Retrieve.Documents(ctx, a, retrieve.DocumentQuery{
				Scope:      retrieve.Scope{Unit: in.Unit, Batch: archive.BatchID(in.Batch)},
				Processing: archive.Processing(in.Processing), OnlyStalled: in.Stalled, Before: at, Limit: in.Limit,
			})
			next := nextCursor("documents", rows, in.Limit, func(d retrieve.Document) int64 { return d.Seq })
			return answer(DocumentList{notNil(rows), next}, err)
		})
	operation(s, api, huma.Operation{OperationID: "get-document", Method: http.MethodGet, Path: "/documents/{id}", Summary: "One document with fields, pages and files it came from", Tags: []string{"documents"}},
		func(ctx context.Context, a archive.Actor, in *ByID) (*body[retrieve.View], error) {
			v, err := s.d.Retrieve.Document(ctx, a, archive.DocumentID(in.ID))
			v.Fields, v.PageList, v.Accessions = notNil(v.Fields), notNil(v.PageList), notNil(v.Accessions)
			return answer(v, err)
		})
	operation(s, api, huma.Operation{OperationID: "get-page", Method: http.MethodGet, Path: "/documents/{id}/pages/{page}", Summary: "What was read on one page: words, boxes, confidence", Tags: []string{"documents"}},
		func(ctx context.Context, a archive.Actor, in *struct {
			ByID
			Page int `path:"page" doc:"From 1." minimum:"1"`
		}) (*body[page.Result], error) {
			return answer(s.d.Retrieve.PageResult(ctx, a, archive.DocumentID(in.ID), in.Page))
		})
	operation(s, api, huma.Operation{OperationID: "get-history", Method: http.MethodGet, Path: "/documents/{id}/history", Summary: "What happened to a document, oldest first", Tags: []string{"documents"}},
		func(ctx context.Context, a archive.Actor, in *ByID) (*body[EventList], error) {
			ev, err := s.d.Retrieve.History(ctx, a, archive.DocumentID(in.ID))
			return answer(EventList{notNil(ev)}, err)
		})
	operation(s, api, huma.Operation{OperationID: "search", Method: http.MethodGet, Path: "/search", Summary: "Find documents by words, number and symbol, date and unit", Tags: []string{"documents"},
		Description: "Words match with or without diacritics; words that carry diacritics match exactly those. \"Quotes\" keep words together. `12/QĐ-UBND` finds that number and symbol."},
		func(ctx context.Context, a archive.Actor, in *struct {
			Paging
			Q    string `query:"q" doc:"What to look for; empty matches everything." maxLength:"1000" example:"giấy phép xây dựng"`
			Unit string `query:"unit" doc:"Only this unit's." maxLength:"64"`
			From string `query:"from" doc:"Issued on this day or later." example:"2024-03-15" maxLength:"10"`
			To   string `query:"to" doc:"Issued on this day or earlier." example:"2024-12-31" maxLength:"10"`
		}) (*body[HitList], error) {
			at, err := decodeCursor("search", in.Cursor)
			if err != nil {
				return nil, err
			}
			rows, err := s.d.Retrieve.Search(ctx, a, retrieve.Search{Text: in.Q, Unit: in.Unit, IssuedFrom: in.From, IssuedTo: in.To, Before: at, Limit: in.Limit})
			next := nextCursor("search", rows, in.Limit, func(h retrieve.Hit) int64 { return h.Seq })
			return answer(HitList{notNil(rows), next}, err)
		})
	operation(s, api, huma.Operation{OperationID: "search-holder", Method: http.MethodPost, Path: "/search", DefaultStatus: http.StatusOK, Summary: "Find documents by the identifier of a person or firm", Tags: []string{"documents"},
		Description: "The identifier is in the body, for addresses end up in logs and histories. Every such search is audited; auditors may not make one."},
		func(ctx context.Context, a archive.Actor, in *struct{ Body HolderSearch }) (*body[HitList], error) {
			q := in.Body
			at, err := decodeCursor("holder", q.Cursor)
			if err != nil {
				return nil, err
			}
			limit := q.Limit
			if limit == 0 {
				limit = retrieve.DefaultLimit
			}
			rows, err := s.d.Retrieve.SearchHolder(ctx, a, q.Holder, retrieve.Search{Unit: q.Unit, IssuedFrom: q.From, IssuedTo: q.To, Before: at, Limit: limit})
			next := nextCursor("holder", rows, limit, func(h retrieve.Hit) int64 { return h.Seq })
			return answer(HitList{notNil(rows), next}, err)
		})
}

func (s *Server) registerOperation(api huma.API) {
	for path, subject := range subjects() {
		what := map[string]string{"documents": "document", "accessions": "accession", "batches": "batch"}[path]
		for verb, act := range map[string]struct {
			summary string
			do      func(context.Context, archive.Actor, retrieve.Subject) (int, error)
		}{
			"cancel": {"Stop what is not archived yet of this " + what, s.d.Retrieve.Cancel},
			"retry":  {"Set stalled, rejected and cancelled work of this " + what + " going again", s.d.Retrieve.Retry},
		} {
			operation(s, api, huma.Operation{OperationID: verb + "-" + what, Method: http.MethodPost, Path: "/" + path + "/{id}/" + verb, Summary: act.summary, Tags: []string{"operation"}},
				func(ctx context.Context, a archive.Actor, in *ByID) (*body[Changed], error) {
					n, err := act.do(ctx, a, subject(in.ID))
					return answer(Changed{n}, err)
				})
		}
	}
	operation(s, api, huma.Operation{OperationID: "get-queue", Method: http.MethodGet, Path: "/queue", Summary: "What waits in the city", Tags: []string{"operation"}},
		func(ctx context.Context, a archive.Actor, _ *struct{}) (*body[retrieve.Queue], error) {
			q, err := s.d.Retrieve.Queue(ctx, a)
			q.Depths = notNil(q.Depths)
			return answer(q, err)
		})
	for verb, paused := range map[string]bool{"pause": true, "resume": false} {
		summary := map[bool]string{true: "Hand out no more work; what runs is finished", false: "Hand out work again"}[paused]
		operation(s, api, huma.Operation{OperationID: verb + "-queue", Method: http.MethodPost, Path: "/queue/" + verb, Summary: summary, Tags: []string{"operation"}},
			func(ctx context.Context, a archive.Actor, _ *struct{}) (*body[QueueState], error) {
				return answer(QueueState{paused}, s.d.Retrieve.PauseQueue(ctx, a, paused))
			})
	}
	operation(s, api, huma.Operation{OperationID: "get-progress", Method: http.MethodGet, Path: "/progress", Summary: "How far everything is that the account reaches", Tags: []string{"operation"}},
		func(ctx context.Context, a archive.Actor, _ *struct{}) (*body[ProgressState], error) {
			p, err := s.d.Retrieve.Progress(ctx, a, "")
			return answer(ProgressState{p, p.Done()}, err)
		})
	operation(s, api, huma.Operation{OperationID: "get-me", Method: http.MethodGet, Path: "/me", Summary: "The account that asks", Tags: []string{"operation"}},
		func(_ context.Context, a archive.Actor, _ *struct{}) (*body[Me], error) {
			me := Me{Account: a.Account, Role: a.Role, Unit: a.Unit, May: []archive.Action{}, Version: s.d.Version}
			me.UploadUnit, _ = s.unitFor(a, "")
			for _, act := range []archive.Action{archive.ActIngest, archive.ActRead, archive.ActOperate, archive.ActQueue, archive.ActRegister, archive.ActReview} {
				if a.May(act) {
					me.May = append(me.May, act)
				}
			}
			return answer(me, nil)
		})
}

func notNil[T any](v []T) []T {
	if v == nil {
		return []T{}
	}
	return v
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that is gone reads no answer
}
