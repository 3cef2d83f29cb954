-- name: ListLeftOut :many
SELECT * FROM left_out_pages WHERE document_id = $1 AND version = $2 ORDER BY seq;

-- name: PutLeftOut :exec
INSERT INTO left_out_pages (document_id, version, seq, before, master_digest, master_page, reason)
SELECT sqlc.arg(document_id)::uuid, sqlc.arg(version)::int, unnest(sqlc.arg(seqs)::int[]), unnest(sqlc.arg(befores)::int[]),
       unnest(sqlc.arg(masters)::bytea[]), unnest(sqlc.arg(master_pages)::int[]), unnest(sqlc.arg(reasons)::text[]);

-- name: DropLeftOut :exec
DELETE FROM left_out_pages WHERE document_id = $1 AND version = $2;

-- name: BatchOfDocument :one
SELECT b.* FROM documents d JOIN batches b ON b.id = d.batch_id WHERE d.id = $1;

-- name: InsertArrangedDocument :one
-- A document like another, whose pages it takes. A cancelled one of the same id is begun anew; any other stays, and no row comes back.
-- The dossier of the other goes with it where a person or the upload said so: the paper's own code tells of that paper only.
INSERT INTO documents (id, unit_code, dossier_code, access_level, batch_id, name, queue, processing, created_at, shelf, procedure_code)
SELECT sqlc.arg(id)::uuid, d.unit_code,
       CASE WHEN sqlc.narg(dossier_code)::text IS NOT NULL THEN sqlc.narg(dossier_code)::text
            WHEN coalesce((SELECT l.source FROM dossier_links l WHERE l.document_id = d.id ORDER BY l.id DESC LIMIT 1), 'given') IN ('given', 'person') AND sqlc.arg(inherit)::bool THEN d.dossier_code END,
       d.access_level, d.batch_id, sqlc.arg(name)::text, d.queue, 'describing', d.created_at, sqlc.narg(shelf)::text, sqlc.narg(procedure_code)::text
FROM documents d WHERE d.id = sqlc.arg(like_id)::uuid
ON CONFLICT (id) DO UPDATE SET processing = 'describing', attempt = documents.attempt + 1, name = excluded.name, dossier_code = excluded.dossier_code,
    batch_id = excluded.batch_id, shelf = excluded.shelf, procedure_code = excluded.procedure_code, release = 'unconfirmed', replaced_by = NULL,
    stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
    WHERE documents.processing = 'cancelled' AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.document_id = documents.id AND v.manifest IS NOT NULL)
RETURNING *;

-- name: OpenDocument :one
-- The document of a file. A cancelled one begins anew, unless something of it was archived; no row comes back where another stands.
INSERT INTO documents (id, unit_code, dossier_code, access_level, batch_id, name, queue, processing, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'recognising', $8)
ON CONFLICT (id) DO UPDATE SET processing = 'recognising', attempt = documents.attempt + 1, release = 'unconfirmed', replaced_by = NULL,
    stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
    WHERE documents.processing = 'cancelled' AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.document_id = documents.id AND v.manifest IS NOT NULL)
RETURNING *;

-- name: DropVersionContent :exec
-- Of a cancelled document that begins anew: nothing of it was ever archived.
WITH p AS (DELETE FROM pages x WHERE x.document_id = sqlc.arg(document_id)::uuid AND x.version = sqlc.arg(version)::int),
     l AS (DELETE FROM left_out_pages x WHERE x.document_id = sqlc.arg(document_id)::uuid AND x.version = sqlc.arg(version)::int),
     f AS (DELETE FROM fields x WHERE x.document_id = sqlc.arg(document_id)::uuid AND x.version = sqlc.arg(version)::int)
SELECT 1;

-- name: RestartVersion :exec
INSERT INTO versions (document_id, version, reason, created_by, created_at, page_count) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (document_id, version) DO UPDATE SET reason = excluded.reason, created_by = excluded.created_by, created_at = excluded.created_at,
    page_count = excluded.page_count, snapshot = NULL;

-- name: TakePages :exec
-- Pages of one version become pages of another, with what was read on them.
INSERT INTO pages (document_id, version, ordinal, master_digest, master_page, turn, state, kind, found_turn, skew, confidence, result_key, quality)
SELECT sqlc.arg(to_document)::uuid, sqlc.arg(to_version)::int, m.ordinal, p.master_digest, p.master_page, p.turn, p.state, p.kind, p.found_turn, p.skew, p.confidence, p.result_key, p.quality
FROM pages p JOIN (SELECT unnest(sqlc.arg(from_ordinals)::int[]) AS from_ordinal, unnest(sqlc.arg(ordinals)::int[]) AS ordinal) m ON m.from_ordinal = p.ordinal
WHERE p.document_id = sqlc.arg(document_id)::uuid AND p.version = sqlc.arg(version)::int;

