package retrieve

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// States of a batch. Into one that is paused or closed nothing is taken; what is in it goes on. A closed one can be opened again.
const (
	BatchOpen   = "open"
	BatchPaused = "paused"
	BatchClosed = "closed"
)

// BatchChange says what is to be different about a batch; nil leaves a thing as it is. How files are taken apart counts for those that are not described
// yet.
type BatchChange struct {
	State         *string            `json:"state,omitempty" enum:"open,paused,closed" doc:"Into a paused or closed batch nothing is taken; what is in it goes on."`
	Splitting     *archive.Splitting `json:"splitting,omitempty" enum:"none,separators,layout" doc:"How files are taken apart: not at all, at separator sheets, or also where a page looks like the first of a paper."`
	PageOrder     *archive.PageOrder `json:"page_order,omitempty" enum:"as_scanned,fronts_then_backs,fronts_then_backs_reversed" doc:"In which order the sides of the sheets were scanned."`
	ExpectedCount *int               `json:"expected_count,omitempty" minimum:"0" maximum:"1000000" doc:"How many files are to come; 0: not said."`
	Device        *string            `json:"device,omitempty" maxLength:"200" doc:"The scanner."`
	Shelf         *string            `json:"shelf,omitempty" maxLength:"200" doc:"Where the paper lies."`
	ArchiveNumber *string            `json:"archive_number,omitempty" maxLength:"200" doc:"Number that the unit's archive gave the paper."`
}

// NewBatch asks for a batch.
type NewBatch struct {
	Unit  string        `json:"unit,omitempty" maxLength:"64" doc:"The unit its papers belong to; may be left out where the account has one."`
	Name  string        `json:"name" maxLength:"200" doc:"Its name within the unit."`
	Queue archive.Queue `json:"queue,omitempty" enum:"interactive,batch" doc:"interactive: a citizen waits."`
	BatchChange
}

const maxBatchText = 200 // characters

// checked brings texts to NFC and looks at every value.
func (c BatchChange) checked() (BatchChange, error) {
	bad := func(field string) error {
		return fault.New(fault.RequestMalformed, "%s is not one of what it may be", field)
	}
	switch {
	case c.State != nil && !slices.Contains([]string{BatchOpen, BatchPaused, BatchClosed}, *c.State):
		return c, bad("state")
	case c.Splitting != nil && !slices.Contains(archive.Splittings(), *c.Splitting):
		return c, bad("splitting")
	case c.PageOrder != nil && !slices.Contains(archive.PageOrders(), *c.PageOrder):
		return c, bad("page_order")
	case c.ExpectedCount != nil && (*c.ExpectedCount < 0 || *c.ExpectedCount > 1_000_000):
		return c, fault.New(fault.RequestMalformed, "expected_count is 0 to 1000000")
	}
	for _, t := range []**string{&c.Device, &c.Shelf, &c.ArchiveNumber} {
		if *t == nil {
			continue
		}
		s := strings.TrimSpace(norm.NFC.String(**t))
		if utf8.RuneCountInString(s) > maxBatchText || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) {
			return c, fault.New(fault.RequestMalformed, "device, shelf and archive_number are one line of at most %d characters", maxBatchText)
		}
		*t = &s
	}
	return c, nil
}

// Apply gives the settings after the change.
func (c BatchChange) Apply(s archive.BatchSettings) archive.BatchSettings {
	set(&s.Splitting, c.Splitting)
	set(&s.PageOrder, c.PageOrder)
	set(&s.ExpectedCount, c.ExpectedCount)
	set(&s.Device, c.Device)
	set(&s.Shelf, c.Shelf)
	set(&s.ArchiveNumber, c.ArchiveNumber)
	return s
}

func set[T any](to *T, v *T) {
	if v != nil {
		*to = *v
	}
}

// ChangeBatch changes state and settings of a batch, and tells what it is afterwards.
func (s *Service) ChangeBatch(ctx context.Context, a archive.Actor, id archive.BatchID, c BatchChange) (Batch, error) {
	if err := a.Permit(archive.ActIngest); err != nil {
		return Batch{}, err
	}
	c, err := c.checked()
	if err != nil {
		return Batch{}, err
	}
	if _, err := s.Batch(ctx, a, id); err != nil {
		return Batch{}, err
	}
	if err := s.d.Operations.ChangeBatch(ctx, a.Account, id, c); err != nil {
		return Batch{}, err
	}
	return s.d.Catalogue.Batch(ctx, id)
}

// OpenBatch makes a batch, or finds the one of that name and changes it.
func (s *Service) OpenBatch(ctx context.Context, a archive.Actor, n NewBatch) (Batch, error) {
	if err := a.Permit(archive.ActIngest); err != nil {
		return Batch{}, err
	}
	if n.Unit == "" {
		n.Unit = a.Unit
	}
	if n.Queue == "" {
		n.Queue = archive.Backlog
	}
	n.Name = strings.TrimSpace(norm.NFC.String(n.Name))
	switch {
	case n.Unit == "":
		return Batch{}, fault.New(fault.RequestMalformed, "name the unit the papers belong to")
	case !a.Reaches(n.Unit, archive.AccessUnit):
		return Batch{}, fault.New(fault.Forbidden, "the account belongs to another unit")
	case n.Name == "" || utf8.RuneCountInString(n.Name) > maxBatchText || strings.ContainsFunc(n.Name, func(r rune) bool { return r < ' ' }):
		return Batch{}, fault.New(fault.RequestMalformed, "the name of a batch is one line of 1 to %d characters", maxBatchText)
	case n.Queue != archive.Interactive && n.Queue != archive.Backlog:
		return Batch{}, fault.New(fault.RequestMalformed, "queue is interactive or batch")
	}
	c, err := n.checked()
	if err != nil {
		return Batch{}, err
	}
	id, err := s.d.Operations.PutBatch(ctx, a.Account, n.Unit, n.Name, n.Queue, c)
	if err != nil {
		return Batch{}, err
	}
	return s.d.Catalogue.Batch(ctx, id)
}
