package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/intake"
	"sohoa/internal/review"
	"sohoa/internal/web"
	"sohoa/internal/web/webtest"
)

// asked is a server with one paper whose number and date are asked.
func asked(t *testing.T) func(args ...string) (code int, stdout, stderr string) {
	t.Helper()
	a := webtest.New(time.Now)
	a.Account("token", archive.Actor{Account: "lan", Role: archive.Clerk, Unit: "P1"})
	a.Account("token2", archive.Actor{Account: "hoa", Role: archive.Clerk, Unit: "P1"})
	l := slog.New(slog.DiscardHandler)
	in, err := a.Intake(t.TempDir(), 1<<30, l)
	if err != nil {
		t.Fatal(err)
	}
	r, err := in.Accept(t.Context(), intake.Request{Name: "a.pdf", Unit: "P1", Batch: "Lô 1", Actor: "lan"}, strings.NewReader("%PDF-1.7 a"))
	if err != nil {
		t.Fatal(err)
	}
	p := webtest.Paper{Title: "Quyết định", Type: "Quyết định", Symbol: "QĐ-UBND", IssuedOn: "2024-05", Asked: []string{"number", "date"}, Pages: [][]string{{"Số: /QĐ-UBND"}}}
	a.Archive(a.Split(r.Accession.ID, p), p)
	w, err := web.New(web.Deps{Intake: in, Retrieve: a.Retrieve(), Review: a.Review(), Accounts: a, Logger: l, SpoolDir: t.TempDir(), MaxBytes: 1 << 30, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	return func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"review", args[0], "--server", s.URL, "--token", "token"}, args[1:]...), &out, &errs)
		return code, out.String(), errs.String()
	}
}

func TestQuestionsAreAnsweredOnTheCommandLine(t *testing.T) {
	t.Parallel()
	run := asked(t)
	if code, out, _ := run("list"); code != exitDone || !strings.Contains(out, "fields") || !strings.Contains(out, "open") {
		t.Errorf("list: %d %s", code, out)
	}
	if code, _, errs := run("answer", "1", "number=12"); code != exitRejected || !strings.Contains(errs, "not yours") {
		t.Errorf("answered without asking for it: %d %s", code, errs)
	}
	if code, out, _ := run("next"); code != exitDone || !strings.Contains(out, "task 1:") || !strings.Contains(out, "date") {
		t.Errorf("next: %d %s", code, out)
	}
	for _, bad := range [][]string{{"number=mười", "type the number"}, {"date=31/2", "no such day"}, {"colour=red", "no such field"}} {
		if code, _, errs := run("answer", "1", bad[0]); code != exitRejected || !strings.Contains(errs, bad[1]) {
			t.Errorf("answer %s: %d %s", bad[0], code, errs)
		}
	}
	if code, _, errs := run("answer", "1", "number"); code != exitUsage || !strings.Contains(errs, "field=value") {
		t.Errorf("a field without value: %d %s", code, errs)
	}
	if code, out, errs := run("answer", "1", "number=12", "date=23"); code != exitDone || !strings.Contains(out, "date: 2024-05 → 2024-05-23") {
		t.Errorf("answer: %d %s%s", code, out, errs)
	}
	if code, _, errs := run("next"); code != exitStalled || !strings.Contains(errs, "nothing waits") {
		t.Errorf("next of none: %d %s", code, errs)
	}
	if code, out, _ := run("undo"); code != exitDone || !strings.Contains(out, "task 1:") {
		t.Errorf("undo: %d %s", code, out)
	}
	if code, _, errs := run("return", "1", "--to", "hoa", "--comment", "chị xem giúp"); code != exitDone {
		t.Errorf("hand on: %d %s", code, errs)
	}
	if code, _, errs := run("return", "1"); code != exitUsage || !strings.Contains(errs, "where to") {
		t.Errorf("return to nowhere: %d %s", code, errs)
	}
	if code, out, _ := run("list", "--json"); code != exitDone || !strings.Contains(out, `"assigned_to":"hoa"`) {
		t.Errorf("list: %d %s", code, out)
	}
}

func TestTheReportIsShownAndWritten(t *testing.T) {
	t.Parallel()
	run := asked(t)
	if code, out, errs := run("report"); code != exitDone || !strings.Contains(out, "Lô 1") {
		t.Errorf("report: %d %s%s", code, out, errs)
	}
	_, out, _ := run("report", "--json")
	var r review.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Batches) != 1 || r.Batches[0].Documents != 1 || r.Batches[0].Done != 0 {
		t.Errorf("report: %+v, %v", r, err)
	}
	for _, name := range []string{"b.csv", "b.xlsx"} {
		path := filepath.Join(t.TempDir(), name)
		if code, _, errs := run("report", "--out", path); code != exitDone {
			t.Errorf("report: %d %s", code, errs)
		}
		if b, err := os.ReadFile(path); err != nil || len(b) < 100 {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
	if code, _, _ := run("report", "--out", "b.doc"); code != exitUsage {
		t.Errorf("an unknown format: %d", code)
	}
}