-- name: SetAsidePages :exec
-- Frees the ordinals of a version whose pages are put in another order.
UPDATE pages SET ordinal = ordinal + 1000000 WHERE document_id = $1 AND version = $2;

-- name: DropSetAside :exec
DELETE FROM pages WHERE document_id = $1 AND version = $2 AND ordinal > 1000000;

-- name: ResizeVersion :execrows
UPDATE versions SET page_count = $3, reason = sqlc.arg(reason)::text WHERE document_id = $1 AND version = $2 AND manifest IS NULL;

-- name: SetSheet :exec
-- What the separator sheet of a document said.
UPDATE documents SET dossier_code = coalesce(sqlc.narg(dossier_code)::text, dossier_code), shelf = sqlc.narg(shelf)::text, procedure_code = sqlc.narg(procedure_code)::text,
    name = sqlc.arg(name)::text
WHERE id = $1;

-- name: InsertArrangement :one
INSERT INTO arrangements (actor, unit_code, batch_id, kinds, undoes) VALUES ($1, $2, $3, $4, $5) RETURNING id;

-- name: InsertArrangementDocuments :exec
INSERT INTO arrangement_documents (arrangement_id, document_id, before_version, after_version)
SELECT sqlc.arg(arrangement_id)::bigint, unnest(sqlc.arg(documents)::uuid[]), nullif(unnest(sqlc.arg(befores)::int[]), 0), nullif(unnest(sqlc.arg(afters)::int[]), 0);

-- name: LockDocuments :many
-- In one order, so that two changes of the same documents wait for each other and neither waits for ever.
SELECT * FROM documents WHERE id = ANY (sqlc.arg(ids)::uuid[]) ORDER BY id FOR UPDATE;

-- name: StartVersion :execrows
-- The next version of a document is current from now on. An archived one before it stays what people see until this one is archived.
UPDATE documents SET version = $2, attempt = attempt + 1, processing = sqlc.arg(processing)::text, release = CASE WHEN release = 'replaced' THEN 'unconfirmed' ELSE release END,
    replaced_by = NULL, stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
WHERE id = $1 AND version < $2;

-- name: ReplaceDocument :exec
-- A document without pages of its own any more; another one has them.
UPDATE documents SET release = 'replaced', replaced_by = sqlc.arg(replaced_by)::uuid, attempt = attempt + 1, needs_review = false,
    processing = CASE WHEN processing = 'archived' OR EXISTS (SELECT 1 FROM versions v WHERE v.document_id = documents.id AND v.archived_at IS NOT NULL) THEN 'archived' ELSE 'cancelled' END,
    stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
WHERE id = $1;

-- name: PutPages :exec
-- Pages of a new version. What was read on them, turned as they are, is used again, whichever document it was read for; others wait to be read.
INSERT INTO pages (document_id, version, ordinal, master_digest, master_page, turn, state, kind, found_turn, skew, confidence, result_key, quality)
SELECT sqlc.arg(document_id)::uuid, sqlc.arg(version)::int, n.ordinal, n.master_digest, n.master_page, n.turn, coalesce(r.state, 'waiting'), r.kind, r.found_turn, r.skew, r.confidence,
       r.result_key, r.quality
FROM (SELECT unnest(sqlc.arg(ordinals)::int[]) AS ordinal, unnest(sqlc.arg(masters)::bytea[]) AS master_digest, unnest(sqlc.arg(master_pages)::int[]) AS master_page,
             unnest(sqlc.arg(turns)::smallint[]) AS turn) n
LEFT JOIN LATERAL (
    SELECT p.* FROM pages p WHERE p.master_digest = n.master_digest AND p.master_page = n.master_page AND p.turn = n.turn AND p.state = 'read'
    ORDER BY p.document_id = sqlc.arg(document_id)::uuid DESC, p.version DESC LIMIT 1) r ON true;

-- name: WaitingPages :many
SELECT ordinal FROM pages WHERE document_id = $1 AND version = $2 AND state = 'waiting' ORDER BY ordinal;

-- name: LinkAccessionsOfPages :exec
-- A document comes from every file of which it has pages.
INSERT INTO document_accessions (document_id, accession_id)
SELECT DISTINCT sqlc.arg(document_id)::uuid, l.accession_id
FROM document_accessions l JOIN accessions a ON a.id = l.accession_id
WHERE l.document_id = ANY (sqlc.arg(among)::uuid[]) AND a.master_digest = ANY (sqlc.arg(masters)::bytea[])
ON CONFLICT DO NOTHING;

-- name: DocumentsByIDs :many
SELECT * FROM documents WHERE id = ANY (sqlc.arg(ids)::uuid[]);

-- name: DocumentsToArrange :many
-- In the order in which their papers lie: file by file, then page by page.
SELECT sqlc.embed(d), x.place::bigint AS place FROM documents d
JOIN LATERAL (SELECT min(a.seq * 100000 + p.master_page) AS place FROM pages p
              JOIN document_accessions l ON l.document_id = d.id JOIN accessions a ON a.id = l.accession_id AND a.master_digest = p.master_digest
              WHERE p.document_id = d.id AND p.version = d.version) x ON true
