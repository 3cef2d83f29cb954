package describe

import (
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fold"
)

// codeFields finds dossier and procedure codes on the pages, then in the file's name.
func (d *doc) codeFields() {
	haveCase, haveProc := false, false
	for _, s := range d.sheets {
		for _, r := range s.rows {
			text := r.text()
			if !haveCase {
				for _, f := range dossier.FindCodes(text) {
					ws := span(r.words, runeIndex(text, f.Start), runeIndex(text, f.End))
					d.add(archive.Field{Name: DossierCode, Value: f.Value.String(), Confidence: 0.3 + 0.65*confidenceOf(ws), Page: s.ordinal, Box: boxOf(ws)})
					haveCase = true
					break
				}
			}
			if plain := fold.Plain(text); !haveProc && (strings.Contains(plain, "thu tuc") || strings.Contains(plain, "tthc")) {
				for _, f := range dossier.FindProcedures(text) {
					ws := span(r.words, runeIndex(text, f.Start), runeIndex(text, f.End))
					d.add(archive.Field{Name: ProcedureCode, Value: f.Value.String(), Confidence: 0.3 + 0.6*confidenceOf(ws), Page: s.ordinal, Box: boxOf(ws)})
					haveProc = true
					break
				}
			}
		}
	}
	if !haveCase {
		if fs := dossier.FindCodes(strings.ToUpper(d.hints.Name)); len(fs) == 1 {
			d.add(archive.Field{Name: DossierCode, Value: fs[0].Value.String(), Confidence: 0.85, Source: FromName})
		}
	}
}

// partFields gives one field an annex or draft.
func (d *doc) partFields() {
	for _, p := range d.parts[1:] {
		title := p.Title
		if title == "" {
			title = string(p.Kind)
		}
		d.add(archive.Field{Name: Annex, Value: title, Printed: string(p.Kind), Confidence: 0.8, Page: p.From})
	}
}
