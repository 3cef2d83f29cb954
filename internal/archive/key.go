package archive

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"sohoa/internal/fixity"
)

// Keys in the object store are digests or our own ids, never names from outside. Each kind is spread over 256 folders by the first two digits
// of the digest or id, because a store on a file system reads a whole folder to list a page of it.

func spread(name string) string { return name[:2] + "/" + name }

// unspread undoes spread; ok is false when key was not made by it.
func unspread(key string) (name string, ok bool) {
	if len(key) < 6 || key[2] != '/' || key[:2] != key[3:5] {
		return "", false
	}
	return key[3:], true
}

// MasterKey is where the bytes of a master lie, in the masters bucket.
func MasterKey(d fixity.Digest) string { return spread(d.String()) }

// ParseMasterKey takes the digest out of a master's key.
func ParseMasterKey(key string) (fixity.Digest, bool) {
	name, ok := unspread(key)
	d, err := fixity.Parse(name)
	return d, ok && err == nil
}

// AccessionKey is where the record of an accession lies, in the records bucket.
func AccessionKey(id AccessionID) string { return "accessions/" + spread(string(id)) + ".json" }

// ParseAccessionKey takes the id out of the key of an accession record.
func ParseAccessionKey(key string) (AccessionID, bool) {
	name, ok := parseKey(key, "accessions/", ".json")
	return AccessionID(name), ok && ValidID(name)
}

// ManifestKey is where the manifest of a version lies, in the records bucket.
func ManifestKey(id DocumentID, version int) string {
	return fmt.Sprintf("manifests/%s/%06d.json", spread(string(id)), version)
}

// ParseManifestKey takes document and version out of the key of a manifest.
func ParseManifestKey(key string) (DocumentID, int, bool) {
	name, ok := parseKey(key, "manifests/", ".json")
	id, n, _ := strings.Cut(name, "/")
	version, err := strconv.Atoi(n)
	return DocumentID(id), version, ok && err == nil && ValidID(id) && ManifestKey(DocumentID(id), version) == key
}

// RenditionKey is where the PDF/A of a version lies, in the renditions bucket.
func RenditionKey(id DocumentID, version int, digest fixity.Digest) string {
	return fmt.Sprintf("documents/%s/%06d-%s.pdf", spread(string(id)), version, digest.String()[:16])
}

// ParseRenditionKey takes document, version and the first eight bytes of the digest out of the key of a rendition.
func ParseRenditionKey(key string) (id DocumentID, version int, prefix []byte, ok bool) {
	name, ok := parseKey(key, "documents/", ".pdf")
	doc, rest, _ := strings.Cut(name, "/")
	n, digest, _ := strings.Cut(rest, "-")
	version, err := strconv.Atoi(n)
	if !ok || err != nil || !ValidID(doc) || version < 1 {
		return "", 0, nil, false
	}
	prefix, err = hex.DecodeString(digest)
	return DocumentID(doc), version, prefix, err == nil && len(prefix) == 8
}

// ResultKey is where the recognised words of a master's page lie, in the renditions bucket.
func ResultKey(master fixity.Digest, page int, settings string) string {
	return fmt.Sprintf("results/%s/%06d-%s.json", spread(master.String()), page, settings)
}

// ParseResultKey takes master and page out of the key of a page result.
func ParseResultKey(key string) (fixity.Digest, int, bool) {
	name, ok := parseKey(key, "results/", ".json")
	master, rest, _ := strings.Cut(name, "/")
	d, err := fixity.Parse(master)
	n, _, dash := strings.Cut(rest, "-")
	page, errPage := strconv.Atoi(n)
	return d, page, ok && dash && err == nil && errPage == nil && page >= 1
}

// DataKeyKey is where the wrapped data key of a document lies, in the renditions bucket: not locked, for removing it erases what
// the document's manifests hold sealed.
func DataKeyKey(id DocumentID) string { return "keys/" + spread(string(id)) + ".json" }

func parseKey(key, prefix, suffix string) (string, bool) {
	if !strings.HasPrefix(key, prefix) || !strings.HasSuffix(key, suffix) {
		return "", false
	}
	return unspread(strings.TrimSuffix(strings.TrimPrefix(key, prefix), suffix))
}

// ManifestsPrefix begins the keys of all manifests of a document, RenditionsPrefix those of all its renditions, RenditionPrefix those of one version's, and
// ResultsPrefix those of all results of a master.
func ManifestsPrefix(id DocumentID) string { return "manifests/" + spread(string(id)) + "/" }

// RenditionsPrefix is told with ManifestsPrefix.
func RenditionsPrefix(id DocumentID) string { return "documents/" + spread(string(id)) + "/" }

// RenditionPrefix is told with ManifestsPrefix.
func RenditionPrefix(id DocumentID, version int) string {
	return fmt.Sprintf("%s%06d-", RenditionsPrefix(id), version)
}

// ResultsPrefix is told with ManifestsPrefix.
func ResultsPrefix(master fixity.Digest) string { return "results/" + spread(master.String()) + "/" }
