-- name: DropHolders :exec
DELETE FROM holders WHERE document_id = $1 AND version = $2;

-- name: PutHolders :exec
INSERT INTO holders (document_id, version, ordinal, unit_code, access_level, kind, masked, page, key_id, sealed, lookup)
SELECT d.id, sqlc.arg(version)::int, h.ordinal, d.unit_code, d.access_level, h.kind, h.masked, h.page, h.key_id, h.sealed, h.lookup
FROM documents d, (SELECT unnest(sqlc.arg(ordinals)::int[]) AS ordinal, unnest(sqlc.arg(kinds)::text[]) AS kind, unnest(sqlc.arg(masked)::text[]) AS masked,
                          unnest(sqlc.arg(pages)::int[]) AS page, unnest(sqlc.arg(key_ids)::text[]) AS key_id, unnest(sqlc.arg(sealed)::text[]) AS sealed,
                          unnest(sqlc.arg(lookups)::bytea[]) AS lookup) h
WHERE d.id = sqlc.arg(document_id)::uuid;

-- name: WaitingHolders :many
SELECT * FROM holders
WHERE lookup IS NULL AND (document_id, version, ordinal) > (sqlc.arg(document_id)::uuid, sqlc.arg(version)::int, sqlc.arg(ordinal)::int)
ORDER BY document_id, version, ordinal LIMIT sqlc.arg(page_size)::int;

-- name: CountWaitingHolders :one
SELECT count(*) FROM holders WHERE lookup IS NULL;

-- name: SetHolderLookup :execrows
UPDATE holders SET lookup = $4 WHERE document_id = $1 AND version = $2 AND ordinal = $3 AND lookup IS NULL;

-- name: SearchHolder :many
-- Documents whose current version names the holder, newest first.
SELECT sqlc.embed(d), v.page_count, bt.name AS batch_name, h.page
FROM documents d
JOIN versions v ON v.document_id = d.id AND v.version = d.version
JOIN LATERAL (SELECT min(x.page)::int AS page, count(*) AS n FROM holders x
              WHERE x.lookup = sqlc.arg(lookup)::bytea AND x.document_id = d.id AND x.version = d.version) h ON h.n > 0
LEFT JOIN batches bt ON bt.id = d.batch_id
WHERE d.id IN (SELECT x.document_id FROM holders x WHERE x.lookup = sqlc.arg(lookup)::bytea)
  AND (sqlc.narg(unit_code)::text IS NULL OR d.unit_code = sqlc.narg(unit_code)::text)
  AND (sqlc.narg(issued_from)::date IS NULL OR d.issued_on >= sqlc.narg(issued_from)::date)
  AND (sqlc.narg(issued_to)::date IS NULL OR d.issued_on <= sqlc.narg(issued_to)::date)
  AND (sqlc.narg(before)::bigint IS NULL OR d.seq < sqlc.narg(before)::bigint)
  AND d.processing <> 'cancelled' AND d.release <> 'replaced'
ORDER BY d.seq DESC LIMIT sqlc.arg(page_size)::int;
