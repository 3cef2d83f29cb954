package archive

// Splitting says how the files of a batch are taken apart. The zero value takes nothing apart.
type Splitting string

// The ways.
const (
	SplitNone       Splitting = "none"       // a file is one paper
	SplitSeparators Splitting = "separators" // at separator sheets
	SplitLayout     Splitting = "layout"     // at separator sheets, and where a page looks like the first of a paper
)

// Splittings lists the ways.
func Splittings() []Splitting { return []Splitting{SplitNone, SplitSeparators, SplitLayout} }

// PageOrder says in which order the sides of the sheets were scanned. The zero value is as scanned.
type PageOrder string

// The orders.
const (
	OrderAsScanned               PageOrder = "as_scanned"
	OrderFrontsThenBacks         PageOrder = "fronts_then_backs"          // all fronts, then all backs in the same order
	OrderFrontsThenBacksReversed PageOrder = "fronts_then_backs_reversed" // all fronts, then the stack turned over: the last back first
)

// PageOrders lists the orders.
func PageOrders() []PageOrder {
	return []PageOrder{OrderAsScanned, OrderFrontsThenBacks, OrderFrontsThenBacksReversed}
}

// Reasons why a version was made. Those of people's changes begin with what they did.
const (
	ReasonReceived = "received" // as it came in
	ReasonSplit    = "split"    // by the system, out of a stack
	ReasonArranged = "arranged" // by a person: pages split off, joined, moved, turned, taken out, put back or scanned anew
)

// StackSettings say how the files of a batch are taken apart.
type StackSettings struct {
	Splitting Splitting `json:"splitting"`
	PageOrder PageOrder `json:"page_order"`
}

// BatchSettings are what a batch says about its papers.
type BatchSettings struct {
	StackSettings
	ExpectedCount int    `json:"expected_count,omitempty"` // of files; 0: not said
	Device        string `json:"device,omitempty"`         // the scanner
	Shelf         string `json:"shelf,omitempty"`          // where the paper lies
	ArchiveNumber string `json:"archive_number,omitempty"` // of the paper, where the unit's archive gave one
}
