package register

import (
	"time"

	"sohoa/internal/dossier"
)

// Unit is an agency that takes dossiers in and issues results.
type Unit struct {
	Code            string     `json:"code" doc:"The unit's code; it never changes." example:"000.00.53.H24"`
	Agency          string     `json:"agency,omitempty" doc:"Its code in the national list of agencies, where that is another one."`
	Name            string     `json:"name" example:"Ủy ban nhân dân phường Lê Chân"`
	Parent          string     `json:"parent,omitempty" doc:"The code of the unit above."`
	ValidFrom       Day        `json:"valid_from,omitempty" doc:"The first day it acts (YYYY-MM-DD); empty: always before."`
	ValidTo         Day        `json:"valid_to,omitempty" doc:"The day it ends, which is not one of its own; empty while it acts."`
	Successor       string     `json:"successor,omitempty" doc:"The code of the unit that took over."`
	SourceUpdatedAt *time.Time `json:"source_updated_at,omitempty" doc:"When the source changed the record; an older one than what is there changes nothing."`
}

// Kind implements Record.
func (*Unit) Kind() Kind { return Units }

// Key implements Record.
func (u *Unit) Key() string { return u.Code }

// Tidy implements Record.
func (u *Unit) Tidy() []Problem {
	var c check
	c.code("code", &u.Code, true)
	c.text("name", &u.Name, maxName, true)
	c.code("parent", &u.Parent, false)
	c.code("successor", &u.Successor, false)
	if u.Agency != "" {
		a, err := dossier.ParseAgencyCode(u.Agency)
		if err != nil {
			c.bad("agency", "write it as in the national list, 000.00.00.H24", "%v", err)
		}
		u.Agency = string(a)
	}
	c.day("valid_from", &u.ValidFrom)
	c.day("valid_to", &u.ValidTo)
	c.order(u.ValidFrom, u.ValidTo, "valid_to", "correct one of the two days", "the unit ends before it begins")
	if u.Code != "" && u.Parent == u.Code {
		c.bad("parent", "name the unit above, or leave it empty", "the unit is its own parent")
	}
	if u.Code != "" && u.Successor == u.Code {
		c.bad("successor", "name the unit that took over, or leave it empty", "the unit is its own successor")
	}
	if u.Successor != "" && u.ValidTo == "" && len(c.problems) == 0 {
		c.bad("valid_to", "say from which day on the successor acts", "is empty while there is a successor")
	}
	return c.problems
}

// Dossier gives the unit as the describing step knows it.
func (u *Unit) Dossier() dossier.Unit {
	return dossier.Unit{
		Code: u.Code, Agency: dossier.AgencyCode(u.Agency), Name: u.Name, Parent: u.Parent, From: u.ValidFrom.Time(), Until: u.ValidTo.Time(), Successor: u.Successor,
	}
}
