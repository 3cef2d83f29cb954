package digitise

import (
	"context"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/page"
)

// Matcher finds the dossier a paper is a result of. internal/match does; what it answers is fitted in internal/wiring.
type Matcher interface {
	Match(ctx context.Context, p MatchPaper) (Matched, error)
}

// MatchPaper is what is known of a paper when its dossier is looked for.
type MatchPaper struct {
	Document archive.DocumentID
	Unit     string
	// Filed is the dossier it is filed under already; nil: none.
	Filed  *archive.DossierMatch
	Name   string
	Pages  []page.Result
	Fields []archive.Field
}

// Matched is what became of it: the dossier, a question, what it waits for. Any of them may be missing.
type Matched struct {
	Match    *archive.DossierMatch
	Question *archive.Question
	Wait     *archive.DossierWait
}

// match looks for the dossier of a version, and says in its fields which one was found.
func (s *Service) match(ctx context.Context, v Version, fields []archive.Field, results []page.Result) (Matched, []archive.Field, error) {
	if s.d.Matcher == nil {
		return Matched{}, fields, nil
	}
	m, err := s.d.Matcher.Match(ctx, MatchPaper{Document: v.Document, Unit: v.Unit, Filed: v.Filed, Name: v.Name, Pages: results, Fields: fields})
	if err != nil {
		return m, fields, err
	}
	if m.Match != nil {
		fields = withDossier(fields, *m.Match)
	}
	return m, fields, nil
}

// takeMatch adds what matching gave.
func (d *Described) takeMatch(m Matched) {
	d.Match, d.Wait = m.Match, m.Wait
	if m.Question != nil {
		d.Questions = append(d.Questions, *m.Question)
		d.NeedsReview = true
	}
}

// withDossier says in the field of the dossier's code which one it is and how that is known; what is printed stays beside it.
func withDossier(fields []archive.Field, m archive.DossierMatch) []archive.Field {
	const name = "dossier"
	i := slices.IndexFunc(fields, func(f archive.Field) bool { return f.Name == name })
	if i < 0 {
		return append(slices.Clone(fields), archive.Field{Name: name, Value: m.Code, Confidence: m.Score, Source: string(m.Source)})
	}
	fields = slices.Clone(fields)
	f := &fields[i]
	if f.Value == m.Code {
		f.Confidence = max(f.Confidence, m.Score)
	} else {
		if f.Printed == "" {
			f.Printed = f.Value
		}
		f.Value, f.Confidence, f.Source = m.Code, m.Score, string(m.Source)
	}
	f.Asked = false
	return fields
}
