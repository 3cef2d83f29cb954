package sample

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// The samples are right when plain tesseract finds the cleanest grade about as easy as a good real scan, and
// print under a seal hard. SOHOA_TEST_LONG=1 asks one paper of every layout, else the first few.
func TestPlainTesseractFindsTheCleanestGradeEasyAndStampedTextHard(t *testing.T) {
	t.Parallel()
	engine, err := exec.LookPath("tesseract")
	if err != nil {
		t.Fatal("tesseract is missing: apt-get install tesseract-ocr tesseract-ocr-vie")
	}

	t.Run("the cleanest grade", func(t *testing.T) {
		t.Parallel()
		p := mustPlan(t, Options{Seed: 4, Grades: []int{1}})
		papers, pages := 6, 0
		if os.Getenv("SOHOA_TEST_LONG") == "1" {
			papers = len(p.layouts) // 27 pages
		}
		errs, chars := 0, 0
		for i := range papers {
			lay, grade := p.choose(i)
			pics, truths := drawPaper(p, lay, i, grade)
			for k := range pics {
				got := recognise(t, engine, pics[k])
				want := flat(truths[k].Text())
				errs += len(edits(want, got, nil))
				chars += len([]rune(want))
				pages++
			}
		}
		cer := float64(errs) / float64(chars)
		t.Logf("CER of the cleanest grade: %.4f over %d papers, %d pages, %d characters", cer, papers, pages, chars)
		if cer < 0.005 || cer > 0.02 {
			t.Errorf("CER %.4f: 0.005 to 0.02 is meant", cer)
		}
	})

	t.Run("text under a seal", func(t *testing.T) {
		t.Parallel()
		p := mustPlan(t, Options{Seed: 8, Grades: []int{2}, Layouts: []string{"notice", "decision", "letter"}})
		lost, chars := 0, 0
		for i := range 14 {
			lay, grade := p.choose(i)
			w := newWriter(p.fonts, newRNG(p.seed, i, "text"), 0) // a careless clerk
			lay.write(w)
			pic, truth := p.renderer(i, grade).side(w.fields.signSheet, 1, 1)
			stamped, a := stampedSpans(truth)
			if len(stamped) == 0 {
				continue
			}
			got := recognise(t, engine, crop(pic, a))
			want, spans := textBelow(truth, a)
			lost += len(edits(want, got, spans))
			for _, s := range spans {
				chars += s[1] - s[0]
			}
		}
		if chars < 40 {
			t.Fatalf("only %d characters lie under seals", chars)
		}
		cer := float64(lost) / float64(chars)
		t.Logf("CER under seals: %.4f over %d characters", cer, chars)
		if cer < 0.05 {
			t.Errorf("CER %.4f under seals: more than 0.05 is meant", cer)
		}
	})
}

// drawPaper sets and renders every text side of a paper in gray.
func drawPaper(p *plan, lay layout, i, grade int) ([]*picture, []PageTruth) {
	w := p.set(lay, i, grade)
	d := p.renderer(i, grade)
	var pics []*picture
	var truths []PageTruth
	for n, s := range w.sheets {
		if len(s.lines) == 0 || s.turn != 0 {
			continue
		}
		pic, truth := d.side(s, n+1, 1)
		pics, truths = append(pics, pic), append(truths, truth)
	}
	return pics, truths
}

func (p *plan) renderer(i, grade int) *renderer {
	r := newRNG(p.seed, i, "scan")
	return &renderer{fonts: p.fonts, dpi: 300, wear: gradeWear(r, grade), r: r}
}

// stampedSpans lists the stamped words and the row a little above the first line that has one or is beside it.
func stampedSpans(t PageTruth) (words []string, top int) {
	for _, l := range t.Lines {
		for _, w := range l.Words {
			if w.Stamped {
				if len(words) == 0 {
					top = max(0, l.Box.Y0-260)
				}
				words = append(words, w.Text)
			}
		}
	}
	return words, top
}

// textBelow is the text of the lines below a row, with where the stamped words are in it.
func textBelow(t PageTruth, top int) (string, [][2]int) {
	var b []rune
	var spans [][2]int
	for _, l := range t.Lines {
		if l.Box.Y0 < top {
			continue
		}
		for _, w := range l.Words {
			if len(b) > 0 {
				b = append(b, ' ')
			}
			from := len(b)
			b = append(b, []rune(w.Text)...)
			if w.Stamped {
				spans = append(spans, [2]int{from, len(b)})
			}
		}
	}
	return string(b), spans
}

func crop(p *picture, top int) *picture {
	return &picture{w: p.w, h: p.h - top, channels: p.channels, pix: p.pix[top*p.w*p.channels:]}
}

func recognise(t *testing.T, engine string, p *picture) string {
	t.Helper()
	data, err := encodePNG(p, Gray, 128, 300)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "page.png")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), engine, path, "-", "-l", "vie")
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("tesseract: %v\n%s", err, errOut.String())
	}
	return flat(out.String())
}

// flat is text as CER is counted: NFC, white space collapsed.
func flat(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }

// edits returns the positions in want at which the cheapest alignment with got changes something; only those
// within spans when spans is not nil. Each position of a span counts once.
func edits(want, got string, spans [][2]int) []int {
	a, b := []rune(want), []rune(got)
	const del, ins = 1, 2
	how := make([][]uint8, len(a)+1)
	prev, cur := make([]int, len(b)+1), make([]int, len(b)+1)
	how[0] = make([]uint8, len(b)+1)
	for j := range prev {
		prev[j], how[0][j] = j, ins
	}
	for i := 1; i <= len(a); i++ {
		row := make([]uint8, len(b)+1)
		cur[0], row[0] = i, del
		for j := 1; j <= len(b); j++ {
			same := prev[j-1]
			if a[i-1] != b[j-1] {
				same++
			}
			cur[j] = same
			if d := prev[j] + 1; d < cur[j] {
				cur[j], row[j] = d, del
			}
			if d := cur[j-1] + 1; d < cur[j] {
				cur[j], row[j] = d, ins
			}
		}
		how[i] = row
		prev, cur = cur, prev
	}
	var out []int
	for i, j := len(a), len(b); i > 0 || j > 0; {
		switch step := how[i][j]; {
		case step == del:
			out = append(out, i-1)
			i--
		case step == ins:
			out = append(out, i)
			j--
		default:
			if a[i-1] != b[j-1] {
				out = append(out, i-1)
			}
			i, j = i-1, j-1
		}
	}
	if spans == nil {
		return out
	}
	seen := map[int]bool{}
	var within []int
	for _, at := range out {
		for _, s := range spans {
			if at >= s[0] && at < s[1] && !seen[at] {
				seen[at] = true
				within = append(within, at)
			}
		}
	}
	return within
}
