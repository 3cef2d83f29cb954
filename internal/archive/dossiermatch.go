package archive

// DossierMatch says which dossier a document is filed under, how that is known, and what speaks for it.
type DossierMatch struct {
	Code   string      `json:"code"`
	Source MatchSource `json:"source"`
	Score  float64     `json:"score,omitempty"` // 0–1, chance of being right
	Why    []string    `json:"why,omitempty"`   // stable codes of what speaks for it, and of what was found damaged
}

// MatchSource says how the dossier of a document is known.
type MatchSource string

// The sources, in the order in which they are asked.
const (
	MatchGiven    MatchSource = "given"    // with the upload, or by a separator sheet
	MatchQR       MatchSource = "qr"       // by a code on the paper
	MatchText     MatchSource = "text"     // by its code in the text, and what else is read there
	MatchName     MatchSource = "name"     // by the name of file or folder
	MatchRegister MatchSource = "register" // by number of the holder, date, type and unit
	MatchPerson   MatchSource = "person"   // a person said so
)

// DossierWait is what the dossier of a document is known by when it arrives after the paper.
type DossierWait struct {
	Codes   []string `json:"codes,omitempty"` // dossiers that the register does not have yet
	Holders [][]byte `json:"-"`               // keyed hashes of the numbers of people and firms on the paper
	Tried   []string `json:"tried,omitempty"` // what was looked for: codes, and numbers masked
	Why     []string `json:"why,omitempty"`   // stable codes of what was found, such as a damaged code
}
