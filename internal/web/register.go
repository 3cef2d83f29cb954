package web

import (
	"context"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/register"
)

// RegisterPaging is what every list of the register takes.
type RegisterPaging struct {
	Code         string    `query:"code" doc:"Only the record with this code." maxLength:"64"`
	UpdatedSince time.Time `query:"updated_since" doc:"Only what changed then or later, deletions among it. Give the last updated_at you have seen; what you have seen may come again."`
	Deleted      bool      `query:"deleted" doc:"With the marks of what was deleted; updated_since implies it."`
	Cursor       string    `query:"cursor" doc:"The next of the page before; empty starts at the beginning." maxLength:"200"`
	Limit        int       `query:"limit" doc:"How many at most." minimum:"1" maximum:"1000" default:"100"`
}

func (p RegisterPaging) query(k register.Kind) (register.Query, error) {
	at, err := decodeCursor("register-"+string(k), p.Cursor)
	return register.Query{
		Code: p.Code, Since: p.UpdatedSince, Deleted: p.Deleted || p.Code != "" || !p.UpdatedSince.IsZero(), After: at, Limit: p.Limit,
	}, err
}

// UnitList is a page of units, in order of their last change.
type UnitList struct {
	Units []register.UnitRow `json:"units" nullable:"false"`
	Next  string             `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// ProcedureList is a page of procedures, in order of their last change.
type ProcedureList struct {
	Procedures []register.ProcedureRow `json:"procedures" nullable:"false"`
	Next       string                  `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// HolderList is a page of holders, in order of their last change.
type HolderList struct {
	Holders []register.HolderRow `json:"holders" nullable:"false"`
	Next    string               `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// DossierList is a page of dossiers, in order of their last change.
type DossierList struct {
	Dossiers []register.DossierRow `json:"dossiers" nullable:"false"`
	Next     string                `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// HolderNumbers asks for holders. It is a body, never a query: URLs end in logs.
type HolderNumbers struct {
	Numbers []string `json:"numbers,omitempty" maxItems:"10" doc:"CCCD of 12 digits, CMND of 9, tax code of 10 or 10-3."`
	Card    string   `json:"card,omitempty" maxLength:"1000" doc:"The text of the QR of a CCCD card: CCCD|CMND|name|born|sex|address|issued."`
}

// HolderCard is the text of a card.
type HolderCard struct {
	Card   string       `json:"card" maxLength:"1000" doc:"The text of the QR of a CCCD card: CCCD|CMND|name|born|sex|address|issued."`
	ReadOn register.Day `json:"read_on,omitempty" doc:"When it was read (YYYY-MM-DD); empty: today."`
}

// one names a record of the register in a summary.
func one(k register.Kind) string {
	s := string(k)
	return s[:len(s)-1]
}

// registerList registers the list of one kind.
func registerList[T, L any](s *Server, api huma.API, k register.Kind, ask func(context.Context, archive.Actor, register.Query) ([]T, error), at func(T) int64, list func([]T, string) L) {
	operation(s, api, huma.Operation{
		OperationID: "list-register-" + string(k), Method: http.MethodGet, Path: "/register/" + string(k), Tags: []string{"register"},
		Summary: "List the register's " + string(k) + ", in order of their last change",
	}, func(ctx context.Context, a archive.Actor, in *RegisterPaging) (*body[L], error) {
		q, err := in.query(k)
		if err != nil {
			return nil, err
		}
		rows, err := ask(ctx, a, q)
		return answer(list(notNil(rows), nextCursor("register-"+string(k), rows, in.Limit, at)), err)
	})
}

func (s *Server) registerRegister(api huma.API) {
	r := s.d.Register
	if r == nil {
		return
	}
	registerList(s, api, register.Units, r.Units, func(u register.UnitRow) int64 { return u.Revision }, func(rows []register.UnitRow, next string) UnitList { return UnitList{rows, next} })
	registerList(s, api, register.Procedures, r.Procedures, func(p register.ProcedureRow) int64 { return p.Revision }, func(rows []register.ProcedureRow, next string) ProcedureList { return ProcedureList{rows, next} })
	registerList(s, api, register.Holders, r.Holders, func(h register.HolderRow) int64 { return h.Revision }, func(rows []register.HolderRow, next string) HolderList { return HolderList{rows, next} })
	registerList(s, api, register.Dossiers, r.Dossiers, func(d register.DossierRow) int64 { return d.Revision }, func(rows []register.DossierRow, next string) DossierList { return DossierList{rows, next} })
	for _, k := range register.Kinds() {
		operation(s, api, huma.Operation{
			OperationID: "delete-register-" + one(k), Method: http.MethodDelete, Path: "/register/" + string(k) + "/{code}", Tags: []string{"register"},
			Summary: "Mark a " + one(k) + " of the register as deleted",
		}, func(ctx context.Context, a archive.Actor, in *struct {
			Code string `path:"code" doc:"The code." maxLength:"64"`
		}) (*struct{}, error) {
			return nil, r.Delete(ctx, a, k, in.Code)
		})
	}
	operation(s, api, huma.Operation{
		OperationID: "find-holders", Method: http.MethodPost, Path: "/register/holders/find", DefaultStatus: http.StatusOK, Tags: []string{"register"},
		Summary:     "Find holders and their dossiers by number or card",
		Description: "Nobody is found by name. Where nothing is found, tried says which numbers were looked for.",
	}, func(ctx context.Context, a archive.Actor, in *body[HolderNumbers]) (*body[register.Found], error) {
		return answer(r.Find(ctx, a, in.Body.Numbers, in.Body.Card))
	})
	operation(s, api, huma.Operation{
		OperationID: "link-holders", Method: http.MethodPost, Path: "/register/holders/link", DefaultStatus: http.StatusOK, Tags: []string{"register"},
		Summary: "Make the old and the new number of a card one holder's",
		Description: "Holders that have the numbers become one, and their dossiers are that one's. Answers 409 and links nothing where a number belongs to a holder of another " +
			"name. Repeating it changes nothing.",
	}, func(ctx context.Context, a archive.Actor, in *body[HolderCard]) (*body[register.Linked], error) {
		day, err := register.ParseDay(string(in.Body.ReadOn))
		if err != nil {
			return nil, fault.New(fault.RequestMalformed, "read_on: %v", err)
		}
		if day == "" {
			day = register.Day(s.d.Now().UTC().Format(time.DateOnly))
		}
		return answer(r.Link(ctx, a, in.Body.Card, day))
	})
}

// linesType is the type of a body with a JSON record a line.
const linesType = "application/x-ndjson"

// registerRoutes are the bulk writes, which are read while they arrive.
func (s *Server) registerRoutes(routes map[string]http.HandlerFunc) {
	if s.d.Register == nil {
		return
	}
	for _, k := range register.Kinds() {
		routes["PUT "+apiRoot+"/register/"+string(k)] = func(w http.ResponseWriter, r *http.Request) { s.putRegister(w, r, k) }
	}
}

func (s *Server) putRegister(w http.ResponseWriter, r *http.Request, k register.Kind) {
	p := register.Plan{Kind: k}
	err := s.registerPlan(r, &p)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	if s.d.MaxBytes > 0 {
		if r.ContentLength > s.d.MaxBytes {
			s.refuse(w, r, fault.New(fault.FileTooLarge, "the body is larger than the %d MiB taken in at once; send it in several", s.d.MaxBytes>>20))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, s.d.MaxBytes)
	}
	body := s.watched(w, r)
	defer body.release()
	report, err := s.d.Register.Import(r.Context(), actorOf(r.Context()), p, register.Lines(k, body))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	status := http.StatusOK
	if !report.Applied && !p.DryRun {
		status = http.StatusUnprocessableEntity
	}
	writeJSON(w, status, report)
}

func (s *Server) registerPlan(r *http.Request, p *register.Plan) error {
	if mt, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mt != linesType {
		if err := actorOf(r.Context()).Permit(archive.ActRegister); err != nil {
			return err
		}
		return fault.New(fault.RequestMalformed, "send %s: one JSON record a line", linesType)
	}
	for name, v := range map[string]*bool{"skip_bad": &p.SkipBad, "dry_run": &p.DryRun} {
		if q := r.URL.Query().Get(name); q != "" {
			var err error
			if *v, err = strconv.ParseBool(q); err != nil {
				return fault.New(fault.RequestMalformed, "%s is neither true nor false", name)
			}
		}
	}
	return nil
}

// describeRegister describes the bulk writes.
func (s *Server) describeRegister(api huma.API) {
	if s.d.Register == nil {
		return
	}
	flag := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: "boolean"}}
	}
	report := func(doc string) *huma.Response {
		return &huma.Response{Description: doc, Content: map[string]*huma.MediaType{"application/json": {Schema: schemaFor[register.Report](api)}}}
	}
	for k, record := range map[register.Kind]*huma.Schema{
		register.Units: schemaFor[register.Unit](api), register.Procedures: schemaFor[register.Procedure](api), register.Holders: schemaFor[register.Holder](api),
		register.Dossiers: schemaFor[register.Dossier](api),
	} {
		api.OpenAPI().AddOperation(&huma.Operation{
			OperationID: "put-register-" + string(k), Method: http.MethodPut, Path: apiRoot + "/register/" + string(k), Tags: []string{"register"},
			Summary: "Add and change " + string(k) + " in bulk",
			Description: "One JSON record a line, as many as you like; they are read while they arrive and take effect together. A record is known by its code. One that says what " +
				"is there already changes nothing, nor does one whose source_updated_at is older; so a bulk can be sent again. A record may carry line, the line it stood in " +
				"elsewhere, which must rise. One bad record stops all, unless skip_bad is set.",
			Parameters:  []*huma.Param{flag("skip_bad", "Take the good records and leave the bad ones out."), flag("dry_run", "Say what would happen and change nothing.")},
			RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{linesType: {Schema: record}}},
			Responses: map[string]*huma.Response{
				"200": report("The records are in the register; with dry_run, they were only looked at."), "422": report("Some are bad, so none was taken."),
				"default": problemResponse(api),
			},
		})
	}
}
