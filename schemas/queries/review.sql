-- name: OpenReviewTasks :many
SELECT * FROM review_tasks WHERE document_id = $1 AND state IN ('open', 'claimed', 'returned') FOR UPDATE;

-- name: AnsweredSubjects :many
SELECT DISTINCT subject FROM decisions WHERE document_id = $1 AND kind IN ('dossier', 'split', 'page', 'duplicate') AND subject <> '' AND undone_at IS NULL;

-- name: InsertReviewTask :one
INSERT INTO review_tasks (document_id, version, document_seq, unit_code, access_level, batch_id, kind, page, reason, fields, options, subject, priority)
SELECT d.id, sqlc.arg(version)::int, d.seq, d.unit_code, d.access_level, d.batch_id, sqlc.arg(kind)::text, sqlc.arg(page)::int, sqlc.arg(reason)::text,
       sqlc.arg(fields)::text[], sqlc.arg(options)::jsonb, sqlc.arg(subject)::text, CASE WHEN d.queue = 'interactive' THEN 0 ELSE 2 END
FROM documents d WHERE d.id = sqlc.arg(document_id)::uuid
RETURNING id;

-- name: TakeOverReviewTask :exec
-- A newer version asks the same. What was sent back to an earlier step returns by this.
UPDATE review_tasks SET version = $2, reason = $3, fields = $4, options = $5, subject = $6,
    state = CASE WHEN state = 'returned' THEN 'open' ELSE state END, returned_to = NULL,
    assigned_to = CASE WHEN state = 'returned' THEN NULL ELSE assigned_to END
WHERE id = $1;

-- name: CancelReviewTask :exec
UPDATE review_tasks SET state = 'cancelled', closed_at = now(), claimed_by = NULL, claimed_at = NULL, claim_until = NULL, returned_to = NULL WHERE id = $1;

-- name: CancelReviewTasksOfDocument :exec
UPDATE review_tasks SET state = 'cancelled', closed_at = now(), claimed_by = NULL, claimed_at = NULL, claim_until = NULL, returned_to = NULL
WHERE document_id = $1 AND state IN ('open', 'claimed', 'returned');

-- name: SettleReview :exec
-- Whether anything of a document is asked, and whether what people decided is all that was to be decided.
UPDATE documents d SET
    needs_review = x.asked,
    release = CASE WHEN NOT x.asked AND d.release = 'unconfirmed' AND x.decided THEN 'confirmed'
                   WHEN x.asked AND d.release = 'confirmed' THEN 'unconfirmed' ELSE d.release END
FROM (SELECT EXISTS (SELECT 1 FROM review_tasks t WHERE t.document_id = sqlc.arg(document_id)::uuid AND t.state IN ('open', 'claimed', 'returned')) AS asked,
             EXISTS (SELECT 1 FROM decisions c WHERE c.document_id = sqlc.arg(document_id)::uuid AND c.undone_at IS NULL) AS decided) x
WHERE d.id = sqlc.arg(document_id)::uuid;

-- name: LockReviewer :exec
-- One person's requests one after the other, so that nobody is given more than may be held.
SELECT pg_advisory_xact_lock(hashtextextended('sohoa review ' || sqlc.arg(actor)::text, 0));

-- name: ClaimsOf :many
SELECT * FROM review_tasks WHERE state = 'claimed' AND claimed_by = sqlc.arg(actor)::text ORDER BY claimed_at, id FOR UPDATE;

