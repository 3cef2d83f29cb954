package web

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/archive"
	"sohoa/internal/match"
	"sohoa/internal/papertype"
	"sohoa/internal/records"
	"sohoa/internal/register"
	"sohoa/internal/tabular"
)

// LinkList is where a document is filed and was before, oldest first.
type LinkList struct {
	Links []match.Link `json:"links" nullable:"false"`
}

// RelinkList is a page of moves that wait for a second person.
type RelinkList struct {
	Requests []match.Request `json:"requests" nullable:"false"`
	Next     string          `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// WaitingList is a page of documents without dossier, oldest first.
type WaitingList struct {
	Waiting []match.Waiting `json:"waiting" nullable:"false"`
	Next    string          `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// RecordList is a page of archive records, in order of the documents' coming.
type RecordList struct {
	Records []records.Record `json:"records" nullable:"false"`
	Next    string           `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// PaperTypeList is what papers of each type carry.
type PaperTypeList struct {
	Types []papertype.Type `json:"types" nullable:"false"`
}

// matchSchemaName names types whose names others have too; empty for all others.
func matchSchemaName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[papertype.Field]():
		return "PaperField"
	case reflect.TypeFor[papertype.Type]():
		return "PaperType"
	case reflect.TypeFor[match.Request]():
		return "RelinkRequest"
	case reflect.TypeFor[match.Link]():
		return "DossierLink"
	case reflect.TypeFor[records.Record]():
		return "ArchiveRecord"
	case reflect.TypeFor[records.Settings]():
		return "ArchiveSettings"
	case reflect.TypeFor[records.Patterns]():
		return "ArchivePatterns"
	}
	return ""
}

// registerMatch registers what has to do with dossiers of documents, and archive records.
func (s *Server) registerMatch(api huma.API) {
	s.registerFiling(api)
	s.registerRecords(api)
}

func (s *Server) registerFiling(api huma.API) {
	f := s.d.Filing
	if f == nil {
		return
	}
	operation(s, api, huma.Operation{OperationID: "get-dossier-links", Method: http.MethodGet, Path: "/documents/{id}/dossier-links", Summary: "Where a document is filed and was before", Tags: []string{"documents"}},
		func(ctx context.Context, a archive.Actor, in *ByID) (*body[LinkList], error) {
			ls, err := f.Links(ctx, a, archive.DocumentID(in.ID))
			return answer(LinkList{notNil(ls)}, err)
		})
	operation(s, api, huma.Operation{OperationID: "relink-document", Method: http.MethodPost, Path: "/documents/{id}/relink", DefaultStatus: http.StatusOK, Summary: "File a document under another dossier", Tags: []string{"documents"},
		Description: "With a reason; it makes a version. A document that is released already is only asked for: another account approves the request."},
		func(ctx context.Context, a archive.Actor, in *struct {
			ByID
			Body match.Move
		}) (*body[match.Moved], error) {
			in.Body.Document = archive.DocumentID(in.ID)
			return answer(f.Relink(ctx, a, in.Body))
		})
	operation(s, api, huma.Operation{OperationID: "list-relink-requests", Method: http.MethodGet, Path: "/relink-requests", Summary: "Moves of released documents that wait for a second person", Tags: []string{"documents"}},
		func(ctx context.Context, a archive.Actor, in *struct {
			Paging
			Unit string `query:"unit" doc:"Only this unit's." maxLength:"64"`
		}) (*body[RelinkList], error) {
			at, err := decodeCursor("relinks", in.Cursor)
			if err != nil {
				return nil, err
			}
			rs, err := f.Requests(ctx, a, in.Unit, at, in.Limit)
			return answer(RelinkList{notNil(rs), nextCursor("relinks", rs, in.Limit, func(r match.Request) int64 { return r.ID })}, err)
		})
	for verb, approve := range map[string]bool{"approve": true, "refuse": false} {
		operation(s, api, huma.Operation{OperationID: verb + "-relink", Method: http.MethodPost, Path: "/relink-requests/{id}/" + verb, DefaultStatus: http.StatusOK, Tags: []string{"documents"},
			Summary: map[bool]string{true: "Move the document, as the second person", false: "Leave the document where it is"}[approve]},
			func(ctx context.Context, a archive.Actor, in *struct {
				ID int64 `path:"id" minimum:"1" doc:"The request."`
			}) (*body[match.Request], error) {
				return answer(f.Decide(ctx, a, in.ID, approve))
			})
	}
	operation(s, api, huma.Operation{OperationID: "list-dossier-waits", Method: http.MethodGet, Path: "/dossier-waits", Summary: "Documents without dossier, oldest first", Tags: []string{"documents"},
		Description: "They are matched by themselves when their dossier comes into the register."},
		func(ctx context.Context, a archive.Actor, in *struct {
			Paging
			Unit string `query:"unit" doc:"Only this unit's." maxLength:"64"`
		}) (*body[WaitingList], error) {
			at, err := decodeCursor("waits", in.Cursor)
			if err != nil {
				return nil, err
			}
			ws, err := f.Waiting(ctx, a, in.Unit, at, in.Limit)
			return answer(WaitingList{notNil(ws), nextCursor("waits", ws, in.Limit, func(w match.Waiting) int64 { return w.Seq })}, err)
		})
}

func (s *Server) registerRecords(api huma.API) {
	rs := s.d.Records
	if rs == nil {
		return
	}
	operation(s, api, huma.Operation{OperationID: "get-archive-record", Method: http.MethodGet, Path: "/documents/{id}/archive-record", Summary: "The archive record of a document (Decree 113/2025)", Tags: []string{"documents"}},
		func(ctx context.Context, a archive.Actor, in *ByID) (*body[records.Record], error) {
			return answer(rs.Get(ctx, a, archive.DocumentID(in.ID)))
		})
	operation(s, api, huma.Operation{OperationID: "list-archive-records", Method: http.MethodGet, Path: "/archive-records", Summary: "Archive records, in order of the documents' coming", Tags: []string{"documents"}},
		func(ctx context.Context, a archive.Actor, in *struct {
			Paging
			Unit    string `query:"unit" doc:"Only this unit's." maxLength:"64"`
			Batch   string `query:"batch" doc:"Only of this batch (its id)." maxLength:"64"`
			Dossier string `query:"dossier" doc:"Only of this dossier." maxLength:"64"`
		}) (*body[RecordList], error) {
			at, err := decodeCursor("records", in.Cursor)
			if err != nil {
				return nil, err
			}
			list, err := rs.List(ctx, a, records.Query{Unit: in.Unit, Batch: archive.BatchID(in.Batch), Dossier: in.Dossier, After: at, Limit: in.Limit})
			return answer(RecordList{notNil(list), nextCursor("records", list, in.Limit, func(r records.Record) int64 { return r.Seq })}, err)
		})
	operation(s, api, huma.Operation{OperationID: "list-paper-types", Method: http.MethodGet, Path: "/paper-types", Summary: "What papers of each type carry", Tags: []string{"documents"}},
		func(_ context.Context, a archive.Actor, _ *struct{}) (*body[PaperTypeList], error) {
			if err := a.Permit(archive.ActRead); err != nil {
				return nil, err
			}
			return answer(PaperTypeList{rs.PaperTypes()}, nil)
		})
	operation(s, api, huma.Operation{OperationID: "get-archive-settings", Method: http.MethodGet, Path: "/archive-settings", Summary: "How codes are made and how long types are kept", Tags: []string{"register"}},
		func(ctx context.Context, a archive.Actor, _ *struct{}) (*body[records.Settings], error) {
			return answer(rs.Settings(ctx, a))
		})
	operation(s, api, huma.Operation{OperationID: "set-archive-settings", Method: http.MethodPatch, Path: "/archive-settings", Summary: "Change how codes are made and how long types are kept", Tags: []string{"register"},
		Description: "Patterns that are missing stay; types that are given are added or changed. What is archived already keeps its retention."},
		func(ctx context.Context, a archive.Actor, in *body[records.Settings]) (*body[records.Settings], error) {
			return answer(rs.Set(ctx, a, in.Body))
		})
}

// recordRoutes are the records as files.
func (s *Server) recordRoutes(routes map[string]http.HandlerFunc) {
	if s.d.Records == nil {
		return
	}
	for format, mediaType := range reportFormats() {
		routes["GET "+apiRoot+"/archive-records."+format] = func(w http.ResponseWriter, r *http.Request) { s.recordFile(w, r, format, mediaType) }
	}
}

// recordFile writes records while they are read. The first page is read before the answer begins, so that what is refused says so.
func (s *Server) recordFile(w http.ResponseWriter, r *http.Request, format, mediaType string) {
	q := r.URL.Query()
	query := records.Query{Unit: q.Get("unit"), Batch: archive.BatchID(q.Get("batch")), Dossier: q.Get("dossier"), Limit: 1}
	if _, err := s.d.Records.List(r.Context(), actorOf(r.Context()), query); err != nil {
		s.refuse(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", `attachment; filename="sohoa-records-`+s.d.Now().In(indochina()).Format("20060102-1504")+"."+format+`"`)
	h.Set("Cache-Control", "no-store")
	open := tabular.WriteCSV
	if format == "xlsx" {
		open = tabular.WriteXLSX
	}
	t, err := open(w)
	if err == nil {
		if err = t.Write(records.Headings(q.Get("language"))); err == nil {
			err = s.d.Records.Each(r.Context(), actorOf(r.Context()), query, func(rec records.Record) error { return t.Write(plainCells(rec.Cells())) })
		}
		if err == nil { // a file that breaks off must not look whole
			err = t.Close()
		}
	}
	if err != nil {
		s.d.Logger.WarnContext(r.Context(), "write archive records", "error", err)
		panic(http.ErrAbortHandler)
	}
}

// plainCells keeps a spreadsheet program from taking what is read on papers for formulas.
func plainCells(cells []string) []string {
	for i, c := range cells {
		cells[i] = register.Text(c)
	}
	return cells
}

// describeRecords describes the records as files.
func (s *Server) describeRecords(api huma.API) {
	if s.d.Records == nil {
		return
	}
	param := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: "string"}}
	}
	for format, mediaType := range reportFormats() {
		api.OpenAPI().AddOperation(&huma.Operation{
			OperationID: "get-archive-records-" + format, Method: http.MethodGet, Path: apiRoot + "/archive-records." + format, Tags: []string{"documents"},
			Summary:    "Archive records as a table (" + format + ")",
			Parameters: []*huma.Param{param("unit", "Only this unit's."), param("batch", "Only of this batch (its id)."), param("dossier", "Only of this dossier."), param("language", "Of the headings: vi or en.")},
			Responses: map[string]*huma.Response{
				"200":     {Description: "One line of headings, a line a document.", Content: map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
				"default": problemResponse(api),
			},
		})
	}
}
