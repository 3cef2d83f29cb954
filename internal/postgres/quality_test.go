package postgres_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
	"sohoa/internal/pgtest"
	"sohoa/internal/postgres"
)

func TestAPageKeepsHowGoodItsScanIs(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	c := postgres.New(pool)
	a := accept(t, c, "u1", "paper")
	doc := split(t, c, a, next(t, c), 2)
	q := page.Quality{DPI: 150, Blur: 0.7, Paper: 230, Ink: 40, Cut: []string{"left"}, SkewLeft: -1.25}
	for _, quality := range []*page.Quality{&q, nil} { // the second page is born digital
		task := next(t, c)
		if err := c.PageRead(t.Context(), task, digitise.PageRead{
			Ref:       digitise.ResultRef{Master: a.Master, Page: task.Page, Engine: digitise.EngineVersion{Engine: "e", Settings: "s"}},
			ResultKey: archive.ResultKey(a.Master, task.Page, "s"), Digest: fixity.Of([]byte("r")), Result: page.Result{Width: 9, Height: 9, Quality: quality},
		}); err != nil {
			t.Fatal(err)
		}
		var body []byte
		if err := pool.QueryRow(t.Context(), "SELECT quality FROM pages WHERE document_id = $1 AND version = 1 AND ordinal = $2", string(doc), task.Page).Scan(&body); err != nil {
			t.Fatal(err)
		}
		var got *page.Quality
		if body != nil {
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(quality, got); diff != "" {
			t.Errorf("page %d: %s", task.Page, diff)
		}
	}
}
