package benchtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"sohoa/internal/accuracy"
	"sohoa/internal/roottest"
)

// The peers benchmark runs whole commands from file to file on two cores: ours, plain tesseract and OCRmyPDF, by turns.
// deploy/bench-peers.sh prepares what it needs and names it in these variables.
const (
	peersDir  = "SOHOA_PEERS_DIR"  // work folder: samples/ with *.pdf, long.pdf of about 100 pages
	peersOCR  = "SOHOA_PEERS_OCR"  // the ocrmypdf program
	peersOurs = "SOHOA_PEERS_OURS" // the sohoa program
	peersFast = "SOHOA_PEERS_FAST" // set: one round and few papers, to try the benchmark itself
)

// atOnce is how many commands run at the same time: one a core.
const atOnce = 2

type peers struct {
	b               *testing.B
	dir, ours, ocr  string
	papers, onePage []string // PDFs
	long            string
	images          map[string][]string // gray pages at 300 dpi of a paper
	rounds          int
}

// BenchmarkPeers gives pages a minute and the ratio of ours to each peer's, the most memory our processes had, and the error rates of what
// was read while the clock ran.
func BenchmarkPeers(b *testing.B) {
	p := newPeers(b)
	for name, part := range map[string]func(){
		"papers":   func() { p.accuracy(p.papersAgainstPlainTesseract()) },
		"one-page": p.onePageAgainstOCRmyPDF,
		"long":     p.longAgainstOCRmyPDF,
	} {
		b.Run(name, func(b *testing.B) {
			p.b = b
			for b.Loop() {
				part()
			}
		})
	}
}

func newPeers(b *testing.B) *peers {
	b.Helper()
	p := &peers{b: b, dir: os.Getenv(peersDir), ours: os.Getenv(peersOurs), ocr: os.Getenv(peersOCR), images: map[string][]string{}, rounds: 3}
	if p.dir == "" || p.ours == "" || p.ocr == "" {
		b.Fatalf("run this through make bench-peers, which sets %s, %s and %s", peersDir, peersOurs, peersOCR)
	}
	samples, err := filepath.Glob(filepath.Join(p.dir, "samples", "*.pdf"))
	if err != nil || len(samples) == 0 {
		b.Fatalf("no samples in %s: %v", p.dir, err)
	}
	p.papers = samples
	if data, ok := roottest.Shared(b, "."); ok {
		real, err := filepath.Glob(filepath.Join(data, "real-scans", "pdf", "*.pdf"))
		if err != nil {
			b.Fatal(err)
		}
		p.papers = append(real, p.papers...)
	}
	p.long = filepath.Join(p.dir, "long.pdf")
	if os.Getenv(peersFast) != "" {
		p.rounds, p.papers = 1, p.papers[:min(4, len(p.papers))]
	}
	for i, f := range p.papers {
		prefix := filepath.Join(p.dir, fmt.Sprintf("page-%03d", i))
		p.do("pdftoppm", "-hide-annotations", "-gray", "-r", "300", f, prefix)
		pages, err := filepath.Glob(prefix + "*.pgm")
		if err != nil || len(pages) == 0 {
			b.Fatalf("%s has no pages: %v", f, err)
		}
		p.images[f] = pages
		if len(pages) == 1 {
			p.onePage = append(p.onePage, f)
		}
	}
	return p
}

func (p *peers) do(name string, args ...string) {
	p.b.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil { //nolint:gosec // programs named by the script
		p.b.Fatalf("%s %q: %v: %s", filepath.Base(name), args, err, out)
	}
}

// job is one whole command.
type job struct {
	name string
	args []string
	env  []string
}

