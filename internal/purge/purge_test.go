package purge_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
	"sohoa/internal/objectstore"
	"sohoa/internal/page"
	"sohoa/internal/pgtest"
	"sohoa/internal/pipetest"
	"sohoa/internal/postgres"
	"sohoa/internal/purge"
	"sohoa/internal/reader"
	"sohoa/internal/retrieve"
	"sohoa/internal/separator"
)

// secret is what the paper that must go says, on its picture and in what is read on it.
const secret = "bimat"

// words are what pages may say; each has a shade of gray of its own.
var words = []string{"giay mot", "giay hai", "giay nam", "giay sau", "giay khac", "ngan A", "ngan B", "ngan C", secret + " ba", secret + " bon"}

// spelled is a JPEG of A4 at 100 dpi in the shade of what its page says, with noise of its own at its top.
func spelled(text string) []byte {
	n := slices.Index(words, text)
	img := image.NewGray(image.Rect(0, 0, 826, 1169))
	for i := range img.Pix {
		img.Pix[i] = uint8(250 - 20*n)
	}
	noise := rand.New(rand.NewPCG(uint64(n), 1))
	for i := range 826 * 64 {
		img.Pix[i] = uint8(noise.IntN(256))
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, nil)
	return b.Bytes()
}

// stack writes a PDF of scans whose pictures say what their page says; all pages share one dictionary of resources.
func stack(pages ...string) []byte {
	var b bytes.Buffer
	var at []int
	object := func(format string, args ...any) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), fmt.Sprintf(format, args...))
	}
	b.WriteString("%PDF-1.7\n")
	object("<</Type/Catalog/Pages 2 0 R>>")
	var kids, pictures strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 4+3*i)
		fmt.Fprintf(&pictures, "/Im%d %d 0 R", i, 6+3*i)
	}
	object("<</Type/Pages/Kids[%s]/Count %d/MediaBox[0 0 595 842]/Resources 3 0 R>>", kids.String(), len(pages))
	object("<</XObject<<%s>>>>", pictures.String())
	for i, text := range pages {
		object("<</Type/Page/Parent 2 0 R/Contents %d 0 R>>", 5+3*i)
		content := fmt.Sprintf("q 595 0 0 842 0 0 cm /Im%d Do Q", i)
		object("<</Length %d>>stream\n%s\nendstream", len(content), content)
		picture := spelled(text)
		object("<</Type/XObject/Subtype/Image/Width 826/Height 1169/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode/Length %d>>stream\n%s\nendstream", len(picture), picture)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return b.Bytes()
}

// spellEngine reads what the shade of a picture says.
type spellEngine struct{ pipetest.StubEngine }

// Recognise implements digitise.Engine.
func (spellEngine) Recognise(_ context.Context, p page.Picture) (page.Result, error) {
	img, err := jpeg.Decode(bytes.NewReader(p.Data))
	if err != nil {
		return page.Result{}, err
	}
	text := words[(255-int(img.(*image.Gray).GrayAt(400, 900).Y))/20]
	var codes []page.Code
	if name, ok := strings.CutPrefix(text, "ngan "); ok { // a sheet that parts papers
		sheet, err := separator.Sheet{Unit: "unit", Shelf: name}.Encode()
		if err != nil {
			return page.Result{}, err
		}
		codes = []page.Code{{Format: "qr", Text: sheet, Box: page.Box{X1: 100, Y1: 100}}}
	}
	r := page.Result{Width: p.Width, Height: p.Height, Kind: page.Text, Source: page.Recognised, Confidence: 90, Engine: "stub", Settings: "stub", Codes: codes}
	var found []page.Word
	for i, w := range strings.Fields(text) {
		found = append(found, page.Word{Text: w, Box: page.Box{X0: i, X1: i + 1, Y1: 8}, Confidence: 90})
	}
	if found != nil {
		r.Lines = []page.Line{{Words: found, Box: page.Box{X1: 8, Y1: 8}, BaseTo: page.Point{X: 8, Y: 8}, Size: 8}}
	}
	return r, nil
}

// Convert implements digitise.Engine.
func (spellEngine) Convert(_ context.Context, p page.Picture) (page.Picture, error) { return p, nil }

// world is a pipeline whose workers run, and the service under test on its stores.
type world struct {
	*pipetest.Pipe
	t     *testing.T
	store *objectstore.Store
	cut   *reader.Reader
	svc   *purge.Service
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, Pipe: pipetest.New(t, pipetest.Options{Engine: spellEngine{}})}
	w.store, w.cut = w.Archive.Store(), reader.New(reader.Deps{})
	t.Cleanup(func() { _ = w.cut.Close() })
	w.svc = w.service(w.Catalogue)
	return w
}

