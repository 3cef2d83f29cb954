package register

import (
	"strings"
	"time"

	"sohoa/internal/dossier"
)

// Cells gives a unit in the order of Columns.
func (u UnitRow) Cells(Language) []string {
	return guarded(u.Code, u.Agency, u.Name, u.Parent, string(u.ValidFrom), string(u.ValidTo), u.Successor, timeCell(u.SourceUpdatedAt))
}

// Cells gives a procedure in the order of Columns.
func (p ProcedureRow) Cells(l Language) []string {
	retention, online := p.Retention, ""
	if retention == Permanent && l == Vietnamese {
		retention = "Vĩnh viễn"
	}
	if p.OnlineOnly {
		online = map[Language]string{Vietnamese: "Có", English: "yes"}[l]
	}
	return guarded(p.Code, p.List, p.Name, p.Field, p.Level, strings.Join(p.ResultTypes, "; "), retention, online, timeCell(p.SourceUpdatedAt))
}

// Cells gives a holder in the order of Columns, with masked numbers.
func (h HolderRow) Cells(l Language) []string {
	source, on := "", ""
	if len(h.Numbers) > 0 {
		source, on = h.Numbers[0].Source, string(h.Numbers[0].RecordedOn)
	}
	return guarded(h.Code, kindCell(h.HolderKind, l), h.Name, masked(h.Numbers, dossier.CCCD), masked(h.Numbers, dossier.CMND), masked(h.Numbers, dossier.TaxCode), "", source, on,
		timeCell(h.SourceUpdatedAt))
}

// Cells gives a dossier in the order of Columns, with masked numbers. A second owner stands among the joint holders.
func (d DossierRow) Cells(l Language) []string {
	var owner HolderOf
	more := map[Relation][]string{}
	for _, h := range d.Holders {
		if h.Relation == Owner && owner.Code == "" {
			owner = h
			continue
		}
		relation := h.Relation
		if relation == Owner {
			relation = Joint
		}
		more[relation] = append(more[relation], h.Name+" ("+h.Code+")")
	}
	kind := ""
	if owner.Code != "" {
		kind = kindCell(owner.HolderKind, l)
	}
	return guarded(d.Code, d.Procedure, d.Unit, string(d.ReceivedOn), string(d.DueOn), string(d.CompletedOn), StatusWord(d.Status, l), strings.Join(d.ExpectedResults, "; "),
		owner.Code, kind, owner.Name, masked(owner.Numbers, dossier.CCCD), masked(owner.Numbers, dossier.CMND), masked(owner.Numbers, dossier.TaxCode), "",
		strings.Join(more[Joint], "; "), strings.Join(more[Guardian], "; "), strings.Join(more[Representative], "; "), timeCell(d.SourceUpdatedAt))
}

func guarded(cells ...string) []string {
	for i, c := range cells {
		cells[i] = Text(c)
	}
	return cells
}

func timeCell(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func kindCell(k HolderKind, l Language) string {
	switch {
	case l == English:
		return string(k)
	case k == Firm:
		return "Tổ chức"
	}
	return "Cá nhân"
}

func masked(numbers []Number, k dossier.IdentifierKind) string {
	var out []string
	for _, n := range numbers {
		if n.Kind == k {
			out = append(out, n.Masked)
		}
	}
	return strings.Join(out, "; ")
}
