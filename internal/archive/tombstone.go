package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// TombstoneSchema is the version of the form of tombstones.
const TombstoneSchema = "sohoa-tombstone/1"

// Tombstone is what stays of a purge: what was removed, by whose decision and why, and nothing of what it said. It lies in the records bucket before
// anything is removed, and tells every later rebuild, restore and upload that what it names is gone for good.
type Tombstone struct {
	Schema      string             `json:"schema"`
	ID          string             `json:"id"`
	Unit        string             `json:"unit"`
	Documents   []DocumentID       `json:"documents"`          // removed whole, with all their versions
	Versions    []TombstoneVersion `json:"versions,omitempty"` // of other documents: earlier ones that showed a page that went
	Accessions  []AccessionID      `json:"accessions"`         // whose records were removed
	Masters     []TombstoneMaster  `json:"masters"`
	Reason      PurgeReason        `json:"reason"`
	RequestedBy string             `json:"requested_by"`
	RequestedAt time.Time          `json:"requested_at"`
	ApprovedBy  string             `json:"approved_by"`
	ApprovedAt  time.Time          `json:"approved_at"`
}

// TombstoneVersion is a version of a document that stays.
type TombstoneVersion struct {
	Document DocumentID `json:"document"`
	Version  int        `json:"version"`
}

// TombstoneMaster is a master that was removed.
type TombstoneMaster struct {
	Digest    fixity.Digest `json:"digest"`
	SizeBytes int64         `json:"size_bytes"`
	// LeftOut are the pages that went, from 1, where other pages live on in a substitute; none where the whole file went.
	LeftOut []int `json:"left_out,omitempty"`
}

// PurgeReason is why a paper may not stay.
type PurgeReason string

// The reasons.
const (
	PurgeSecret   PurgeReason = "secret"      // of a degree of secrecy that may not be digitised here
	PurgeWrong    PurgeReason = "wrong_paper" // no paper of this archive
	PurgePersonal PurgeReason = "personal"    // holds data of people that may not be kept
	PurgeOther    PurgeReason = "other"
)

// PurgeReasons lists the reasons.
func PurgeReasons() []PurgeReason {
	return []PurgeReason{PurgeSecret, PurgeWrong, PurgePersonal, PurgeOther}
}

// Valid reports whether r is one of the reasons.
func (r PurgeReason) Valid() bool {
	switch r {
	case PurgeSecret, PurgeWrong, PurgePersonal, PurgeOther:
		return true
	}
	return false
}

// Derived says that a master was made here: from another one, by leaving pages out.
type Derived struct {
	From      fixity.Digest `json:"from"`
	Accession AccessionID   `json:"accession"` // that brought the other one
	LeftOut   []int         `json:"left_out"`  // pages of the other one, from 1
	Tombstone string        `json:"tombstone"` // id of the purge
}

// TombstonePrefix begins the keys of tombstones, in the records bucket.
const TombstonePrefix = "tombstones/"

// TombstoneKey is where a tombstone lies, in the records bucket.
func TombstoneKey(id string) string { return TombstonePrefix + id + ".json" }

// MarshalCanonical gives the one byte sequence of a tombstone.
func (t Tombstone) MarshalCanonical() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(t); err != nil {
		return nil, fmt.Errorf("tombstone %s: %w", t.ID, err)
	}
	return b.Bytes(), nil
}

// ParseTombstone reads a tombstone and checks what others rely on.
func ParseTombstone(b []byte) (Tombstone, error) {
	var t Tombstone
	if err := decodeWhole(b, &t); err != nil {
		return Tombstone{}, fault.Wrap(fault.ManifestMalformed, err, "the tombstone is not the JSON of schema %s", TombstoneSchema)
	}
	malformed := func(what string) (Tombstone, error) {
		return Tombstone{}, fault.New(fault.ManifestMalformed, "the tombstone %s", what)
	}
	switch {
	case t.Schema != TombstoneSchema:
		return malformed("is of another schema than " + TombstoneSchema)
	case !ValidID(t.ID):
		return malformed("has no id")
	case t.Unit == "" || !t.Reason.Valid() || t.RequestedBy == "" || t.ApprovedBy == "" || t.RequestedBy == t.ApprovedBy:
		return malformed("does not say who decided and why")
	case len(t.Documents) == 0:
		return malformed("names no document")
	}
	for _, id := range t.Documents {
		if !ValidID(string(id)) {
			return malformed("names a malformed document")
		}
	}
	for _, v := range t.Versions {
		if !ValidID(string(v.Document)) || v.Version < 1 {
			return malformed("names a malformed version")
		}
	}
	for _, id := range t.Accessions {
		if !ValidID(string(id)) {
			return malformed("names a malformed accession")
		}
	}
	for _, m := range t.Masters {
		if m.Digest.IsZero() || m.SizeBytes < 0 {
			return malformed("names a malformed master")
		}
		for _, p := range m.LeftOut {
			if p < 1 {
				return malformed("names a malformed page")
			}
		}
	}
	return t, nil
}

// ReasonSubstitute is why a version was made whose pages are those of a substitute: another paper left its file.
const ReasonSubstitute = "substitute"