WHERE d.batch_id = $1 AND d.processing <> 'cancelled' AND d.release <> 'replaced' AND x.place > sqlc.arg(after)::bigint
ORDER BY x.place LIMIT sqlc.arg(page_size)::int;

-- name: MasterPagesNotIn :many
-- Pages of a file that no document of its accession has, as a page or left out.
SELECT n::int AS page FROM accessions a, generate_series(1, sqlc.arg(pages)::int) n
WHERE a.id = sqlc.arg(accession_id)::uuid
  AND NOT EXISTS (SELECT 1 FROM pages p JOIN documents d ON d.id = p.document_id AND d.version = p.version JOIN document_accessions l ON l.document_id = d.id AND l.accession_id = a.id
                  WHERE p.master_digest = a.master_digest AND p.master_page = n AND d.processing <> 'cancelled' AND d.release <> 'replaced')
  AND NOT EXISTS (SELECT 1 FROM left_out_pages p JOIN documents d ON d.id = p.document_id AND d.version = p.version JOIN document_accessions l ON l.document_id = d.id AND l.accession_id = a.id
                  WHERE p.master_digest = a.master_digest AND p.master_page = n AND d.processing <> 'cancelled' AND d.release <> 'replaced')
ORDER BY n;

-- name: ReopenSplitAccession :one
-- A rebuilt file of which pages are in no document goes through inspection once more.
UPDATE accessions SET state = 'received', attempt = attempt + 1 WHERE id = $1 AND state = 'split' RETURNING attempt;

-- name: LatestArrangementOf :one
-- The last change of a document that holds: what was undone does not count, nor does the undoing of it. With all, the last of any.
SELECT coalesce(max(a.id), 0)::bigint FROM arrangement_documents x JOIN arrangements a ON a.id = x.arrangement_id
WHERE x.document_id = sqlc.arg(document_id)::uuid
  AND (sqlc.arg(any_kind)::bool OR NOT 'undo' = ANY (a.kinds) AND NOT EXISTS (SELECT 1 FROM arrangements u WHERE u.undoes = a.id));

-- name: GetArrangement :one
SELECT a.*, EXISTS (SELECT 1 FROM arrangements u WHERE u.undoes = a.id) AS undone FROM arrangements a WHERE a.id = $1;

-- name: ArrangementDocuments :many
SELECT * FROM arrangement_documents WHERE arrangement_id = $1 ORDER BY document_id;

-- name: ArrangementsOfDocument :many
SELECT a.*, EXISTS (SELECT 1 FROM arrangements u WHERE u.undoes = a.id) AS undone
FROM arrangement_documents x JOIN arrangements a ON a.id = x.arrangement_id WHERE x.document_id = $1 ORDER BY a.id DESC LIMIT 50;

-- name: ArrangementsOfBatch :many
SELECT a.*, EXISTS (SELECT 1 FROM arrangements u WHERE u.undoes = a.id) AS undone
FROM arrangements a WHERE a.batch_id = $1 ORDER BY a.id DESC LIMIT 50;

-- name: LastArchivedVersion :one
SELECT coalesce(max(version), 0)::int FROM versions WHERE document_id = $1 AND version <= $2 AND archived_at IS NOT NULL;

-- name: LastManifestBefore :one
SELECT manifest_digest FROM versions WHERE document_id = $1 AND version < $2 AND manifest_digest IS NOT NULL ORDER BY version DESC LIMIT 1;

-- name: LockBatch :one
SELECT * FROM batches WHERE id = $1 FOR UPDATE;

-- name: SetBatch :execrows
UPDATE batches SET splitting = $2, page_order = $3, expected_count = $4, device = $5, shelf = $6, archive_number = $7 WHERE id = $1;

-- name: ReplacedByDocument :many
-- Documents whose pages this one has taken, and which have not begun anew since.
SELECT id FROM documents WHERE replaced_by = $1 AND release = 'replaced' ORDER BY id;

-- name: RestoreReplaced :execrows
UPDATE documents SET release = 'replaced', replaced_by = sqlc.arg(replaced_by)::uuid, needs_review = false, attempt = attempt + 1
WHERE id = $1 AND id <> sqlc.arg(replaced_by)::uuid;

-- name: ScannedPages :many
-- Pages of a batch whose scan was measured, or that could not be read.
SELECT d.id, d.title, d.name, d.version, p.ordinal, p.kind, p.confidence, p.quality
FROM documents d JOIN pages p ON p.document_id = d.id AND p.version = d.version
WHERE d.batch_id = $1 AND d.processing <> 'cancelled' AND d.release <> 'replaced' AND (p.quality IS NOT NULL OR p.kind = 'unread')
ORDER BY d.seq, p.ordinal LIMIT sqlc.arg(page_size)::int;
