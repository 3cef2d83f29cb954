package sample

import (
	"strings"

	"sohoa/internal/page"
)

// Fields is what a person reads off the paper. Names follow the hand-made truth of real scans; what a kind of
// paper has of its own is in Extra.
type Fields struct {
	File                 string            `json:"file"`
	Agency               string            `json:"agency"` // normalised: Ủy, not Uỷ
	AgencyAsPrinted      string            `json:"agency_as_printed"`
	Superior             string            `json:"superior_as_printed,omitempty"`
	Number               string            `json:"number"` // as written, leading zero kept
	Symbol               string            `json:"symbol"` // what follows the slash
	NumberSymbol         string            `json:"number_symbol"`
	Type                 string            `json:"type"`
	TypePrinted          bool              `json:"type_printed"`
	Date                 string            `json:"date"` // yyyy-mm-dd, empty when the paper has none
	Place                string            `json:"place"`
	Subject              string            `json:"subject"`
	SignerName           string            `json:"signer_name"`
	SignerTitleAsPrinted string            `json:"signer_title_as_printed"`
	SignaturePage        int               `json:"signature_page"`
	Pages                int               `json:"pages"`
	Flags                Flags             `json:"flags"`
	Extra                map[string]string `json:"extra,omitempty"` // per type: holder, holder_id, address, …

	signSheet *sheet
}

// Flags say what is special about the paper as scanned.
type Flags struct {
	HandwrittenNumber bool    `json:"handwritten_number"`
	HandwrittenDay    bool    `json:"handwritten_day"`
	RedStamp          bool    `json:"red_stamp"`
	BlackStamp        bool    `json:"black_stamp"` // a seal that gray or 1-bit scanning took the red from
	Skew              bool    `json:"skew"`        // page 1 is tilted by 0.75° or more
	SkewDeg           float64 `json:"skew_deg"`    // degrees to turn page 1 anticlockwise to level its lines
	Bitonal           bool    `json:"bitonal"`
	IncomingStamp     bool    `json:"incoming_stamp_overlaps_text"`
}

// Truth is everything known about one sample; it is the JSON beside the scan.
type Truth struct {
	File     string      `json:"file"`
	Layout   string      `json:"layout"`
	HeldBack bool        `json:"held_back,omitempty"`
	Grade    int         `json:"grade"` // 1 cleanest … 5 heavy
	Seed     uint64      `json:"seed"`
	Index    int         `json:"index"` // from 0
	Format   Format      `json:"format"`
	Colour   Colour      `json:"colour"`
	DPI      int         `json:"dpi"`
	Fields   Fields      `json:"fields"`
	Pages    []PageTruth `json:"pages"`
}

// PageTruth is one scanned side. Boxes are upright pixels: the stored picture after Turn, not deskewed.
type PageTruth struct {
	Number     int         `json:"number"`   // from 1
	Kind       string      `json:"kind"`     // "text" or "blank"
	Width      int         `json:"width"`    // upright
	Height     int         `json:"height"`   // upright
	Turn       page.Turn   `json:"turn"`     // clockwise, to stand the stored picture upright
	SkewDeg    float64     `json:"skew_deg"` // to turn anticlockwise to level the lines
	Lines      []LineTruth `json:"lines"`
	Seals      []page.Box  `json:"seals,omitempty"`
	Signatures []page.Box  `json:"signatures,omitempty"`
	Stamps     []page.Box  `json:"stamps,omitempty"` // incoming-mail stamps
}

// Text is the page as the truth file has it: one printed line a line.
func (p PageTruth) Text() string {
	var b strings.Builder
	for _, l := range p.Lines {
		b.WriteString(l.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

// LineTruth is one printed line in reading order.
type LineTruth struct {
	Text  string      `json:"text"`
	Box   page.Box    `json:"box"`
	Words []WordTruth `json:"words"`
}

// WordTruth is one printed or written word.
type WordTruth struct {
	Text        string   `json:"text"`
	Box         page.Box `json:"box"`
	Handwritten bool     `json:"handwritten,omitempty"`
	Field       string   `json:"field,omitempty"`   // "number" or "day" where a pen filled it in
	Stamped     bool     `json:"stamped,omitempty"` // a seal lies on at least a quarter of its box
}
