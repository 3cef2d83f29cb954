package archive

import "time"

// Signature is a digital signature in a master, as far as it can be judged offline. Integrity, coverage and trust are apart: a signature can be
// intact and by nobody known, or by a known office and over half of the file. Nothing here changes what becomes of a paper; people decide.
type Signature struct {
	Signer       string    `json:"signer"`       // common name in the certificate
	Organisation string    `json:"organisation"` // its organisation and unit, joined by commas
	SignedAt     time.Time `json:"signed_at,omitzero"`
	Integrity    Integrity `json:"integrity"`
	// Covered is how many bytes of the file the signature vouches for, from its start; Whole says that this is all of it.
	Covered int64  `json:"covered"`
	Whole   bool   `json:"whole"`
	Trust   Trust  `json:"trust"`
	Digest  string `json:"digest,omitempty"` // the hash that was signed, such as SHA-256
	Detail  string `json:"detail,omitempty"` // why, where something is wrong
}

// Integrity says whether what was signed is still what was signed.
type Integrity string

// The kinds of integrity.
const (
	Intact     Integrity = "intact"
	Altered    Integrity = "altered"    // bytes or signature were changed
	Unreadable Integrity = "unreadable" // not a signature this program can judge
)

// Trust says who vouches for the signer's certificate at the time of signing that the signature claims. Revocation is not asked for.
type Trust string

// The kinds of trust.
const (
	Trusted     Trust = "trusted"      // up to a root that is configured
	UnknownRoot Trust = "unknown-root" // by an authority that is not configured
	Expired     Trust = "expired"      // the certificate, or one above it, was not valid then
	Untrusted   Trust = "untrusted"    // the chain is broken in another way
	NotJudged   Trust = "not-judged"   // there was nothing intact to judge
)
