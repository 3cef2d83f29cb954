package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/page"
	"sohoa/internal/retrieve"
)

const (
	rowsPerPage   = 50
	batchRowsPage = 200
	stripReach    = 20 // thumbnails before and after the page that is seen
)

// tally is a Progress as a person reads it.
type tally struct {
	retrieve.Progress
	Papers   int // accessions that are not cancelled
	Waiting  int // received, not looked at yet
	Working  int // documents under way
	Archived int
	Rejected int
	Stalled  int
	Settled  int // papers with nothing left to do for the system
	Total    int // what Settled is counted against
	Done     bool
}

func tallyOf(p retrieve.Progress) tally {
	t := tally{Progress: p, Done: p.Done()}
	for state, n := range p.Accessions {
		if state != archive.AccessionCancelled {
			t.Papers += n
		}
	}
	t.Waiting = p.Accessions[archive.AccessionReceived] + p.Accessions[archive.AccessionInspecting]
	t.Rejected = p.Accessions[archive.AccessionRejected]
	t.Working = p.Documents[archive.Recognising] + p.Documents[archive.Describing] + p.Documents[archive.Assembling]
	t.Archived = p.Documents[archive.Archived]
	t.Stalled = p.AccessionStalled + p.DocumentStalled
	t.Settled = t.Archived + t.Rejected
	t.Total = t.Settled + t.Working + t.Waiting
	return t
}

type dashboardData struct {
	Tally    tally
	Batches  []retrieve.Batch
	Stalled  []retrieve.Document
	Rejected []retrieve.Accession
	Held     []retrieve.Accession // stalled before they became documents
	Queue    retrieve.Queue
	Waiting  int // open tasks in the city
	Oldest   int // seconds
}

func (s *Server) dashboard(r *http.Request, a archive.Actor) (view, error) {
	ctx, d := r.Context(), dashboardData{}
	p, err := s.d.Retrieve.Progress(ctx, a, "")
	if err != nil {
		return view{}, err
	}
	d.Tally = tallyOf(p)
	if d.Batches, err = s.d.Retrieve.Batches(ctx, a, "", time.Time{}, 8); err != nil {
		return view{}, err
	}
	if d.Stalled, err = s.d.Retrieve.Documents(ctx, a, retrieve.DocumentQuery{OnlyStalled: true, Limit: 8}); err != nil {
		return view{}, err
	}
	if d.Rejected, err = s.d.Retrieve.Accessions(ctx, a, "", archive.AccessionRejected, 0, 8); err != nil {
		return view{}, err
	}
	if d.Tally.AccessionStalled > 0 {
		if d.Held, err = s.heldAccessions(r, a); err != nil {
			return view{}, err
		}
	}
	if d.Queue, err = s.d.Retrieve.Queue(ctx, a); err != nil {
		return view{}, err
	}
	for _, q := range d.Queue.Depths {
		d.Waiting += q.Open
		d.Oldest = max(d.Oldest, int(q.OldestSeconds))
	}
	return view{page: "dashboard", title: "nav.dashboard", section: "dashboard", script: "dashboard.js", data: d}, nil
}

// heldAccessions finds some of the accessions that are stalled: among the oldest that are not split yet, where they gather.
func (s *Server) heldAccessions(r *http.Request, a archive.Actor) ([]retrieve.Accession, error) {
	var held []retrieve.Accession
	for _, state := range []archive.AccessionState{archive.AccessionReceived, archive.AccessionInspecting} {
		rows, err := s.d.Retrieve.Accessions(r.Context(), a, "", state, 0, retrieve.MaxLimit)
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			if x.Trouble != nil && len(held) < 8 {
				held = append(held, x)
			}
		}
	}
	return held, nil
}

func (s *Server) uploadPage(r *http.Request, a archive.Actor) (view, error) {
	if err := a.Permit(archive.ActIngest); err != nil {
		return view{}, err
	}
	unit := a.Unit
	if unit == "" {
		unit = s.d.DefaultUnit
	}
	batch := r.URL.Query().Get("batch")
	if batch == "" {
		batch = s.d.Now().In(indochina()).Format("2006-01-02 15h04")
	}
	return view{page: "upload", title: "nav.upload", section: "upload", script: "upload.js", data: map[string]any{
		"Unit": unit, "AskUnit": a.Unit == "", "Batch": batch, "MaxBytes": s.d.MaxBytes, "Stack": s.stackOfBatch(r, a, unit, batch),
	}}, nil
}

