-- name: AppendAudit :exec
INSERT INTO audit_events (actor, action, unit_code, batch_id, accession_id, document_id, detail) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: LockSealer :one
SELECT pg_try_advisory_xact_lock(7266701) AS locked;

-- name: UnsealedEvents :many
SELECT e.* FROM audit_events e LEFT JOIN audit_links l ON l.event_id = e.id
WHERE l.event_id IS NULL ORDER BY e.id LIMIT 10000;

-- name: LastBlock :one
SELECT * FROM audit_blocks ORDER BY id DESC LIMIT 1;

-- name: InsertBlock :exec
INSERT INTO audit_blocks (id, previous, events, digest) VALUES ($1, $2, $3, $4);

-- name: InsertLinks :exec
INSERT INTO audit_links (event_id, block_id, position)
SELECT e.id, sqlc.arg(block_id)::bigint, e.n - 1 FROM unnest(sqlc.arg(events)::bigint[]) WITH ORDINALITY AS e(id, n);

-- name: BlocksAfter :many
SELECT * FROM audit_blocks WHERE id > $1 ORDER BY id LIMIT 100;

-- name: EventsOfBlock :many
SELECT e.* FROM audit_links l JOIN audit_events e ON e.id = l.event_id WHERE l.block_id = $1 ORDER BY l.position;

-- name: AuditOfDocument :many
SELECT e.* FROM audit_events e WHERE e.document_id = $1
   OR e.accession_id IN (SELECT l.accession_id FROM document_accessions l WHERE l.document_id = $1)
ORDER BY e.id LIMIT 500;
