package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"sohoa/internal/review"
)

// TaskToDo is a task claimed, nil when there is none, and what is left.
type TaskToDo struct {
	Task *review.Task `json:"task"`
	Left review.Left  `json:"left"`
}

// ReviewTasks calls each for every task asked for, in order of their making; q holds unit, batch, document, kind, state, assigned_to.
func (c *Client) ReviewTasks(ctx context.Context, q url.Values, each func(review.Task) error) error {
	q.Set("limit", "200")
	return pages(ctx, c, "/review/tasks", q, func(b json.RawMessage) error {
		var t review.Task
		if err := json.Unmarshal(b, &t); err != nil {
			return err
		}
		return each(t)
	}, "tasks")
}

// ReviewNext claims the next task.
func (c *Client) ReviewNext(ctx context.Context, w review.Wish) (TaskToDo, error) {
	return post[TaskToDo](ctx, c, "/review/next", map[string]any{"unit": w.Unit, "batch": string(w.Batch), "kind": string(w.Kind)})
}

// ReviewTask asks for one task.
func (c *Client) ReviewTask(ctx context.Context, id int64) (review.Task, error) {
	return get[review.Task](ctx, c, taskPath(id), nil)
}

func taskPath(id int64) string { return "/review/tasks/" + strconv.FormatInt(id, 10) }

// AnswerReview answers a task that is claimed.
func (c *Client) AnswerReview(ctx context.Context, id int64, a review.Answer) ([]review.Decision, error) {
	body := map[string]any{"version": a.Version}
	if len(a.Values) > 0 {
		body["values"] = a.Values
	}
	if a.Choice != nil {
		body["choice"] = a.Choice // a pointer: an empty choice is none of the options
	}
	if a.Looked {
		body["looked"] = true
	}
	r, err := post[struct{ Decisions []review.Decision }](ctx, c, taskPath(id)+"/answer", body)
	return r.Decisions, err
}

// StepReview does something else with a task that is claimed: skip, hand-on (account, comment), return (step, comment), reopen, claim.
func (c *Client) StepReview(ctx context.Context, id int64, verb string, body map[string]any) error {
	return c.tell(ctx, taskPath(id)+"/"+verb, body)
}

// ForgetSkips lets the account be given again what it skipped.
func (c *Client) ForgetSkips(ctx context.Context) error {
	return c.tell(ctx, "/review/skips/forget", nil)
}

// UndoReview takes back the last answer.
func (c *Client) UndoReview(ctx context.Context) (TaskToDo, error) {
	return post[TaskToDo](ctx, c, "/review/undo", map[string]any{})
}

// ReviewReport asks how far batches are; q holds unit, batch, since, until.
func (c *Client) ReviewReport(ctx context.Context, q url.Values) (review.Report, error) {
	return get[review.Report](ctx, c, "/review/report", q)
}

// ReviewReportFile copies the report as a table (csv or xlsx) to w.
func (c *Client) ReviewReportFile(ctx context.Context, format string, q url.Values, w io.Writer) error {
	res, err := c.do(ctx, http.MethodGet, "/review/report."+format, q, nil, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(w, res.Body); err != nil {
		return fmt.Errorf("read report: %w", err)
	}
	return nil
}

// tell posts and expects no answer.
func (c *Client) tell(ctx context.Context, path string, body map[string]any) error {
	if body == nil {
		body = map[string]any{}
	}
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	res, err := c.do(ctx, http.MethodPost, path, nil, bytes.NewReader(b), func(r *http.Request) { r.Header.Set("Content-Type", "application/json") })
	if err != nil {
		return err
	}
	return res.Body.Close()
}
