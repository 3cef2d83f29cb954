package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/web"
)

// Who asks, in the columns of the table below.
var asking = []struct{ who, token string }{
	{"nobody", ""}, {"a forged token", "made-up"}, {"citizen", citizenToken}, {"officer of another unit", officerToken}, {"clerk of another unit", otherToken},
	{"clerk of the unit", clerkToken}, {"auditor", auditorToken}, {"admin", adminToken},
}

// rights says for each API route what each of them is answered, about papers of unit P1 that only P1 may see. A 404 is what a
// stranger to the paper gets: the same as for an id that never was.
//
// For accession, document and batch the operations run on things of their own, so that one row does not disturb the next.
func rights() map[string][8]int {
	public := [8]int{200, 200, 200, 200, 200, 200, 200, 200}
	reading := [8]int{401, 401, 403, 404, 404, 200, 200, 200} // one thing of P1
	listing := [8]int{401, 401, 403, 200, 200, 200, 200, 200} // only what they reach is in it
	operating := [8]int{401, 401, 403, 403, 404, 409, 403, 409}
	registering := [8]int{401, 401, 403, 403, 403, 403, 403, 200}
	return map[string][8]int{
		"POST /api/v1/accessions":                          {401, 401, 403, 403, 403, 201, 403, 200}, // into P1; the admin's is the clerk's again
		"GET /api/v1/accessions":                           listing,
		"GET /api/v1/accessions/{id}":                      reading,
		"POST /api/v1/accessions/{id}/cancel":              operating,
		"POST /api/v1/accessions/{id}/retry":               operating,
		"GET /api/v1/batches":                              listing,
		"POST /api/v1/batches":                             {401, 401, 403, 403, 403, 200, 403, 200},
		"PATCH /api/v1/batches/{id}":                       {401, 401, 403, 403, 404, 200, 403, 200},
		"GET /api/v1/batches/{id}/separators":              {401, 401, 403, 403, 404, 200, 403, 200},
		"GET /api/v1/batches/{id}/scans":                   {401, 401, 403, 404, 404, 200, 403, 200},
		"GET /api/v1/batches/{id}/pages":                   {401, 401, 403, 404, 404, 200, 403, 200},
		"GET /api/v1/documents/{id}/pages":                 {401, 401, 403, 403, 404, 200, 403, 200},
		"GET /api/v1/documents/{id}/current/{page}/image":  {401, 401, 403, 403, 404, 200, 403, 200},
		"GET /api/v1/documents/{id}/left-out/{page}/image": {401, 401, 403, 403, 404, 404, 403, 404}, // nothing is left out
		"POST /api/v1/arrangements":                        {401, 401, 403, 403, 404, 200, 403, 409}, // the clerk's made a new version
		"POST /api/v1/arrangements/{id}/undo":              {401, 401, 403, 403, 404, 404, 403, 404},
		"GET /api/v1/batches/{id}":                         {401, 401, 403, 404, 404, 200, 200, 200},
		"GET /api/v1/batches/{id}/events":                  {401, 401, 403, 404, 404, 200, 200, 200},
		"POST /api/v1/batches/{id}/cancel":                 {401, 401, 403, 403, 404, 200, 403, 200},
		"POST /api/v1/batches/{id}/retry":                  {401, 401, 403, 403, 404, 200, 403, 200},
		"POST /api/v1/batches/{id}/close":                  {401, 401, 403, 403, 404, 200, 403, 200},
		"GET /api/v1/documents":                            listing,
		"GET /api/v1/documents/{id}":                       reading,
		"GET /api/v1/documents/{id}/history":               reading,
		"GET /api/v1/documents/{id}/pages/{page}":          reading,
		"GET /api/v1/documents/{id}/pages/{page}/image":    reading,
		"GET /api/v1/documents/{id}/access":                reading,
		"GET /api/v1/documents/{id}/rendition":             reading,
		"GET /api/v1/documents/{id}/master":                reading,
		"GET /api/v1/documents/{id}/text":                  reading,
		"GET /api/v1/documents/{id}/hocr":                  reading,
		"GET /api/v1/documents/{id}/manifest":              reading,
		"POST /api/v1/documents/{id}/cancel":               operating,
		"POST /api/v1/documents/{id}/retry":                operating,
		// Removal is asked for by those who work for the unit, and decided by an auditor or an admin; none has the id 1.
		"POST /api/v1/documents/{id}/purge": {401, 401, 403, 403, 404, 200, 403, 409},
		"GET /api/v1/purges":                {401, 401, 403, 403, 200, 200, 200, 200},
		"GET /api/v1/purges/{id}":           {401, 401, 403, 403, 404, 404, 404, 404},
		"POST /api/v1/purges/{id}/approve":  {401, 401, 403, 403, 404, 404, 404, 404},
		"POST /api/v1/purges/{id}/refuse":   {401, 401, 403, 403, 404, 404, 404, 404},
		"GET /api/v1/search":                listing,
		"POST /api/v1/search":               {401, 401, 403, 200, 200, 200, 403, 200},
		"GET /api/v1/queue":                 listing,
		"POST /api/v1/queue/pause":          {401, 401, 403, 403, 403, 403, 403, 200},
		"POST /api/v1/queue/resume":         {401, 401, 403, 403, 403, 403, 403, 200},
		"GET /api/v1/progress":              listing,
		"GET /api/v1/me":                    {401, 401, 200, 200, 200, 200, 200, 200},
		// The register is for those who keep it.
		"GET /api/v1/register/units":                registering,
		"GET /api/v1/register/procedures":           registering,
		"GET /api/v1/register/holders":              registering,
		"GET /api/v1/register/dossiers":             registering,
		"PUT /api/v1/register/units":                registering,
		"PUT /api/v1/register/procedures":           registering,
		"PUT /api/v1/register/holders":              registering,
		"PUT /api/v1/register/dossiers":             registering,
		"DELETE /api/v1/register/units/{code}":      {401, 401, 403, 403, 403, 403, 403, 404},
		"DELETE /api/v1/register/procedures/{code}": {401, 401, 403, 403, 403, 403, 403, 404},
		"DELETE /api/v1/register/holders/{code}":    {401, 401, 403, 403, 403, 403, 403, 404},
		"DELETE /api/v1/register/dossiers/{code}":   {401, 401, 403, 403, 403, 403, 403, 404},
		"POST /api/v1/register/holders/find":        registering,
		"POST /api/v1/register/holders/link":        registering,
		"POST /api/v1/counter/card":                 {401, 401, 403, 200, 200, 200, 403, 200}, // dossiers of the own unit only
		// Questions about papers are for those who work for the unit.
		"GET /api/v1/review/tasks":               {401, 401, 403, 200, 200, 200, 403, 200},
		"GET /api/v1/review/counts":              {401, 401, 403, 200, 200, 200, 403, 200},
		"POST /api/v1/review/next":               {401, 401, 403, 200, 200, 200, 403, 200},
		"GET /api/v1/review/tasks/{id}":          {401, 401, 403, 404, 404, 200, 403, 200},
		"POST /api/v1/review/tasks/{id}/claim":   {401, 401, 403, 404, 404, 409, 403, 409},
		"POST /api/v1/review/tasks/{id}/answer":  {401, 401, 403, 404, 404, 409, 403, 409},
		"POST /api/v1/review/tasks/{id}/skip":    {401, 401, 403, 404, 404, 409, 403, 409},
		"POST /api/v1/review/tasks/{id}/hand-on": {401, 401, 403, 404, 404, 409, 403, 409},
		"POST /api/v1/review/tasks/{id}/return":  {401, 401, 403, 404, 404, 409, 403, 409},
		"POST /api/v1/review/tasks/{id}/reopen":  {401, 401, 403, 404, 404, 409, 403, 409},
		"POST /api/v1/review/undo":               {401, 401, 403, 409, 409, 409, 403, 409},
		"POST /api/v1/review/skips/forget":       {401, 401, 403, 204, 204, 204, 403, 204},
		"GET /api/v1/review/reviewers":           {401, 401, 403, 200, 200, 200, 403, 200},
		"GET /api/v1/review/papers":              {401, 401, 403, 200, 200, 200, 403, 200},
		"POST /api/v1/review/bulk":               {401, 401, 403, 404, 404, 200, 403, 200},
		"GET /api/v1/review/report":              listing,
		"GET /api/v1/review/report.csv":          listing,
		"GET /api/v1/review/report.xlsx":         listing,
		"GET /api/v1/documents/{id}/decisions":   {401, 401, 403, 404, 404, 200, 403, 200},
		// Where documents are filed, and their archive records.
		"GET /api/v1/documents/{id}/dossier-links":  reading,
		"POST /api/v1/documents/{id}/relink":        {401, 401, 403, 404, 404, 200, 403, 409}, // the admin finds it moved
		"GET /api/v1/relink-requests":               {401, 401, 403, 200, 200, 200, 403, 200},
		"POST /api/v1/relink-requests/{id}/approve": {401, 401, 403, 404, 404, 404, 403, 404},
		"POST /api/v1/relink-requests/{id}/refuse":  {401, 401, 403, 404, 404, 404, 403, 404},
		"GET /api/v1/dossier-waits":                 listing,
		"GET /api/v1/documents/{id}/archive-record": reading,
		"GET /api/v1/archive-records":               listing,
		"GET /api/v1/archive-records.csv":           listing,
		"GET /api/v1/archive-records.xlsx":          listing,
		"GET /api/v1/paper-types":                   listing,
		"GET /api/v1/archive-settings":              listing,
		"PATCH /api/v1/archive-settings":            registering,
		// The upload was announced by the clerk of P1; nobody else can learn that it exists.
		"POST /api/v1/uploads/":           {401, 401, 403, 403, 403, 201, 403, 201},
		"HEAD /api/v1/uploads/{upload}":   {401, 401, 403, 403, 404, 200, 403, 404},
		"PATCH /api/v1/uploads/{upload}":  {401, 401, 403, 403, 404, 204, 403, 404},
		"DELETE /api/v1/uploads/{upload}": {401, 401, 403, 403, 404, 204, 403, 404},
		"OPTIONS /api/v1/uploads/":        public,
		"GET /api/v1/openapi.yaml":        public,
		"GET /api/v1/openapi.json":        public,
		"GET /healthz":                    public,
		"GET /readyz":                     public,
		"GET /metrics":                    {401, 401, 403, 403, 403, 403, 200, 200}, // through a proxy
	}
}

