package custody_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/internal/archive"
	"sohoa/internal/custody/custodytest"
	"sohoa/internal/separator"
)

// sheet is the line of a separator sheet.
func sheet(t *testing.T, s separator.Sheet) string {
	t.Helper()
	text, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return separator.Heading + " " + text
}

// stack is a stack of four papers in nine pages.
func stack(t *testing.T) string {
	return strings.Join([]string{
		"Số 1/QĐ-UBND trước tờ ngăn", custodytest.Blank,
		sheet(t, separator.Sheet{Unit: "u1", Dossier: "HS-2", Shelf: "Kệ 7", Procedure: "1.002"}), "Số 2/QĐ-UBND", "trang hai của số 2",
		sheet(t, separator.Sheet{Dossier: "HS-3"}), "Số 3/QĐ-UBND",
		sheet(t, separator.Sheet{Unit: "u9", Dossier: "HS-9"}), "Số 4/QĐ-UBND của ai",
	}, "\n")
}

// parts tells the documents of a file in the order of its pages: dossier, pages, left-out pages.
func parts(w *custodytest.World) []string {
	w.T.Helper()
	rows, err := w.Pool.Query(w.T.Context(), `SELECT coalesce(d.dossier_code, '-') || ' ' || coalesce(d.shelf, '-') || ' '
		|| (SELECT string_agg(p.master_page::text, ',' ORDER BY p.ordinal) FROM pages p WHERE p.document_id = d.id AND p.version = d.version)
		|| coalesce((SELECT string_agg(' ' || l.reason || l.master_page || '<' || l.before, '' ORDER BY l.seq) FROM left_out_pages l WHERE l.document_id = d.id AND l.version = d.version), '')
		|| ' ' || d.processing || (CASE WHEN d.release = 'replaced' THEN ' replaced' ELSE '' END)
		FROM documents d ORDER BY (SELECT min(p.master_page) FROM pages p WHERE p.document_id = d.id AND p.version = d.version), d.id`)
	if err != nil {
		w.T.Fatal(err)
	}
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			w.T.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		w.T.Fatal(err)
	}
	return out
}

func wantParts() []string {
	return []string{
		"- - 1 blank2<2 archived", "HS-2 Kệ 7 4,5 separator3<1 archived", "HS-3 - 7 separator6<1 archived", "- - 9 separator8<1 archived",
	}
}

func TestAStackBecomesADocumentForEachPaper(t *testing.T) {
	t.Parallel()
	w := custodytest.New(t)
	acc := w.Accept("lô", "chồng.pdf", stack(t))
	w.Work(nil)
	if got := parts(w); !slices.Equal(got, wantParts()) {
		t.Errorf("the stack became\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(wantParts(), "\n"))
	}
	if n := w.Recognised.Load(); n != 9 {
		t.Errorf("%d pages were read, the stack has 9", n)
	}
	for part, name := range map[int]string{1: "chồng.pdf#1", 3: "chồng.pdf#3", 6: "chồng.pdf#6", 8: "chồng.pdf#8"} {
		if n := w.Count(`SELECT count(*) FROM documents WHERE id = $1 AND name = $2`, archive.DocumentIDFor(acc.ID, part), name); n != 1 {
			t.Errorf("part %d is not named %s", part, name)
		}
	}
	if n := w.Count(`SELECT count(*) FROM review_tasks WHERE kind = 'split' AND reason = 'separator_other_unit' AND state = 'open' AND document_id = $1`, archive.DocumentIDFor(acc.ID, 8)); n != 1 {
		t.Errorf("%d questions about the sheet of another unit, want one", n)
	}
	if n := w.Count(`SELECT count(*) FROM audit_events WHERE action = 'stack_taken_apart'`); n != 1 {
		t.Errorf("%d events tell that the stack was taken apart", n)
	}
	if rep, err := verifier(w, w.Shelves).Verify(t.Context(), "operator", ""); err != nil || rep.Failed != 0 {
		t.Errorf("Verify = %+v, %v", rep, err)
	}
}

func TestASingleFileIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	w := custodytest.New(t)
	w.Accept("lô", "đơn.pdf", "Số 1/QĐ-UBND\n"+custodytest.Blank+"\ntrang ba")
	w.Work(nil)
	if got := parts(w); !slices.Equal(got, []string{"- - 1,2,3 archived"}) {
		t.Errorf("the file became %q", got)
	}
	if n := w.Count(`SELECT count(*) FROM arrangements`); n != 0 {
		t.Errorf("%d arrangements", n)
	}
}

// TestAStackArchivedInPartComesBack: whichever of its documents were archived when the catalogue was lost, the others are made again, the same.
func TestAStackArchivedInPartComesBack(t *testing.T) {
	t.Parallel()
	for _, archived := range [][]int{{1}, {3, 8}, {6}, {1, 3, 6, 8}, {}} {
		t.Run(fmt.Sprint(archived), func(t *testing.T) {
			t.Parallel()
			a := custodytest.New(t)
			acc := a.Accept("lô", "chồng.pdf", stack(t))
			a.Work(func(task archive.Task) bool {
				if task.Kind != archive.TaskSettle {
					return false
				}
				return !slices.ContainsFunc(archived, func(part int) bool { return task.Document == archive.DocumentIDFor(acc.ID, part) })
			})
			b := custodytest.Beside(t, a.Store)
			if _, err := b.Rebuilder().Rebuild(t.Context(), "operator"); err != nil {
				t.Fatal(err)
			}
			a.Unring()
			a.Work(nil)
			b.Work(nil)
			if d := cmp.Diff(a.Dump(), b.Dump()); d != "" {
				t.Errorf("the rebuilt catalogue differs (-before +after):\n%s", d)
			}
			if got := parts(b); !slices.Equal(got, wantParts()) {
				t.Errorf("the stack became\n%s", strings.Join(got, "\n"))
			}
			if n := b.Count(`SELECT count(*) FROM outbox`) + b.Count(`SELECT count(*) FROM accessions WHERE state <> 'split'`); n != 0 {
				t.Errorf("%d tasks or accessions are left over", n)
			}
		})
	}
}
