package web

import (
	"cmp"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// The page at /docs is made here from the description, once: a list of operations needs no script.

type docGroup struct {
	Name, Description string
	Operations        []docOperation
}

type docOperation struct {
	ID, Method, Path, Summary, Description string
	Parameters                             []docParameter
	Bodies                                 []string
	Answers                                []docAnswer
}

type docParameter struct {
	Name, In, Description, Type string
	Required                    bool
}

type docAnswer struct{ Status, Description, Schema string }

func docGroups(o *huma.OpenAPI) []docGroup {
	var out []docGroup
	for _, tag := range o.Tags {
		g := docGroup{Name: tag.Name, Description: tag.Description}
		for path, item := range o.Paths {
			for _, op := range []*huma.Operation{item.Get, item.Head, item.Post, item.Patch, item.Delete} {
				if op != nil && slices.Contains(op.Tags, tag.Name) {
					g.Operations = append(g.Operations, docOf(op, path))
				}
			}
		}
		slices.SortFunc(g.Operations, func(a, b docOperation) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
		})
		out = append(out, g)
	}
	return out
}

func docOf(op *huma.Operation, path string) docOperation {
	d := docOperation{ID: op.OperationID, Method: op.Method, Path: path, Summary: op.Summary, Description: op.Description}
	for _, p := range op.Parameters {
		t := ""
		if p.Schema != nil {
			t = p.Schema.Type
		}
		d.Parameters = append(d.Parameters, docParameter{p.Name, p.In, p.Description, t, p.Required})
	}
	if op.RequestBody != nil {
		for mt := range op.RequestBody.Content {
			d.Bodies = append(d.Bodies, mt)
		}
		slices.Sort(d.Bodies)
	}
	for status, r := range op.Responses {
		a := docAnswer{Status: status, Description: r.Description}
		for mt, c := range r.Content {
			a.Schema = mt
			if c.Schema != nil && c.Schema.Ref != "" {
				a.Schema = c.Schema.Ref[len("#/components/schemas/"):]
			}
		}
		d.Answers = append(d.Answers, a)
	}
	slices.SortFunc(d.Answers, func(a, b docAnswer) int { return cmp.Compare(a.Status, b.Status) })
	return d
}