func TestEveryRouteAsksWhoWantsToKnow(t *testing.T) {
	t.Parallel()
	table := rights()
	d := open(t)
	for _, pattern := range web.Patterns(d.web) {
		if strings.Contains(pattern, " /api/v1/") || strings.HasSuffix(pattern, "z") || strings.HasSuffix(pattern, "/metrics") {
			if _, ok := table[strings.TrimSuffix(pattern, "{$}")]; !ok {
				t.Errorf("route %s has no row in the table of rights", pattern)
			}
		}
	}
	for route, want := range table {
		t.Run(route, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			method, path, _ := strings.Cut(route, " ")
			rec := d.hand(clerkToken, "p1.pdf", "%PDF-1.7 p1", "batch", "Lô P1")
			doc := d.archive.Split(rec.Accession.ID, paper())
			d.archive.Archive(doc, paper())
			upload := d.announce(clerkToken, 3)
			ids := strings.NewReplacer("/accessions/{id}", "/accessions/"+string(rec.Accession.ID), "/documents/{id}", "/documents/"+string(doc),
				"/batches/{id}", "/batches/"+string(rec.Accession.Batch), "{page}", "1", "{upload}", upload, "{code}", "none", "/arrangements/{id}", "/arrangements/1", "/review/tasks/{id}", "/review/tasks/1", "/relink-requests/{id}", "/relink-requests/1")
			for i, ask := range asking {
				var resp *http.Response
				var b []byte
				if path == "/api/v1/arrangements" {
					body := `{"expected":{"` + string(doc) + `":1},"operations":[{"do":"turn","document":"` + string(doc) + `","pages":[1],"turn":180}]}`
					resp, b = d.do(method, path, ask.token, strings.NewReader(body), "Content-Type", "application/json")
				} else {
					resp, b = d.ask(method, ids.Replace(path), ask.token)
				}
				if resp.StatusCode != want[i] {
					t.Errorf("%s: %s %s = %d, want %d; %.200s", ask.who, method, path, resp.StatusCode, want[i], b)
				}
				if resp.StatusCode >= 400 && method != http.MethodHead {
					p := decode[web.Problem](t, b)
					if resp.Header.Get("Content-Type") != "application/problem+json" || p.Status != resp.StatusCode || p.Type != "/problems/"+string(p.Code) || p.RequestID == "" {
						t.Errorf("%s: not a whole problem: %s", ask.who, b)
					}
				}
			}
		})
	}
}

