-- name: TryLock :one
SELECT pg_try_advisory_lock(sqlc.arg(key)::bigint) AS locked;

-- name: Unlock :one
SELECT pg_advisory_unlock(sqlc.arg(key)::bigint) AS unlocked;

-- name: SweepPlace :one
SELECT after_key FROM sweep_places WHERE part = $1;

-- name: SetSweepPlace :exec
INSERT INTO sweep_places (part, after_key) VALUES ($1, $2) ON CONFLICT (part) DO UPDATE SET after_key = excluded.after_key, swept_at = now();

-- name: OrphanMasters :execrows
-- Masters that nothing refers to. An accept that comes now waits for the row and takes it back.
UPDATE masters m SET state = 'orphan', orphaned_at = now()
WHERE m.state = 'held' AND m.created_at < sqlc.arg(before)::timestamptz
  AND NOT EXISTS (SELECT 1 FROM accessions a WHERE a.master_digest = m.digest)
  AND NOT EXISTS (SELECT 1 FROM pages p WHERE p.master_digest = m.digest);

-- name: KnownMasters :many
SELECT digest FROM masters WHERE digest = ANY (sqlc.arg(digests)::bytea[]) AND state <> 'orphan';

-- name: KnownAccessions :many
SELECT id FROM accessions WHERE id = ANY (sqlc.arg(ids)::uuid[]);

-- name: KnownVersions :many
SELECT w.object_key::text FROM (SELECT unnest(sqlc.arg(object_keys)::text[]) AS object_key, unnest(sqlc.arg(ids)::uuid[]) AS id,
                                       unnest(sqlc.arg(versions)::int[]) AS version) w
WHERE EXISTS (SELECT 1 FROM versions v WHERE v.document_id = w.id AND v.version = w.version);

-- name: KnownRenditions :many
-- Of an unfinished document every rendition is known: its row may come yet.
SELECT w.object_key::text FROM (SELECT unnest(sqlc.arg(object_keys)::text[]) AS object_key, unnest(sqlc.arg(ids)::uuid[]) AS id,
                                       unnest(sqlc.arg(versions)::int[]) AS version, unnest(sqlc.arg(prefixes)::bytea[]) AS prefix) w
WHERE EXISTS (SELECT 1 FROM versions v WHERE v.document_id = w.id AND v.version = w.version AND substring(v.rendition_digest FROM 1 FOR 8) = w.prefix)
   OR EXISTS (SELECT 1 FROM documents d WHERE d.id = w.id AND d.processing NOT IN ('archived', 'cancelled'));

-- name: KnownResults :many
-- Of a master with unfinished business every result is known.
SELECT w.object_key::text FROM (SELECT unnest(sqlc.arg(object_keys)::text[]) AS object_key, unnest(sqlc.arg(masters)::bytea[]) AS master,
                                       unnest(sqlc.arg(pages)::int[]) AS page) w
WHERE EXISTS (SELECT 1 FROM page_results r WHERE r.master_digest = w.master AND r.master_page = w.page AND r.object_key = w.object_key)
   OR EXISTS (SELECT 1 FROM accessions a WHERE a.master_digest = w.master AND a.state IN ('received', 'inspecting'))
   OR EXISTS (SELECT 1 FROM accessions a JOIN document_accessions l ON l.accession_id = a.id JOIN documents d ON d.id = l.document_id
              WHERE a.master_digest = w.master AND d.processing NOT IN ('archived', 'cancelled'))
   OR EXISTS (SELECT 1 FROM pages p JOIN documents d ON d.id = p.document_id
              WHERE p.master_digest = w.master AND d.processing NOT IN ('archived', 'cancelled'));

-- name: MarkOrphan :execrows
INSERT INTO orphans (bucket, object_key, object_version) VALUES ($1, $2, $3)
ON CONFLICT (bucket, object_key, object_version) DO UPDATE SET found_at = now(), removed_at = NULL WHERE orphans.removed_at IS NOT NULL;

-- name: UnmarkOrphan :execrows
DELETE FROM orphans WHERE bucket = $1 AND object_key = $2 AND object_version = $3 AND removed_at IS NULL;

