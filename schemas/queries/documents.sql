-- name: LinkDocumentAccession :exec
INSERT INTO document_accessions (document_id, accession_id) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: InsertVersion :exec
INSERT INTO versions (document_id, version, reason, created_by, created_at, page_count) VALUES ($1, $2, $3, $4, $5, $6);

-- name: InsertPages :exec
INSERT INTO pages (document_id, version, ordinal, master_digest, master_page, turn)
SELECT sqlc.arg(document_id)::uuid, sqlc.arg(version)::int, unnest(sqlc.arg(ordinals)::int[]), unnest(sqlc.arg(masters)::bytea[]),
       unnest(sqlc.arg(master_pages)::int[]), unnest(sqlc.arg(turns)::smallint[]);

-- name: GetDocument :one
SELECT * FROM documents WHERE id = $1;

-- name: LockDocument :one
SELECT * FROM documents WHERE id = $1 FOR UPDATE;

-- name: GetVersion :one
SELECT * FROM versions WHERE document_id = $1 AND version = $2;

-- name: ListPages :many
SELECT * FROM pages WHERE document_id = $1 AND version = $2 ORDER BY ordinal;

-- name: GetPage :one
SELECT * FROM pages WHERE document_id = $1 AND version = $2 AND ordinal = $3;

-- name: ListFields :many
SELECT field FROM fields WHERE document_id = $1 AND version = $2 ORDER BY name;

-- name: ReadPage :execrows
UPDATE pages SET state = 'read', kind = sqlc.arg(kind)::text, found_turn = sqlc.arg(found_turn)::smallint, skew = sqlc.arg(skew)::real,
    confidence = sqlc.arg(confidence)::real, result_key = sqlc.arg(result_key)::text, quality = sqlc.narg(quality)::jsonb
WHERE document_id = $1 AND version = $2 AND ordinal = $3 AND state = 'waiting';

-- name: HasWaitingPage :one
SELECT EXISTS (SELECT 1 FROM pages WHERE document_id = $1 AND version = $2 AND state = 'waiting');

-- name: AdvanceDocument :execrows
UPDATE documents SET processing = sqlc.arg(next)::text, stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
WHERE id = $1 AND attempt = $2 AND processing = sqlc.arg(leaves)::text;

-- name: DescribeDocument :execrows
UPDATE documents SET title = sqlc.arg(title)::text, doc_type = $2, number = $3, symbol = $4, number_symbol = $5, issued_on = $6, agency = $7,
    needs_review = sqlc.arg(needs_review)::bool
WHERE id = $1;

-- name: PutFields :exec
INSERT INTO fields (document_id, version, name, field)
SELECT sqlc.arg(document_id)::uuid, sqlc.arg(version)::int, unnest(sqlc.arg(names)::text[]), unnest(sqlc.arg(fields)::jsonb[])
ON CONFLICT (document_id, version, name) DO UPDATE SET field = excluded.field;

-- name: DropFields :exec
DELETE FROM fields WHERE document_id = $1 AND version = $2;

-- name: SetSnapshot :execrows
UPDATE versions SET snapshot = sqlc.arg(snapshot)::jsonb WHERE document_id = $1 AND version = $2 AND manifest IS NULL;

-- name: FreezeManifest :execrows
UPDATE versions SET rendition_digest = sqlc.arg(rendition_digest)::bytea, rendition_size = sqlc.arg(rendition_size)::bigint,
    rendition_object_version = sqlc.arg(rendition_object_version)::text, conformance = sqlc.arg(conformance)::text, checked_by = sqlc.arg(checked_by)::text,
    manifest = sqlc.arg(manifest)::bytea, manifest_digest = sqlc.arg(manifest_digest)::bytea
WHERE document_id = $1 AND version = $2 AND manifest IS NULL;

-- name: ArchiveDocument :execrows
UPDATE documents SET processing = 'archived', archived_at = sqlc.arg(archived_at)::timestamptz, stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
WHERE id = $1 AND attempt = $2 AND processing = 'assembling';

-- name: ArchiveVersion :exec
UPDATE versions SET archived_at = sqlc.arg(archived_at)::timestamptz WHERE document_id = $1 AND version = $2;

-- name: StallDocument :execrows
UPDATE documents SET stalled_code = sqlc.arg(code)::text, stalled_detail = sqlc.arg(detail)::text, stalled_at = coalesce(stalled_at, now())
WHERE id = $1 AND attempt = $2 AND processing NOT IN ('archived', 'cancelled');

-- name: CancelDocument :execrows
UPDATE documents SET processing = 'cancelled', attempt = attempt + 1, stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
WHERE id = $1 AND processing NOT IN ('archived', 'cancelled') AND archived_at IS NULL; -- a newer version of an archived document is undone, not cancelled

-- name: GetPageResult :one
SELECT object_key, digest FROM page_results WHERE master_digest = $1 AND master_page = $2 AND engine = $3 AND settings = $4;

-- name: InsertPageResult :exec
INSERT INTO page_results (master_digest, master_page, engine, settings, object_key, digest) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING;

-- name: CountPageKill :one
INSERT INTO page_kills (master_digest, master_page, engine, settings, kills) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (master_digest, master_page, engine, settings) DO UPDATE SET kills = page_kills.kills + 1
RETURNING kills;

-- name: DropSearchPages :exec
DELETE FROM search_pages WHERE document_id = $1;

-- name: InsertSearchPages :exec
INSERT INTO search_pages (document_id, document_seq, ordinal, unit_code, access_level, body, accented, plain)
SELECT d.id, d.seq, p.ordinal, d.unit_code, d.access_level, p.body, to_tsvector('simple', p.accented), to_tsvector('simple', p.plain)
FROM documents d, (SELECT unnest(sqlc.arg(ordinals)::int[]) AS ordinal, unnest(sqlc.arg(bodies)::text[]) AS body,
                          unnest(sqlc.arg(accented)::text[]) AS accented, unnest(sqlc.arg(plain)::text[]) AS plain) p
WHERE d.id = sqlc.arg(document_id)::uuid;

-- name: DocumentsOfAccession :many
SELECT document_id FROM document_accessions WHERE accession_id = $1;

-- name: AccessionsOfDocument :many
SELECT a.* FROM document_accessions l JOIN accessions a ON a.id = l.accession_id WHERE l.document_id = $1 ORDER BY a.seq;

-- name: ExtendMaster :exec
UPDATE masters SET retain_until = greatest(retain_until, $2) WHERE digest = $1;

-- name: GetMaster :one
SELECT * FROM masters WHERE digest = $1;
