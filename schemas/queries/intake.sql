-- name: EnsureUnit :exec
INSERT INTO units (code, name) VALUES ($1, $1) ON CONFLICT DO NOTHING;

-- name: InsertBatch :exec
INSERT INTO batches (id, unit_code, name, queue, created_by) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (unit_code, name) DO NOTHING;

-- name: GetBatchByName :one
SELECT * FROM batches WHERE unit_code = $1 AND name = $2;

-- name: GetBatch :one
SELECT * FROM batches WHERE id = $1;

-- name: SetBatchState :execrows
UPDATE batches SET state = sqlc.arg(state)::text, closed_at = CASE WHEN sqlc.arg(state)::text = 'closed' THEN now() END WHERE id = $1;

-- name: UpsertMaster :one
-- The row lock taken here is what the orphan sweep and disposal wait for.
INSERT INTO masters (digest, size_bytes, object_version, retain_until) VALUES ($1, $2, $3, $4)
ON CONFLICT (digest) DO UPDATE SET state = CASE WHEN masters.state = 'orphan' THEN 'held' ELSE masters.state END,
    orphaned_at = NULL, retain_until = greatest(masters.retain_until, excluded.retain_until)
RETURNING *;

-- name: InsertAccession :one
INSERT INTO accessions (id, batch_id, parent_id, unit_code, dossier_code, access_level, name, master_digest, size_bytes, queue, state, received_by, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'received', $11, $12)
ON CONFLICT DO NOTHING
RETURNING seq;

-- name: ReviveAccession :execrows
-- A cancelled paper that is sent again starts anew.
UPDATE accessions SET state = 'received', attempt = attempt + 1, batch_id = $2, queue = $3
WHERE id = $1 AND state = 'cancelled';

-- name: GetAccession :one
SELECT * FROM accessions WHERE id = $1;

-- name: GetIdempotencyKey :one
SELECT request_hash, accession_id FROM idempotency_keys WHERE account_name = $1 AND key = $2;

-- name: InsertIdempotencyKey :execrows
INSERT INTO idempotency_keys (account_name, key, request_hash, accession_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: BeginInspection :execrows
UPDATE accessions SET state = 'inspecting' WHERE id = $1 AND attempt = $2 AND state IN ('received', 'inspecting');

-- name: RejectAccession :execrows
UPDATE accessions SET state = 'rejected', rejected_code = sqlc.arg(code)::text, rejected_detail = sqlc.arg(detail)::text, media_type = $3,
    stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
WHERE id = $1 AND attempt = $2 AND state IN ('received', 'inspecting');

-- name: SplitAccession :execrows
UPDATE accessions SET state = 'split', media_type = $3, pages = $4, warnings = $5, stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
WHERE id = $1 AND attempt = $2 AND state IN ('received', 'inspecting');

-- name: CancelAccession :execrows
UPDATE accessions SET state = 'cancelled', attempt = attempt + 1, stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
WHERE id = $1 AND state IN ('received', 'inspecting');

-- name: StallAccession :execrows
UPDATE accessions SET stalled_code = sqlc.arg(code)::text, stalled_detail = sqlc.arg(detail)::text, stalled_at = coalesce(stalled_at, now())
WHERE id = $1 AND attempt = $2 AND state IN ('received', 'inspecting');

-- name: ReopenAccession :execrows
-- An operator's retry of a rejected file (after the readers have learnt something) or of a cancelled one.
UPDATE accessions SET state = 'received', attempt = attempt + 1, rejected_code = NULL, rejected_detail = NULL
WHERE id = $1 AND state IN ('rejected', 'cancelled');

-- name: CancelSplitAccessions :exec
-- The accessions of a cancelled document, once none of their documents goes on.
UPDATE accessions a SET state = 'cancelled', attempt = attempt + 1
WHERE a.state = 'split' AND a.id IN (SELECT l.accession_id FROM document_accessions l WHERE l.document_id = $1)
  AND NOT EXISTS (SELECT 1 FROM document_accessions l JOIN documents d ON d.id = l.document_id
                  WHERE l.accession_id = a.id AND d.processing <> 'cancelled');

-- name: RejectSplitAccession :exec
UPDATE accessions SET state = 'rejected', rejected_code = sqlc.arg(code)::text, rejected_detail = sqlc.arg(detail)::text WHERE id = $1 AND state = 'split';
