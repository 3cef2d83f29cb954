package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/review"
)

// TaskList is a page of tasks, in order of their making.
type TaskList struct {
	Tasks []review.Task `json:"tasks" nullable:"false"`
	Next  string        `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// CountList counts what is not done.
type CountList struct {
	Counts []review.Count `json:"counts" nullable:"false"`
}

// PageSize is the size of a page in the units of the boxes on it.
type PageSize struct {
	Page   int `json:"page"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// TaskToDo is a task with what is needed to show it; without a task there is none.
type TaskToDo struct {
	Task  *review.Task `json:"task,omitempty"`
	Sizes []PageSize   `json:"sizes" nullable:"false" doc:"Of the pages it looks at: boxes are in these units."`
	Left  review.Left  `json:"left"`
}

// TaskWish says which task is wanted next.
type TaskWish struct {
	Unit  string `json:"unit,omitempty" doc:"Only this unit's." maxLength:"64"`
	Batch string `json:"batch,omitempty" doc:"Only of this batch (its id)." maxLength:"64"`
	Kind  string `json:"kind,omitempty" enum:"fields,dossier,split,page,duplicate" doc:"Only of this kind."`
	After int64  `json:"after,omitempty" doc:"Another than this task, which is held already: the one to load ahead. At most two are held."`
}

// HandOver names who is to answer.
type HandOver struct {
	Account string `json:"account" doc:"Of somebody of the unit." maxLength:"200"`
	Comment string `json:"comment,omitempty" maxLength:"2000"`
}

// SendBack names the step a task goes back to.
type SendBack struct {
	Step    string `json:"step" enum:"split,rescan,describe"`
	Comment string `json:"comment,omitempty" doc:"What is to be done; needed but for describe." maxLength:"2000"`
}

// DecisionList is what people decided, oldest first.
type DecisionList struct {
	Decisions []review.Decision `json:"decisions" nullable:"false"`
}

// ReviewerList names accounts.
type ReviewerList struct {
	Accounts []string `json:"accounts" nullable:"false"`
}

// PaperList is a page of a batch's documents, in the order of the stack.
type PaperList struct {
	Papers []review.Paper `json:"papers" nullable:"false"`
	Next   string         `json:"next,omitempty" doc:"Give it back as cursor for the next page; missing on the last."`
}

// BulkReport is what a bulk edit did or would do.
type BulkReport struct {
	Changes []review.BulkChange `json:"changes" nullable:"false"`
}

// TaskID names a task.
type TaskID struct {
	ID int64 `path:"id" doc:"Of the task." minimum:"1"`
}

// ReportWish says what a report is about. It is exported because huma fills exported fields only.
type ReportWish struct {
	Unit  string    `query:"unit" doc:"Only this unit's." maxLength:"64"`
	Batch string    `query:"batch" doc:"Only this batch (its id)." maxLength:"64"`
	Since time.Time `query:"since" doc:"Batches made and answers given since; 30 days ago when missing."`
	Until time.Time `query:"until" doc:"Answers given before; now when missing."`
}

func (w ReportWish) query() review.ReportQuery {
	return review.ReportQuery{Unit: w.Unit, Batch: archive.BatchID(w.Batch), Since: w.Since, Until: w.Until}
}

func (s *Server) registerReview(api huma.API) {
	r := s.d.Review
	if r == nil {
		return
	}
	tags := []string{"review"}
	operation(s, api, huma.Operation{OperationID: "list-review-tasks", Method: http.MethodGet, Path: "/review/tasks", Summary: "List questions about papers, in order of their making", Tags: tags},
		func(ctx context.Context, a archive.Actor, in *struct {
			Paging
			Unit     string `query:"unit" doc:"Only this unit's." maxLength:"64"`
			Batch    string `query:"batch" doc:"Only of this batch (its id)." maxLength:"64"`
			Document string `query:"document" doc:"Only about this document (its id)." maxLength:"64"`
			Kind     string `query:"kind" doc:"Only of this kind." enum:"fields,dossier,split,page,duplicate"`
			State    string `query:"state" doc:"Only in this state; open, claimed and returned when missing." enum:"open,claimed,done,cancelled,returned"`
			Assigned string `query:"assigned_to" doc:"Only those handed to this account." maxLength:"200"`
		}) (*body[TaskList], error) {
			at, err := decodeCursor("review-tasks", in.Cursor)
			if err != nil {
				return nil, err
			}
			rows, err := r.Tasks(ctx, a, review.Query{
				Unit: in.Unit, Batch: archive.BatchID(in.Batch), Document: archive.DocumentID(in.Document), Kind: archive.QuestionKind(in.Kind),
				State: review.State(in.State), AssignedTo: in.Assigned, After: at, Limit: in.Limit,
			})
			return answer(TaskList{notNil(rows), nextCursor("review-tasks", rows, in.Limit, func(t review.Task) int64 { return t.ID })}, err)
		})
	operation(s, api, huma.Operation{OperationID: "count-review-tasks", Method: http.MethodGet, Path: "/review/counts", Summary: "Count questions by unit, kind and state", Tags: tags},
		func(ctx context.Context, a archive.Actor, in *struct {
			Unit string `query:"unit" doc:"Only this unit's." maxLength:"64"`
		}) (*body[CountList], error) {
			c, err := r.Counts(ctx, a, in.Unit)
			return answer(CountList{notNil(c)}, err)
		})
	operation(s, api, huma.Operation{OperationID: "next-review-task", Method: http.MethodPost, Path: "/review/next", DefaultStatus: http.StatusOK, Summary: "Claim the next question", Tags: tags,
		Description: "Gives the task that is held already, else the best one that is free: where a citizen waits, then what was handed to you, then the oldest paper. It is yours for " +
			"five minutes; claim it again to keep it. Nobody else is given it meanwhile."},
		func(ctx context.Context, a archive.Actor, in *body[TaskWish]) (*body[TaskToDo], error) {
			w := review.Wish{Unit: in.Body.Unit, Batch: archive.BatchID(in.Body.Batch), Kind: archive.QuestionKind(in.Body.Kind), After: in.Body.After}
			t, ok, err := r.Next(ctx, a, w)
			if err != nil {
				return nil, err
			}
			left, err := r.Left(ctx, a, w)
			if err != nil || !ok {
				return answer(TaskToDo{Left: left, Sizes: []PageSize{}}, err)
			}
			return answer(TaskToDo{&t, s.pageSizes(ctx, a, t), left}, nil)
		})
	operation(s, api, huma.Operation{OperationID: "get-review-task", Method: http.MethodGet, Path: "/review/tasks/{id}", Summary: "One question with its fields and options", Tags: tags},
		func(ctx context.Context, a archive.Actor, in *TaskID) (*body[review.Task], error) {
			return answer(r.Task(ctx, a, in.ID))
		})
	s.registerReviewSteps(api, r, tags)
	s.registerReviewEdits(api, r, tags)
}

// registerReviewSteps registers what is done to one task.
func (s *Server) registerReviewSteps(api huma.API, r *review.Service, tags []string) {
	operation(s, api, huma.Operation{OperationID: "keep-review-task", Method: http.MethodPost, Path: "/review/tasks/{id}/claim", DefaultStatus: http.StatusNoContent, Summary: "Keep a claimed question for another five minutes", Tags: tags},
		func(ctx context.Context, a archive.Actor, in *TaskID) (*struct{}, error) {
			return nil, r.Renew(ctx, a, in.ID)
		})
	operation(s, api, huma.Operation{OperationID: "answer-review-task", Method: http.MethodPost, Path: "/review/tasks/{id}/answer", DefaultStatus: http.StatusOK, Summary: "Answer a question", Tags: tags,
		Description: "Values are checked and brought to the form in which they are kept; a field that is left out is accepted as it was found. The answer shows in a new version of the document, " +
			"which is made in the background. 400 says what to type instead, 409 that the question is not yours, or has changed."},
		func(ctx context.Context, a archive.Actor, in *struct {
			TaskID
			Body review.Answer
		}) (*body[DecisionList], error) {
			ds, err := r.Answer(ctx, a, in.ID, in.Body)
			return answer(DecisionList{notNil(ds)}, err)
		})
	operation(s, api, huma.Operation{OperationID: "skip-review-task", Method: http.MethodPost, Path: "/review/tasks/{id}/skip", DefaultStatus: http.StatusNoContent, Summary: "Leave a question to others", Tags: tags},
		func(ctx context.Context, a archive.Actor, in *TaskID) (*struct{}, error) {
			return nil, r.Skip(ctx, a, in.ID)
		})
	operation(s, api, huma.Operation{OperationID: "hand-on-review-task", Method: http.MethodPost, Path: "/review/tasks/{id}/hand-on", DefaultStatus: http.StatusNoContent, Summary: "Give a question to a colleague", Tags: tags},
		func(ctx context.Context, a archive.Actor, in *struct {
			TaskID
			Body HandOver
		}) (*struct{}, error) {
			return nil, r.HandOn(ctx, a, in.ID, in.Body.Account, in.Body.Comment)
		})
	operation(s, api, huma.Operation{OperationID: "return-review-task", Method: http.MethodPost, Path: "/review/tasks/{id}/return", DefaultStatus: http.StatusNoContent, Summary: "Send a question back to an earlier step", Tags: tags,
		Description: "It comes back by itself when the step has made a version of the document."},
		func(ctx context.Context, a archive.Actor, in *struct {
			TaskID
			Body SendBack
		}) (*struct{}, error) {
			return nil, r.Return(ctx, a, in.ID, review.Step(in.Body.Step), in.Body.Comment)
		})
	operation(s, api, huma.Operation{OperationID: "reopen-review-task", Method: http.MethodPost, Path: "/review/tasks/{id}/reopen", DefaultStatus: http.StatusNoContent, Summary: "Take a question back before its step is done", Tags: tags},
		func(ctx context.Context, a archive.Actor, in *TaskID) (*struct{}, error) {
			return nil, r.Reopen(ctx, a, in.ID)
		})
	operation(s, api, huma.Operation{OperationID: "undo-review", Method: http.MethodPost, Path: "/review/undo", DefaultStatus: http.StatusOK, Summary: "Take back your last answer", Tags: tags,
		Description: "Gives its question back to you. A version without the answer is made in the background."},
		func(ctx context.Context, a archive.Actor, _ *struct{}) (*body[TaskToDo], error) {
			t, err := r.Undo(ctx, a)
			if err != nil {
				return nil, err
			}
			left, err := r.Left(ctx, a, review.Wish{})
			return answer(TaskToDo{&t, s.pageSizes(ctx, a, t), left}, err)
		})
	operation(s, api, huma.Operation{OperationID: "forget-skips", Method: http.MethodPost, Path: "/review/skips/forget", DefaultStatus: http.StatusNoContent, Summary: "Be given again what you skipped", Tags: tags},
		func(ctx context.Context, a archive.Actor, _ *struct{}) (*struct{}, error) {
			return nil, r.ForgetSkips(ctx, a)
		})
}

// registerReviewEdits registers what is not about one task.
func (s *Server) registerReviewEdits(api huma.API, r *review.Service, tags []string) {
	operation(s, api, huma.Operation{OperationID: "list-reviewers", Method: http.MethodGet, Path: "/review/reviewers", Summary: "Who may be handed a question", Tags: tags},
		func(ctx context.Context, a archive.Actor, in *struct {
			Unit string `query:"unit" doc:"Of this unit." maxLength:"64"`
		}) (*body[ReviewerList], error) {
			names, err := r.Reviewers(ctx, a, in.Unit)
			return answer(ReviewerList{notNil(names)}, err)
		})
	operation(s, api, huma.Operation{OperationID: "list-decisions", Method: http.MethodGet, Path: "/documents/{id}/decisions", Summary: "What people decided about a document", Tags: tags},
		func(ctx context.Context, a archive.Actor, in *ByID) (*body[DecisionList], error) {
			ds, err := r.Decisions(ctx, a, archive.DocumentID(in.ID))
			return answer(DecisionList{notNil(ds)}, err)
		})
	operation(s, api, huma.Operation{OperationID: "search-batch", Method: http.MethodGet, Path: "/review/papers", Summary: "Find papers of a batch, in the order of the stack", Tags: tags},
		func(ctx context.Context, a archive.Actor, in *struct {
			Paging
			Batch string `query:"batch" required:"true" doc:"The batch (its id)." maxLength:"64"`
			Q     string `query:"q" doc:"Words on the pages, or part of name or dossier; empty finds all." maxLength:"200"`
			Asked bool   `query:"asked" doc:"Only what waits for a person."`
		}) (*body[PaperList], error) {
			at, err := decodeCursor("batch-papers", in.Cursor)
			if err != nil {
				return nil, err
			}
			rows, err := r.SearchBatch(ctx, a, review.BatchQuery{Batch: archive.BatchID(in.Batch), Text: in.Q, Asked: in.Asked, After: at, Limit: in.Limit})
			return answer(PaperList{notNil(rows), nextCursor("batch-papers", rows, in.Limit, func(p review.Paper) int64 { return p.Seq })}, err)
		})
	operation(s, api, huma.Operation{OperationID: "edit-papers", Method: http.MethodPost, Path: "/review/bulk", DefaultStatus: http.StatusOK, Summary: "Set dossier, access or fields of many papers", Tags: tags,
		Description: "With dry_run it says what would change. Each paper gets a version and an event of its own; one that cannot be changed now says why and stops none of the others."},
		func(ctx context.Context, a archive.Actor, in *body[review.Bulk]) (*body[BulkReport], error) {
			c, err := r.Bulk(ctx, a, in.Body)
			return answer(BulkReport{notNil(c)}, err)
		})
	operation(s, api, huma.Operation{OperationID: "get-review-report", Method: http.MethodGet, Path: "/review/report", Summary: "How far batches are, and what people did", Tags: tags},
		func(ctx context.Context, a archive.Actor, in *ReportWish) (*body[review.Report], error) {
			return answer(r.Report(ctx, a, in.query()))
		})
}

// pageSizes gives the sizes of the pages a task looks at. A page whose result cannot be had now is left out: its picture is shown whole.
func (s *Server) pageSizes(ctx context.Context, a archive.Actor, t review.Task) []PageSize {
	var pages []int
	add := func(n int) {
		if n >= 1 && n <= t.Pages && !slices.Contains(pages, n) {
			pages = append(pages, n)
		}
	}
	add(t.Page)
	for _, f := range t.Asked {
		add(f.Page)
	}
	add(1)
	out := []PageSize{}
	for _, n := range pages {
		p, err := s.d.Retrieve.PageResult(ctx, a, t.Document, n)
		if err != nil {
			if fault.VerdictOf(err) != fault.Rejected {
				s.d.Logger.WarnContext(ctx, "no page size for a review task", "document", t.Document, "page", n, "error", err)
			}
			continue
		}
		out = append(out, PageSize{n, p.Width, p.Height})
	}
	return out
}