// ask sends what the route needs to be understood.
func (d *door) ask(method, path, token string) (*http.Response, []byte) {
	d.t.Helper()
	switch {
	case method == http.MethodPost && path == "/api/v1/batches":
		return d.do(method, path, token, strings.NewReader(`{"unit":"P1","name":"Lô mới","splitting":"layout"}`), "Content-Type", "application/json")
	case method == http.MethodPatch && strings.HasPrefix(path, "/api/v1/batches/"):
		return d.do(method, path, token, strings.NewReader(`{"state":"paused","expected_count":3}`), "Content-Type", "application/json")
	case strings.HasSuffix(path, "/purge"):
		return d.do(method, path, token, strings.NewReader(`{"reason":"secret"}`), "Content-Type", "application/json")
	case strings.HasSuffix(path, "/separators"):
		return d.do(method, path+"?count=2&dossier=HS-1", token, nil)
	case path == "/metrics":
		return d.do(method, path, token, nil, "X-Forwarded-For", "203.0.113.7")
	case method == http.MethodPost && path == "/api/v1/accessions":
		return d.do(method, path+"?unit=P1&name=x.pdf", token, strings.NewReader("%PDF-1.7 another"))
	case method == http.MethodPost && path == "/api/v1/search":
		return d.do(method, path, token, strings.NewReader(`{"holder":"031085001234"}`), "Content-Type", "application/json")
	case strings.HasSuffix(path, "/relink"):
		return d.do(method, path, token, strings.NewReader(`{"dossier":"000.00.53.H48-220921-0099","reason":"nhầm hồ sơ"}`), "Content-Type", "application/json")
	case method == http.MethodPatch && path == "/api/v1/archive-settings":
		return d.do(method, path, token, strings.NewReader(`{"patterns":{"result_code":"{owner}/{type}"}}`), "Content-Type", "application/json")
	case strings.HasPrefix(path, "/api/v1/review/"):
		doc, batch := d.last()
		body, ok := map[string]string{
			"answer": `{"values":{}}`, "hand-on": `{"account":"lan"}`, "return": `{"step":"describe"}`, "next": `{}`,
			"bulk": `{"documents":["` + string(doc) + `"],"access":"unit","dry_run":true}`,
		}[path[strings.LastIndexByte(path, '/')+1:]]
		if strings.HasSuffix(path, "/papers") {
			path += "?batch=" + string(batch)
		}
		if !ok {
			return d.do(method, path, token, nil)
		}
		return d.do(method, path, token, strings.NewReader(body), "Content-Type", "application/json")
	case path == "/api/v1/uploads/" && method == http.MethodPost:
		return d.do(method, path, token, nil, "Tus-Resumable", "1.0.0", "Upload-Length", "3", "Upload-Metadata", "unit UDE=")
	case method == http.MethodPut:
		return d.do(method, path, token, strings.NewReader(""), "Content-Type", "application/x-ndjson")
	case path == "/api/v1/counter/card":
		return d.do(method, path, token, strings.NewReader(`{"scan":"031085001234|030123456|Nguyễn Văn An|01011985|Nam|Hải Phòng|01012021"}`), "Content-Type", "application/json")
	case strings.HasPrefix(path, "/api/v1/register/holders/") && method == http.MethodPost:
		return d.do(method, path, token, strings.NewReader(`{"card":"031085001234|030123456|Nguyễn Văn An|01011985|Nam|Hải Phòng|01012021"}`), "Content-Type", "application/json")
	case method == http.MethodPatch:
		return d.do(method, path, token, strings.NewReader("abc"), "Tus-Resumable", "1.0.0", "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
	case strings.HasPrefix(path, "/api/v1/uploads/"):
		return d.do(method, path, token, nil, "Tus-Resumable", "1.0.0")
	}
	return d.do(method, path, token, nil)
}

// last finds the document that the clerk of P1 handed in.
func (d *door) last() (doc archive.DocumentID, batch archive.BatchID) {
	d.t.Helper()
	_, b := d.get("/api/v1/documents", clerkToken)
	list := decode[web.DocumentList](d.t, b).Documents
	if len(list) == 0 {
		d.t.Fatal("the clerk sees no document")
	}
	return list[0].ID, list[0].Batch
}

func TestAListHoldsOnlyWhatTheActorReaches(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.archived(clerkToken, "batch", "Lô P1")
	for _, path := range []string{"/api/v1/accessions", "/api/v1/documents", "/api/v1/batches", "/api/v1/search?q=giay", "/api/v1/progress"} {
		for token, has := range map[string]bool{clerkToken: true, adminToken: true, auditorToken: true, otherToken: false, officerToken: false} {
			_, b := d.get(path, token)
			if got := strings.Contains(string(b), "P1") || strings.Contains(string(b), `"archived":1`); got != has {
				t.Errorf("GET %s with %s: holds P1's papers = %v, want %v; %s", path, token, got, has, b)
			}
		}
	}
	for _, path := range []string{"/api/v1/documents?unit=P1", "/api/v1/batches?unit=P1", "/api/v1/search?q=x&unit=P1"} {
		if resp, b := d.get(path, otherToken); resp.StatusCode != http.StatusForbidden {
			t.Errorf("GET %s by another unit = %d %s", path, resp.StatusCode, b)
		}
	}
}

func TestPagesAskStrangersToSignIn(t *testing.T) {
	t.Parallel()
	d := open(t)
	var pages []string
	for _, p := range web.Patterns(d.web) {
		method, path, _ := strings.Cut(p, " ")
		if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/static/") || slices.Contains([]string{"", "/favicon.ico", "/login", "/logout", "/preferences", "/docs", "/problems/{code}", "/healthz", "/readyz", "/metrics"}, path) {
			continue
		}
		path = strings.NewReplacer("{$}", "", "{id}", "00000000-0000-7000-8000-000000000000").Replace(path)
		pages = append(pages, path)
		resp, b := d.do(method, path, "", nil)
		switch method {
		case http.MethodGet:
			if resp.StatusCode != http.StatusSeeOther || !strings.HasPrefix(resp.Header.Get("Location"), "/login?next=") {
				t.Errorf("%s: %d to %q", p, resp.StatusCode, resp.Header.Get("Location"))
			}
		default:
			if resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: %d %.200s", p, resp.StatusCode, b)
			}
		}
	}
	if len(pages) < 15 {
		t.Errorf("only %d pages were asked for: %v", len(pages), pages)
	}
}