-- name: OrphansAfter :many
SELECT bucket, object_key, object_version, found_at FROM orphans
WHERE removed_at IS NULL AND (bucket, object_key, object_version) > (sqlc.arg(bucket)::text, sqlc.arg(object_key)::text, sqlc.arg(object_version)::text)
ORDER BY bucket, object_key, object_version LIMIT sqlc.arg(page_size)::int;

-- name: RemovedOrphan :execrows
UPDATE orphans SET removed_at = now() WHERE bucket = $1 AND object_key = $2 AND object_version = $3 AND removed_at IS NULL;

-- name: WasRemoved :one
SELECT EXISTS (SELECT 1 FROM orphans WHERE bucket = $1 AND object_key = $2 AND object_version = $3 AND removed_at IS NOT NULL);

-- name: ForgetRemovedOrphans :execrows
DELETE FROM orphans WHERE removed_at < $1;

-- name: HoldMasterRow :one
-- Takes the row lock that accept takes, also where there is no row yet.
INSERT INTO masters (digest, size_bytes, object_version, retain_until, state, orphaned_at) VALUES ($1, 0, $2, now(), 'orphan', now())
ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest
RETURNING *;

-- name: MasterInUse :one
SELECT (EXISTS (SELECT 1 FROM accessions a WHERE a.master_digest = $1) OR EXISTS (SELECT 1 FROM pages p WHERE p.master_digest = $1))::bool;

-- name: DropPageResultsOfMaster :exec
DELETE FROM page_results WHERE master_digest = $1;

-- name: DropMaster :execrows
DELETE FROM masters WHERE digest = $1 AND state = 'orphan';

-- name: LockAccessionsOfMaster :many
SELECT id FROM accessions WHERE master_digest = $1 FOR UPDATE;

-- name: UnfinishedDocuments :many
SELECT id FROM documents WHERE id = ANY (sqlc.arg(ids)::uuid[]) AND processing NOT IN ('archived', 'cancelled');

-- name: HoldMaster :execrows
UPDATE masters SET disposal_hold = true WHERE digest = $1 AND NOT disposal_hold;

-- name: FixityMasters :many
SELECT digest, object_version, size_bytes FROM masters
WHERE state = 'held' AND digest > sqlc.arg(after)::bytea ORDER BY digest LIMIT sqlc.arg(page_size)::int;

-- name: FixityVersions :many
SELECT v.document_id, v.version, v.rendition_digest, v.rendition_size, v.rendition_object_version, v.manifest_digest, v.archived_at
FROM versions v WHERE v.manifest IS NOT NULL AND (v.document_id, v.version) > (sqlc.arg(document_id)::uuid, sqlc.arg(version)::int)
ORDER BY v.document_id, v.version LIMIT sqlc.arg(page_size)::int;

-- name: FixityResults :many
SELECT master_digest, master_page, engine, settings, object_key, digest FROM page_results
WHERE (master_digest, master_page, engine, settings) > (sqlc.arg(master)::bytea, sqlc.arg(page)::int, sqlc.arg(engine)::text, sqlc.arg(settings)::text)
ORDER BY master_digest, master_page, engine, settings LIMIT sqlc.arg(page_size)::int;

-- name: FixityAccessions :many
SELECT id, master_digest FROM accessions WHERE id > sqlc.arg(after)::uuid ORDER BY id LIMIT sqlc.arg(page_size)::int;

-- name: VersionsOfDocument :many
SELECT * FROM versions WHERE document_id = $1 ORDER BY version;

-- name: MastersOfDocument :many
SELECT DISTINCT m.digest, m.object_version, m.size_bytes FROM masters m
WHERE m.state <> 'disposed' AND m.digest IN (SELECT p.master_digest FROM pages p WHERE p.document_id = sqlc.arg(document_id)::uuid
                   UNION SELECT a.master_digest FROM document_accessions l JOIN accessions a ON a.id = l.accession_id WHERE l.document_id = sqlc.arg(document_id)::uuid);

-- name: ResultsOfMaster :many
SELECT master_page, object_key, digest FROM page_results WHERE master_digest = $1 ORDER BY master_page, object_key;

-- name: CatalogueContent :one
SELECT (SELECT count(*) FROM accessions)::bigint AS accessions, (SELECT count(*) FROM documents)::bigint AS documents, (SELECT count(*) FROM batches)::bigint AS batches;

