package review

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/fault"
)

// sourcePerson is the source of a field that a person confirmed or typed.
const sourcePerson = "person"

// decide turns an answer into decisions, or says what is wrong with it.
func (s *Service) decide(t Task, in Answer) ([]Decision, error) {
	switch t.Kind {
	case archive.AskFields:
		return s.decideFields(t, in)
	case archive.AskDossier:
		return decideDossier(t, in)
	case archive.AskSplit, archive.AskPage, archive.AskDuplicate:
		return decideChoice(t, in)
	}
	return nil, fault.New(fault.Internal, "task %d asks %q, which nobody can answer", t.ID, t.Kind)
}

func (s *Service) decideFields(t Task, in Answer) ([]Decision, error) {
	asked := map[string]archive.Field{}
	var order []string
	for _, f := range t.Asked {
		asked[f.Key] = f.Field
		order = append(order, f.Key)
	}
	known := map[string]archive.Field{}
	for i, key := range archive.FieldKeys(t.Known) {
		known[key] = t.Known[i]
	}
	for _, key := range slices.Sorted(maps.Keys(in.Values)) { // corrections of what was not asked
		if _, ok := asked[key]; ok {
			continue
		}
		f, ok := known[key]
		if !ok {
			if f.Name, _, _ = strings.Cut(key, "#"); !slices.Contains(Names(), f.Name) {
				return nil, fault.New(fault.RequestMalformed, "%s: papers have no such field", key)
			}
		}
		asked[key] = f
		order = append(order, key)
	}
	var out []Decision
	for _, key := range order {
		f := asked[key]
		typed, given := in.Values[key]
		if !given {
			typed = f.Value
		}
		d, err := s.decideField(key, f, typed, t.Pages)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// decideField makes the decision about one field.
func (s *Service) decideField(key string, f archive.Field, typed string, pages int) (Decision, error) {
	name := f.Name
	value, err := Normalise(name, typed, f.Value, pages, s.d.Now())
	if err != nil {
		return Decision{}, fault.New(fault.RequestMalformed, "%s: %s", key, err.Error())
	}
	after := f
	after.Name, after.Value, after.Source, after.Confidence, after.Asked = name, value, sourcePerson, 1, false
	return decision(archive.AskFields, key, f, after, f.Page, value != f.Value)
}

func decision(kind archive.QuestionKind, key string, before, after any, page int, changed bool) (Decision, error) {
	b, err := json.Marshal(before)
	if err != nil {
		return Decision{}, err
	}
	a, err := json.Marshal(after)
	return Decision{Kind: kind, Field: key, Before: b, After: a, Page: page, Changed: changed}, err
}

func decideDossier(t Task, in Answer) ([]Decision, error) {
	if in.Choice == nil {
		return nil, fault.New(fault.RequestMalformed, "choose a dossier, or none of them with an empty choice")
	}
	code, err := dossierCode(*in.Choice, t.Options)
	if err != nil {
		return nil, err
	}
	d, err := decision(archive.AskDossier, "", t.Dossier, code, 0, code != t.Dossier)
	return []Decision{d}, err
}

// dossierCode takes an option as it is, and what is typed in its one spelling.
func dossierCode(typed string, options []archive.Option) (string, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" || slices.ContainsFunc(options, func(o archive.Option) bool { return o.Value == typed }) {
		return typed, nil
	}
	c, err := dossier.ParseCode(typed)
	if err != nil {
		return "", fault.New(fault.RequestMalformed, "dossier: type a code such as 000.00.53.H48-220921-0099 or choose one")
	}
	return c.String(), nil
}

func decideChoice(t Task, in Answer) ([]Decision, error) {
	const looked = "looked_at"
	choice := looked
	if in.Choice != nil {
		choice = *in.Choice
		if !slices.ContainsFunc(t.Options, func(o archive.Option) bool { return o.Value == choice }) {
			return nil, fault.New(fault.RequestMalformed, "%q is none of the options", choice)
		}
	} else if !in.Looked {
		return nil, fault.New(fault.RequestMalformed, "choose an option, or say that you looked at it")
	}
	d, err := decision(t.Kind, "", "", choice, t.Page, choice != looked)
	return []Decision{d}, err
}
