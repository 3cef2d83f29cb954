package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"sohoa/internal/fault"
)

// MarshalCanonical gives the one byte sequence of a manifest: fields in the order of the type, two spaces of indent, no HTML
// escaping, a final newline. The bytes are frozen; a manifest is never marshalled a second time for the same version.
func (m Manifest) MarshalCanonical() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("manifest of %s: %w", m.Document, err)
	}
	return b.Bytes(), nil
}

// ParseManifest reads a manifest and checks what rebuilding relies on.
func ParseManifest(b []byte) (Manifest, error) {
	var m Manifest
	if err := decodeWhole(b, &m); err != nil {
		return Manifest{}, fault.Wrap(fault.ManifestMalformed, err, "the manifest is not the JSON of schema %s", ManifestSchema)
	}
	switch {
	case m.Schema != ManifestSchema:
		return Manifest{}, fault.New(fault.ManifestMalformed, "the manifest has schema %q; this version reads %s", m.Schema, ManifestSchema)
	case !ValidID(string(m.Document)):
		return Manifest{}, fault.New(fault.ManifestMalformed, "the manifest names no document")
	case m.Version < 1:
		return Manifest{}, fault.New(fault.ManifestMalformed, "the manifest has version %d", m.Version)
	case len(m.Pages) == 0:
		return Manifest{}, fault.New(fault.ManifestMalformed, "the manifest lists no pages")
	case m.Unit == "" || m.CreatedAt.IsZero():
		return Manifest{}, fault.New(fault.ManifestMalformed, "the manifest names no unit or time")
	case m.Access != AccessUnit && m.Access != AccessCity && m.Access != AccessPublic:
		return Manifest{}, fault.New(fault.ManifestMalformed, "the manifest has access level %q", m.Access)
	}
	for i, p := range m.Pages {
		if p.Ordinal != i+1 || p.Page < 1 || p.Master.IsZero() || !p.Turn.Valid() {
			return Manifest{}, fault.New(fault.ManifestMalformed, "page %d of the manifest is malformed", i+1)
		}
	}
	for i, l := range m.LeftOut {
		if l.Before < 1 || l.Before > len(m.Pages)+1 || l.Page < 1 || l.Master.IsZero() || !l.Reason.Valid() {
			return Manifest{}, fault.New(fault.ManifestMalformed, "left-out page %d of the manifest is malformed", i+1)
		}
	}
	for _, id := range m.Replaces {
		if !ValidID(string(id)) || id == m.Document {
			return Manifest{}, fault.New(fault.ManifestMalformed, "the manifest replaces a malformed document")
		}
	}
	for i, h := range m.Holders {
		if h.Kind == "" || h.Key == "" || h.Sealed == "" || h.Page < 1 || h.Page > len(m.Pages) {
			return Manifest{}, fault.New(fault.ManifestMalformed, "holder %d of the manifest is malformed", i+1)
		}
	}
	for _, a := range m.Accessions {
		if !ValidID(string(a.ID)) || a.Master.IsZero() || a.Unit == "" {
			return Manifest{}, fault.New(fault.ManifestMalformed, "an accession in the manifest is malformed")
		}
	}
	return m, nil
}

// ParseAccession reads an accession record and checks what rebuilding relies on. The id must be the one that unit, dossier and
// master give.
func ParseAccession(b []byte) (Accession, error) {
	var a Accession
	if err := decodeWhole(b, &a); err != nil {
		return Accession{}, fault.Wrap(fault.ManifestMalformed, err, "the accession record is malformed")
	}
	switch {
	case a.Unit == "" || a.Master.IsZero() || a.ID != AccessionIDFor(a.Unit, a.Dossier, a.Master):
		return Accession{}, fault.New(fault.ManifestMalformed, "the accession record does not name the accession it is about")
	case a.Batch != "" && !ValidID(string(a.Batch)), a.ParentID != "" && !ValidID(string(a.ParentID)):
		return Accession{}, fault.New(fault.ManifestMalformed, "the accession record names a malformed batch or zip")
	case a.SizeBytes < 0 || a.ReceivedAt.IsZero():
		return Accession{}, fault.New(fault.ManifestMalformed, "the accession record has no size or time")
	case a.Access != AccessUnit && a.Access != AccessCity && a.Access != AccessPublic:
		return Accession{}, fault.New(fault.ManifestMalformed, "the accession record has access level %q", a.Access)
	case a.Queue != string(Interactive) && a.Queue != string(Backlog):
		return Accession{}, fault.New(fault.ManifestMalformed, "the accession record has queue %q", a.Queue)
	}
	return a, nil
}

// decodeWhole reads one JSON value of known fields, with nothing after it, in the encoding we write.
func decodeWhole(b []byte, to any) error {
	if !utf8.Valid(b) { // the decoder would put replacement characters, and the text would not be what was written
		return errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}