-- name: UnfinishedRebuild :one
SELECT EXISTS (SELECT 1 FROM rebuilds WHERE finished_at IS NULL);

-- name: BeginRebuild :exec
INSERT INTO rebuilds DEFAULT VALUES;

-- name: FinishRebuilds :exec
UPDATE rebuilds SET finished_at = now() WHERE finished_at IS NULL;

-- name: DropRebuildItems :exec
DELETE FROM rebuild_items;

-- name: StageRebuildItems :exec
INSERT INTO rebuild_items (kind, at, object, stored_at, body)
SELECT sqlc.arg(kind)::smallint, unnest(sqlc.arg(times)::timestamptz[]), unnest(sqlc.arg(objects)::text[]), unnest(sqlc.arg(stored)::timestamptz[]), unnest(sqlc.arg(bodies)::bytea[])
ON CONFLICT DO NOTHING;

-- name: RebuildItemsAfter :many
SELECT * FROM rebuild_items WHERE kind = sqlc.arg(kind)::smallint AND (at, object) > (sqlc.arg(at)::timestamptz, sqlc.arg(object)::text)
ORDER BY at, object LIMIT sqlc.arg(page_size)::int;

-- name: RebuildItem :one
SELECT * FROM rebuild_items WHERE object = $1;

-- name: RestoreMaster :exec
-- What the store says of a master. What was disposed of by decision stays so.
INSERT INTO masters (digest, size_bytes, object_version, retain_until, created_at, disposal_hold) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (digest) DO UPDATE SET state = CASE WHEN masters.state = 'orphan' THEN 'held' ELSE masters.state END, orphaned_at = NULL,
    object_version = CASE WHEN excluded.object_version = '' THEN masters.object_version ELSE excluded.object_version END,
    retain_until = greatest(masters.retain_until, excluded.retain_until), disposal_hold = masters.disposal_hold OR excluded.disposal_hold;

-- name: RestoreBatch :exec
INSERT INTO batches (id, unit_code, name, queue, created_by, created_at, splitting, page_order) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING;

-- name: FinishAccession :exec
-- All its pages are in archived documents.
UPDATE accessions SET state = 'split', media_type = $2, pages = $3, warnings = $4,
    rejected_code = NULL, rejected_detail = NULL, stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
WHERE id = $1;

-- name: RestoreDocument :exec
INSERT INTO documents (id, unit_code, dossier_code, access_level, batch_id, name, queue, processing, version, created_at, archived_at, shelf, procedure_code)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'archived', $8, $9, $10, $11, $12)
ON CONFLICT (id) DO UPDATE SET processing = 'archived', version = excluded.version, attempt = documents.attempt + 1, archived_at = excluded.archived_at,
    dossier_code = excluded.dossier_code, access_level = excluded.access_level, name = excluded.name,
    shelf = excluded.shelf, procedure_code = excluded.procedure_code,
    release = CASE WHEN documents.release = 'replaced' AND documents.version < excluded.version THEN 'unconfirmed' ELSE documents.release END,
    replaced_by = CASE WHEN documents.version < excluded.version THEN NULL ELSE documents.replaced_by END,
    stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
WHERE documents.version <= excluded.version;

-- name: RestoreVersion :exec
INSERT INTO versions (document_id, version, reason, created_by, created_at, page_count, snapshot, rendition_digest, rendition_size,
    rendition_object_version, conformance, checked_by, manifest, manifest_digest, archived_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (document_id, version) DO UPDATE SET page_count = excluded.page_count, snapshot = excluded.snapshot,
    rendition_digest = excluded.rendition_digest, rendition_size = excluded.rendition_size, rendition_object_version = excluded.rendition_object_version,
    conformance = excluded.conformance, checked_by = excluded.checked_by, manifest = excluded.manifest, manifest_digest = excluded.manifest_digest,
    archived_at = excluded.archived_at;

-- name: DropPages :exec
DELETE FROM pages WHERE document_id = $1 AND version = $2;

-- name: CloseTasksOfVersions :exec
DELETE FROM outbox WHERE document_id = $1 AND version <= sqlc.arg(version)::int;
