package digitise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

// FileDeps is what digitising one file by itself needs: no store, no catalogue, no queue.
type FileDeps struct {
	Reader    Reader
	Engine    Engine
	Writer    Writer
	Checker   Checker
	Describer Describer
	// Progress is told when a page is done, in order; it may be nil.
	Progress func(done, total int)
}

// FileOptions says how.
type FileOptions struct {
	Name string // shown and used as title where the paper has none
	Jobs int    // pages recognised at once
	// Only holds the pages whose text is wanted; nil means all. The others are kept as pictures.
	Only func(page int) bool
	// Redo recognises every page, also where it carries real text.
	Redo bool
	// Keep names a folder in which the results of finished pages are kept until the rendition is written, and looked for at the start; empty
	// means none.
	Keep string
}

// FileReport is what became of one file.
type FileReport struct {
	MediaType archive.MediaType `json:"media_type"`
	Master    fixity.Digest     `json:"master"`
	Pages     []FilePage        `json:"pages"`
	Warnings  []string          `json:"warnings,omitempty"`
	// Signatures are those of the file that came in; its rendition is not signed.
	Signatures  []archive.Signature `json:"signatures,omitempty"`
	Fields      []archive.Field     `json:"fields"`
	Conformance string              `json:"conformance"`
	CheckedBy   string              `json:"checked_by"`
	Rendition   fixity.Digest       `json:"rendition"`
	SizeBytes   int64               `json:"size_bytes"`
	Results     []page.Result       `json:"-"`
	Snapshot    Snapshot            `json:"-"`
}

// FilePage is one page of the report.
type FilePage struct {
	Page       int                `json:"page"`
	Kind       page.Kind          `json:"kind"`
	Turn       page.Turn          `json:"turn"`
	Skew       float64            `json:"skew"`
	Confidence float64            `json:"confidence"`
	Fault      string             `json:"fault,omitempty"`
	Seconds    map[string]float64 `json:"seconds"`
}

// File inspects, recognises and assembles the file at in and writes its rendition to out. The same input gives the same bytes. It is
// the same code as the worker's, with nothing kept between the steps.
func File(ctx context.Context, d FileDeps, in string, out *os.File, o FileOptions) (FileReport, error) {
	var rep FileReport
	m, err := d.Reader.Open(ctx, in)
	if err != nil {
		return rep, err
	}
	defer m.Close()
	rep.MediaType, rep.Signatures, rep.Warnings = m.MediaType(), m.Signatures(), m.Warnings()
	if rep.Master, err = digestOf(in); err != nil {
		return rep, err
	}
	f := &fileRun{d: d, m: m, jobs: max(o.Jobs, 1), only: o.Only, redo: o.Redo}
	if o.Keep != "" {
		if f.kept, err = keepPages(o.Keep, keptFor{Master: rep.Master, Engine: d.Engine.Version(), Redo: o.Redo}); err != nil {
			return rep, err
		}
	}
	if rep.Results, err = f.recogniseAll(ctx); err != nil {
		return rep, err
	}
	for i, r := range rep.Results {
		rep.Pages = append(rep.Pages, FilePage{Page: i + 1, Kind: r.Kind, Turn: r.Turn, Skew: r.Skew, Confidence: r.Confidence, Fault: r.Fault, Seconds: r.Seconds})
	}
	if code, all := allUnreadable(rep.Results); all {
		return rep, fault.New(code, "%s", unreadableDetail)
	}
	rep.Fields = d.Describer.Fields(rep.Results, o.Name)
	rep.Snapshot = Snapshot{
		Title: d.Describer.Title(rep.Fields, o.Name), Author: value(rep.Fields, "agency"), Subject: value(rep.Fields, "subject"),
		Language: "vi", Masters: []fixity.Digest{rep.Master},
	}
	if day, err := time.Parse(time.DateOnly, value(rep.Fields, "date")); err == nil {
		rep.Snapshot.CreatedAt = day
	}
	if err := f.write(ctx, &rep, out); err != nil {
		return rep, err
	}
	if f.kept != nil {
		return rep, f.kept.remove()
	}
	return rep, nil
}

// FileAgain writes another rendition of a file that File has read, with the writer of d, and reports on that. Nothing is recognised.
func FileAgain(ctx context.Context, d FileDeps, in string, out *os.File, rep FileReport) (FileReport, error) {
	m, err := d.Reader.Open(ctx, in)
	if err != nil {
		return rep, err
	}
	defer m.Close()
	if m.Len() != len(rep.Results) {
		return rep, fmt.Errorf("the file has %d pages, %d were read", m.Len(), len(rep.Results))
	}
	rep.Pages = slices.Clone(rep.Pages)
	for i := range rep.Pages {
		rep.Pages[i].Seconds = nil
	}
	return rep, (&fileRun{d: d, m: m, jobs: 1}).write(ctx, &rep, out)
}

// write makes the rendition of what was read, and has it checked.
func (f *fileRun) write(ctx context.Context, rep *FileReport, out *os.File) error {
	h := fixity.New()
	r, err := f.d.Writer.Begin(io.MultiWriter(out, h), rep.Snapshot)
	if err != nil {
		return err
	}
	for i := range rep.Results {
		from := time.Now()
		leaf, err := f.leaf(ctx, i+1, rep.Results[i])
		if err != nil {
			return fmt.Errorf("page %d: %w", i+1, err)
		}
		if err := r.Add(leaf); err != nil {
			return fmt.Errorf("page %d: %w", i+1, spaceFault(err))
		}
		rep.Pages[i].addSeconds("assemble", time.Since(from))
	}
	if err := r.Close(); err != nil {
		return spaceFault(err)
	}
	rep.Rendition, rep.SizeBytes = h.Sum(), h.SizeBytes()
	rep.Conformance, rep.CheckedBy, err = f.d.Checker.Check(ctx, out.Name())
	if err != nil {
		return fmt.Errorf("check rendition: %w", err)
	}
	return nil
}

