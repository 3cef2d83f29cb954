package match

import (
	"context"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/dossier"
	"sohoa/internal/page"
)

// Register is what is known of dossiers. Deleted ones are not there. Lists are bounded by limit and newest first.
type Register interface {
	// Dossiers gives those of the codes that are there.
	Dossiers(ctx context.Context, codes []string) ([]Dossier, error)
	// DossiersOfNumbers gives the dossiers of the holders that have one of the numbers.
	DossiersOfNumbers(ctx context.Context, hashes [][]byte, limit int) ([]Dossier, error)
	// DossiersOfNames gives the dossiers of one of the units received in the days from and until, with a holder of one of the names
	// (register.NameKey). They are only shown to people.
	DossiersOfNames(ctx context.Context, units, names []string, from, until time.Time, limit int) ([]Dossier, error)
	// Kin gives the unit, those it came from and those it became.
	Kin(ctx context.Context, unit string) ([]string, error)
	// Filed gives for each of the dossiers the types of the documents that are filed under it, besides document, folded.
	Filed(ctx context.Context, codes []string, document archive.DocumentID) (map[string][]string, error)
}

// Hasher gives what the number of a person or firm is found by.
type Hasher interface {
	HashOf(id dossier.Identifier) []byte
}

// Dossier is a dossier as the register knows it.
type Dossier struct {
	Code        string
	Procedure   string // short code
	Name        string // of the procedure
	Unit        string
	UnitName    string
	ReceivedOn  time.Time // zero: not known; likewise the others
	DueOn       time.Time
	CompletedOn time.Time
	Results     []string // types of document that end it; none: not known
	Holders     []Holder
}

// Holder is a holder of a dossier.
type Holder struct {
	Name    string
	NameKey string
	Numbers []Number
}

// Number is the number of a holder.
type Number struct {
	Kind   dossier.IdentifierKind
	Hash   []byte
	Masked string // as it may be shown
}

// masked gives one number as it may be shown; empty without.
func (h Holder) masked() string {
	if len(h.Numbers) == 0 {
		return ""
	}
	return h.Numbers[0].Masked
}

// Paper is what is known of a paper.
type Paper struct {
	Document archive.DocumentID
	Unit     string
	Filed    *archive.DossierMatch // the dossier it is filed under already; nil: none
	Name     string                // of the file as sent, with its folder where the sender gave one
	Pages    []page.Result
	Fields   []archive.Field
}

// Outcome is what became of it. Match and Wait are nil where there is none; a Question may stand beside either.
type Outcome struct {
	Match    *archive.DossierMatch
	Question *archive.Question
	Wait     *archive.DossierWait
}

// Why codes: what speaks for a candidate.
const (
	WhyGiven     = "given"
	WhyQR        = "qr"
	WhyText      = "text_code"
	WhyLoose     = "text_code_mended" // one sign of it is read anew to lead to a dossier that is there
	WhyName      = "file_name"
	WhyNumber    = "holder_number"
	WhyHolder    = "holder_name"
	WhyProcedure = "procedure"
	WhyType      = "type"
	WhyDay       = "day_of_completion"
	WhyWindow    = "between_receipt_and_completion"
	WhyUnit      = "unit"
)

// Why codes: what speaks against a candidate.
const (
	NotNumber    = "other_holder_number"
	NotHolder    = "other_holder_name"
	NotProcedure = "other_procedure"
	NotType      = "other_type"
	NotYet       = "before_receipt"
	NotSoLate    = "after_completion"
	NotUnit      = "other_unit"
	NotCode      = "other_code_on_paper"
	NotFree      = "has_such_a_result"
)

// Findings: what was seen on the paper and cannot be used.
const (
	FoundDamaged   = "code_damaged"   // a QR or bar code that could not be read
	FoundMalformed = "code_malformed" // a QR that means to name a dossier and names none, or several
)

// Reasons of questions.
const (
	AskGiven   = "given_conflict" // what was given and a code on the paper differ
	AskSeveral = "several"        // more than one could be meant
	AskUnsure  = "unsure"         // one could be meant, and not enough speaks for it
	AskAgainst = "contradiction"  // one is named, and something certain speaks against it
	AskDamaged = "code_damaged"   // a code that could not be read is on a paper that no dossier is known of
)
