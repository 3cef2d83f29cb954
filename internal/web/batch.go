package web

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/retrieve"
	"sohoa/internal/separator"
	"sohoa/internal/separatorsheet"
)

// registerBatchSettings registers what opens a batch before its papers come, and changes it.
func (s *Server) registerBatchSettings(api huma.API) {
	operation(s, api, huma.Operation{
		OperationID: "open-batch", Method: http.MethodPost, Path: "/batches", DefaultStatus: http.StatusOK, Tags: []string{"batches"},
		Summary:     "Make a batch, or change the one of that name",
		Description: "An upload makes its batch by itself; this is for batches that say how their files are taken apart, what is expected, where the paper lies.",
	}, func(ctx context.Context, a archive.Actor, in *body[retrieve.NewBatch]) (*body[retrieve.Batch], error) {
		if in.Body.Unit == "" && a.Unit == "" {
			in.Body.Unit = s.d.DefaultUnit
		}
		return answer(s.d.Retrieve.OpenBatch(ctx, a, in.Body))
	})
	operation(s, api, huma.Operation{
		OperationID: "change-batch", Method: http.MethodPatch, Path: "/batches/{id}", Tags: []string{"batches"},
		Summary: "Pause, resume, close or reopen a batch, and change what it says about its papers",
	}, func(ctx context.Context, a archive.Actor, in *struct {
		ByID
		Body retrieve.BatchChange
	}) (*body[retrieve.Batch], error) {
		return answer(s.d.Retrieve.ChangeBatch(ctx, a, archive.BatchID(in.ID), in.Body))
	})
}

// batchForm reads the form of a batch's settings.
func batchForm(r *http.Request) (retrieve.BatchChange, error) {
	text := func(name string) *string { v := r.PostFormValue(name); return &v }
	splitting, order := archive.Splitting(r.PostFormValue("splitting")), archive.PageOrder(r.PostFormValue("page_order"))
	c := retrieve.BatchChange{Splitting: &splitting, PageOrder: &order, Device: text("device"), Shelf: text("shelf"), ArchiveNumber: text("archive_number")}
	n := 0
	if v := r.PostFormValue("expected_count"); v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil {
			return c, fault.New(fault.RequestMalformed, "expected_count is a number")
		}
	}
	c.ExpectedCount = &n
	return c, nil
}

// batchActions are the forms of a batch's page.
func (s *Server) batchActions() map[string]pageAction {
	state := func(to string) pageAction {
		return func(r *http.Request, a archive.Actor) (int, error) {
			_, err := s.d.Retrieve.ChangeBatch(r.Context(), a, archive.BatchID(r.PathValue("id")), retrieve.BatchChange{State: &to})
			return 1, err
		}
	}
	return map[string]pageAction{
		"POST /batches/{id}/close":  state(retrieve.BatchClosed),
		"POST /batches/{id}/hold":   state(retrieve.BatchPaused),
		"POST /batches/{id}/reopen": state(retrieve.BatchOpen),
		"POST /batches/{id}/settings": func(r *http.Request, a archive.Actor) (int, error) {
			c, err := batchForm(r)
			if err != nil {
				return 0, err
			}
			_, err = s.d.Retrieve.ChangeBatch(r.Context(), a, archive.BatchID(r.PathValue("id")), c)
			return 1, err
		},
	}
}

// maxBlankSheets is how many separator sheets a batch's page prints at once.
const maxBlankSheets = 200

// separatorSheets prints separator sheets of a batch: one for each dossier named, or so many that only part.
func (s *Server) separatorSheets(w http.ResponseWriter, r *http.Request) {
	sheets, name, err := s.sheetsOf(r)
	var b bytes.Buffer
	if err == nil {
		if err = separatorsheet.Write(&b, sheets); err != nil {
			err = fault.Wrap(fault.RequestMalformed, err, "the sheets cannot be printed: %v", err)
		}
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", contentDisposition("attachment", name))
	_, _ = b.WriteTo(w)
}

func (s *Server) sheetsOf(r *http.Request) ([]separator.Sheet, string, error) {
	a := actorOf(r.Context())
	if err := a.Permit(archive.ActIngest); err != nil {
		return nil, "", err
	}
	b, err := s.d.Retrieve.Batch(r.Context(), a, archive.BatchID(r.PathValue("id")))
	if err != nil {
		return nil, "", err
	}
	each := separator.Sheet{Unit: b.Unit, Batch: b.Name, Shelf: b.Shelf}
	var sheets []separator.Sheet
	for _, d := range r.URL.Query()["dossier"] {
		s := each
		if s.Dossier = strings.TrimSpace(d); s.Dossier != "" {
			sheets = append(sheets, s)
		}
	}
	n := 0
	if v := r.URL.Query().Get("count"); v != "" {
		if n, err = strconv.Atoi(v); err != nil || n < 0 || n > maxBlankSheets {
			return nil, "", fault.New(fault.RequestMalformed, "count is 0 to %d", maxBlankSheets)
		}
	}
	if len(sheets) == 0 && n == 0 {
		return nil, "", fault.New(fault.RequestMalformed, "name a dossier, or say in count how many blank sheets")
	}
	return append(sheets, slices.Repeat([]separator.Sheet{each}, n)...), "separators.pdf", nil
}

// describeSeparators describes what huma does not serve.
func describeSeparators(api huma.API) {
	api.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "print-separators", Method: http.MethodGet, Path: apiRoot + "/batches/{id}/separators", Tags: []string{"batches"}, Summary: "Separator sheets of a batch as a PDF",
		Description: "A sheet on top of each paper parts a stack that is scanned as one file, and says which dossier the paper belongs to.",
		Parameters: []*huma.Param{
			{Name: "id", In: "path", Required: true, Description: "The id.", Schema: &huma.Schema{Type: "string"}},
			{Name: "dossier", In: "query", Description: "The code of a dossier; may be repeated, a sheet each.", Schema: &huma.Schema{Type: "array", Items: &huma.Schema{Type: "string"}}},
			{Name: "count", In: "query", Description: "So many sheets that name no dossier.", Schema: &huma.Schema{Type: "integer"}},
		},
		Responses: map[string]*huma.Response{
			"200":     {Description: "The sheets, one a page.", Content: map[string]*huma.MediaType{"application/pdf": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
			"default": problemResponse(api),
		},
	})
}

// stackOfBatch is how the batch of a name takes files apart: as it says, or as new ones do.
func (s *Server) stackOfBatch(r *http.Request, a archive.Actor, unit, name string) archive.StackSettings {
	if b, err := s.d.Retrieve.FindBatch(r.Context(), a, unit, name); err == nil {
		return b.StackSettings
	}
	return archive.StackSettings{Splitting: archive.SplitSeparators, PageOrder: archive.OrderAsScanned}
}

// stackValues are what a setting may be, for forms.
func stackValues(setting string) []string {
	var out []string
	if setting == "splitting" {
		for _, v := range archive.Splittings() {
			out = append(out, string(v))
		}
		return out
	}
	for _, v := range archive.PageOrders() {
		out = append(out, string(v))
	}
	return out
}
