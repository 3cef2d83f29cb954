package archive

import (
	"fmt"

	"sohoa/internal/fixity"
)

// Keys in the object store are digests or our own ids, never names from outside.

// MasterKey is where the bytes of a master lie, in the masters bucket.
func MasterKey(d fixity.Digest) string { return d.String() }

// AccessionKey is where the record of an accession lies, in the records bucket.
func AccessionKey(id AccessionID) string { return fmt.Sprintf("accessions/%s.json", id) }

// ManifestKey is where the manifest of a version lies, in the records bucket.
func ManifestKey(id DocumentID, version int) string {
	return fmt.Sprintf("manifests/%s/%06d.json", id, version)
}

// RenditionKey is where the PDF/A of a version lies, in the renditions bucket.
func RenditionKey(id DocumentID, version int, digest fixity.Digest) string {
	return fmt.Sprintf("documents/%s/%06d-%s.pdf", id, version, digest.String()[:16])
}

// ResultKey is where the recognised words of a master's page lie, in the renditions bucket.
func ResultKey(master fixity.Digest, page int, settings string) string {
	return fmt.Sprintf("results/%s/%06d-%s.json", master, page, settings)
}
