package web

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/tabular"
)

// reportFormats are the tables a report comes as.
func reportFormats() map[string]string {
	return map[string]string{"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
}

// reviewRoutes are the reports as files.
func (s *Server) reviewRoutes(routes map[string]http.HandlerFunc) {
	if s.d.Review == nil {
		return
	}
	for format, mediaType := range reportFormats() {
		routes["GET "+apiRoot+"/review/report."+format] = func(w http.ResponseWriter, r *http.Request) { s.reportFile(w, r, format, mediaType) }
	}
}

func (s *Server) reportFile(w http.ResponseWriter, r *http.Request, format, mediaType string) {
	wish, err := reportWish(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	rep, err := s.d.Review.Report(r.Context(), actorOf(r.Context()), wish.query())
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", `attachment; filename="sohoa-report-`+s.d.Now().In(indochina()).Format("20060102-1504")+"."+format+`"`)
	h.Set("Cache-Control", "no-store")
	open := tabular.WriteCSV
	if format == "xlsx" {
		open = tabular.WriteXLSX
	}
	t, err := open(w)
	if err == nil {
		for _, row := range rep.Rows() {
			if err = t.Write(row); err != nil {
				break
			}
		}
		if cerr := t.Close(); err == nil {
			err = cerr
		}
	}
	if err != nil {
		s.d.Logger.WarnContext(r.Context(), "write report", "error", err)
	}
}

// reportWish reads what a report is about from an address. Times are RFC 3339, or days of Indochina.
func reportWish(r *http.Request) (ReportWish, error) {
	q := r.URL.Query()
	w := ReportWish{Unit: q.Get("unit"), Batch: q.Get("batch")}
	for name, to := range map[string]*time.Time{"since": &w.Since, "until": &w.Until} {
		v := q.Get(name)
		if v == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, v)
		if err != nil {
			if t, err = time.ParseInLocation(time.DateOnly, v, indochina()); err != nil {
				return w, fault.New(fault.RequestMalformed, "%s is no day such as 2024-03-15", name)
			}
			if name == "until" {
				t = t.AddDate(0, 0, 1) // the day itself is meant too
			}
		}
		*to = t
	}
	return w, nil
}

// describeReview describes the reports as files.
func (s *Server) describeReview(api huma.API) {
	if s.d.Review == nil {
		return
	}
	param := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: "string"}}
	}
	for format, mediaType := range reportFormats() {
		api.OpenAPI().AddOperation(&huma.Operation{
			OperationID: "get-review-report-" + format, Method: http.MethodGet, Path: apiRoot + "/review/report." + format, Tags: []string{"review"},
			Summary: "The report as a table (" + format + ")",
			Parameters: []*huma.Param{
				param("unit", "Only this unit's."), param("batch", "Only this batch (its id)."), param("since", "A day, or a time; 30 days ago when missing."),
				param("until", "A day, or a time; now when missing."),
			},
			Responses: map[string]*huma.Response{
				"200":     {Description: "One line of headings; a line a batch, then a line a person and hour.", Content: map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
				"default": problemResponse(api),
			},
		})
	}
}

// reportPage shows the report to people.
func (s *Server) reportPage(r *http.Request, a archive.Actor) (view, error) {
	if s.d.Review == nil {
		return view{}, fault.New(fault.NotFound, "")
	}
	wish, err := reportWish(r)
	if err != nil {
		return view{}, err
	}
	rep, err := s.d.Review.Report(r.Context(), a, wish.query())
	q := r.URL.Query()
	return view{page: "reviewreport", title: "report.title", section: "review", data: map[string]any{
		"Report": rep, "Unit": wish.Unit, "Batch": wish.Batch, "Since": q.Get("since"), "Until": q.Get("until"), "AskUnit": a.Unit == "", "Query": r.URL.RawQuery,
		"MayReview": a.May(archive.ActReview),
	}}, err
}
