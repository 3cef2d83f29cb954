package reader_test

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"sohoa/internal/fault"
	"sohoa/internal/reader"

	"sohoa/internal/roottest"
)

// deviations are the hostile files whose verdict differs from HOSTILE.tsv, and why.
var deviations = map[string]string{
	"pillow-hopper.bmp":              "BMP is not among the formats taken; the rejection names it",
	"pillow-hopper.gif":              "GIF is not among the formats taken; the rejection names it",
	"pillow-zero_dpi.jp2":            "bare JPEG 2000 is not among the formats taken; the rejection names it",
	"pillow-truncated_jpeg.jpg":      "only half of the end marker is missing: every pixel decodes, so it is taken with a warning",
	"pdfjs-bomb_giant.pdf":           "PDFium draws it in a tenth of a second; the limit it was meant to break is not reached",
	"qpdf-bad40.pdf":                 "PDFium repairs it and shows its page whole; taken with a warning",
	"pdfjs-poppler-937-0-fuzzed.pdf": "its page dictionary is torn; poppler guesses one, PDFium finds no page",
}

func TestHostileFiles(t *testing.T) {
	data, ok := roottest.Shared(t, ".")
	if !ok {
		return
	}
	r := newReader(t, reader.Deps{})
	f, err := os.Open(filepath.Join(data, "hostile", "HOSTILE.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	met := map[string]bool{}
	for lines.Scan() {
		cols := strings.Split(lines.Text(), "\t")
		if len(cols) < 3 || cols[0] == "file" {
			continue
		}
		name, want := cols[0], expected(cols[2])
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			began := time.Now()
			err := readAll(ctx, r, filepath.Join(data, "hostile", name), 5)
			if took := time.Since(began); took > time.Minute {
				t.Errorf("took %s", took)
			}
			got := "accept"
			if err != nil {
				got = "reject"
				if fault.VerdictOf(err) != fault.Rejected {
					t.Fatalf("error is not a rejection: %v", err)
				}
				if fault.DetailOf(err) == "" {
					t.Errorf("rejection tells the sender nothing: %v", err)
				}
			}
			why, deviates := deviations[name]
			met[name] = true
			switch {
			case want == "either" || want == got && !deviates:
			case want == got:
				t.Errorf("no longer deviates: take it out of the table")
			case !deviates:
				t.Errorf("got %s (%v), HOSTILE.tsv says %q", got, err, cols[2])
			default:
				t.Logf("deviates: %s", why)
			}
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(met) < 150 {
		t.Errorf("only %d files were met", len(met))
	}
	for name := range deviations {
		if !met[name] {
			t.Errorf("deviation for %s, which is not in the set", name)
		}
	}
	if len(deviations) > 10 {
		t.Errorf("%d deviations, at most 10 are allowed", len(deviations))
	}
	checkPeak(t)
}

// expected reads the advice of HOSTILE.tsv by its beginning.
func expected(advice string) string {
	head, _, _ := strings.Cut(advice, ":")
	switch {
	case strings.HasPrefix(advice, "either"), strings.HasPrefix(advice, "policy"), strings.Contains(head, " or reject"):
		return "either"
	case strings.HasPrefix(advice, "reject"):
		return "reject"
	}
	return "accept"
}

// checkPeak fails when this process has ever held more than the whole tree of a digitise run may.
func checkPeak(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Log(err)
		return
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			kb, _ := strconv.Atoi(f[1])
			t.Logf("peak memory %d MB", kb>>10)
			if kb > 1_200<<10 {
				t.Errorf("peak memory %d MB", kb>>10)
			}
		}
	}
}
