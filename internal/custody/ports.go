package custody

import (
	"context"
	"iter"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

// The buckets, as the object store names them.
const (
	Masters    = "masters"
	Records    = "records"
	Renditions = "renditions"
	Work       = "work"
)

// Object is what the store tells of one object. List leaves Version, Digest and RetainUntil empty.
type Object struct {
	Bucket      string
	Key         string
	Version     string
	Digest      fixity.Digest
	SizeBytes   int64
	MediaType   string
	ModTime     time.Time
	RetainUntil time.Time // zero when not locked
}

// Objects is the object store as custody sees it. A missing object is fs.ErrNotExist; an empty version means the newest.
type Objects interface {
	// List yields the objects whose keys begin with prefix and sort after the key after, in the order of their keys.
	List(ctx context.Context, bucket, prefix, after string) iter.Seq2[Object, error]
	Stat(ctx context.Context, bucket, key, version string) (Object, error)
	// Read returns a small object: a record, a manifest, a page result.
	Read(ctx context.Context, bucket, key string) ([]byte, error)
	// Rehash reads the whole object and returns the digest and length of what came.
	Rehash(ctx context.Context, bucket, key, version string) (fixity.Digest, int64, error)
	// Delete removes one version; a missing one is success, a locked one is fault.DisposalHeld.
	Delete(ctx context.Context, bucket, key, version string) error
}

// Part is a part of the store that is swept by itself.
type Part string

// The parts.
const (
	PartMasters    Part = "masters"    // masters/<digest>
	PartAccessions Part = "accessions" // records/accessions/<id>.json
	PartManifests  Part = "manifests"  // records/manifests/<id>/<version>.json
	PartDocuments  Part = "documents"  // renditions/documents/…
	PartResults    Part = "results"    // renditions/results/…
)

// Parts lists the parts in the order they are swept.
func Parts() []Part {
	return []Part{PartMasters, PartAccessions, PartManifests, PartDocuments, PartResults}
}

// place returns the bucket of a part and the prefix of its keys.
func (p Part) place() (bucket, prefix string) {
	switch p {
	case PartMasters:
		return Masters, ""
	case PartAccessions:
		return Records, "accessions/"
	case PartManifests:
		return Records, "manifests/"
	case PartDocuments:
		return Renditions, "documents/"
	case PartResults:
		return Renditions, "results/"
	}
	return "", ""
}

// partOf tells which part an object belongs to; "" when it lies outside all of them.
func partOf(bucket, key string) Part {
	for _, p := range Parts() {
		if b, prefix := p.place(); b == bucket && len(key) > len(prefix) && key[:len(prefix)] == prefix {
			return p
		}
	}
	return ""
}

// ours reports whether a key is of the form this part's keys have.
func (p Part) ours(key string) (ok bool) {
	switch p {
	case PartMasters:
		_, ok = archive.ParseMasterKey(key)
	case PartAccessions:
		_, ok = archive.ParseAccessionKey(key)
	case PartManifests:
		_, _, ok = archive.ParseManifestKey(key)
	case PartDocuments:
		_, _, _, ok = archive.ParseRenditionKey(key)
	case PartResults:
		_, _, ok = archive.ParseResultKey(key)
	}
	return ok
}

// Mark says that an object was found without a row.
type Mark struct {
	Bucket, Key, Version string
	FoundAt              time.Time
}

// SweepCatalogue is what the sweep asks and tells the catalogue.
type SweepCatalogue interface {
	// Alone runs f unless somebody else runs under the same name; ran is false then.
	Alone(ctx context.Context, name string, f func(ctx context.Context) error) (ran bool, err error)
	SweepPlace(ctx context.Context, part Part) (after string, err error)
	SetSweepPlace(ctx context.Context, part Part, after string) error
	// Known returns the keys that a row answers for, or may yet.
	Known(ctx context.Context, part Part, keys []string) (map[string]bool, error)
	// ReleaseMasters marks the master rows older than before that nothing refers to, and returns how many.
	ReleaseMasters(ctx context.Context, before time.Time) (int, error)
	Mark(ctx context.Context, m Mark) (marked bool, err error)
	Unmark(ctx context.Context, m Mark) error
	// Marks returns marks in the order of bucket, key and version, those after the given one.
	Marks(ctx context.Context, after Mark, limit int) ([]Mark, error)
	// RemoveOrphan takes the row lock that accept takes, looks again, and calls remove while it holds it. removed is false when a
	// row answers for the object by now. master is the one an accession record speaks of; zero otherwise.
	RemoveOrphan(ctx context.Context, m Mark, master fixity.Digest, remove func(ctx context.Context) error) (removed bool, err error)
	// ForgetRemoved drops the marks of objects removed before t.
	ForgetRemoved(ctx context.Context, t time.Time) error
	// Unfinished returns those of the documents that are still being worked on.
	Unfinished(ctx context.Context, ids []archive.DocumentID) (map[archive.DocumentID]bool, error)
}

// Target is one stored object with what it must be.
type Target struct {
	Kind      string // master, accession, manifest, rendition, result
	Bucket    string
	Key       string
	Version   string
	Digest    fixity.Digest // zero for an accession record, whose content is compared instead
	SizeBytes int64         // 0: not known
	Master    fixity.Digest // whose disposal a finding holds; zero for those of Document
	Document  archive.DocumentID
	Accession archive.AccessionID
}

// FixityCatalogue knows what must be in the store, and keeps what was found.
type FixityCatalogue interface {
	// Targets yields every object that a row relies on.
	Targets(ctx context.Context) iter.Seq2[Target, error]
	// TargetsOf yields those of one document or accession; an unknown id is a fault.
	TargetsOf(ctx context.Context, id string) iter.Seq2[Target, error]
	// Found records a finding and holds the disposal of the masters concerned.
	Found(ctx context.Context, actor string, f Finding) error
	// Verified records that a run ended: of the document or accession id, or of all when id is empty.
	Verified(ctx context.Context, actor, id string, r FixityReport) error
}

// Staged is an accession record or manifest on its way into the catalogue.
type Staged struct {
	Manifest bool
	At       time.Time // received, or version made: the order of the catalogue
	Key      string    // in the records bucket
	StoredAt time.Time // when the store took it
	Body     []byte
}

// MasterObject is what the store says of a master.
type MasterObject struct {
	Digest      fixity.Digest
	SizeBytes   int64
	Version     string
	RetainUntil time.Time
	StoredAt    time.Time
	Missing     bool // the store has no such object: a finding
	Disposed    bool // it is missing by decision: no finding
}

// RestoredVersion is what a manifest says, with what lies beside it.
type RestoredVersion struct {
	Manifest archive.Manifest
	Bytes    []byte // of the manifest, as stored
	StoredAt time.Time
	Masters  []MasterObject
	Results  []page.Result         // by page; zero where Lost
	Digests  []fixity.Digest       // of the results as stored; zero where Lost
	Holders  []archive.HolderEntry // without Lookup where no key opens them
}

// RebuildCatalogue is the catalogue as a rebuild fills it.
type RebuildCatalogue interface {
	Alone(ctx context.Context, name string, f func(ctx context.Context) error) (ran bool, err error)
	// BeginRebuild empties the staging table. Without merge it refuses a catalogue that holds something, unless an earlier
	// rebuild of it was interrupted.
	BeginRebuild(ctx context.Context, merge bool) error
	Stage(ctx context.Context, items []Staged) error
	// StagedAfter returns items in order, those after the given one; the zero value starts.
	StagedAfter(ctx context.Context, manifests bool, after Staged, limit int) ([]Staged, error)
	// StagedByKey finds one item.
	StagedByKey(ctx context.Context, key string) (Staged, bool, error)
	// PutAccession makes the rows of an accession that is not there, with its task; added is false when it is there.
	// One that is settled has nothing to be inspected: no task.
	PutAccession(ctx context.Context, a archive.Accession, m MasterObject, settled bool) (added bool, err error)
	// PutTombstone records a purge that the catalogue does not know of, and takes out what it names and the catalogue still holds.
	PutTombstone(ctx context.Context, t archive.Tombstone, body []byte) error
	// PutVersion makes the rows of an archived version; changed is false when it is archived already.
	PutVersion(ctx context.Context, v RestoredVersion) (changed bool, err error)
	// WaitingHolders returns identifiers without what they are found by, in order, those after the given one; the zero value starts.
	WaitingHolders(ctx context.Context, after WaitingHolder, limit int) ([]WaitingHolder, error)
	SetHolderLookup(ctx context.Context, w WaitingHolder, lookup []byte) error
	// HoldersFilled records how many identifiers were opened, and how many go on waiting.
	HoldersFilled(ctx context.Context, actor string, filled, waiting int) error
	// EndRebuild records what was done and empties the staging table.
	EndRebuild(ctx context.Context, actor, action string, r RebuildReport) error
}
