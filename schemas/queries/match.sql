-- name: MatchDossiers :many
SELECT d.code, d.procedure_code, d.unit_code, d.received_on, d.due_on, d.completed_on, d.expected_results,
    coalesce(p.name, '')::text AS procedure_name, coalesce(p.result_types, '{}')::text[] AS result_types, coalesce(u.name, '')::text AS unit_name
FROM register_dossiers d LEFT JOIN register_procedures p ON p.code = d.procedure_code LEFT JOIN units u ON u.code = d.unit_code
WHERE d.code = ANY(sqlc.arg(codes)::text[]) AND d.deleted_at IS NULL
ORDER BY d.received_on DESC NULLS LAST, d.code;

-- name: MatchHolders :many
SELECT x.dossier_code, x.ordinal, h.name, h.name_key, n.hash, coalesce(n.kind, '')::text AS kind, coalesce(n.masked, '')::text AS masked
FROM register_dossier_holders x JOIN register_holders h ON h.code = x.holder_code LEFT JOIN register_numbers n ON n.holder_code = x.holder_code
WHERE x.dossier_code = ANY(sqlc.arg(codes)::text[])
ORDER BY x.dossier_code, x.ordinal, n.kind, n.hash;

-- name: DossiersOfNumbers :many
SELECT DISTINCT d.code, d.received_on FROM register_numbers n
JOIN register_dossier_holders x ON x.holder_code = n.holder_code
JOIN register_dossiers d ON d.code = x.dossier_code AND d.deleted_at IS NULL
WHERE n.hash = ANY(sqlc.arg(hashes)::bytea[])
ORDER BY d.received_on DESC NULLS LAST, d.code LIMIT sqlc.arg(page_size)::int;

-- name: DossiersOfNames :many
SELECT DISTINCT d.code, d.received_on FROM register_dossiers d
JOIN register_dossier_holders x ON x.dossier_code = d.code
JOIN register_holders h ON h.code = x.holder_code AND h.name_key = ANY(sqlc.arg(names)::text[])
WHERE d.unit_code = ANY(sqlc.arg(units)::text[]) AND d.received_on >= sqlc.arg(from_day)::date AND d.received_on <= sqlc.arg(until_day)::date AND d.deleted_at IS NULL
ORDER BY d.received_on DESC NULLS LAST, d.code LIMIT sqlc.arg(page_size)::int;

-- name: KinOfUnit :many
-- The unit, those it came from and those it became.
WITH RECURSIVE later AS (
    SELECT u.code, u.successor_code, 0 AS depth FROM units u WHERE u.code = sqlc.arg(code)::text
    UNION SELECT u.code, u.successor_code, l.depth + 1 FROM units u JOIN later l ON u.code = l.successor_code WHERE l.depth < 8
), earlier AS (
    SELECT u.code, 0 AS depth FROM units u WHERE u.code = sqlc.arg(code)::text
    UNION SELECT u.code, e.depth + 1 FROM units u JOIN earlier e ON u.successor_code = e.code WHERE e.depth < 8
)
SELECT code::text FROM later UNION SELECT code::text FROM earlier ORDER BY 1 LIMIT 500;

-- name: FiledUnder :many
SELECT DISTINCT dossier_code::text AS dossier_code, doc_type::text AS doc_type FROM documents
WHERE dossier_code = ANY(sqlc.arg(codes)::text[]) AND id <> sqlc.arg(document_id)::uuid AND doc_type IS NOT NULL
  AND processing <> 'cancelled' AND release NOT IN ('withdrawn', 'replaced');

-- name: LastDossierLink :one
SELECT * FROM dossier_links WHERE document_id = $1 ORDER BY id DESC LIMIT 1;

-- name: DossierLinks :many
SELECT * FROM dossier_links WHERE document_id = $1 ORDER BY id;

