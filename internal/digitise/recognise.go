package digitise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

// killsToUnread is how often a page may kill or outlive its engine before it is kept as an image only.
const killsToUnread = 2

// Recognise reads one page. When its result is there already, from an earlier try or another document, it stops at that.
func (s *Service) Recognise(ctx context.Context, t archive.Task) error {
	v, err := s.d.Catalogue.Version(ctx, t)
	if err != nil {
		return err
	}
	if t.Page < 1 || t.Page > len(v.Pages) {
		return fault.New(fault.Internal, "task %d names page %d of %d", t.ID, t.Page, len(v.Pages))
	}
	ref := v.Pages[t.Page-1].PageRef
	rr := s.resultRef(ref)
	key, ok, err := s.d.Catalogue.FindResult(ctx, rr)
	if err != nil {
		return err
	}
	var body []byte
	if ok {
		body, err = s.d.Objects.GetResult(ctx, key)
	} else {
		key = archive.ResultKey(ref.Master, ref.Page, rr.Engine.Settings)
		// Stored and not on record: a worker died in between, or the catalogue was rebuilt.
		if body, err = s.d.Objects.GetResult(ctx, key); errors.Is(err, fs.ErrNotExist) {
			body, err = s.readPage(ctx, rr, ref, key)
		}
	}
	if err != nil {
		return err
	}
	var r page.Result
	if err := json.Unmarshal(body, &r); err != nil {
		return fmt.Errorf("read page result: %w", err)
	}
	s.d.Failpoint("recognise-after-put")
	s.d.Observe.page(r.Kind.String())
	return s.d.Catalogue.PageRead(ctx, t, PageRead{Ref: rr, ResultKey: key, Digest: fixity.Of(body), Result: r})
}

// resultRef names the result of a page. A person's turn changes what is read, so it is part of the settings.
func (s *Service) resultRef(ref archive.PageRef) ResultRef {
	ev := s.d.Engine.Version()
	if ref.Turn != 0 {
		ev.Settings = fmt.Sprintf("%s-t%d", ev.Settings, ref.Turn)
	}
	return ResultRef{Master: ref.Master, Page: ref.Page, Engine: ev}
}

// readPage recognises a page and keeps the result. Whoever stored first is right: the stored bytes are returned.
func (s *Service) readPage(ctx context.Context, rr ResultRef, ref archive.PageRef, key string) ([]byte, error) {
	from := time.Now()
	src, err := s.Source(ctx, ref, ToRead)
	s.d.Observe.stage("read", from)
	var r page.Result
	if err == nil {
		from = time.Now()
		r, err = recognise(ctx, s.d.Engine, src)
		s.d.Observe.stage("recognise", from)
	}
	if err != nil {
		if r, err = s.unread(ctx, rr, src, err); err != nil {
			return nil, err
		}
	}
	for stage, sec := range r.Seconds {
		if s.d.Observe.Seconds != nil {
			s.d.Observe.Seconds("engine-"+stage, sec)
		}
	}
	r.Seconds = nil // times differ from run to run; what is kept must not
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write page result: %w", err)
	}
	s.d.Failpoint("recognise-before-put")
	return s.d.Objects.PutResult(ctx, key, body)
}

// unread turns a page's failure into a result where the page is to blame, and passes on what is not.
func (s *Service) unread(ctx context.Context, rr ResultRef, src Source, cause error) (page.Result, error) {
	r := page.Result{
		Width: max(src.Picture.Width, 1), Height: max(src.Picture.Height, 1), Kind: page.Unread, Source: page.Recognised,
		Engine: rr.Engine.Engine, Settings: rr.Engine.Settings,
	}
	if src.Picture.Turn.Swaps() {
		r.Width, r.Height = r.Height, r.Width
	}
	if errors.Is(cause, ErrPageKilledEngine) && ctx.Err() == nil {
		kills, err := s.d.Catalogue.CountKill(ctx, rr)
		if err != nil {
			return r, err
		}
		if kills < killsToUnread {
			return r, cause
		}
		r.Fault = string(fault.EngineUnavailable)
		return r, nil
	}
	if fault.VerdictOf(cause) != fault.Rejected {
		return r, cause
	}
	r.Fault = string(fault.CodeOf(cause))
	return r, nil
}

// Source reads one page of a master for a use, turned as a person wished.
func (s *Service) Source(ctx context.Context, ref archive.PageRef, use Use) (Source, error) {
	m, release, err := s.masters.open(ctx, ref.Master)
	if err != nil {
		return Source{}, err
	}
	src, err := m.Page(ctx, ref.Page, use)
	release(err == nil)
	if err != nil {
		return Source{}, err
	}
	src.Picture.Turn = src.Picture.Turn.Add(ref.Turn)
	if ref.Turn.Swaps() {
		src.WidthPt, src.HeightPt = src.HeightPt, src.WidthPt
	}
	return src, nil
}

// recognise reads a source: its real text where the page is born digital, by the engine otherwise.
func recognise(ctx context.Context, e Engine, src Source) (page.Result, error) {
	if len(src.Embedded) == 0 {
		r, err := e.Recognise(ctx, src.Picture)
		if err != nil {
			return page.Result{}, err
		}
		r.Laid = turnLines(src.Laid, r.Turn, upright(src.Picture))
		return r, nil
	}
	// A picture that the engine cannot take costs a page with real text its codes, and nothing else.
	codes, err := e.Codes(ctx, src.Picture)
	if err != nil && (ctx.Err() != nil || fault.VerdictOf(err) != fault.Rejected && !errors.Is(err, ErrPageKilledEngine)) {
		return page.Result{}, err
	}
	box := upright(src.Picture)
	ev := e.Version()
	return page.Result{
		Width: box.X1, Height: box.Y1, Kind: page.Text, Source: page.Embedded, Confidence: page.MeanConfidence(src.Embedded),
		Lines: src.Embedded, Laid: src.Laid, Codes: codes, Engine: ev.Engine, Settings: ev.Settings,
	}, nil
}

// upright is the size of a picture after its own turn, as a box from the origin.
func upright(p page.Picture) page.Box {
	if p.Turn.Swaps() {
		return page.Box{X1: p.Height, Y1: p.Width}
	}
	return page.Box{X1: p.Width, Y1: p.Height}
}
