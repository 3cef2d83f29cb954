package describe

// The names of fields. They are part of the API and of manifests: retire one, never rename it.
const (
	Agency        = "agency"                  // issuing agency, in running case, tone marks as in Ủy
	AgencyPrinted = "agency_as_printed"       // its printed lines, parted by " / "
	Superior      = "superior_as_printed"     // the agency above, where the letterhead has one
	Number        = "number"                  // as written, leading zeros kept
	Symbol        = "symbol"                  // what follows the slash: QĐ-UBND
	NumberSymbol  = "number_symbol"           // both, when both are known
	Type          = "type"                    // kind of document: Quyết định
	Date          = "date"                    // yyyy-mm-dd, or yyyy-mm where the day is handwritten
	Day           = "day"                     // the handwritten day, for its box
	Place         = "place"                   // where it was issued
	Subject       = "subject"                 // the abstract
	SignerName    = "signer_name"             //
	SignerTitle   = "signer_title_as_printed" // lines from authority to title, parted by " / "
	Authority     = "authority"               // TM, KT, TL, TUQ or Q, where printed
	SignaturePage = "signature_page"
	Recipients    = "recipients" // one a line
	Urgency       = "urgency"
	DossierCode   = "dossier"
	ProcedureCode = "procedure"
	Holder        = "holder"
	HolderID      = "holder_id"
	Address       = "address"
	Parcel        = "parcel"
	MapSheet      = "map_sheet"
	Serial        = "serial" // of a certificate
	LicenceNumber = "licence_number"
	Validity      = "validity"
	Pages         = "pages"
	Language      = "language"
	Annex         = "annex" // one field an annex or draft that follows in the file
)

// Sources of a field's value.
const (
	FromText  = "text"  // read on the page
	FromLaid  = "laid"  // text of what was laid over the page: a signature's own text
	FromName  = "name"  // the file's name
	FromRule  = "rule"  // follows from other fields by a rule of Decree 30/2020
	FromCount = "count" // counted
)

// AskBelow is the confidence under which a person must confirm a field.
const AskBelow = 0.9
