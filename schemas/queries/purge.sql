-- name: InsertPurge :execrows
INSERT INTO purges (id, document_id, unit_code, reason, note, whole_file, requested_by, requested_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING;

-- name: GetPurge :one
SELECT * FROM purges WHERE id = $1;

-- name: LockPurge :one
SELECT * FROM purges WHERE id = $1 FOR UPDATE;

-- name: OpenPurgeOf :one
SELECT * FROM purges WHERE document_id = $1 AND state = 'requested';

-- name: ListPurges :many
SELECT * FROM purges
WHERE (sqlc.narg(unit_code)::text IS NULL OR unit_code = sqlc.narg(unit_code)::text) AND (sqlc.narg(state)::text IS NULL OR state = sqlc.narg(state)::text)
  AND (sqlc.narg(before)::timestamptz IS NULL OR requested_at < sqlc.narg(before)::timestamptz)
ORDER BY requested_at DESC, id LIMIT sqlc.arg(page_size)::int;

-- name: RefusePurge :execrows
UPDATE purges SET state = 'refused', decided_by = sqlc.arg(actor)::text, decided_at = sqlc.arg(at)::timestamptz, note = '' WHERE id = $1 AND state = 'requested';

-- name: ApprovePurge :execrows
UPDATE purges SET state = 'approved', decided_by = sqlc.arg(actor)::text, decided_at = sqlc.arg(at)::timestamptz, note = '', tombstone = sqlc.arg(tombstone)::bytea
WHERE id = $1 AND state = 'requested';

-- name: RestorePurge :execrows
-- As a tombstone in the store tells it; what it removed is looked for once more.
INSERT INTO purges (id, document_id, unit_code, reason, state, requested_by, requested_at, decided_by, decided_at, tombstone)
VALUES ($1, $2, $3, $4, 'approved', $5, $6, $7, $8, $9)
ON CONFLICT (id) DO UPDATE SET state = 'approved', decided_by = excluded.decided_by, decided_at = excluded.decided_at, tombstone = excluded.tombstone, note = ''
WHERE purges.state IN ('requested', 'refused');

-- name: InsertPurgeDocuments :exec
INSERT INTO purge_documents (document_id, purge_id) SELECT unnest(sqlc.arg(documents)::uuid[]), sqlc.arg(purge_id)::uuid ON CONFLICT DO NOTHING;

-- name: InsertPurgeMaster :exec
INSERT INTO purge_masters (digest, purge_id, left_out) VALUES ($1, $2, sqlc.arg(left_out)::int[]) ON CONFLICT DO NOTHING;

-- name: MasterPurged :one
SELECT (EXISTS (SELECT 1 FROM purge_masters p WHERE p.digest = $1) OR EXISTS (SELECT 1 FROM masters m WHERE m.digest = $1 AND m.state = 'disposed'))::bool AS gone;

-- name: UnfinishedPurges :many
SELECT * FROM purges WHERE state IN ('approved', 'cleared') ORDER BY requested_at, id;

-- name: DonePurges :many
SELECT * FROM purges WHERE state = 'done' AND id > sqlc.arg(after)::uuid ORDER BY id LIMIT sqlc.arg(page_size)::int;

-- name: PurgeWaits :exec
UPDATE purges SET waiting = sqlc.arg(waiting)::text WHERE id = $1;

-- name: ClearPurge :execrows
UPDATE purges SET state = 'cleared', waiting = '' WHERE id = $1 AND state = 'approved';

-- name: EndPurge :execrows
UPDATE purges SET state = 'done', waiting = '', done_at = sqlc.arg(at)::timestamptz WHERE id = $1 AND state = 'cleared';

-- name: PagesShown :many
-- Pages of masters that versions of documents show or leave out.
SELECT p.document_id, p.version, (p.version = d.version)::bool AS current, p.master_digest, p.master_page
FROM pages p JOIN documents d ON d.id = p.document_id WHERE p.document_id = ANY (sqlc.arg(documents)::uuid[])
UNION SELECT l.document_id, l.version, (l.version = d.version)::bool, l.master_digest, l.master_page
FROM left_out_pages l JOIN documents d ON d.id = l.document_id WHERE l.document_id = ANY (sqlc.arg(documents)::uuid[]);

-- name: ShowingPages :many
-- Every version of every document that shows or leaves out a page of these masters.
SELECT DISTINCT x.document_id, x.version, (x.version = d.version)::bool AS current, d.processing, d.unit_code, d.access_level, x.master_digest, x.master_page
FROM (SELECT p.document_id, p.version, p.master_digest, p.master_page FROM pages p WHERE p.master_digest = ANY (sqlc.arg(masters)::bytea[])
      UNION ALL SELECT l.document_id, l.version, l.master_digest, l.master_page FROM left_out_pages l WHERE l.master_digest = ANY (sqlc.arg(masters)::bytea[])) x
JOIN documents d ON d.id = x.document_id;

-- name: AccessionsOfMasters :many
SELECT * FROM accessions WHERE master_digest = ANY (sqlc.arg(masters)::bytea[]) ORDER BY seq;

-- name: LockMasters :many
SELECT * FROM masters WHERE digest = ANY (sqlc.arg(masters)::bytea[]) ORDER BY digest FOR UPDATE;

-- name: UsersOfMaster :many
-- Documents whose current version shows or leaves out a page of a master.
SELECT d.id, d.processing FROM documents d
WHERE EXISTS (SELECT 1 FROM pages p WHERE p.document_id = d.id AND p.version = d.version AND p.master_digest = sqlc.arg(master)::bytea)
   OR EXISTS (SELECT 1 FROM left_out_pages l WHERE l.document_id = d.id AND l.version = d.version AND l.master_digest = sqlc.arg(master)::bytea)
ORDER BY d.id;

-- name: UnsettledOfPurge :one
-- Documents on the substitutes of a purge whose manifests are not stored yet.
SELECT count(DISTINCT d.id) FROM accessions a JOIN document_accessions l ON l.accession_id = a.id JOIN documents d ON d.id = l.document_id
WHERE a.derived ->> 'tombstone' = sqlc.arg(purge_id)::text AND d.processing NOT IN ('archived', 'cancelled');

-- name: DropDocuments :exec
-- Everything the catalogue holds of documents. Changes of pages that they took part in cannot be undone any more.
WITH ids AS (SELECT unnest(sqlc.arg(documents)::uuid[]) AS id),
     arr AS (SELECT a.arrangement_id AS id FROM arrangement_documents a WHERE a.document_id IN (SELECT id FROM ids)),
     undo AS (SELECT id FROM arr UNION SELECT x.id FROM arrangements x WHERE x.undoes IN (SELECT id FROM arr)),
     t01 AS (DELETE FROM outbox x WHERE x.document_id IN (SELECT id FROM ids)),
     t02 AS (DELETE FROM search_pages x WHERE x.document_id IN (SELECT id FROM ids)),
     t03 AS (DELETE FROM fields x WHERE x.document_id IN (SELECT id FROM ids)),
     t04 AS (DELETE FROM holders x WHERE x.document_id IN (SELECT id FROM ids)),
     t05 AS (DELETE FROM decisions x WHERE x.document_id IN (SELECT id FROM ids)),
     t06 AS (DELETE FROM review_tasks x WHERE x.document_id IN (SELECT id FROM ids)),
     t07 AS (DELETE FROM dossier_links x WHERE x.document_id IN (SELECT id FROM ids)),
     t08 AS (DELETE FROM dossier_waits x WHERE x.document_id IN (SELECT id FROM ids)),
     t09 AS (DELETE FROM relink_requests x WHERE x.document_id IN (SELECT id FROM ids)),
     t10 AS (DELETE FROM document_keys x WHERE x.document_id IN (SELECT id FROM ids)),
     t11 AS (DELETE FROM duplicate_verdicts x WHERE x.low_id IN (SELECT id FROM ids) OR x.high_id IN (SELECT id FROM ids)),
     t12 AS (DELETE FROM document_retentions x WHERE x.document_id IN (SELECT id FROM ids)),
     t13 AS (DELETE FROM arrangement_documents x WHERE x.arrangement_id IN (SELECT id FROM undo)),
     t14 AS (DELETE FROM arrangements x WHERE x.id IN (SELECT id FROM undo)),
     t15 AS (DELETE FROM pages x WHERE x.document_id IN (SELECT id FROM ids)),
     t16 AS (DELETE FROM left_out_pages x WHERE x.document_id IN (SELECT id FROM ids)),
     t17 AS (DELETE FROM versions x WHERE x.document_id IN (SELECT id FROM ids)),
     t18 AS (DELETE FROM document_accessions x WHERE x.document_id IN (SELECT id FROM ids)),
     t19 AS (UPDATE documents x SET replaced_by = NULL WHERE x.replaced_by IN (SELECT id FROM ids) AND x.id NOT IN (SELECT id FROM ids))
DELETE FROM documents x WHERE x.id IN (SELECT id FROM ids);

-- name: ForgetOption :exec
-- A question about another paper no longer offers a document that went; one that offers nothing any more is closed.
UPDATE review_tasks t SET options = o.left_over,
    state = CASE WHEN t.state IN ('open', 'claimed', 'returned') AND o.left_over = '[]' THEN 'cancelled' ELSE t.state END,
    claimed_by = CASE WHEN o.left_over = '[]' AND t.state = 'claimed' THEN NULL ELSE t.claimed_by END,
    claim_until = CASE WHEN o.left_over = '[]' AND t.state = 'claimed' THEN NULL ELSE t.claim_until END,
    returned_to = CASE WHEN o.left_over = '[]' AND t.state = 'returned' THEN NULL ELSE t.returned_to END,
    closed_at = CASE WHEN t.state IN ('open', 'claimed', 'returned') AND o.left_over = '[]' THEN now() ELSE t.closed_at END
FROM (SELECT r.id, coalesce((SELECT jsonb_agg(e) FROM jsonb_array_elements(r.options) e WHERE e ->> 'value' <> sqlc.arg(document)::text), '[]') AS left_over
      FROM review_tasks r WHERE r.options @> jsonb_build_array(jsonb_build_object('value', sqlc.arg(document)::text))) o
WHERE o.id = t.id;

-- name: DropVersion :exec
-- An earlier version of a document that stays.
WITH t01 AS (DELETE FROM fields x WHERE x.document_id = sqlc.arg(document_id)::uuid AND x.version = sqlc.arg(version)::int),
     t02 AS (DELETE FROM holders x WHERE x.document_id = sqlc.arg(document_id)::uuid AND x.version = sqlc.arg(version)::int),
     t03 AS (DELETE FROM pages x WHERE x.document_id = sqlc.arg(document_id)::uuid AND x.version = sqlc.arg(version)::int),
     t04 AS (DELETE FROM left_out_pages x WHERE x.document_id = sqlc.arg(document_id)::uuid AND x.version = sqlc.arg(version)::int),
     t05 AS (UPDATE decisions x SET task_id = NULL WHERE x.task_id IN (SELECT r.id FROM review_tasks r WHERE r.document_id = sqlc.arg(document_id)::uuid AND r.version = sqlc.arg(version)::int)),
     t06 AS (DELETE FROM review_tasks x WHERE x.document_id = sqlc.arg(document_id)::uuid AND x.version = sqlc.arg(version)::int)
DELETE FROM versions x WHERE x.document_id = sqlc.arg(document_id)::uuid AND x.version = sqlc.arg(version)::int;

-- name: DropLinks :exec
DELETE FROM document_accessions l USING accessions a
WHERE a.id = l.accession_id AND a.id = ANY (sqlc.arg(accessions)::uuid[]) AND a.master_digest = ANY (sqlc.arg(masters)::bytea[]);

-- name: DropAccessions :exec
-- Accessions without documents. A zip stays: other papers came out of it.
WITH ids AS (SELECT a.id FROM accessions a WHERE a.id = ANY (sqlc.arg(accessions)::uuid[])
             AND NOT EXISTS (SELECT 1 FROM document_accessions l WHERE l.accession_id = a.id)
             AND NOT EXISTS (SELECT 1 FROM accessions c WHERE c.parent_id = a.id)),
     t01 AS (DELETE FROM outbox x WHERE x.accession_id IN (SELECT id FROM ids)),
     t02 AS (DELETE FROM idempotency_keys x WHERE x.accession_id IN (SELECT id FROM ids))
DELETE FROM accessions x WHERE x.id IN (SELECT id FROM ids);

-- name: InsertDerivedAccession :execrows
INSERT INTO accessions (id, batch_id, parent_id, unit_code, dossier_code, access_level, name, master_digest, size_bytes, media_type, pages, warnings, queue, state,
    received_by, received_at, derived)
SELECT sqlc.arg(id)::uuid, a.batch_id, a.parent_id, a.unit_code, a.dossier_code, a.access_level, a.name, sqlc.arg(master)::bytea, sqlc.arg(size_bytes)::bigint, a.media_type,
    sqlc.arg(pages)::int, '{}', a.queue, 'split', a.received_by, a.received_at, sqlc.arg(derived)::jsonb
FROM accessions a WHERE a.id = sqlc.arg(from_id)::uuid
ON CONFLICT DO NOTHING;

-- name: SettleAccession :exec
-- There is nothing to be inspected: the master was made here, or is gone.
UPDATE accessions SET state = 'split', media_type = coalesce(sqlc.narg(media_type)::text, media_type), pages = coalesce(sqlc.narg(pages)::int, pages), derived = coalesce(sqlc.narg(derived)::jsonb, derived)
WHERE id = $1 AND state IN ('received', 'inspecting');

-- name: RelinkDocuments :exec
UPDATE document_accessions SET accession_id = sqlc.arg(to_id)::uuid WHERE accession_id = sqlc.arg(from_id)::uuid;

-- name: MovePagesToSubstitute :exec
-- The pages of a version are those of the substitute from now on.
UPDATE pages p SET master_digest = sqlc.arg(to_master)::bytea, master_page = m.to_page
FROM (SELECT unnest(sqlc.arg(from_pages)::int[]) AS from_page, unnest(sqlc.arg(to_pages)::int[]) AS to_page) m
WHERE p.document_id = sqlc.arg(document_id)::uuid AND p.version = sqlc.arg(version)::int AND p.master_digest = sqlc.arg(from_master)::bytea AND p.master_page = m.from_page;

-- name: MoveResultsToSubstitute :exec
-- What was read on them goes along.
UPDATE pages p SET result_key = m.new_key
FROM (SELECT unnest(sqlc.arg(old_keys)::text[]) AS old_key, unnest(sqlc.arg(new_keys)::text[]) AS new_key) m
WHERE p.document_id = sqlc.arg(document_id)::uuid AND p.version = sqlc.arg(version)::int AND p.result_key = m.old_key;

-- name: MoveLeftOutToSubstitute :exec
UPDATE left_out_pages p SET master_digest = sqlc.arg(to_master)::bytea, master_page = m.to_page
FROM (SELECT unnest(sqlc.arg(from_pages)::int[]) AS from_page, unnest(sqlc.arg(to_pages)::int[]) AS to_page) m
WHERE p.document_id = sqlc.arg(document_id)::uuid AND p.version = sqlc.arg(version)::int AND p.master_digest = sqlc.arg(from_master)::bytea AND p.master_page = m.from_page;

-- name: MoveDecisionsToSubstitute :exec
UPDATE decisions p SET page_master = sqlc.arg(to_master)::bytea, page_number = m.to_page
FROM (SELECT unnest(sqlc.arg(from_pages)::int[]) AS from_page, unnest(sqlc.arg(to_pages)::int[]) AS to_page) m
WHERE p.document_id = sqlc.arg(document_id)::uuid AND p.page_master = sqlc.arg(from_master)::bytea AND p.page_number = m.from_page;

-- name: AllResultsOfMaster :many
SELECT * FROM page_results WHERE master_digest = $1 ORDER BY master_page, engine, settings;

-- name: DisposeMaster :execrows
-- A hold wins.
UPDATE masters SET state = 'disposed', orphaned_at = NULL WHERE digest = $1 AND NOT disposal_hold;

-- name: DropPageKillsOfMaster :exec
DELETE FROM page_kills WHERE master_digest = $1;