func (p *FilePage) addSeconds(stage string, d time.Duration) {
	if p.Seconds == nil {
		p.Seconds = map[string]float64{}
	}
	p.Seconds[stage] += d.Seconds()
}

// fileRun shares one opened master, which is not safe for concurrent use, between the jobs.
type fileRun struct {
	d    FileDeps
	m    Master
	jobs int
	only func(int) bool
	redo bool
	turn page.Turn // added to what the file says
	kept *keptPages
	mu   sync.Mutex
}

func (f *fileRun) source(ctx context.Context, n int, use Use) (Source, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.m.Page(ctx, n, use)
}

// recogniseAll reads every page, jobs at a time. Pictures are let go as soon as they are read, so memory does not grow with pages.
func (f *fileRun) recogniseAll(ctx context.Context) ([]page.Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	n := f.m.Len()
	results := make([]page.Result, n)
	next := make(chan int)
	finished := make(chan int)
	var wg sync.WaitGroup
	for range min(f.jobs, n) {
		wg.Go(func() {
			for i := range next {
				r, err := f.recognise(ctx, i)
				if err != nil {
					cancel(fmt.Errorf("page %d: %w", i, err))
					return
				}
				results[i-1] = r
				select {
				case finished <- i:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() {
		defer close(next)
		for i := 1; i <= n; i++ {
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	for done := 0; done < n && ctx.Err() == nil; {
		select {
		case <-finished:
			done++
			if f.d.Progress != nil {
				f.d.Progress(done, n)
			}
		case <-ctx.Done():
		}
	}
	if err := context.Cause(ctx); err != nil {
		wg.Wait()
		return nil, err
	}
	wg.Wait()
	return results, nil
}

// recognise reads page n; what the page itself is to blame for becomes an unread page.
func (f *fileRun) recognise(ctx context.Context, n int) (page.Result, error) {
	if f.only != nil && !f.only(n) {
		return f.unwanted(ctx, n)
	}
	if f.kept != nil {
		if r, ok := f.kept.load(n); ok {
			return r, nil
		}
	}
	from := time.Now()
	src, err := f.source(ctx, n, ToRead)
	read := time.Since(from)
	if f.redo {
		src.Embedded = nil
	}
	src.Picture.Turn = src.Picture.Turn.Add(f.turn)
	var r page.Result
	for try := 0; err == nil; try++ {
		if r, err = recognise(ctx, f.d.Engine, src); err == nil {
			break
		}
		if errors.Is(err, ErrPageKilledEngine) && try+1 < killsToUnread && ctx.Err() == nil {
			err = nil
			continue
		}
		break
	}
	if err != nil {
		if ctx.Err() != nil || (fault.VerdictOf(err) != fault.Rejected && !errors.Is(err, ErrPageKilledEngine)) {
			return page.Result{}, err
		}
		box := upright(src.Picture)
		r = page.Result{Width: max(box.X1, 1), Height: max(box.Y1, 1), Kind: page.Unread, Source: page.Recognised, Fault: string(fault.CodeOf(err))}
	}
	if r.Seconds == nil {
		r.Seconds = map[string]float64{}
	}
	r.Seconds["read"] = read.Seconds()
	if f.kept != nil && r.Fault == "" { // what failed may do better the next time
		return r, f.kept.save(n, r)
	}
	return r, nil
}

// unwanted is a page that is kept as a picture because nobody asked for its text.
func (f *fileRun) unwanted(ctx context.Context, n int) (page.Result, error) {
	src, err := f.source(ctx, n, JustPicture)
	if err != nil {
		if ctx.Err() != nil || fault.VerdictOf(err) != fault.Rejected {
			return page.Result{}, err
		}
		return page.Result{Width: 1, Height: 1, Kind: page.Unread, Source: page.Recognised, Fault: string(fault.CodeOf(err))}, nil
	}
	box := upright(src.Picture)
	return page.Result{Width: box.X1, Height: box.Y1, Kind: page.Unread, Source: page.Recognised}, nil
}

func (f *fileRun) leaf(ctx context.Context, n int, r page.Result) (page.Leaf, error) {
	src, err := f.source(ctx, n, ToShow)
	if err != nil {
		if ctx.Err() != nil || fault.VerdictOf(err) != fault.Rejected {
			return page.Leaf{}, err
		}
		return placeholder(r), nil
	}
	return leafOf(ctx, f.d.Engine, f.d.Writer, src, r)
}

func digestOf(path string) (fixity.Digest, error) {
	f, err := os.Open(path)
	if err != nil {
		return fixity.Digest{}, err
	}
	defer f.Close()
	d, _, err := fixity.OfReader(f)
	return d, err
}

// PageOf reads one page of the file at in, as File does, as if it had lain on the glass turned clockwise by turn.
func PageOf(ctx context.Context, d FileDeps, in string, n int, turn page.Turn) (page.Result, error) {
	m, err := d.Reader.Open(ctx, in)
	if err != nil {
		return page.Result{}, err
	}
	defer m.Close()
	if n < 1 || n > m.Len() {
		return page.Result{}, fault.New(fault.NotFound, "the file has pages 1 to %d", m.Len())
	}
	return (&fileRun{d: d, m: m, jobs: 1, turn: turn}).recognise(ctx, n)
}

// Results reads every page of the file at in and writes nothing.
func Results(ctx context.Context, d FileDeps, in string, jobs int) ([]page.Result, error) {
	m, err := d.Reader.Open(ctx, in)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	return (&fileRun{d: d, m: m, jobs: max(jobs, 1)}).recogniseAll(ctx)
}