func TestEveryCodeHasItsStatus(t *testing.T) {
	t.Parallel()
	want := map[fault.Code]int{
		fault.RequestMalformed: 400, fault.ManifestMalformed: 400, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404,
		fault.AccessionUnknown: 404, fault.DocumentUnknown: 404, fault.BatchUnknown: 404, fault.AccessionConflict: 409, fault.StateConflict: 409,
		fault.DisposalHeld: 409, fault.BatchClosed: 409, fault.Purged: 409, fault.FileTooLarge: 413, fault.RangeInvalid: 416, fault.FileEmpty: 422, fault.FileUnsupported: 422,
		fault.FileUnreadable: 422, fault.FileEncrypted: 422, fault.FileNoPages: 422, fault.FileTooManyPages: 422, fault.PageTooLarge: 422, fault.ArchiveUnsafe: 422,
		fault.FileInfected: 422, fault.FixityMismatch: 422, fault.StoreUnavailable: 503, fault.CatalogueUnavailable: 503, fault.QueueUnavailable: 503,
		fault.EngineUnavailable: 503, fault.SpoolFull: 503, fault.Fenced: 503, fault.NotReady: 503, fault.Internal: 500,
	}
	for _, c := range fault.Codes() {
		if got := web.StatusOf(c); got != want[c] {
			t.Errorf("status of %s = %d, want %d", c, got, want[c])
		}
		if c.Verdict() == fault.Stalled && web.StatusOf(c) < 500 {
			t.Errorf("%s stalls and is answered %d: the sender would believe it is at fault", c, web.StatusOf(c))
		}
	}
	if web.StatusOf("made_up") != 500 {
		t.Error("a code nobody has placed is not ours")
	}
}

