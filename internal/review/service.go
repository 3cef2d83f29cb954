package review

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// Limits of a page of a list.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// maxComment bounds a comment, in bytes.
const maxComment = 2000

// Service hands out questions and takes answers. It is safe for concurrent use.
type Service struct{ d Deps }

// New returns the service.
func New(d Deps) *Service { return &Service{d: d} }

func clamp(limit int) int {
	if limit <= 0 {
		return DefaultLimit
	}
	return min(limit, MaxLimit)
}

// Tasks lists tasks, oldest first.
func (s *Service) Tasks(ctx context.Context, a archive.Actor, q Query) ([]Task, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return nil, err
	}
	var err error
	if q.Unit, err = a.Scope(q.Unit); err != nil {
		return nil, err
	}
	if err := validIDs(string(q.Batch), string(q.Document)); err != nil {
		return nil, err
	}
	q.Limit = clamp(q.Limit)
	return s.d.Store.Tasks(ctx, q)
}

func validIDs(ids ...string) error {
	for _, id := range ids {
		if id != "" && !archive.ValidID(id) {
			return fault.New(fault.RequestMalformed, "%q is no id", id)
		}
	}
	return nil
}

// Counts counts what is not done, by unit, kind, priority and state.
func (s *Service) Counts(ctx context.Context, a archive.Actor, unit string) ([]Count, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return nil, err
	}
	unit, err := a.Scope(unit)
	if err != nil {
		return nil, err
	}
	return s.d.Store.Counts(ctx, unit)
}

// Next claims a task for the actor: the one they have already, else the best one that is free. ok is false when there is none.
func (s *Service) Next(ctx context.Context, a archive.Actor, w Wish) (t Task, ok bool, err error) {
	if w, err = s.wish(a, w); err != nil {
		return Task{}, false, err
	}
	return s.d.Store.Claim(ctx, a.Account, w)
}

// Left counts what is still to do for the actor.
func (s *Service) Left(ctx context.Context, a archive.Actor, w Wish) (Left, error) {
	w, err := s.wish(a, w)
	if err != nil {
		return Left{}, err
	}
	return s.d.Store.Left(ctx, a.Account, w)
}

func (s *Service) wish(a archive.Actor, w Wish) (Wish, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return w, err
	}
	if err := validIDs(string(w.Batch)); err != nil {
		return w, err
	}
	var err error
	w.Unit, err = a.Scope(w.Unit)
	return w, err
}

// Task loads a task of the actor's unit.
func (s *Service) Task(ctx context.Context, a archive.Actor, id int64) (Task, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return Task{}, err
	}
	t, err := s.d.Store.Task(ctx, id)
	if err != nil {
		return Task{}, err
	}
	if !a.Reaches(t.Unit, archive.AccessUnit) {
		return Task{}, fault.New(fault.NotFound, "there is no task %d", id)
	}
	return t, nil
}

// Renew keeps a claim alive.
func (s *Service) Renew(ctx context.Context, a archive.Actor, id int64) error {
	if _, err := s.Task(ctx, a, id); err != nil {
		return err
	}
	return s.d.Store.Renew(ctx, a.Account, id)
}

