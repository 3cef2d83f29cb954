package watch

import (
	"context"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

const (
	// followEvery is how often sent files are asked after, followAtOnce how many at a time: a paper that cannot be read is known
	// within seconds where the server has time, and a long backlog is no load on it.
	followEvery  = 3 * time.Second
	followAtOnce = 8
	// followFor is how long a file is asked after at most.
	followFor = 7 * 24 * time.Hour
)

// follow asks what became of files in custody: that a file can be read is known only when the server has opened it.
func (a *Agent) follow(ctx context.Context) error {
	t := time.NewTicker(min(followEvery, a.s.Rescan))
	defer t.Stop()
	at := ""
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
		for range followAtOnce {
			e := a.sentAfter(at)
			if e == nil {
				at = ""
				break
			}
			at = e.ID
			if !a.ask(ctx, e) {
				break
			}
		}
	}
}

// sentAfter is the first file in custody after the given id that is asked after, so that all have their turn.
func (a *Agent) sentAfter(id string) *entry {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.failures > 0 {
		return nil // senders see when the server is back
	}
	for _, e := range a.entries {
		if e.Stage == sent && e.ID > id && !a.busy[e.ID] {
			return e
		}
	}
	return nil
}

// ask asks after one file; it reports whether the server answers.
func (a *Agent) ask(ctx context.Context, e *entry) bool {
	cl, _, err := a.connected(ctx)
	if err != nil {
		a.failed(ctx, fault.CodeOf(err), message(err))
		return false
	}
	acc, err := cl.Accession(ctx, e.Accession)
	switch {
	case err == nil && acc.State == archive.AccessionRejected:
		err = a.reject(e, codeOf(acc.Trouble), detailOf(acc.Trouble))
	case err == nil && (acc.State == archive.AccessionReceived || acc.State == archive.AccessionInspecting) && a.s.Now().Sub(e.Found) < followFor:
		return true
	case err == nil, fault.CodeOf(err) == fault.AccessionUnknown, fault.CodeOf(err) == fault.Forbidden:
		err = a.remove(e)
	default:
		a.failed(ctx, fault.CodeOf(err), message(err))
		return false
	}
	if err != nil {
		a.trouble(e.Rel + ": " + err.Error())
	}
	return err == nil
}
