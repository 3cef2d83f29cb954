package register

import (
	"fmt"
	"time"

	"sohoa/internal/dossier"
)

// Status says where a dossier stands.
type Status string

// The states of a dossier.
const (
	Received   Status = "received"
	Processing Status = "processing"
	Suspended  Status = "suspended" // waits for the citizen
	Completed  Status = "completed" // the result is there
	Returned   Status = "returned"  // and was handed over
	Refused    Status = "refused"
	Withdrawn  Status = "withdrawn"
)

// Statuses lists the states in their order.
func Statuses() []Status {
	return []Status{Received, Processing, Suspended, Completed, Returned, Refused, Withdrawn}
}

// Dossier is one case under a procedure.
type Dossier struct {
	Code            string          `json:"code" doc:"The dossier's code." example:"000.00.53.H48-220921-0099"`
	Procedure       string          `json:"procedure" doc:"The procedure's code; only the short part counts." example:"1.001612"`
	Unit            string          `json:"unit" doc:"The code of the unit that handles it."`
	Holders         []DossierHolder `json:"holders,omitempty" doc:"Whose it is, and who acts for them."`
	ReceivedOn      Day             `json:"received_on,omitempty" doc:"YYYY-MM-DD; empty: the day in the code."`
	DueOn           Day             `json:"due_on,omitempty" doc:"YYYY-MM-DD."`
	CompletedOn     Day             `json:"completed_on,omitempty" doc:"YYYY-MM-DD."`
	Status          Status          `json:"status,omitempty" enum:"received,processing,suspended,completed,returned,refused,withdrawn" doc:"Empty: completed when there is a day of completion, otherwise received."`
	ExpectedResults []string        `json:"expected_results,omitempty" doc:"Types of document that are to end it; empty: those of the procedure."`
	SourceUpdatedAt *time.Time      `json:"source_updated_at,omitempty" doc:"When the source changed the record; an older one than what is there changes nothing."`
}

// maxHolders is how many holders one dossier may have: a land certificate of a large family, with room to spare.
const maxHolders = 100

// Kind implements Record.
func (*Dossier) Kind() Kind { return Dossiers }

// Key implements Record.
func (d *Dossier) Key() string { return d.Code }

// Tidy implements Record.
func (d *Dossier) Tidy() []Problem {
	var c check
	if v, err := dossier.ParseCode(d.Code); err != nil {
		c.bad("code", "write it as 000.00.53.H48-220921-0099", "%v", err)
	} else {
		d.Code = v.String()
		if d.ReceivedOn == "" {
			d.ReceivedOn = Day(v.Day.Format(time.DateOnly))
		}
	}
	if v, err := dossier.ParseProcedure(d.Procedure); err != nil {
		c.bad("procedure", "write it as 1.001612", "%v", err)
	} else {
		d.Procedure = v.Short
	}
	c.code("unit", &d.Unit, true)
	c.day("received_on", &d.ReceivedOn)
	c.day("due_on", &d.DueOn)
	c.day("completed_on", &d.CompletedOn)
	c.order(d.ReceivedOn, d.DueOn, "due_on", "correct one of the two days", "the dossier is due before it was received")
	c.order(d.ReceivedOn, d.CompletedOn, "completed_on", "correct one of the two days", "the dossier was completed before it was received")
	d.tidyStatus(&c)
	c.words("expected_results", &d.ExpectedResults)
	d.tidyHolders(&c)
	return c.problems
}

func (d *Dossier) tidyStatus(c *check) {
	switch d.Status {
	case "":
		d.Status = Received
		if d.CompletedOn != "" {
			d.Status = Completed
		}
	case Received, Processing, Suspended, Completed, Returned, Refused, Withdrawn:
	default:
		c.bad("status", fmt.Sprintf("write one of %v", Statuses()), "%q is no status", clip(string(d.Status)))
	}
}

func (d *Dossier) tidyHolders(c *check) {
	if len(d.Holders) > maxHolders {
		c.bad("holders", fmt.Sprintf("name at most %d", maxHolders), "names %d holders", len(d.Holders))
		d.Holders = d.Holders[:maxHolders]
	}
	acts, owners := false, false
	for i := range d.Holders {
		h := &d.Holders[i]
		of := ""
		if len(d.Holders) > 1 {
			of = fmt.Sprintf("holders[%d].", i+1)
		}
		h.tidy(c, of)
		switch h.Relation {
		case "":
			h.Relation = Owner
			owners = true
		case Owner, Joint:
			owners = true
		case Guardian, Representative:
			acts = true
		default:
			c.bad(of+"relation", "write owner, joint, guardian or representative", "%q is no relation", clip(string(h.Relation)))
		}
	}
	if acts && !owners {
		c.bad("holders", "name the holder they act for", "there is a guardian or representative and no owner")
	}
}