-- name: ClaimReviewTask :one
-- The best task that the actor may have. A claim that ran out is as good as none.
WITH best AS MATERIALIZED (
    SELECT t.id FROM review_tasks t
    WHERE t.state IN ('open', 'claimed') AND (t.state = 'open' OR t.claim_until < now() AND t.claimed_by <> sqlc.arg(actor)::text)
      AND (sqlc.narg(unit_code)::text IS NULL OR t.unit_code = sqlc.narg(unit_code)::text)
      AND (sqlc.narg(batch_id)::uuid IS NULL OR t.batch_id = sqlc.narg(batch_id)::uuid)
      AND (sqlc.narg(kind)::text IS NULL OR t.kind = sqlc.narg(kind)::text)
      AND (t.assigned_to IS NULL OR t.assigned_to = sqlc.arg(actor)::text)
      AND NOT sqlc.arg(actor)::text = ANY (t.skipped_by)
    ORDER BY t.priority, t.document_seq, t.id LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE review_tasks r SET state = 'claimed', claimed_by = sqlc.arg(actor)::text, claimed_at = now(), claim_until = now() + make_interval(secs => sqlc.arg(seconds)::float8)
FROM best WHERE r.id = best.id
RETURNING r.*;

-- name: RenewClaim :execrows
UPDATE review_tasks SET claim_until = now() + make_interval(secs => sqlc.arg(seconds)::float8)
WHERE id = sqlc.arg(id)::bigint AND state = 'claimed' AND claimed_by = sqlc.arg(actor)::text;

-- name: ReleaseClaim :execrows
UPDATE review_tasks SET state = 'open', claimed_by = NULL, claimed_at = NULL, claim_until = NULL
WHERE id = sqlc.arg(id)::bigint AND state = 'claimed' AND claimed_by = sqlc.arg(actor)::text;

-- name: SkipReviewTask :execrows
UPDATE review_tasks SET state = 'open', claimed_by = NULL, claimed_at = NULL, claim_until = NULL, skipped_by = array_append(skipped_by, sqlc.arg(actor)::text)
WHERE id = sqlc.arg(id)::bigint AND state = 'claimed' AND claimed_by = sqlc.arg(actor)::text;

-- name: ForgetSkips :execrows
UPDATE review_tasks SET skipped_by = array_remove(skipped_by, sqlc.arg(actor)::text)
WHERE state IN ('open', 'claimed') AND sqlc.arg(actor)::text = ANY (skipped_by);

-- name: HandOnReviewTask :execrows
UPDATE review_tasks SET state = 'open', claimed_by = NULL, claimed_at = NULL, claim_until = NULL, assigned_to = sqlc.arg(account)::text,
    priority = least(priority, 1), comment = sqlc.arg(comment)::text, skipped_by = array_remove(skipped_by, sqlc.arg(account)::text)
WHERE id = sqlc.arg(id)::bigint AND state = 'claimed' AND claimed_by = sqlc.arg(actor)::text;

-- name: ReturnReviewTask :execrows
-- What is to be scanned again goes to whoever handed the paper in, and has it.
UPDATE review_tasks SET state = 'returned', claimed_by = NULL, claimed_at = NULL, claim_until = NULL, returned_to = sqlc.arg(step)::text,
    returned_by = sqlc.arg(actor)::text, comment = sqlc.arg(comment)::text,
    assigned_to = CASE WHEN sqlc.arg(step)::text = 'rescan' THEN (SELECT a.received_by FROM document_accessions l JOIN accessions a ON a.id = l.accession_id
                                                                  WHERE l.document_id = review_tasks.document_id ORDER BY a.seq LIMIT 1) END
WHERE id = sqlc.arg(id)::bigint AND state = 'claimed' AND claimed_by = sqlc.arg(actor)::text;

-- name: ReopenReviewTask :execrows
UPDATE review_tasks SET state = 'open', returned_to = NULL, assigned_to = NULL WHERE id = $1 AND state = 'returned';

-- name: FinishReviewTask :execrows
UPDATE review_tasks SET state = 'done', closed_at = now(), claimed_by = NULL, claimed_at = NULL, claim_until = NULL
WHERE id = sqlc.arg(id)::bigint AND state = 'claimed' AND claimed_by = sqlc.arg(actor)::text;

-- name: ReopenDoneReviewTask :execrows
UPDATE review_tasks SET state = 'claimed', closed_at = NULL, claimed_by = sqlc.arg(actor)::text, claimed_at = 'epoch', claim_until = now() + make_interval(secs => sqlc.arg(seconds)::float8)
WHERE id = sqlc.arg(id)::bigint AND state = 'done';

-- name: GetReviewTask :one
SELECT * FROM review_tasks WHERE id = $1;

-- name: LockReviewTask :one
SELECT * FROM review_tasks WHERE id = $1 FOR UPDATE;

-- name: ListReviewTasks :many
SELECT sqlc.embed(t), d.title, d.name, d.version AS document_version, b.name AS batch_name
FROM review_tasks t JOIN documents d ON d.id = t.document_id LEFT JOIN batches b ON b.id = t.batch_id
WHERE (sqlc.narg(unit_code)::text IS NULL OR t.unit_code = sqlc.narg(unit_code)::text)
  AND (sqlc.narg(batch_id)::uuid IS NULL OR t.batch_id = sqlc.narg(batch_id)::uuid)
  AND (sqlc.narg(kind)::text IS NULL OR t.kind = sqlc.narg(kind)::text)
  AND (sqlc.narg(state)::text IS NULL AND t.state IN ('open', 'claimed', 'returned') OR t.state = sqlc.narg(state)::text)
  AND (sqlc.narg(assigned_to)::text IS NULL OR t.assigned_to = sqlc.narg(assigned_to)::text)
  AND (sqlc.narg(document_id)::uuid IS NULL OR t.document_id = sqlc.narg(document_id)::uuid)
  AND t.id > sqlc.arg(after)::bigint
ORDER BY t.id LIMIT sqlc.arg(page_size)::int;

-- name: CountReviewTasks :many
SELECT t.unit_code, t.kind, t.priority, t.state, count(*) AS n, min(t.created_at)::timestamptz AS oldest
FROM review_tasks t
WHERE t.state IN ('open', 'claimed', 'returned') AND (sqlc.narg(unit_code)::text IS NULL OR t.unit_code = sqlc.narg(unit_code)::text)
GROUP BY t.unit_code, t.kind, t.priority, t.state ORDER BY t.unit_code, t.priority, t.kind, t.state;

-- name: CountForReviewer :one
-- What is left for one person: to be had now, and skipped by them.
SELECT count(*) FILTER (WHERE NOT sqlc.arg(actor)::text = ANY (t.skipped_by)) AS open, count(*) FILTER (WHERE sqlc.arg(actor)::text = ANY (t.skipped_by)) AS skipped
FROM review_tasks t
WHERE t.state IN ('open', 'claimed') AND (t.state = 'open' OR t.claim_until < now() OR t.claimed_by = sqlc.arg(actor)::text)
  AND (t.assigned_to IS NULL OR t.assigned_to = sqlc.arg(actor)::text)
  AND (sqlc.narg(unit_code)::text IS NULL OR t.unit_code = sqlc.narg(unit_code)::text)
  AND (sqlc.narg(batch_id)::uuid IS NULL OR t.batch_id = sqlc.narg(batch_id)::uuid)
  AND (sqlc.narg(kind)::text IS NULL OR t.kind = sqlc.narg(kind)::text);

-- name: InsertDecision :one
INSERT INTO decisions (actor, task_id, document_id, unit_code, batch_id, version, kind, field, before, after, changed, subject, page_master, page_number)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
RETURNING id;

-- name: InsertRestoredDecision :exec
INSERT INTO decisions (at, actor, document_id, unit_code, batch_id, version, kind, field, before, after, changed, page_master, page_number, applied_version)
SELECT sqlc.arg(at)::timestamptz, sqlc.arg(actor)::text, d.id, d.unit_code, d.batch_id, sqlc.arg(version)::int, 'fields', sqlc.arg(field)::text, '{}', sqlc.arg(after)::jsonb, true,
       sqlc.narg(page_master)::bytea, sqlc.narg(page_number)::int, sqlc.arg(version)::int
FROM documents d WHERE d.id = sqlc.arg(document_id)::uuid;

-- name: DecidedFields :many
-- The current decisions of a version, of fields whose page is still one of its pages.
SELECT x.field, x.after FROM (
    SELECT DISTINCT ON (c.field) c.field, c.after FROM decisions c
    WHERE c.document_id = sqlc.arg(document_id)::uuid AND c.kind = 'fields' AND c.applied_version <= sqlc.arg(version)::int
      AND (c.undone_version IS NULL OR c.undone_version > sqlc.arg(version)::int)
      AND (c.page_master IS NULL OR EXISTS (SELECT 1 FROM pages p WHERE p.document_id = c.document_id AND p.version = sqlc.arg(version)::int
                                              AND p.master_digest = c.page_master AND p.master_page = c.page_number))
    ORDER BY c.field, c.id DESC) x
ORDER BY x.field;

-- name: PendingDecisions :many
-- Decisions that no version shows yet, and undone ones that a version still shows.
SELECT * FROM decisions
WHERE document_id = $1 AND kind IN ('fields', 'dossier', 'access')
  AND (undone_at IS NULL AND applied_version IS NULL OR undone_at IS NOT NULL AND applied_version IS NOT NULL AND undone_version IS NULL)
ORDER BY id;

-- name: ApplyDecisions :exec
UPDATE decisions SET
    applied_version = CASE WHEN undone_at IS NULL THEN coalesce(applied_version, sqlc.arg(version)::int) ELSE applied_version END,
    undone_version = CASE WHEN undone_at IS NOT NULL AND applied_version IS NOT NULL THEN coalesce(undone_version, sqlc.arg(version)::int) ELSE undone_version END
WHERE document_id = sqlc.arg(document_id)::uuid AND kind IN ('fields', 'dossier', 'access')
  AND (undone_at IS NULL AND applied_version IS NULL OR undone_at IS NOT NULL AND applied_version IS NOT NULL AND undone_version IS NULL);

-- name: LastDecidedTask :one
SELECT c.task_id::bigint FROM decisions c JOIN review_tasks t ON t.id = c.task_id
WHERE c.actor = sqlc.arg(actor)::text AND c.undone_at IS NULL AND t.state = 'done'
ORDER BY c.id DESC LIMIT 1;

-- name: UndoDecisionsOfTask :execrows
UPDATE decisions SET undone_at = now(), undone_by = sqlc.arg(actor)::text WHERE task_id = sqlc.arg(task_id)::bigint AND undone_at IS NULL;

-- name: UndoFieldsExcept :exec
UPDATE decisions SET undone_at = sqlc.arg(at)::timestamptz, undone_by = sqlc.arg(actor)::text, undone_version = sqlc.arg(version)::int
WHERE document_id = sqlc.arg(document_id)::uuid AND kind = 'fields' AND undone_at IS NULL AND applied_version < sqlc.arg(version)::int
  AND NOT field = ANY (sqlc.arg(fields)::text[]);

-- name: DecisionsOfDocument :many
SELECT * FROM decisions WHERE document_id = $1 ORDER BY id;

-- name: NextVersion :execrows
UPDATE documents SET version = version + 1, attempt = attempt + 1, processing = 'describing', stalled_code = NULL, stalled_detail = NULL, stalled_at = NULL
WHERE id = $1 AND version = $2 AND processing = 'archived';

-- name: CopyPages :exec
INSERT INTO pages (document_id, version, ordinal, master_digest, master_page, turn, state, kind, found_turn, skew, confidence, result_key, quality)
SELECT p.document_id, p.version + 1, p.ordinal, p.master_digest, p.master_page, p.turn, p.state, p.kind, p.found_turn, p.skew, p.confidence, p.result_key, p.quality
FROM pages p WHERE p.document_id = $1 AND p.version = $2;

-- name: CopyLeftOutPages :exec
INSERT INTO left_out_pages (document_id, version, seq, before, master_digest, master_page, reason)
SELECT l.document_id, l.version + 1, l.seq, l.before, l.master_digest, l.master_page, l.reason
FROM left_out_pages l WHERE l.document_id = $1 AND l.version = $2;

-- name: SetAccess :exec
WITH search AS (UPDATE search_pages SET access_level = sqlc.arg(access_level)::text WHERE document_id = sqlc.arg(id)::uuid),
     tasks AS (UPDATE review_tasks SET access_level = sqlc.arg(access_level)::text WHERE document_id = sqlc.arg(id)::uuid)
UPDATE documents SET access_level = sqlc.arg(access_level)::text WHERE id = sqlc.arg(id)::uuid;

-- name: AccountInUnit :one
SELECT EXISTS (SELECT 1 FROM accounts WHERE name = sqlc.arg(name)::text AND revoked_at IS NULL AND role IN ('clerk', 'officer', 'admin')
               AND (unit_code IS NULL OR unit_code = sqlc.arg(unit_code)::text));

-- name: Reviewers :many
SELECT name FROM accounts WHERE revoked_at IS NULL AND role IN ('clerk', 'officer', 'admin') AND (unit_code IS NULL OR unit_code = sqlc.arg(unit_code)::text)
ORDER BY name LIMIT 500;

-- name: SearchBatch :many
-- Documents of a batch in the order of the stack, by words on their pages, title, name, number or dossier.
SELECT d.id, d.seq, d.unit_code, d.access_level, d.dossier_code, d.name, d.title, d.number, d.symbol, d.issued_on, d.agency, d.processing, d.release, d.needs_review, d.version, v.page_count
FROM documents d JOIN versions v ON v.document_id = d.id AND v.version = d.version
WHERE d.batch_id = sqlc.arg(batch_id)::uuid AND d.processing <> 'cancelled' AND d.seq > sqlc.arg(after)::bigint
  AND (sqlc.arg(part)::text = '' OR EXISTS (SELECT 1 FROM search_pages s WHERE s.document_id = d.id AND s.plain @@ to_tsquery('simple', sqlc.narg(plain)::text))
       OR position(lower(sqlc.arg(part)::text) IN lower(d.name || ' ' || coalesce(d.dossier_code, ''))) > 0)
  AND (NOT sqlc.arg(only_asked)::bool OR d.needs_review)
ORDER BY d.seq LIMIT sqlc.arg(page_size)::int;

-- name: ReportBatches :many
-- What a supervisor asks of batches: in, split, done, asked, rejected, scanned again.
WITH chosen AS (
    SELECT b.* FROM batches b
    WHERE (sqlc.narg(unit_code)::text IS NULL OR b.unit_code = sqlc.narg(unit_code)::text) AND (sqlc.narg(batch_id)::uuid IS NULL OR b.id = sqlc.narg(batch_id)::uuid)
      AND (sqlc.narg(batch_id)::uuid IS NOT NULL OR b.created_at >= sqlc.arg(since)::timestamptz)
    ORDER BY b.created_at DESC LIMIT sqlc.arg(page_size)::int)
SELECT b.id, b.unit_code, b.name, b.state, b.created_at, b.expected_count,
    a.received, a.split, a.rejected, d.documents, d.pages, d.archived, d.done, t.asked, t.asked_open, v.rescanned
FROM chosen b
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE x.state <> 'cancelled') AS received, count(*) FILTER (WHERE x.state = 'split') AS split,
                           count(*) FILTER (WHERE x.state = 'rejected') AS rejected FROM accessions x WHERE x.batch_id = b.id) a
