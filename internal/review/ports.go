package review

import (
	"context"
	"time"

	"sohoa/internal/archive"
)

// Store keeps tasks and decisions. A unit of "" means every unit. Each change is one transaction with its audit event; one that finds the
// task elsewhere by now is a fault with code state_conflict. An unknown task is not_found.
type Store interface {
	Tasks(ctx context.Context, q Query) ([]Task, error)
	// Task loads one task whole.
	Task(ctx context.Context, id int64) (Task, error)
	Counts(ctx context.Context, unit string) ([]Count, error)
	Left(ctx context.Context, actor string, w Wish) (Left, error)
	// Claim gives the person the task they have or the best one that is free; ok is false when there is none, or when they hold MaxClaims.
	Claim(ctx context.Context, actor string, w Wish) (t Task, ok bool, err error)
	// Renew keeps a claim for another Lease.
	Renew(ctx context.Context, actor string, id int64) error
	// Answer closes a task and keeps the decisions; version must be the task's still.
	Answer(ctx context.Context, actor string, id int64, version int, decisions []Decision) error
	Skip(ctx context.Context, actor string, id int64) error
	ForgetSkips(ctx context.Context, actor string) error
	HandOn(ctx context.Context, actor string, id int64, account, comment string) error
	Return(ctx context.Context, actor string, id int64, step Step, comment string) error
	// Reopen takes a returned task back before its step is done.
	Reopen(ctx context.Context, actor string, id int64) error
	// Undo takes back what the actor decided last and gives the task back to them.
	Undo(ctx context.Context, actor string) (t Task, ok bool, err error)
	Decisions(ctx context.Context, id archive.DocumentID) ([]Decision, error)
	// Reviewers are the accounts that may be handed a task of the unit.
	Reviewers(ctx context.Context, unit string) ([]string, error)

	SearchBatch(ctx context.Context, q BatchQuery) ([]Paper, error)
	// Papers loads documents with their fields, in the order of ids; what is unknown is left out.
	Papers(ctx context.Context, ids []archive.DocumentID) ([]Paper, error)
	// Decide keeps decisions about one document that nobody asked for.
	Decide(ctx context.Context, actor string, id archive.DocumentID, version int, decisions []Decision) error

	Report(ctx context.Context, q ReportQuery) (Report, error)
	// FieldDecisions calls each for every decision about a field, oldest first.
	FieldDecisions(ctx context.Context, each func(Decision) error) error
}

// Deps is what reviewing needs.
type Deps struct {
	Store Store
	Now   func() time.Time
}