func (s *Server) batchesPage(r *http.Request, a archive.Actor) (view, error) {
	at, err := decodeCursor("batches", r.URL.Query().Get("cursor"))
	if err != nil {
		return view{}, err
	}
	var before time.Time
	if at > 0 {
		before = time.UnixMicro(at).UTC()
	}
	rows, err := s.d.Retrieve.Batches(r.Context(), a, "", before, rowsPerPage)
	return view{page: "batches", title: "nav.batches", section: "batches", data: map[string]any{
		"Batches": rows, "Next": nextCursor("batches", rows, rowsPerPage, func(b retrieve.Batch) int64 { return b.CreatedAt.UnixMicro() }),
	}}, err
}

type batchData struct {
	Batch    retrieve.Batch
	Tally    tally
	Rows     []retrieve.Accession
	State    string
	Next     string
	Cursor   string
	MayClose bool
}

func (s *Server) batchData(r *http.Request, a archive.Actor) (batchData, error) {
	d := batchData{State: r.URL.Query().Get("state"), Cursor: r.URL.Query().Get("cursor")}
	if !slices.Contains([]string{"", "received", "inspecting", "split", "rejected", "cancelled"}, d.State) {
		d.State = ""
	}
	at, err := decodeCursor("accessions", d.Cursor)
	if err != nil {
		return d, err
	}
	if d.Batch, err = s.d.Retrieve.Batch(r.Context(), a, archive.BatchID(r.PathValue("id"))); err != nil {
		return d, err
	}
	p, err := s.d.Retrieve.Progress(r.Context(), a, d.Batch.ID)
	if err != nil {
		return d, err
	}
	d.Tally = tallyOf(p)
	d.Rows, err = s.d.Retrieve.Accessions(r.Context(), a, d.Batch.ID, archive.AccessionState(d.State), at, batchRowsPage)
	d.Next = nextCursor("accessions", d.Rows, batchRowsPage, func(x retrieve.Accession) int64 { return x.Seq })
	d.MayClose = a.May(archive.ActIngest) && d.Batch.State != "closed"
	return d, err
}

func (s *Server) batchPage(r *http.Request, a archive.Actor) (view, error) {
	d, err := s.batchData(r, a)
	return view{page: "batch", title: "nav.batches", section: "batches", script: "batch.js", data: d}, err
}

// batchRows is what changes on a batch's page, rendered alone; the page's module swaps it in.
func (s *Server) batchRows(r *http.Request, a archive.Actor) (view, error) {
	d, err := s.batchData(r, a)
	return view{page: "rows", title: "nav.batches", data: d}, err
}

type listData struct {
	Hits       []retrieve.Hit
	Search     bool
	Query      string
	From, To   string
	Processing string
	Stalled    bool
	Next       string // path of the next page
}

func (s *Server) documentsPage(r *http.Request, a archive.Actor) (view, error) {
	q := r.URL.Query()
	d := listData{Processing: q.Get("processing"), Stalled: q.Get("stalled") == "1"}
	if !slices.Contains([]string{"", "recognising", "describing", "assembling", "archived", "cancelled"}, d.Processing) {
		d.Processing = ""
	}
	at, err := decodeCursor("documents", q.Get("cursor"))
	if err != nil {
		return view{}, err
	}
	rows, err := s.d.Retrieve.Documents(r.Context(), a, retrieve.DocumentQuery{
		Scope:      retrieve.Scope{Batch: archive.BatchID(q.Get("batch"))},
		Processing: archive.Processing(d.Processing), OnlyStalled: d.Stalled, Before: at, Limit: rowsPerPage,
	})
	for _, x := range rows {
		d.Hits = append(d.Hits, retrieve.Hit{Document: x})
	}
	d.Next = nextPage(r, nextCursor("documents", rows, rowsPerPage, func(x retrieve.Document) int64 { return x.Seq }))
	return view{page: "documents", title: "nav.documents", section: "documents", data: d}, err
}

func (s *Server) searchPage(r *http.Request, a archive.Actor) (view, error) {
	q := r.URL.Query()
	d := listData{Search: true, Query: q.Get("q"), From: q.Get("from"), To: q.Get("to")}
	at, err := decodeCursor("search", q.Get("cursor"))
	if err != nil {
		return view{}, err
	}
	d.Hits, err = s.d.Retrieve.Search(r.Context(), a, retrieve.Search{Text: d.Query, IssuedFrom: d.From, IssuedTo: d.To, Before: at, Limit: rowsPerPage})
	d.Next = nextPage(r, nextCursor("search", d.Hits, rowsPerPage, func(h retrieve.Hit) int64 { return h.Seq }))
	return view{page: "documents", title: "search.title", section: "documents", query: d.Query, data: d}, err
}

// nextPage is the path of the same list with another cursor; empty when there is none.
func nextPage(r *http.Request, cursor string) string {
	if cursor == "" {
		return ""
	}
	q := r.URL.Query()
	q.Set("cursor", cursor)
	return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
}

