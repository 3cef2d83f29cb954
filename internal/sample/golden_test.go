package sample

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden from the current output")

// The digests hold for the fonts of Debian 12, the encoders of the Go release in go.mod and, for the scans, amd64:
// other processors may fuse a multiplication with an addition and so round a pixel otherwise.
func TestSeedOneMakesTheBytesItAlwaysMade(t *testing.T) {
	t.Parallel()
	p := mustPlan(t, Options{Seed: 1})
	var texts, scans strings.Builder
	for i := range 6 {
		paper, scan, err := p.paper(i)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&texts, "%x %s.txt\n", sha256.Sum256([]byte(paper.Truth.Text())), paper.Name)
		fmt.Fprintf(&scans, "%x %s\n", sha256.Sum256(scan), paper.Truth.File)
	}
	golden(t, "testdata/seed1-texts.golden", texts.String())
	if runtime.GOARCH == "amd64" {
		golden(t, "testdata/seed1-scans.golden", scans.String())
	} else {
		t.Logf("digests of scans are kept for amd64 only, this is %s", runtime.GOARCH)
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s (%v):\n%swant\n%s", path, err, got, want)
	}
}

func TestNumbersAreSpelledAsReceiptsDo(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		0: "không", 5: "năm", 10: "mười", 15: "mười lăm", 21: "hai mươi mốt", 105: "một trăm linh năm", 1000: "một nghìn",
		1005: "một nghìn không trăm linh năm", 430: "bốn trăm ba mươi", 2025: "hai nghìn không trăm hai mươi lăm",
		1317000000: "một tỷ ba trăm mười bảy triệu",
	} {
		if got := numberWords(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
