-- name: InsertTasks :exec
INSERT INTO outbox (kind, queue, unit_code, accession_id, document_id, version, page, attempt)
SELECT sqlc.arg(kind)::text, sqlc.arg(queue)::text, sqlc.arg(unit_code)::text, sqlc.narg(accession_id)::uuid, sqlc.narg(document_id)::uuid,
       sqlc.narg(version)::int, unnest(sqlc.arg(pages)::int[]), sqlc.arg(attempt)::int;

-- name: InsertTask :exec
INSERT INTO outbox (kind, queue, unit_code, accession_id, document_id, version, page, attempt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: GetTask :one
SELECT * FROM outbox WHERE id = $1;

-- name: CloseTask :execrows
DELETE FROM outbox WHERE id = $1;

-- name: CloseTasksOfDocument :exec
DELETE FROM outbox WHERE document_id = $1;

-- name: CloseTasksOfAccession :exec
DELETE FROM outbox WHERE accession_id = $1;

-- name: CountRung :one
SELECT count(*) FROM outbox WHERE queue = $1 AND rung_at IS NOT NULL;

-- name: WaitingUnits :many
-- The units with waiting work in a queue, by a loose index scan: as many steps as units, whatever the backlog.
WITH RECURSIVE u AS (
    (SELECT o.unit_code FROM outbox o WHERE o.queue = sqlc.arg(queue)::text AND o.rung_at IS NULL ORDER BY o.unit_code LIMIT 1)
    UNION ALL
    SELECT (SELECT o.unit_code FROM outbox o WHERE o.queue = sqlc.arg(queue)::text AND o.rung_at IS NULL AND o.unit_code > u.unit_code ORDER BY o.unit_code LIMIT 1)
    FROM u WHERE u.unit_code IS NOT NULL
)
SELECT u.unit_code::text FROM u WHERE u.unit_code IS NOT NULL;

-- name: PickTasks :many
-- Oldest first within the unit; rows that wait after a stall are passed over.
-- Materialized, for a plan that runs the choice once a row would skip what it locked itself and choose more than the quota.
WITH picked AS MATERIALIZED (
    SELECT o.id FROM outbox o
    WHERE o.queue = sqlc.arg(queue)::text AND o.unit_code = sqlc.arg(unit_code)::text AND o.rung_at IS NULL AND o.available_at <= now()
    ORDER BY o.id LIMIT sqlc.arg(quota)::int FOR UPDATE SKIP LOCKED)
UPDATE outbox t SET rung_at = now(), rings = t.rings + 1 FROM picked WHERE t.id = picked.id
RETURNING t.id, t.kind, t.queue, t.rings;

-- name: UnringTask :exec
UPDATE outbox SET rung_at = NULL WHERE id = $1 AND rings = $2;

-- name: UnringAll :execrows
UPDATE outbox SET rung_at = NULL WHERE rung_at IS NOT NULL;

-- name: RungSince :many
SELECT id, rings, queue FROM outbox WHERE rung_at < $1 ORDER BY rung_at LIMIT 1000;

-- name: DelayTask :execrows
UPDATE outbox SET tries = tries + 1, rung_at = NULL, last_code = sqlc.arg(code)::text,
    available_at = CASE WHEN sqlc.arg(forever)::bool THEN '9999-12-31 00:00:00+00'::timestamptz ELSE now() + make_interval(secs => sqlc.arg(seconds)::float8) END
WHERE id = $1;

-- name: ReleaseTasksOfDocument :execrows
UPDATE outbox SET available_at = now(), tries = 0, rung_at = NULL WHERE document_id = $1 AND (available_at > now() OR tries > 0);

-- name: ReleaseTasksOfAccession :execrows
UPDATE outbox SET available_at = now(), tries = 0, rung_at = NULL WHERE accession_id = $1 AND (available_at > now() OR tries > 0);

-- name: QueueDepth :many
SELECT queue, kind, count(*) AS open, (count(*) FILTER (WHERE rung_at IS NOT NULL))::bigint AS rung,
       coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_seconds
FROM outbox GROUP BY queue, kind ORDER BY queue, kind;

-- name: QueueSettings :one
SELECT paused, paused_by, paused_at FROM queue_settings;

-- name: PauseQueue :exec
UPDATE queue_settings SET paused = sqlc.arg(paused)::bool, paused_by = sqlc.arg(actor)::text, paused_at = now();

-- name: InspectTask :one
SELECT * FROM outbox WHERE accession_id = $1 AND kind = 'inspect';
