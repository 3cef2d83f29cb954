package archive

// Question is something about a document that only a person can answer. What the answer changes becomes a new version.
type Question struct {
	Kind QuestionKind `json:"kind"`
	// Reason is a stable code for why it is asked; pages translate it.
	Reason string `json:"reason"`
	// Page is the ordinal of the page to look at, 0 where it is about the whole document.
	Page int `json:"page,omitempty"`
	// Fields are the names of the fields to confirm, in the order in which they are read on the paper.
	Fields []string `json:"fields,omitempty"`
	// Options are what may be chosen, best first; none where the answer is free.
	Options []Option `json:"options,omitempty"`
}

// QuestionKind says what is asked.
type QuestionKind string

// The kinds of questions. A document has at most one open question of a kind and page.
const (
	AskFields    QuestionKind = "fields"    // values to confirm or to type
	AskDossier   QuestionKind = "dossier"   // which dossier the paper is a result of
	AskSplit     QuestionKind = "split"     // where a paper begins
	AskPage      QuestionKind = "page"      // a page that was not read, or should be scanned again
	AskDuplicate QuestionKind = "duplicate" // whether it is the same paper as another
)

// QuestionKinds lists every kind.
func QuestionKinds() []QuestionKind {
	return []QuestionKind{AskFields, AskDossier, AskSplit, AskPage, AskDuplicate}
}

// Option is one possible answer.
type Option struct {
	Value string   `json:"value"`           // what is stored: a dossier's code, a document's id
	Label string   `json:"label,omitempty"` // what is shown beside it; never an identifier of a person unmasked
	Score float64  `json:"score,omitempty"` // 0–1, chance of being right
	Why   []string `json:"why,omitempty"`   // stable codes of what speaks for it
}