// Answer checks an answer, keeps it and closes the task. What it changes is a new version of the document, made by the workers.
func (s *Service) Answer(ctx context.Context, a archive.Actor, id int64, in Answer) ([]Decision, error) {
	t, err := s.Task(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if in.Version != 0 && in.Version != t.Version {
		return nil, fault.New(fault.StateConflict, "the document has changed since it was looked at: look at task %d again", id)
	}
	if t.State != Claimed || t.ClaimedBy != a.Account {
		return nil, fault.New(fault.StateConflict, "task %d is not yours now: ask for the next one", id)
	}
	decisions, err := s.decide(t, in)
	if err != nil {
		return nil, err
	}
	return decisions, s.d.Store.Answer(ctx, a.Account, id, t.Version, decisions)
}

// Skip gives a task back; the actor is not given it again until ForgetSkips.
func (s *Service) Skip(ctx context.Context, a archive.Actor, id int64) error {
	if _, err := s.Task(ctx, a, id); err != nil {
		return err
	}
	return s.d.Store.Skip(ctx, a.Account, id)
}

// ForgetSkips lets the actor be given again what they skipped.
func (s *Service) ForgetSkips(ctx context.Context, a archive.Actor) error {
	if err := a.Permit(archive.ActReview); err != nil {
		return err
	}
	return s.d.Store.ForgetSkips(ctx, a.Account)
}

// HandOn gives a task to another account of the unit.
func (s *Service) HandOn(ctx context.Context, a archive.Actor, id int64, account, comment string) error {
	t, err := s.Task(ctx, a, id)
	if err != nil {
		return err
	}
	if err := checkComment(comment); err != nil {
		return err
	}
	names, err := s.d.Store.Reviewers(ctx, t.Unit)
	if err != nil {
		return err
	}
	if !slices.Contains(names, account) {
		return fault.New(fault.RequestMalformed, "nobody called %q answers questions of unit %s; these do: %s", account, t.Unit, strings.Join(names, ", "))
	}
	return s.d.Store.HandOn(ctx, a.Account, id, account, comment)
}

func checkComment(comment string) error {
	if len(comment) > maxComment {
		return fault.New(fault.RequestMalformed, "the comment is longer than %d bytes", maxComment)
	}
	return nil
}

// Return sends a task back to an earlier step; it comes back when the step is done.
func (s *Service) Return(ctx context.Context, a archive.Actor, id int64, step Step, comment string) error {
	if _, err := s.Task(ctx, a, id); err != nil {
		return err
	}
	if !slices.Contains(Steps(), step) {
		return fault.New(fault.RequestMalformed, "step %q is unknown; use split, rescan or describe", step)
	}
	if strings.TrimSpace(comment) == "" && step != ToDescribe {
		return fault.New(fault.RequestMalformed, "say in a comment what is to be done")
	}
	if err := checkComment(comment); err != nil {
		return err
	}
	return s.d.Store.Return(ctx, a.Account, id, step, comment)
}

// Reopen takes a returned task back before its step is done.
func (s *Service) Reopen(ctx context.Context, a archive.Actor, id int64) error {
	if _, err := s.Task(ctx, a, id); err != nil {
		return err
	}
	return s.d.Store.Reopen(ctx, a.Account, id)
}

// Undo takes back the actor's last answer and gives them its task.
func (s *Service) Undo(ctx context.Context, a archive.Actor) (Task, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return Task{}, err
	}
	t, ok, err := s.d.Store.Undo(ctx, a.Account)
	if err == nil && !ok {
		err = fault.New(fault.StateConflict, "there is no answer of yours to take back")
	}
	return t, err
}

// Decisions tells what people decided about a document, oldest first.
func (s *Service) Decisions(ctx context.Context, a archive.Actor, id archive.DocumentID) ([]Decision, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return nil, err
	}
	if _, err := s.paper(ctx, a, id); err != nil {
		return nil, err
	}
	return s.d.Store.Decisions(ctx, id)
}

// paper finds a document of a unit the actor works for.
func (s *Service) paper(ctx context.Context, a archive.Actor, id archive.DocumentID) (Paper, error) {
	unknown := fault.New(fault.DocumentUnknown, "there is no document %s", id)
	if !archive.ValidID(string(id)) {
		return Paper{}, unknown
	}
	ps, err := s.d.Store.Papers(ctx, []archive.DocumentID{id})
	if err != nil {
		return Paper{}, fmt.Errorf("document %s: %w", id, err)
	}
	if len(ps) == 0 || !a.Reaches(ps[0].Unit, archive.AccessUnit) {
		return Paper{}, unknown
	}
	return ps[0], nil
}

// Reviewers are the accounts a task of the actor's unit may be handed to.
func (s *Service) Reviewers(ctx context.Context, a archive.Actor, unit string) ([]string, error) {
	if err := a.Permit(archive.ActReview); err != nil {
		return nil, err
	}
	unit, err := a.Scope(unit)
	if err != nil {
		return nil, err
	}
	return s.d.Store.Reviewers(ctx, unit)
}