func (w *world) service(c *postgres.Catalogue) *purge.Service {
	return purge.New(purge.Deps{
		Catalogue: c, Objects: objectstore.NewEraser(w.store, w.store), Cutter: w.cut, WorkDir: w.t.TempDir(), Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
}

func waitFor(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if cond() {
			return
		}
	}
	t.Fatalf("not within a minute: %s", what)
}

func (w *world) settled() {
	w.t.Helper()
	waitFor(w.t, "everything archived", func() bool {
		p, err := w.Catalogue.Progress(w.t.Context(), retrieve.Scope{})
		return err == nil && p.Done()
	})
}

// handIn takes a stack into custody, and returns its documents in the order of their pages, once they are archived.
func (w *world) handIn(file []byte) []archive.DocumentID {
	w.t.Helper()
	acc := w.Accept(w.t, intake.Request{Name: "chồng.pdf", Batch: "Lô 1"}, bytes.NewReader(file))
	w.settled()
	docs, err := w.Catalogue.Documents(w.t.Context(), retrieve.DocumentQuery{Limit: 50})
	if err != nil {
		w.t.Fatal(err)
	}
	first := map[archive.DocumentID]int{}
	var ids []archive.DocumentID
	for _, d := range docs {
		v, err := w.Catalogue.Document(w.t.Context(), d.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		if v.PageList[0].Master == acc.Master {
			first[d.ID], ids = v.PageList[0].Page, append(ids, d.ID)
		}
	}
	slices.SortFunc(ids, func(a, b archive.DocumentID) int { return first[a] - first[b] })
	return ids
}

var (
	clerk   = archive.Actor{Account: "lan", Role: archive.Clerk, Unit: "unit"}
	auditor = archive.Actor{Account: "an", Role: archive.Auditor}
	admin   = archive.Actor{Account: "quản trị", Role: archive.Admin}
)

func (w *world) approved(id archive.DocumentID) purge.Purge {
	w.t.Helper()
	p, err := w.svc.Request(w.t.Context(), clerk, purge.Request{Document: id, Reason: archive.PurgeSecret, Note: "mật"})
	if err != nil {
		w.t.Fatal(err)
	}
	if p, err = w.svc.Approve(w.t.Context(), auditor, p.ID); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// finish runs until nothing waits.
func (w *world) finish(s *purge.Service) {
	w.t.Helper()
	waitFor(w.t, "purged", func() bool {
		r, err := s.Run(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		return r.Waiting == 0
	})
}

// told looks through every version of every object for what the secret paper says, also where it is deflated.
func (w *world) told(word string) (where []string) {
	w.t.Helper()
	for _, bucket := range objectstore.Buckets() {
		for o, err := range w.store.List(w.t.Context(), bucket, "", "") {
			if err != nil {
				w.t.Fatal(err)
			}
			r, _, err := w.store.Open(w.t.Context(), bucket, o.Key, "")
			if err != nil {
				w.t.Fatal(err)
			}
			b, err := io.ReadAll(r)
			r.Close()
			if err != nil {
				w.t.Fatal(err)
			}
			plain := inflated(b)
			if strings.Contains(plain, word) || slices.ContainsFunc(words, func(text string) bool {
				picture := spelled(text)
				return strings.Contains(text, word) && strings.Contains(plain, string(picture[2000:4000]))
			}) {
				where = append(where, string(bucket)+"/"+o.Key)
			}
		}
	}
	return where
}

func inflated(b []byte) string {
	out := string(b)
	for rest := b; ; {
		i := bytes.Index(rest, []byte("stream\n"))
		if i < 0 {
			return out
		}
		rest = rest[i+len("stream\n"):]
		if z, err := zlib.NewReader(bytes.NewReader(rest)); err == nil {
			plain, _ := io.ReadAll(z)
			out += "\n" + string(plain)
		}
	}
}

func (w *world) verify(c *postgres.Catalogue) {
	w.t.Helper()
	v := custody.NewVerifier(custody.VerifyDeps{Objects: objectstore.NewShelves(w.store), Catalogue: c, Logger: slog.New(slog.DiscardHandler)})
	r, err := v.Verify(w.t.Context(), "tester", "")
	if err != nil || r.Failed > 0 || r.Objects["tombstone"] == 0 {
		w.t.Errorf("verify: %+v, %v", r, err)
	}
}

// hits counts the documents found by a word.
func hits(t *testing.T, c *postgres.Catalogue, word string) int {
	t.Helper()
	h, err := c.Search(t.Context(), retrieve.Search{Text: word, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	return len(h)
}

func TestASecretPaperLeavesTheStack(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Start(t)
	file := stack("ngan A", "giay mot", "giay hai", "ngan B", secret+" ba", secret+" bon", "ngan C", "giay nam", "giay sau")
	master := fixity.Of(file)
	ids := w.handIn(file)
	if len(ids) != 3 {
		t.Fatalf("the stack came apart into %d papers", len(ids))
	}
	if hits(t, w.Catalogue, secret) != 1 || hits(t, w.Catalogue, "giay") != 2 || len(w.told(secret)) < 4 {
		t.Fatalf("before: %d documents tell, objects %v", hits(t, w.Catalogue, secret), w.told(secret))
	}
	before, err := w.Catalogue.Document(t.Context(), ids[2])
	if err != nil {
		t.Fatal(err)
	}

	p := w.approved(ids[1])
	if _, err := w.Catalogue.Document(t.Context(), ids[1]); fault.CodeOf(err) != fault.DocumentUnknown {
		t.Errorf("after the decision: %v", err)
	}
	if hits(t, w.Catalogue, secret) != 0 {
		t.Error("after the decision the paper is found by its words")
	}
	if _, err := w.Intake.Accept(t.Context(), intake.Request{Name: "lại.pdf", Unit: "unit", Actor: "lan"}, bytes.NewReader(file)); fault.CodeOf(err) != fault.Purged {
		t.Errorf("the same bytes again: %v", err)
	}
	w.finish(w.svc)
	if err := w.Steps.LetGo(t.Context(), w.Catalogue.Purged); err != nil {
		t.Error(err)
	}
	if _, err := w.Steps.Source(t.Context(), archive.PageRef{Master: master, Page: 5}, digitise.JustPicture); err == nil {
		t.Error("a worker still has the master on its disk")
	}
	if where := w.told(secret); len(where) > 0 {
		t.Errorf("still told in %v", where)
	}
	if _, err := w.store.Stat(t.Context(), objectstore.Masters, archive.MasterKey(master), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the master: %v", err)
	}
	after, err := w.Catalogue.Document(t.Context(), ids[2])
	if err != nil {
		t.Fatal(err)
	}
	if after.Version != before.Version+1 || after.Processing != archive.Archived || len(after.PageList) != 2 || after.PageList[0].Page != 5 || after.PageList[1].Page != 6 {
		t.Errorf("the paper behind it: version %d, %s, pages %+v", after.Version, after.Processing, after.PageList)
	}
	sub := after.PageList[0].Master
	if acc := after.Accessions; len(acc) != 1 || acc[0].Master != sub || acc[0].Derived == nil || acc[0].Derived.From != master || fmt.Sprint(acc[0].Derived.LeftOut) != "[4 5 6]" || acc[0].Name != "chồng.pdf" {
		t.Errorf("its accession: %+v", acc)
	}
	if got := hits(t, w.Catalogue, "giay"); got != 2 {
		t.Errorf("%d papers are found by their words, want 2", got)
	}
	results, err := retrieve.New(retrieve.Deps{Catalogue: w.Catalogue, Objects: w.Archive}).Results(t.Context(), after)
	if err != nil || results[0].Text() != "giay nam" || results[1].Text() != "giay sau" {
		t.Errorf("what was read: %v", err)
	}
	w.verify(w.Catalogue)
	if p, err = w.svc.Get(t.Context(), auditor, p.ID); err != nil || p.State != purge.Done || p.Note != "" || p.DecidedBy != "an" || p.RequestedBy != "lan" {
		t.Errorf("the request: %+v, %v", p, err)
	}
	w.schemas()
	w.rebuilt(ids, sub)
	w.comesBack(file, master)
}

// rebuilt fills a new catalogue from the store: the secret paper does not come back and nothing is missed.
func (w *world) rebuilt(ids []archive.DocumentID, sub fixity.Digest) {
	t := w.t
	t.Helper()
	again := pgtest.Catalogue(t)
	b := custody.NewRebuilder(custody.RebuildDeps{Objects: objectstore.NewShelves(w.store), Catalogue: again, Logger: slog.New(slog.DiscardHandler)})
	r, err := b.Rebuild(t.Context(), "tester")
	if err != nil || r.Tombstones != 1 || r.Lost+r.Malformed > 0 {
		t.Fatalf("rebuild: %+v, %v", r, err)
	}
	w.finish(w.service(again))
	if _, err := again.Document(t.Context(), ids[1]); fault.CodeOf(err) != fault.DocumentUnknown {
		t.Errorf("rebuilt, the paper: %v", err)
	}
	for _, id := range []archive.DocumentID{ids[0], ids[2]} {
		v, err := again.Document(t.Context(), id)
		if err != nil || v.Version != 2 || v.PageList[0].Master != sub || len(v.Accessions) != 1 || v.Accessions[0].Derived == nil {
			t.Errorf("rebuilt, %s: %+v, %v", id, v, err)
		}
	}
	if n := hits(t, again, secret) + len(w.told(secret)); n != 0 {
		t.Errorf("rebuilt, the paper is told %d times", n)
	}
	if pr, err := again.Progress(t.Context(), retrieve.Scope{}); err != nil || !pr.Done() {
		t.Errorf("rebuilt, something is under way: %+v, %v", pr, err)
	}
	if gone, err := again.Purged(t.Context(), w.masterOf(again)); err != nil || !gone {
		t.Errorf("rebuilt, its bytes would be taken in again (%v)", err)
	}
	w.verify(again)
}

func (w *world) masterOf(c *postgres.Catalogue) fixity.Digest {
	w.t.Helper()
	done, err := c.DonePurges(w.t.Context(), "", 1)
	if err != nil || len(done) != 1 {
		w.t.Fatalf("%d purges, %v", len(done), err)
	}
	return done[0].Tombstone.Masters[0].Digest
}

// comesBack puts the bytes into the store again, as restoring an old backup does: the next run removes them.
func (w *world) comesBack(file []byte, master fixity.Digest) {
	t := w.t
	t.Helper()
	if _, err := w.Archive.PutMaster(t.Context(), bytes.NewReader(file), int64(len(file)), master, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if r, err := w.svc.Run(t.Context()); err != nil || r.Returned != 1 {
		t.Errorf("run: %+v, %v", r, err)
	}
	if where := w.told(secret); len(where) > 0 {
		t.Errorf("it came back to %v", where)
	}
}

func TestAPaperWithAFileOfItsOwnGoesWithIt(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Start(t)
	ids, other := w.handIn(stack(secret+" ba", secret+" bon")), w.handIn(stack("giay khac"))
	w.approved(ids[0])
	w.finish(w.svc)
	if where := w.told(secret); len(where) > 0 {
		t.Errorf("still told in %v", where)
	}
	if v, err := w.Catalogue.Document(t.Context(), other[0]); err != nil || v.Version != 1 {
		t.Errorf("the other paper: %+v, %v", v, err)
	}
	w.verify(w.Catalogue)
}

func TestTwoPeopleDecideAndAHoldWins(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Start(t)
	file := stack(secret+" ba", "giay hai")
	ids := w.handIn(file)
	ask := func(a archive.Actor) (purge.Purge, error) {
		return w.svc.Request(t.Context(), a, purge.Request{Document: ids[0], Reason: archive.PurgeWrong})
	}
	for _, a := range []archive.Actor{auditor, {Account: "x", Role: archive.Officer, Unit: "unit"}, {Account: "y", Role: archive.Citizen}} {
		if _, err := ask(a); fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("%s asks: %v", a.Role, err)
		}
	}
	if _, err := ask(archive.Actor{Account: "z", Role: archive.Clerk, Unit: "other"}); fault.CodeOf(err) != fault.DocumentUnknown {
		t.Errorf("another unit asks: %v", err)
	}
	p, err := ask(admin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask(clerk); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("asked twice: %v", err)
	}
	if _, err := w.svc.Approve(t.Context(), admin, p.ID); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("decided by who asked: %v", err)
	}
	if _, err := w.svc.Approve(t.Context(), clerk, p.ID); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("decided by a clerk: %v", err)
	}
	if p, err = w.svc.Refuse(t.Context(), auditor, p.ID); err != nil || p.State != purge.Refused {
		t.Errorf("refused: %+v, %v", p, err)
	}
	if _, err := w.svc.Approve(t.Context(), auditor, p.ID); fault.CodeOf(err) != fault.StateConflict {
		t.Errorf("decided twice: %v", err)
	}

	if p, err = ask(clerk); err != nil {
		t.Fatal(err)
	}
	finding := custody.Finding{Target: custody.Target{Kind: "master", Bucket: custody.Masters, Key: archive.MasterKey(fixity.Of(file)), Master: fixity.Of(file)}, Problem: "changed"}
	if err := w.Catalogue.Found(t.Context(), "tester", finding); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Approve(t.Context(), auditor, p.ID); fault.CodeOf(err) != fault.DisposalHeld {
		t.Errorf("decided while held: %v", err)
	}
	if _, err := w.Catalogue.Document(t.Context(), ids[0]); err != nil {
		t.Errorf("the document of a held file: %v", err)
	}
}
