package archive

import "sohoa/internal/fixity"

// LeftOut is a page of a master that belongs to a version and is not in its rendition. Masters keep it, and the version can be made anew
// with it.
type LeftOut struct {
	// Before is the ordinal of the page it lay before; the number of pages plus one when it lay after the last.
	Before int           `json:"before"`
	Master fixity.Digest `json:"master"`
	Page   int           `json:"page"` // in the master, from 1
	Reason LeftOutReason `json:"reason"`
}

// LeftOutReason says why a page is not in the rendition.
type LeftOutReason string

// The reasons.
const (
	LeftOutSeparator LeftOutReason = "separator" // a sheet that parts papers
	LeftOutBlank     LeftOutReason = "blank"     // a back without content
	LeftOutDuplicate LeftOutReason = "duplicate" // scanned twice
	LeftOutRescanned LeftOutReason = "rescanned" // another scan took its place
	LeftOutRemoved   LeftOutReason = "removed"   // a person took it out
)

// Valid reports whether r is one of the reasons.
func (r LeftOutReason) Valid() bool {
	switch r {
	case LeftOutSeparator, LeftOutBlank, LeftOutDuplicate, LeftOutRescanned, LeftOutRemoved:
		return true
	}
	return false
}