// run does jobs, width at a time, and gives the seconds until the last has ended.
func (p *peers) run(jobs []job, width int) float64 {
	p.b.Helper()
	from := time.Now()
	g, ctx := errgroup.WithContext(p.b.Context())
	g.SetLimit(width)
	for _, j := range jobs {
		g.Go(func() error {
			c := exec.CommandContext(ctx, j.name, j.args...) //nolint:gosec // programs named by the script
			c.Env = append(os.Environ(), j.env...)
			var said bytes.Buffer
			c.Stderr = &said
			if err := c.Run(); err != nil {
				return fmt.Errorf("%s %q: %w: %s", filepath.Base(j.name), j.args, err, said.Bytes())
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		p.b.Fatal(err)
	}
	return time.Since(from).Seconds()
}

func (p *peers) pages(papers []string) (n int) {
	for _, f := range papers {
		n += len(p.images[f])
	}
	return n
}

func (p *peers) ourJobs(papers []string) []job {
	var jobs []job
	for i, f := range papers {
		out := filepath.Join(p.dir, fmt.Sprintf("ours-%03d", i))
		jobs = append(jobs, job{name: p.ours, args: []string{"digitise", "-q", "-j", "1", f, "-o", out + ".pdf", "--text", out + ".txt"}})
	}
	return jobs
}

func (p *peers) plainJobs(papers []string) []job {
	var jobs []job
	for _, f := range papers {
		for _, img := range p.images[f] {
			jobs = append(jobs, job{
				name: "tesseract", args: []string{img, strings.TrimSuffix(img, ".pgm"), "-l", "vie", "--dpi", "300"}, env: []string{"OMP_THREAD_LIMIT=1"},
			})
		}
	}
	return jobs
}

// ocrJobs are OCRmyPDF's commands. Without a thread limit tesseract takes as many threads as there are cores.
func (p *peers) ocrJobs(papers []string, jobs int, limited bool) []job {
	var env []string
	if limited {
		env = []string{"OMP_THREAD_LIMIT=1"}
	}
	var out []job
	for i, f := range papers {
		out = append(out, job{name: p.ocr, env: env, args: []string{
			"-l", "vie", "--force-ocr", "--deskew", "--output-type", "pdfa", "-j", strconv.Itoa(jobs), "-q", f, filepath.Join(p.dir, fmt.Sprintf("ocr-%03d.pdf", i)),
		}})
	}
	return out
}

func median(v []float64) float64 {
	sort.Float64s(v)
	return v[len(v)/2]
}

// papersAgainstPlainTesseract runs all papers, by turns, and returns the texts that both read, by paper and page.
func (p *peers) papersAgainstPlainTesseract() (ours, plain map[string][]string) {
	var a, b []float64
	var most int64
	for range p.rounds {
		stop := watchMemory(&most)
		a = append(a, p.run(p.ourJobs(p.papers), atOnce))
		stop()
		b = append(b, p.run(p.plainJobs(p.papers), atOnce))
	}
	pages := float64(60 * p.pages(p.papers))
	p.b.ReportMetric(pages/median(a), "ours-pages/min")
	p.b.ReportMetric(pages/median(b), "plain-tesseract-pages/min")
	p.b.ReportMetric(median(b)/median(a), "ours/plain-tesseract")
	p.b.ReportMetric(float64(most)/(1<<20), "ours-MiB-of-two-commands")
	ours, plain = map[string][]string{}, map[string][]string{}
	for i, f := range p.papers {
		text, err := os.ReadFile(filepath.Join(p.dir, fmt.Sprintf("ours-%03d.txt", i)))
		if err != nil {
			p.b.Fatal(err)
		}
		ours[filepath.Base(f)] = strings.Split(string(text), "\f")
		for _, img := range p.images[f] {
			text, err := os.ReadFile(strings.TrimSuffix(img, ".pgm") + ".txt")
			if err != nil {
				p.b.Fatal(err)
			}
			plain[filepath.Base(f)] = append(plain[filepath.Base(f)], string(text))
		}
	}
	return ours, plain
}

// transcriptions are the pages of real papers whose text is known.
func transcriptions(b *testing.B) (all []accuracy.Transcription) {
	b.Helper()
	data, ok := roottest.Shared(b, ".")
	if !ok {
		return nil
	}
	for _, dir := range []string{filepath.Join(data, "real-scans", "gt"), filepath.Join("..", "accuracy", "testdata", "real-scans", "gt")} {
		pages, err := accuracy.ReadTranscriptions(dir)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, pages...)
	}
	return all
}

// accuracy scores what was read while the clock ran, and what OCRmyPDF makes of the same pages at its best for text: levelled and cleaned.
func (p *peers) accuracy(ours, plain map[string][]string) {
	var a, b, c []accuracy.Page
	for _, t := range transcriptions(p.b) {
		if len(ours[t.File]) < t.Page || len(plain[t.File]) < t.Page {
			continue // left out of a fast run
		}
		paper := slices.IndexFunc(p.papers, func(f string) bool { return filepath.Base(f) == t.File })
		out := filepath.Join(p.dir, "clean")
		p.do(p.ocr, "-l", "vie", "--deskew", "--clean", "--image-dpi", "300", "-q", "--sidecar", out+".txt", p.images[p.papers[paper]][t.Page-1], out+".pdf")
		text, err := os.ReadFile(out + ".txt")
		if err != nil {
			p.b.Fatal(err)
		}
		a = append(a, accuracy.Compare(t.Name, t.Text, ours[t.File][t.Page-1]))
		b = append(b, accuracy.Compare(t.Name, t.Text, plain[t.File][t.Page-1]))
		c = append(c, accuracy.Compare(t.Name, t.Text, string(text)))
	}
	if len(a) == 0 {
		return
	}
	x, y, z := accuracy.Summarise(a).CER, accuracy.Summarise(b).CER, accuracy.Summarise(c).CER
	p.b.ReportMetric(x, "ours-CER")
	p.b.ReportMetric(y, "plain-tesseract-CER")
	p.b.ReportMetric(z, "OCRmyPDF-clean-CER")
	p.b.ReportMetric(x/y, "ours/plain-tesseract-CER")
}

// onePageAgainstOCRmyPDF takes the papers of one page; OCRmyPDF's best way of the four counts.
func (p *peers) onePageAgainstOCRmyPDF() {
	papers := p.onePage[:min(6, len(p.onePage))] // OCRmyPDF needs minutes for them
	var ours []float64
	theirs := make([][]float64, 4)
	for range p.rounds {
		ours = append(ours, p.run(p.ourJobs(papers), atOnce))
		for i, way := range []struct {
			width, jobs int
			limited     bool
		}{{1, 2, true}, {1, 2, false}, {2, 1, true}, {2, 1, false}} {
			theirs[i] = append(theirs[i], p.run(p.ocrJobs(papers, way.jobs, way.limited), way.width))
		}
	}
	best := min(median(theirs[0]), median(theirs[1]), median(theirs[2]), median(theirs[3]))
	pages := float64(60 * len(papers))
	p.b.ReportMetric(pages/median(ours), "one-page-ours-pages/min")
	p.b.ReportMetric(pages/best, "one-page-OCRmyPDF-pages/min")
	p.b.ReportMetric(best/median(ours), "one-page-ours/OCRmyPDF")
}

// longAgainstOCRmyPDF takes one long file, once each: OCRmyPDF needs minutes for it.
func (p *peers) longAgainstOCRmyPDF() {
	var most int64
	stop := watchMemory(&most)
	ours := p.run([]job{{name: p.ours, args: []string{"digitise", "-q", "-j", "2", p.long, "-o", filepath.Join(p.dir, "ours-long.pdf")}}}, 1)
	stop()
	best := min(p.run(p.ocrJobs([]string{p.long}, 2, true), 1), p.run(p.ocrJobs([]string{p.long}, 2, false), 1))
	p.b.ReportMetric(best/ours, "long-ours/OCRmyPDF")
	p.b.ReportMetric(float64(most)/(1<<20), "long-ours-MiB")
}

// watchMemory keeps the most memory that this process's children have had together, in bytes; pages they share count once.
func watchMemory(most *int64) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var done atomic.Bool
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for !done.Load() && ctx.Err() == nil {
			*most = max(*most, childMemory(os.Getpid()))
			time.Sleep(100 * time.Millisecond)
		}
	}()
	return func() { done.Store(true); <-finished; cancel() }
}

// childMemory sums the proportional set sizes of all processes below one.
func childMemory(root int) int64 {
	parents := map[int]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, f := range stats {
		body, err := os.ReadFile(f)
		if err != nil {
			continue // ended meanwhile
		}
		rest := strings.Fields(string(body[bytes.LastIndexByte(body, ')')+1:]))
		pid, err1 := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		parent, err2 := strconv.Atoi(rest[1])
		if err1 == nil && err2 == nil {
			parents[pid] = parent
		}
	}
	var sum int64
	for pid := range parents {
		at := pid
		for at != root && at > 1 {
			at = parents[at]
		}
		if at == root && pid != root {
			sum += proportional(pid)
		}
	}
	return sum
}

func proportional(pid int) int64 {
	body, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(body)) {
		if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}