CROSS JOIN LATERAL (SELECT count(*) AS documents, coalesce(sum(w.page_count), 0)::bigint AS pages, count(*) FILTER (WHERE x.processing = 'archived') AS archived,
                           count(*) FILTER (WHERE x.processing = 'archived' AND NOT x.needs_review) AS done
                    FROM documents x JOIN versions w ON w.document_id = x.id AND w.version = x.version WHERE x.batch_id = b.id AND x.processing <> 'cancelled') d
CROSS JOIN LATERAL (SELECT count(*) AS asked, count(*) FILTER (WHERE x.state IN ('open', 'claimed', 'returned')) AS asked_open
                    FROM review_tasks x WHERE x.batch_id = b.id AND x.state <> 'cancelled') t
CROSS JOIN LATERAL (SELECT count(*) AS rescanned FROM versions x JOIN documents y ON y.id = x.document_id WHERE y.batch_id = b.id AND x.reason = 'rescanned') v
ORDER BY b.created_at DESC;

-- name: ReportPeople :many
-- What each person decided in each hour: questions answered, fields looked at and changed, and the papers they were on.
SELECT date_trunc('hour', c.at)::timestamptz AS hour, c.unit_code, c.actor, count(DISTINCT c.task_id) AS answered, count(DISTINCT c.document_id) AS documents,
    count(*) FILTER (WHERE c.kind = 'fields') AS fields, count(*) FILTER (WHERE c.changed) AS changed, count(*) FILTER (WHERE c.undone_at IS NOT NULL) AS undone
FROM decisions c
WHERE (sqlc.narg(unit_code)::text IS NULL OR c.unit_code = sqlc.narg(unit_code)::text) AND (sqlc.narg(batch_id)::uuid IS NULL OR c.batch_id = sqlc.narg(batch_id)::uuid)
  AND c.at >= sqlc.arg(since)::timestamptz AND c.at < sqlc.arg(until)::timestamptz
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT 10000;

-- name: FieldDecisions :many
SELECT id, field, before, after, changed FROM decisions
WHERE kind = 'fields' AND undone_at IS NULL AND before <> '{}' AND id > sqlc.arg(after_id)::bigint ORDER BY id LIMIT sqlc.arg(page_size)::int;

-- name: Now :one
SELECT now()::timestamptz;

-- name: StandBack :exec
-- The same paper twice: this document stands back behind the other.
UPDATE documents SET release = 'replaced', replaced_by = sqlc.arg(by)::uuid WHERE id = sqlc.arg(id)::uuid AND release IN ('unconfirmed', 'confirmed') AND id <> sqlc.arg(by)::uuid;

-- name: StandForth :exec
UPDATE documents SET release = 'unconfirmed', replaced_by = NULL WHERE id = sqlc.arg(id)::uuid AND release = 'replaced';
