// Package archive holds what the archive keeps and the states it passes through: accessions, documents, versions, pages, manifests.
//
// What always holds: a master never changes; a document's version is a list of references to pages of masters; a new
// order, turn or page makes a new version; the manifest of a version is frozen before its bytes are stored, and stored
// before the version counts as archived. Times are UTC. Pages count from 1.
package archive

import (
	"time"

	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

// AccessionID is a UUID in its canonical spelling; it follows from unit, dossier and digest (see AccessionIDFor).
type AccessionID string

// DocumentID is a UUID in its canonical spelling; it follows from accession and part (see DocumentIDFor).
type DocumentID string

// BatchID is a UUID in its canonical spelling, of version 7.
type BatchID string

// AccessionState is where an accession stands.
type AccessionState string

// received → inspecting → split, or rejected. cancelled is a clerk's decision before archiving.
const (
	AccessionReceived   AccessionState = "received"
	AccessionInspecting AccessionState = "inspecting"
	AccessionSplit      AccessionState = "split"
	AccessionRejected   AccessionState = "rejected"
	AccessionCancelled  AccessionState = "cancelled"
)

// Processing is the first axis of a document's state: what the system has done.
type Processing string

// recognising → describing → assembling → archived. cancelled leaves the path before archived.
const (
	Recognising Processing = "recognising"
	Describing  Processing = "describing"
	Assembling  Processing = "assembling"
	Archived    Processing = "archived"
	Cancelled   Processing = "cancelled"
)

// Release is the second axis: what people have decided.
type Release string

// unconfirmed → confirmed → (signed) → released, then withdrawn or replaced.
const (
	Unconfirmed Release = "unconfirmed"
	Confirmed   Release = "confirmed"
	Signed      Release = "signed"
	Released    Release = "released"
	Withdrawn   Release = "withdrawn"
	Replaced    Release = "replaced"
)

// Access is who may see a document. The zero value is the narrowest.
type Access string

// Access levels, from narrow to wide (row-level security reads them).
const (
	AccessUnit   Access = "unit"   // the owning unit only
	AccessCity   Access = "city"   // every officer of the city
	AccessPublic Access = "public" // everyone, once released
)

// MediaType of a master, as sniffed from its bytes, never from its name.
type MediaType string

// The formats taken into custody.
const (
	PDF  MediaType = "application/pdf"
	TIFF MediaType = "image/tiff"
	JPEG MediaType = "image/jpeg"
	PNG  MediaType = "image/png"
	WebP MediaType = "image/webp"
	Zip  MediaType = "application/zip"
)

// Accession is one file received: the act and record of taking its bytes into custody.
type Accession struct {
	ID         AccessionID   `json:"id"`
	Batch      BatchID       `json:"batch,omitempty"`
	BatchName  string        `json:"batch_name,omitempty"`
	Unit       string        `json:"unit"`
	Dossier    string        `json:"dossier,omitempty"`
	Name       string        `json:"name"` // as sent, NFC, shown only; never a path or a key
	Master     fixity.Digest `json:"master"`
	SizeBytes  int64         `json:"size_bytes"`
	MediaType  MediaType     `json:"media_type,omitempty"`
	Access     Access        `json:"access"`
	ReceivedBy string        `json:"received_by"`
	ReceivedAt time.Time     `json:"received_at"`
	Queue      string        `json:"queue"`            // interactive or batch
	ParentID   AccessionID   `json:"parent,omitempty"` // the zip it came in
	// Stack is how its batch takes files apart; nil where it came in no batch.
	Stack      *StackSettings `json:"stack,omitempty"`
	State      AccessionState `json:"-"`
	Pages      int            `json:"pages,omitempty"`      // once inspected; in manifests, not in the record made on arrival
	Warnings   []string       `json:"warnings,omitempty"`   // likewise: what was repaired or left out
	Parts      int            `json:"parts,omitempty"`      // likewise: how many documents came of it
	Signatures []Signature    `json:"signatures,omitempty"` // likewise: the digital signatures in it, as judged then
	Derived    *Derived       `json:"derived,omitempty"`    // it was made here, of what a purge left of another master
}

// PageRef is one page of a version: which page of which master, and how a person turned it.
type PageRef struct {
	Ordinal int           `json:"ordinal"` // from 1
	Master  fixity.Digest `json:"master"`
	Page    int           `json:"page"` // in the master, from 1
	Turn    page.Turn     `json:"turn"` // a person's turn, on top of what the engine finds
}

// Field is one described value with where it came from.
type Field struct {
	Name        string   `json:"name"`  // agency, number, symbol, type, date, place, abstract, signer, title …
	Value       string   `json:"value"` // normalised
	Printed     string   `json:"printed,omitempty"`
	Confidence  float64  `json:"confidence"`     // 0–1, chance of being right
	Source      string   `json:"source"`         // text, laid, qr, name, register, person
	Page        int      `json:"page,omitempty"` // ordinal in the version
	Box         page.Box `json:"box"`
	Asked       bool     `json:"asked"` // a person must confirm it
	Handwritten bool     `json:"handwritten,omitempty"`
}

// Part is one stored object of a version.
type Part struct {
	Kind      string        `json:"kind"` // master, rendition, text, hocr, result
	Bucket    string        `json:"bucket"`
	Key       string        `json:"key"`
	VersionID string        `json:"version_id,omitempty"`
	Digest    fixity.Digest `json:"digest"`
	SizeBytes int64         `json:"size_bytes"`
	MediaType string        `json:"media_type"`
	Page      int           `json:"page,omitempty"`
}

// ManifestSchema is the version of the manifest's JSON schema (schemas/manifest.schema.json).
const ManifestSchema = "sohoa-manifest/1"

// Manifest is what the archive keeps beside the bytes: enough to rebuild the catalogue entry from the object store alone.
// Its JSON bytes are made once, by MarshalCanonical, and frozen.
type Manifest struct {
	Schema      string         `json:"schema"`
	Document    DocumentID     `json:"document"`
	Version     int            `json:"version"`
	Accessions  []Accession    `json:"accessions"`
	Unit        string         `json:"unit"`
	Dossier     string         `json:"dossier,omitempty"`
	Access      Access         `json:"access"`
	Name        string         `json:"name"`
	Pages       []ManifestPage `json:"pages"`
	LeftOut     []LeftOut      `json:"left_out,omitempty"`
	Shelf       string         `json:"shelf,omitempty"`     // where its paper lies, as its separator sheet said
	Procedure   string         `json:"procedure,omitempty"` // as its separator sheet said
	Replaces    []DocumentID   `json:"replaces,omitempty"`  // documents whose pages this version has taken, all of them
	Reason      string         `json:"reason"`              // why the version was made: received, …
	CreatedBy   string         `json:"created_by"`          // account
	Fields      []Field        `json:"fields"`
	Holders     []Holder       `json:"holders,omitempty"` // identifiers on the pages, sealed
	Snapshot    Snapshot       `json:"snapshot"`          // what the rendition was made from besides its pages
	Parts       []Part         `json:"parts"`
	Conformance string         `json:"conformance"` // e.g. PDF/A-2u
	CheckedBy   string         `json:"checked_by"`  // which check said so
	Writer      string         `json:"writer"`
	Engine      string         `json:"engine"`
	CreatedAt   time.Time      `json:"created_at"`
	Previous    *fixity.Digest `json:"previous,omitempty"` // digest of the previous version's manifest
}

// Snapshot is the metadata a rendition is made from besides its pages; nothing else goes in, so the same snapshot and pages give
// the same bytes.
type Snapshot struct {
	Title     string          `json:"title"`
	Subject   string          `json:"subject,omitempty"`
	Author    string          `json:"author,omitempty"` // issuing agency
	Language  string          `json:"language"`         // BCP 47, vi when unknown
	CreatedAt time.Time       `json:"created_at"`
	Masters   []fixity.Digest `json:"masters"`
	Document  string          `json:"document,omitempty"` // id
}

// ManifestPage is one page in the manifest.
type ManifestPage struct {
	PageRef
	Kind       page.Kind `json:"kind"`
	FoundTurn  page.Turn `json:"found_turn"`
	Skew       float64   `json:"skew"`
	Confidence float64   `json:"confidence"`
	Result     string    `json:"result"` // key of the page result in the renditions bucket
}
