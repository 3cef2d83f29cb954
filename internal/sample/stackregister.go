package sample

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sohoa/internal/register"
)

// StackRegister is what the procedure system knows of a stack's papers: all of their dossiers but one.
type StackRegister struct {
	Units      []register.Unit
	Procedures []register.Procedure
	Dossiers   []register.Dossier
}

// procedureOf is the code of the procedure that a layout's papers end.
func procedureOf(name string) string {
	i := slices.IndexFunc(layouts(), func(l layout) bool { return l.name == name })
	return fmt.Sprintf("1.%06d", 100+i)
}

func (s *stacker) register() StackRegister {
	reg := StackRegister{Units: []register.Unit{{Code: s.o.Unit, Name: "Ủy ban nhân dân " + s.home.districtFull()}}}
	seen, known := map[string]bool{}, map[string]bool{}
	for _, g := range s.groups {
		f := g.paper.fields
		code := procedureOf(g.truth.Layout)
		if !seen[code] {
			seen[code] = true
			reg.Procedures = append(reg.Procedures, register.Procedure{Code: code, Name: "Thủ tục cấp " + strings.ToLower(normalSpelling(f.Type)), ResultTypes: []string{normalSpelling(f.Type)}, Retention: "20"})
		}
		if g.truth.UnknownDossier || known[g.truth.Dossier] {
			continue
		}
		known[g.truth.Dossier] = true
		day := func(add int) register.Day { return register.Day(g.paper.made.add(add).Format(time.DateOnly)) }
		reg.Dossiers = append(reg.Dossiers, register.Dossier{
			Code: g.truth.Dossier, Procedure: code, Unit: s.o.Unit, ReceivedOn: day(-takenIn), DueOn: day(4), CompletedOn: day(0), Status: register.Returned,
			Holders: holdersOf(f, g.paper), ExpectedResults: []string{normalSpelling(f.Type)},
		})
	}
	return reg
}

// holdersOf are the people a paper is about; somebody, where it names nobody.
func holdersOf(f *Fields, w *writer) []register.DossierHolder {
	var out []register.DossierHolder
	for i, key := range []string{"holder", "wife", "husband", "co_holder"} {
		name, id := f.Extra[key], f.Extra[key+"_id"]
		if name == "" || id == "" {
			continue
		}
		rel := register.Owner
		if i > 1 {
			rel = register.Joint
		}
		out = append(out, register.DossierHolder{Relation: rel, Holder: register.Holder{Name: titled(name), Identifiers: []register.Identifier{{Number: id}}}})
	}
	if len(out) == 0 {
		p := w.person(1950, 2000)
		out = append(out, register.DossierHolder{Relation: register.Owner, Holder: register.Holder{Name: p.name, Identifiers: []register.Identifier{{Number: p.id}}}})
	}
	return out
}

// titled writes a name in capitals as names are written.
func titled(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = capital(strings.ToLower(w))
	}
	return strings.Join(words, " ")
}

// Write writes the lists as CSV files that can be imported: units.csv, procedures.csv, dossiers.csv.
func (r StackRegister) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var units, procedures, dossiers []map[string]string
	for _, u := range r.Units {
		units = append(units, map[string]string{"code": u.Code, "name": u.Name})
	}
	for _, p := range r.Procedures {
		procedures = append(procedures, map[string]string{"code": p.Code, "name": p.Name, "result_types": strings.Join(p.ResultTypes, ";"), "retention": p.Retention})
	}
	for _, d := range r.Dossiers {
		row := map[string]string{
			"code": d.Code, "procedure": d.Procedure, "unit": d.Unit, "received_on": string(d.ReceivedOn), "due_on": string(d.DueOn), "completed_on": string(d.CompletedOn),
			"status": register.StatusWord(d.Status, register.Vietnamese), "expected_results": strings.Join(d.ExpectedResults, ";"),
		}
		var joint []string
		for i, h := range d.Holders {
			if i == 0 {
				row["holder"], row["cccd"] = h.Name, h.Identifiers[0].Number
				continue
			}
			joint = append(joint, h.Name+" ("+h.Identifiers[0].Number+")")
		}
		row["joint"] = strings.Join(joint, ";")
		dossiers = append(dossiers, row)
	}
	return errors.Join(writeList(dir, register.Units, units), writeList(dir, register.Procedures, procedures), writeList(dir, register.Dossiers, dossiers))
}

func writeList(dir string, k register.Kind, rows []map[string]string) error {
	f, err := os.Create(filepath.Join(dir, string(k)+".csv"))
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	columns := register.Columns(k)
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.Vietnamese
	}
	err = w.Write(cells)
	for _, r := range rows {
		for i, c := range columns {
			cells[i] = r[c.Field]
		}
		err = errors.Join(err, w.Write(cells))
	}
	w.Flush()
	return errors.Join(err, w.Error(), f.Close())
}

func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}
