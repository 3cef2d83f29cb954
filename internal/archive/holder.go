package archive

// Holder is an identifier of a person or firm that a version names, sealed under the data key of its document. What it is found by, a
// keyed hash, is kept in the catalogue only.
type Holder struct {
	Kind   string `json:"kind"`   // cccd, cmnd or tax
	Masked string `json:"masked"` // as it may be shown; a tax code is public and whole
	Page   int    `json:"page"`   // ordinal of the first page that names it
	Key    string `json:"key"`    // id of the key that the document's data key was wrapped by
	Sealed string `json:"sealed"` // AES-256-GCM, nonce first, in base64url; opens for this document, version and kind only
}

// HolderEntry is a holder as the catalogue finds it.
type HolderEntry struct {
	Holder
	Lookup []byte // keyed hash; nil as long as no key at hand opens what is sealed
}
