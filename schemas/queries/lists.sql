-- name: ListBatches :many
SELECT sqlc.embed(b), (SELECT count(*) FROM accessions a WHERE a.batch_id = b.id)::bigint AS accessions
FROM batches b WHERE (sqlc.narg(unit_code)::text IS NULL OR b.unit_code = sqlc.narg(unit_code)::text)
  AND (sqlc.narg(before)::timestamptz IS NULL OR b.created_at < sqlc.narg(before)::timestamptz)
ORDER BY b.created_at DESC LIMIT sqlc.arg(page_size)::int;

-- name: ListAccessions :many
SELECT sqlc.embed(a), b.name AS batch_name FROM accessions a LEFT JOIN batches b ON b.id = a.batch_id
WHERE (sqlc.narg(unit_code)::text IS NULL OR a.unit_code = sqlc.narg(unit_code)::text)
  AND (sqlc.narg(batch_id)::uuid IS NULL OR a.batch_id = sqlc.narg(batch_id)::uuid)
  AND (sqlc.narg(state)::text IS NULL OR a.state = sqlc.narg(state)::text)
  AND a.seq > sqlc.arg(after)::bigint
ORDER BY a.seq LIMIT sqlc.arg(page_size)::int;

-- name: DocumentsOfAccessions :many
SELECT l.accession_id, d.id, d.processing, d.release, d.stalled_code, d.title, v.page_count
FROM document_accessions l JOIN documents d ON d.id = l.document_id JOIN versions v ON v.document_id = d.id AND v.version = d.version
WHERE l.accession_id = ANY (sqlc.arg(accession_ids)::uuid[]) ORDER BY d.seq;

-- name: ListDocuments :many
SELECT sqlc.embed(d), v.page_count, b.name AS batch_name FROM documents d JOIN versions v ON v.document_id = d.id AND v.version = d.version
LEFT JOIN batches b ON b.id = d.batch_id
WHERE (sqlc.narg(unit_code)::text IS NULL OR d.unit_code = sqlc.narg(unit_code)::text)
  AND (sqlc.narg(batch_id)::uuid IS NULL OR d.batch_id = sqlc.narg(batch_id)::uuid)
  AND (sqlc.narg(processing)::text IS NULL OR d.processing = sqlc.narg(processing)::text)
  AND (NOT sqlc.arg(only_stalled)::bool OR d.stalled_at IS NOT NULL)
  AND (sqlc.narg(before)::bigint IS NULL OR d.seq < sqlc.narg(before)::bigint)
ORDER BY d.seq DESC LIMIT sqlc.arg(page_size)::int;

-- name: CountAccessions :many
SELECT a.state, count(*) AS n, (count(*) FILTER (WHERE a.stalled_at IS NOT NULL))::bigint AS stalled, coalesce(sum(a.pages), 0)::bigint AS pages
FROM accessions a
WHERE (sqlc.narg(unit_code)::text IS NULL OR a.unit_code = sqlc.narg(unit_code)::text)
  AND (sqlc.narg(batch_id)::uuid IS NULL OR a.batch_id = sqlc.narg(batch_id)::uuid)
GROUP BY a.state;

-- name: CountDocuments :many
SELECT d.processing, count(*) AS n, (count(*) FILTER (WHERE d.stalled_at IS NOT NULL))::bigint AS stalled, coalesce(sum(v.page_count), 0)::bigint AS pages
FROM documents d JOIN versions v ON v.document_id = d.id AND v.version = d.version
WHERE (sqlc.narg(unit_code)::text IS NULL OR d.unit_code = sqlc.narg(unit_code)::text)
  AND (sqlc.narg(batch_id)::uuid IS NULL OR d.batch_id = sqlc.narg(batch_id)::uuid)
GROUP BY d.processing;

-- name: Search :many
-- Documents of which a page matches, newest first, or whose number and symbol are what was asked for. Page 0 holds the document's
-- own data (title, name, codes). Without words every document in the range matches.
SELECT sqlc.embed(d), v.page_count, bt.name AS batch_name, coalesce(h.ordinal, 0)::int AS ordinal, coalesce(h.body, '')::text AS body, coalesce(h.hits, 0)::bigint AS hits
FROM documents d
JOIN versions v ON v.document_id = d.id AND v.version = d.version
LEFT JOIN batches bt ON bt.id = d.batch_id
LEFT JOIN LATERAL (
    SELECT min(s.ordinal) AS ordinal, (array_agg(s.body ORDER BY s.ordinal))[1] AS body, count(*) AS hits
    FROM search_pages s
    WHERE s.document_id = d.id AND s.ordinal > 0 AND s.plain @@ to_tsquery('simple', sqlc.narg(plain)::text)
      AND (sqlc.narg(accented)::text IS NULL OR s.accented @@ to_tsquery('simple', sqlc.narg(accented)::text))
) h ON sqlc.narg(plain)::text IS NOT NULL
WHERE (sqlc.narg(unit_code)::text IS NULL OR d.unit_code = sqlc.narg(unit_code)::text)
  AND (sqlc.narg(issued_from)::date IS NULL OR d.issued_on >= sqlc.narg(issued_from)::date)
  AND (sqlc.narg(issued_to)::date IS NULL OR d.issued_on <= sqlc.narg(issued_to)::date)
  AND (sqlc.narg(before)::bigint IS NULL OR d.seq < sqlc.narg(before)::bigint)
  AND (sqlc.narg(plain)::text IS NULL OR d.number_symbol = sqlc.narg(number_symbol)::text OR d.id IN (
      SELECT s.document_id FROM search_pages s
      WHERE s.plain @@ to_tsquery('simple', sqlc.narg(plain)::text)
        AND (sqlc.narg(accented)::text IS NULL OR s.accented @@ to_tsquery('simple', sqlc.narg(accented)::text))))
  AND d.processing <> 'cancelled' AND d.release <> 'replaced'
ORDER BY d.seq DESC LIMIT sqlc.arg(page_size)::int;

-- name: FindBatchByName :one
SELECT * FROM batches WHERE name = $1 AND (sqlc.narg(unit_code)::text IS NULL OR unit_code = sqlc.narg(unit_code)::text)
ORDER BY created_at DESC LIMIT 1;

-- name: CountBatch :one
SELECT count(*) FROM accessions WHERE batch_id = $1;

-- name: CountReadInProgress :one
SELECT count(*) FROM documents d JOIN pages p ON p.document_id = d.id AND p.version = d.version
WHERE d.processing = 'recognising' AND p.state = 'read'
  AND (sqlc.narg(unit_code)::text IS NULL OR d.unit_code = sqlc.narg(unit_code)::text)
  AND (sqlc.narg(batch_id)::uuid IS NULL OR d.batch_id = sqlc.narg(batch_id)::uuid);