-- name: InsertDossierLink :exec
INSERT INTO dossier_links (document_id, version, dossier_code, source, score, why, reason, actor, approved_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: FileDocument :execrows
UPDATE documents SET dossier_code = sqlc.narg(dossier_code)::text WHERE id = sqlc.arg(id)::uuid AND dossier_code IS DISTINCT FROM sqlc.narg(dossier_code)::text;

-- name: PutDossierWait :exec
-- Marked at once: the register may have changed between the looking and this, and nobody compared what did not wait yet.
INSERT INTO dossier_waits (document_id, unit_code, codes, tried, why, due_at) VALUES ($1, $2, $3, $4, $5, now())
ON CONFLICT (document_id) DO UPDATE SET unit_code = excluded.unit_code, codes = excluded.codes, tried = excluded.tried, why = excluded.why,
    due_at = CASE WHEN (SELECT changed_at FROM register_clock) > now() - interval '5 minutes' THEN now() END;

-- name: DropDossierWaitNumbers :exec
DELETE FROM dossier_wait_numbers WHERE document_id = $1;

-- name: PutDossierWaitNumbers :exec
INSERT INTO dossier_wait_numbers (document_id, hash) SELECT sqlc.arg(document_id)::uuid, unnest(sqlc.arg(hashes)::bytea[]) ON CONFLICT DO NOTHING;

-- name: DropDossierWait :execrows
DELETE FROM dossier_waits WHERE document_id = $1;

-- name: GetDossierWait :one
SELECT * FROM dossier_waits WHERE document_id = $1;

-- name: HasDossierWaits :one
SELECT EXISTS (SELECT FROM dossier_waits)::bool;

-- name: TryLockDossierWaits :one
-- One server compares at a time; the lock goes with the transaction.
SELECT pg_try_advisory_xact_lock(hashtextextended('sohoa dossier waits', 0));

-- name: DossierWaitPlace :one
SELECT revision, holder_revision FROM dossier_wait_place;

-- name: MoveDossierWaitPlace :exec
UPDATE dossier_wait_place SET revision = sqlc.arg(revision)::bigint, holder_revision = sqlc.arg(holder_revision)::bigint;

-- name: DossiersChangedAfter :many
SELECT code, revision FROM register_dossiers WHERE revision > sqlc.arg(after)::bigint AND deleted_at IS NULL ORDER BY revision LIMIT sqlc.arg(page_size)::int;

-- name: HoldersChangedAfter :many
SELECT code, revision FROM register_holders WHERE revision > sqlc.arg(after)::bigint ORDER BY revision LIMIT sqlc.arg(page_size)::int;

-- name: LastRegisterRevisions :one
SELECT (SELECT coalesce(max(revision), 0) FROM register_dossiers)::bigint AS dossiers, (SELECT coalesce(max(revision), 0) FROM register_holders)::bigint AS holders;

-- name: WakeWaitsOfCodes :execrows
UPDATE dossier_waits SET due_at = now() WHERE codes && sqlc.arg(codes)::text[] AND due_at IS NULL;

-- name: WakeWaitsOfNumbers :execrows
UPDATE dossier_waits w SET due_at = now() WHERE w.due_at IS NULL AND w.document_id IN (
    SELECT x.document_id FROM register_dossier_holders h JOIN register_numbers n ON n.holder_code = h.holder_code
    JOIN dossier_wait_numbers x ON x.hash = n.hash WHERE h.dossier_code = ANY(sqlc.arg(codes)::text[]));

-- name: WakeWaitsOfHolders :execrows
UPDATE dossier_waits w SET due_at = now() WHERE w.due_at IS NULL AND w.document_id IN (
    SELECT x.document_id FROM register_numbers n JOIN dossier_wait_numbers x ON x.hash = n.hash WHERE n.holder_code = ANY(sqlc.arg(holders)::text[]));

-- name: DueDossierWaits :many
-- Of documents that stand still; the others are matched when they are described again.
SELECT w.document_id, d.version FROM dossier_waits w JOIN documents d ON d.id = w.document_id
WHERE w.due_at IS NOT NULL AND d.processing = 'archived' AND d.dossier_code IS NULL
ORDER BY w.due_at, w.document_id LIMIT sqlc.arg(page_size)::int;

-- name: SettleDossierWait :exec
UPDATE dossier_waits SET due_at = NULL WHERE document_id = $1;

-- name: LastDossierTask :one
SELECT * FROM review_tasks WHERE document_id = $1 AND kind = 'dossier' ORDER BY id DESC LIMIT 1;

-- name: InsertRelinkRequest :one
INSERT INTO relink_requests (document_id, unit_code, from_code, to_code, reason, requested_by) VALUES ($1, $2, $3, $4, $5, $6) RETURNING *;

-- name: GetRelinkRequest :one
SELECT * FROM relink_requests WHERE id = $1;

-- name: OpenRelinkRequest :one
SELECT * FROM relink_requests WHERE document_id = $1 AND decision IS NULL;

-- name: ListRelinkRequests :many
SELECT r.*, d.title FROM relink_requests r JOIN documents d ON d.id = r.document_id
WHERE r.decision IS NULL AND (sqlc.narg(unit_code)::text IS NULL OR r.unit_code = sqlc.narg(unit_code)::text) AND r.id > sqlc.arg(after)::bigint
ORDER BY r.id LIMIT sqlc.arg(page_size)::int;

-- name: DecideRelinkRequest :execrows
UPDATE relink_requests SET decision = sqlc.arg(decision)::text, decided_by = sqlc.arg(actor)::text, decided_at = now()
WHERE id = sqlc.arg(id)::bigint AND decision IS NULL;

-- name: ListDossierWaits :many
SELECT w.document_id, w.codes, w.tried, w.why, w.since, d.unit_code, d.access_level, d.title, d.name, d.seq
FROM dossier_waits w JOIN documents d ON d.id = w.document_id
WHERE d.dossier_code IS NULL AND d.processing <> 'cancelled' AND (sqlc.narg(unit_code)::text IS NULL OR d.unit_code = sqlc.narg(unit_code)::text) AND d.seq > sqlc.arg(after)::bigint
ORDER BY d.seq LIMIT sqlc.arg(page_size)::int;

-- name: DropDocumentKeys :exec
DELETE FROM document_keys WHERE document_id = $1;

-- name: PutDocumentKeys :exec
INSERT INTO document_keys (key, document_id) SELECT unnest(sqlc.arg(keys)::bigint[]), sqlc.arg(document_id)::uuid ON CONFLICT DO NOTHING;

-- name: DocumentsOfKeys :many
-- A key that many documents have tells nothing: no more of them are read than show that.
SELECT k.key::bigint AS key, p.document_id FROM unnest(sqlc.arg(keys)::bigint[]) AS k(key)
CROSS JOIN LATERAL (SELECT x.document_id FROM document_keys x WHERE x.key = k.key AND x.document_id <> sqlc.arg(document_id)::uuid LIMIT sqlc.arg(page_size)::int) p;

-- name: DocumentsOfSamePage :many
-- Documents that begin with the same page of the same bytes.
SELECT DISTINCT d.id FROM pages p
JOIN accessions a ON a.master_digest = p.master_digest JOIN document_accessions l ON l.accession_id = a.id
JOIN documents d ON d.id = l.document_id AND d.id <> p.document_id
JOIN pages o ON o.document_id = d.id AND o.version = d.version AND o.ordinal = 1 AND o.master_digest = p.master_digest AND o.master_page = p.master_page
WHERE p.document_id = $1 AND p.version = $2 AND p.ordinal = 1
ORDER BY d.id LIMIT 20;

-- name: TwinCandidates :many
-- Those of the documents that came before, stand and were not told apart from this one, nor filed elsewhere on purpose.
SELECT d.id, d.version, d.title, d.name FROM documents d, documents me
WHERE me.id = sqlc.arg(document_id)::uuid AND d.id = ANY(sqlc.arg(ids)::uuid[]) AND d.unit_code = me.unit_code AND d.seq < me.seq
  AND d.processing IN ('assembling', 'archived') AND d.release NOT IN ('withdrawn', 'replaced')
  AND (d.dossier_code IS NULL OR me.dossier_code IS NULL OR d.dossier_code = me.dossier_code)
  AND NOT EXISTS (SELECT FROM duplicate_verdicts v WHERE v.low_id = least(d.id, me.id) AND v.high_id = greatest(d.id, me.id))
ORDER BY d.seq DESC LIMIT sqlc.arg(page_size)::int;

-- name: PutDuplicateVerdict :exec
INSERT INTO duplicate_verdicts (low_id, high_id, verdict, actor, task_id, before)
VALUES (least(sqlc.arg(one)::uuid, sqlc.arg(other)::uuid), greatest(sqlc.arg(one)::uuid, sqlc.arg(other)::uuid), sqlc.arg(verdict), sqlc.arg(actor), sqlc.arg(task_id), sqlc.arg(before))
ON CONFLICT (low_id, high_id) DO UPDATE SET verdict = excluded.verdict, actor = excluded.actor, task_id = excluded.task_id, before = excluded.before, at = now();

-- name: TakeBackVerdicts :many
DELETE FROM duplicate_verdicts WHERE task_id = sqlc.arg(task_id)::bigint RETURNING *;

-- name: ReplaceTwin :execrows
UPDATE documents SET release = 'replaced', replaced_by = sqlc.arg(other)::uuid WHERE id = sqlc.arg(id)::uuid AND release NOT IN ('signed', 'released', 'replaced');

-- name: RestoreTwin :execrows
UPDATE documents SET release = sqlc.arg(release)::text, replaced_by = NULL WHERE id = sqlc.arg(id)::uuid AND release = 'replaced';

-- name: RetentionOfDossier :one
SELECT coalesce(p.retention, '')::text AS retention, d.completed_on, d.received_on
FROM register_dossiers d LEFT JOIN register_procedures p ON p.code = d.procedure_code WHERE d.code = $1;

-- name: RetentionsOfFile :many
SELECT DISTINCT r.retention FROM document_retentions r JOIN documents d ON d.id = r.document_id
WHERE d.dossier_code = sqlc.arg(dossier_code)::text AND d.id <> sqlc.arg(document_id)::uuid AND d.processing <> 'cancelled';

-- name: ListDocumentTypes :many
SELECT * FROM document_types ORDER BY name;

-- name: PutDocumentType :exec
INSERT INTO document_types (key, name, code, retention) VALUES ($1, $2, $3, $4)
ON CONFLICT (key) DO UPDATE SET name = excluded.name, code = excluded.code, retention = excluded.retention;

-- name: ArchivePatterns :one
SELECT result_code, archive_code FROM archive_settings;

-- name: SetArchivePatterns :exec
UPDATE archive_settings SET result_code = $1, archive_code = $2;

-- name: PutRetention :exec
-- Never earlier than before. A later version's settling reaches its own manifest only, so those before it are extended by the job.
INSERT INTO document_retentions AS t (document_id, retention, ended_on, retain_until, extended_at)
VALUES (sqlc.arg(document_id)::uuid, sqlc.arg(retention)::text, sqlc.narg(ended_on)::date, sqlc.arg(retain_until)::timestamptz, now())
ON CONFLICT (document_id) DO UPDATE SET retention = excluded.retention, ended_on = excluded.ended_on, retain_until = greatest(t.retain_until, excluded.retain_until),
    extended_at = CASE WHEN excluded.retain_until > t.retain_until OR t.extended_at IS NULL THEN NULL ELSE t.extended_at END;

-- name: RaiseRetentionsOfFile :exec
-- A file takes the longest of its documents.
UPDATE document_retentions r SET retention = sqlc.arg(retention)::text, retain_until = sqlc.arg(retain_until)::timestamptz, extended_at = NULL
FROM documents d WHERE d.id = r.document_id AND d.dossier_code = sqlc.arg(dossier_code)::text AND d.id <> sqlc.arg(document_id)::uuid
  AND d.processing <> 'cancelled' AND r.retain_until < sqlc.arg(retain_until)::timestamptz;

-- name: DueLocks :many
SELECT r.document_id, r.retain_until FROM document_retentions r WHERE r.extended_at IS NULL ORDER BY r.document_id LIMIT $1;

-- name: ManifestVersions :many
SELECT version FROM versions WHERE document_id = $1 AND archived_at IS NOT NULL ORDER BY version;

-- name: MastersToExtend :many
SELECT DISTINCT master_digest FROM pages WHERE document_id = $1;

-- name: LocksExtended :exec
UPDATE document_retentions SET extended_at = now() WHERE document_id = $1 AND retain_until <= $2;

-- name: ArchiveRecords :many
-- Of the last archived version of each document.
SELECT d.id, d.seq, d.unit_code, d.dossier_code, d.access_level, d.release, d.replaced_by, d.doc_type, d.number, d.symbol, d.issued_on, d.agency, v.version, v.page_count,
    coalesce(r.retention, '')::text AS retention, r.ended_on, r.retain_until, coalesce(g.procedure_code, '')::text AS procedure_code,
    coalesce((SELECT h.masked FROM holders h WHERE h.document_id = d.id AND h.version = v.version ORDER BY h.ordinal LIMIT 1), '')::text AS owner,
    coalesce((SELECT jsonb_agg(f.field) FROM fields f WHERE f.document_id = d.id AND f.version = v.version
              AND f.name IN ('subject', 'language', 'date', 'procedure', 'holder_id')), '[]')::jsonb AS fields
FROM documents d
JOIN LATERAL (SELECT x.version, x.page_count FROM versions x WHERE x.document_id = d.id AND x.archived_at IS NOT NULL ORDER BY x.version DESC LIMIT 1) v ON true
LEFT JOIN document_retentions r ON r.document_id = d.id
LEFT JOIN register_dossiers g ON g.code = d.dossier_code AND g.deleted_at IS NULL
WHERE (sqlc.narg(id)::uuid IS NULL OR d.id = sqlc.narg(id)::uuid)
  AND (sqlc.narg(unit_code)::text IS NULL OR d.unit_code = sqlc.narg(unit_code)::text)
  AND (sqlc.narg(batch_id)::uuid IS NULL OR d.batch_id = sqlc.narg(batch_id)::uuid)
  AND (sqlc.narg(dossier_code)::text IS NULL OR d.dossier_code = sqlc.narg(dossier_code)::text)
  AND d.seq > sqlc.arg(after)::bigint
ORDER BY d.seq LIMIT sqlc.arg(page_size)::int;
