package ocrpool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/ocrproto"
)

const (
	watchEvery = 100 * time.Millisecond // how often a reading engine's memory is looked at
	backOffMin = 100 * time.Millisecond
	backOffMax = 30 * time.Second
)

// slot is one worker's place: it has an engine or none. Whoever took it from the pool owns it.
type slot struct {
	p        *Pool
	child    *child // nil when there is none
	pages    int    // answered by this child
	next     uint64 // last request's ID
	failures int    // starts, or first pages of a child, that failed in a row
}

// start makes sure that there is a living engine. After failures it waits first.
func (s *slot) start(ctx context.Context) error {
	if s.child != nil {
		select {
		case <-s.child.gone: // died while idle, which is nobody's page
			s.drop()
		default:
			return nil
		}
	}
	if s.failures > 0 {
		wait := time.NewTimer(min(backOffMin<<min(s.failures-1, 16), backOffMax))
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done():
			return fmt.Errorf("start the recognition engine: %w", ctx.Err())
		case <-s.p.closing:
			return fault.Wrap(fault.EngineUnavailable, errClosed, "the recognition engine is shut down")
		}
	}
	c, err := startChild(ctx, s.p.d)
	if err != nil {
		s.failures++
		if ctx.Err() != nil {
			return fmt.Errorf("start the recognition engine: %w", ctx.Err())
		}
		return fault.Wrap(fault.EngineUnavailable, err, "the recognition engine does not start")
	}
	s.p.stats.starts.Add(1)
	if h := s.p.hello; h.Engine != "" && (c.hello.Engine != h.Engine || c.hello.Settings != h.Settings) {
		c.kill()
		s.failures++
		return fault.New(fault.EngineUnavailable, "the recognition engine was exchanged while running: restart this program")
	}
	s.child, s.pages = c, 0
	return nil
}

// drop forgets a child, killing it first.
func (s *slot) drop() {
	if s.child != nil {
		s.child.kill()
		s.child = nil
	}
}

func (s *slot) stop() { s.drop() }

type outcome struct {
	a   ocrproto.Response
	err error
}

// ask has the slot's engine answer one request.
func (s *slot) ask(ctx context.Context, q ocrproto.Request) (ocrproto.Response, error) {
	if err := s.start(ctx); err != nil {
		return ocrproto.Response{}, err
	}
	s.next++
	q.ID = s.next
	c := s.child
	answered := make(chan outcome, 1)
	go func() {
		a, err := c.exchange(q)
		answered <- outcome{a, err}
	}()
	deadline := time.NewTimer(s.p.d.PageDeadline)
	defer deadline.Stop()
	watch := time.NewTicker(watchEvery)
	defer watch.Stop()
	for {
		select {
		case o := <-answered:
			return s.settle(o)
		case <-deadline.C:
			s.p.stats.deadlines.Add(1)
			s.abandon(answered)
			return ocrproto.Response{}, killedBy("did not finish within %s", s.p.d.PageDeadline)
		case <-watch.C:
			if rss := c.rss(); rss > s.p.d.RSSLimit {
				s.p.stats.memory.Add(1)
				s.abandon(answered)
				return ocrproto.Response{}, killedBy("needed more than %d MiB", s.p.d.RSSLimit>>20)
			}
		case <-ctx.Done():
			s.p.stats.cancelled.Add(1)
			s.abandon(answered)
			return ocrproto.Response{}, fmt.Errorf("recognition engine: %w", ctx.Err())
		case <-s.p.closing:
			s.abandon(answered)
			return ocrproto.Response{}, fault.Wrap(fault.EngineUnavailable, errClosed, "the recognition engine is shut down")
		}
	}
}

// settle takes an engine's answer, or its death, and replaces an engine that has done enough.
func (s *slot) settle(o outcome) (ocrproto.Response, error) {
	if o.err != nil {
		s.p.stats.crashes.Add(1)
		s.failures++
		s.drop()
		return ocrproto.Response{}, fault.Wrap(fault.EngineUnavailable, errors.Join(digitise.ErrPageKilledEngine, o.err),
			"the recognition engine broke down on this page")
	}
	s.failures = 0
	s.pages++
	s.p.stats.pages.Add(1)
	if s.pages >= s.p.d.RecyclePages || s.child.rss() > s.p.d.RSSMark {
		s.p.stats.recycled.Add(1)
		s.drop()
	}
	return o.a, nil
}

// abandon kills the engine and waits for the exchange to notice.
func (s *slot) abandon(answered <-chan outcome) {
	s.drop()
	<-answered
}

func killedBy(format string, args ...any) error {
	return fault.Wrap(fault.EngineUnavailable, digitise.ErrPageKilledEngine, "recognition of this page "+format, args...)
}