type documentData struct {
	View       retrieve.View
	Page       retrieve.PageView
	Prev       int // ordinal; 0: none
	Next       int
	Strip      []retrieve.PageView // the pages around it
	Query      string
	Lines      []litLine
	Boxes      *boxes
	Fields     []archive.Field // what people ask for first, in their order
	Others     []archive.Field
	Asked      int
	History    []retrieve.Event
	Parts      []retrieve.PartKind
	MayCancel  bool
	MayRetry   bool
	MayArrange bool
	Filing     *filingData // nil: nothing is known of its dossier or archive record
	// MayAsk: that it be purged, for one of the reasons.
	MayAsk  bool
	Reasons []archive.PurgeReason
	// PageTrouble says why there is no text of this page to show.
	PageTrouble fault.Code
}

func (s *Server) documentPage(r *http.Request, a archive.Actor) (view, error) {
	ctx, d := r.Context(), documentData{Query: r.URL.Query().Get("q")}
	var err error
	if d.View, err = s.d.Retrieve.Document(ctx, a, archive.DocumentID(r.PathValue("id"))); err != nil {
		return view{}, err
	}
	if d.History, err = s.d.Retrieve.History(ctx, a, d.View.ID); err != nil {
		return view{}, err
	}
	d.sortFields()
	s.filingOf(r, a, &d)
	d.Parts = partKinds()
	d.MayAsk, d.Reasons = s.d.Purge != nil && a.May(archive.ActPurge), archive.PurgeReasons()
	if d.View.Processing != archive.Archived && !d.View.UnderWay {
		d.Parts = []retrieve.PartKind{retrieve.PartMaster}
	}
	d.MayCancel = a.May(archive.ActOperate) && d.View.Processing != archive.Archived && !d.View.UnderWay && d.View.Processing != archive.Cancelled
	d.MayArrange = s.d.Rearrange != nil && mayArrange(a, d.View)
	d.MayRetry = a.May(archive.ActOperate) && (d.View.Trouble != nil || d.View.Processing == archive.Cancelled)
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		n = 1
	}
	if len(d.View.PageList) > 0 {
		n = min(max(n, 1), len(d.View.PageList))
		d.Page = d.View.PageList[n-1]
		d.Prev = n - 1
		if n < len(d.View.PageList) {
			d.Next = n + 1
		}
		d.Strip = d.View.PageList[max(0, n-1-stripReach):min(len(d.View.PageList), n+stripReach)]
		d.readPage(s, r, a)
	}
	title := d.View.Title
	if title == "" {
		title = d.View.Name
	}
	return view{page: "document", title: title, section: "documents", script: "viewer.js", query: d.Query, data: d}, nil
}

// readPage adds the words of the page. Without them the page is still shown: a picture is worth having.
func (d *documentData) readPage(s *Server, r *http.Request, a archive.Actor) {
	if !d.Page.Read {
		return
	}
	res, err := s.d.Retrieve.PageResult(r.Context(), a, d.View.ID, d.Page.Ordinal)
	if err != nil {
		d.PageTrouble = s.problem(r.Context(), err).Code // logs what is ours
		return
	}
	var found []page.Box
	d.Lines, found = litPage(res, d.Query)
	b := boxes{Width: res.Width, Height: res.Height, Found: found}
	wanted := r.URL.Query().Get("field")
	for _, f := range d.View.Fields {
		if f.Name == wanted && f.Page == d.Page.Ordinal && !f.Box.Empty() {
			pad := res.Width / 120 // beside the letters, not through them
			b.Field = append(b.Field, page.Box{X0: f.Box.X0 - pad, Y0: f.Box.Y0 - pad, X1: f.Box.X1 + pad, Y1: f.Box.Y1 + pad})
		}
	}
	if len(b.Found)+len(b.Field) > 0 && res.Width > 0 && res.Height > 0 {
		d.Boxes = &b
	}
}

// sortFields puts what a person asks of a paper first; the rest, whatever it is, follows folded away. A field that waits for a
// person is never folded away.
func (d *documentData) sortFields() {
	first := []string{
		"agency", "type", "number", "symbol", "date", "subject", "abstract", "signer_name", "signer", "signer_title_as_printed", "title", "holder", "holder_id",
		"dossier", "procedure", "validity", "licence_number", "serial", "parcel", "map_sheet", "address", "annex", "place", "recipients",
	}
	for _, f := range d.View.Fields {
		if f.Name == "number_symbol" { // number and symbol stand there already, and are asked for one by one
			d.Others = append(d.Others, f)
			continue
		}
		if f.Asked {
			d.Asked++
		}
		if f.Asked || slices.Contains(first, f.Name) {
			d.Fields = append(d.Fields, f)
		} else {
			d.Others = append(d.Others, f)
		}
	}
	rank := func(f archive.Field) int {
		if i := slices.Index(first, f.Name); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(d.Fields, func(a, b archive.Field) int { return rank(a) - rank(b) })
}
