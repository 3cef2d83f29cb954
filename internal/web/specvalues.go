package web

import (
	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// describeValues completes the schemas. The types behind them know nothing of HTTP, so what their named strings may be is said
// here; and an answer may get more fields one day, so a client must not refuse those it does not know.
func describeValues(api huma.API) {
	accession := values(archive.AccessionReceived, archive.AccessionInspecting, archive.AccessionSplit, archive.AccessionRejected, archive.AccessionCancelled)
	processing := values(archive.Recognising, archive.Describing, archive.Assembling, archive.Archived, archive.Cancelled)
	release := values(archive.Unconfirmed, archive.Confirmed, archive.Signed, archive.Released, archive.Withdrawn, archive.Replaced)
	access := values(archive.AccessUnit, archive.AccessCity, archive.AccessPublic)
	queue := values(archive.Interactive, archive.Backlog, archive.Maintenance)
	verdict := values(fault.Rejected.String(), fault.Stalled.String())
	codes := values(fault.Codes()...)
	enums := map[string]map[string][]any{
		"Accession":       {"state": accession, "access": access, "queue": values(archive.Interactive, archive.Backlog)},
		"AccessionRecord": {"access": access, "queue": values(archive.Interactive, archive.Backlog)},
		"Document":        {"processing": processing, "release": release, "access": access},
		"Hit":             {"processing": processing, "release": release, "access": access},
		"View":            {"processing": processing, "release": release, "access": access},
		"DocumentState":   {"processing": processing, "release": release},
		"Batch":           {"state": values("open", "paused", "closed"), "queue": values(archive.Interactive, archive.Backlog)},
		"BatchState":      {"state": values("open", "paused", "closed"), "queue": values(archive.Interactive, archive.Backlog)},
		"Trouble":         {"verdict": verdict, "code": codes},
		"Problem":         {"code": codes},
		"QueueDepth":      {"queue": queue, "kind": values(archive.TaskKinds()...)},
		"Result":          {"kind": values("text", "blank", "picture", "unread"), "source": values("recognised", "embedded")},
		"PageView":        {"kind": values("text", "blank", "picture", "unread")},
		"Me":              {"role": values(archive.Clerk, archive.Officer, archive.Citizen, archive.Auditor, archive.Registrar, archive.Admin)},
	}
	schemas := api.OpenAPI().Components.Schemas.Map()
	for name, s := range schemas {
		if s.AdditionalProperties == false {
			s.AdditionalProperties = nil
		}
		for property, is := range enums[name] {
			if p := s.Properties[property]; p != nil {
				p.Enum = is
			}
		}
	}
}

func values[T ~string](in ...T) []any {
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = string(v)
	}
	return out
}