func TestPagesShowNobodyWhatTheServiceWouldNot(t *testing.T) {
	t.Parallel()
	d := open(t)
	rec := d.hand(clerkToken, "p1.pdf", "%PDF-1.7 p1", "batch", "Lô P1")
	doc := d.archive.Split(rec.Accession.ID, paper())
	d.archive.Archive(doc, paper())
	one := []string{"/documents/" + string(doc), "/batches/" + string(rec.Accession.Batch), "/batches/" + string(rec.Accession.Batch) + "/rows"}
	for i, status := range []int{303, 303, 403, 404, 404, 200, 200, 200} {
		for _, path := range one {
			resp, b := d.get(path, asking[i].token)
			if resp.StatusCode != status || status != 200 && strings.Contains(string(b), "p1.pdf") {
				t.Errorf("%s: GET %s = %d, want %d", asking[i].who, path, resp.StatusCode, status)
			}
		}
	}
	for i, status := range []int{303, 303, 403, 403, 200, 200, 403, 200} {
		if resp, _ := d.get("/upload", asking[i].token); resp.StatusCode != status {
			t.Errorf("%s: GET /upload = %d, want %d", asking[i].who, resp.StatusCode, status)
		}
	}
}

func TestASecureSessionHasAGuardedName(t *testing.T) {
	t.Parallel()
	d := open(t, func(dep *web.Deps) { dep.SecureCookies = true })
	resp := d.post(d.browser(), "/login", url.Values{"token": {clerkToken}})
	last := resp.Cookies()[len(resp.Cookies())-1]
	if last.Name != "__Host-sohoa_session" || !last.Secure || last.Path != "/" || last.Domain != "" {
		t.Errorf("cookie: %v", last)
	}
}
