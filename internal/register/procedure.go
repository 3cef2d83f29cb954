package register

import (
	"strconv"
	"strings"
	"time"

	"sohoa/internal/dossier"
	"sohoa/internal/fold"
)

// Procedure is an administrative procedure, known by the short part of its code.
type Procedure struct {
	Code            string     `json:"code" doc:"The code's short part; the longer form is taken too." example:"1.001612"`
	List            string     `json:"list,omitempty" doc:"The agency whose list the code was taken from: the long form's rest." example:"000.00.00.H48"`
	Name            string     `json:"name" example:"Thành lập hộ kinh doanh"`
	Field           string     `json:"field,omitempty" doc:"Lĩnh vực." example:"Thành lập và hoạt động của hộ kinh doanh"`
	Level           string     `json:"level,omitempty" doc:"Who handles it: city, commune, or as the list words it." example:"commune"`
	ResultTypes     []string   `json:"result_types,omitempty" doc:"Types of document that end a dossier."`
	Retention       string     `json:"retention,omitempty" doc:"permanent, or 2 to 70 years; empty: not known, so nothing is destroyed." example:"20"`
	OnlineOnly      bool       `json:"online_only,omitempty" doc:"Dossiers are taken online only."`
	SourceUpdatedAt *time.Time `json:"source_updated_at,omitempty" doc:"When the source changed the record; an older one than what is there changes nothing."`
}

// Kind implements Record.
func (*Procedure) Kind() Kind { return Procedures }

// Key implements Record.
func (p *Procedure) Key() string { return p.Code }

// Permanent is the retention of what is kept for ever.
const Permanent = "permanent"

// Retention of an archived document, in years (Decree 113/2025).
const minRetention, maxRetention = 2, 70

// Tidy implements Record.
func (p *Procedure) Tidy() []Problem {
	var c check
	if v, err := dossier.ParseProcedure(p.Code); err != nil {
		c.bad("code", "write it as 1.001612 or 1.001612.000.00.00.H48", "%v", err)
	} else {
		p.Code = v.Short
		if v.Agency != "" {
			p.List = string(v.Agency)
		}
	}
	if p.List != "" {
		a, err := dossier.ParseAgencyCode(p.List)
		if err != nil {
			c.bad("list", "write it as 000.00.00.H48", "%v", err)
		}
		p.List = string(a)
	}
	c.text("name", &p.Name, maxName, true)
	c.text("field", &p.Field, maxName, false)
	c.text("level", &p.Level, maxWord, false)
	c.words("result_types", &p.ResultTypes)
	r, ok := parseRetention(p.Retention)
	if !ok {
		c.bad("retention", "write permanent (vĩnh viễn) or a number of years from 2 to 70", "%q is no retention", clip(p.Retention))
	}
	p.Retention = r
	return c.problems
}

// parseRetention reads "20", "20 năm", "vĩnh viễn" and "permanent".
func parseRetention(s string) (string, bool) {
	words := strings.Fields(fold.Plain(s))
	switch {
	case len(words) == 0:
		return "", strings.TrimSpace(s) == ""
	case words[0] == "permanent", len(words) == 2 && words[0] == "vinh" && words[1] == "vien":
		return Permanent, true
	}
	n, err := strconv.Atoi(words[0])
	unit := strings.Join(words[1:], " ")
	if err != nil || n < minRetention || n > maxRetention || unit != "" && unit != "nam" && unit != "years" && unit != "year" {
		return "", false
	}
	return strconv.Itoa(n), true
}
