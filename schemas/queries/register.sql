-- The register. Bulk writes: BeginRegisterImport, COPY into the stage tables, checks, LockRegister, merges, and the stage is emptied again.

-- name: SetForTransaction :exec
SELECT set_config(sqlc.arg(name)::text, sqlc.arg(value)::text, true);

-- name: NextRegisterImport :one
SELECT nextval('register_revision')::bigint;

-- name: LockRegister :one
-- Gives the time of the change that is about to be made; it rises with every change.
UPDATE register_clock SET changed_at = greatest(clock_timestamp(), changed_at + interval '1 microsecond') RETURNING changed_at;

-- name: StageUnits :copyfrom
INSERT INTO register_stage_units (import_id, line, code, agency_code, name, parent_code, valid_from, valid_to, successor_code, content, source_updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: DropStagedUnits :execrows
DELETE FROM register_stage_units WHERE import_id = $1;

-- name: DropStagedUnitsAt :exec
DELETE FROM register_stage_units WHERE import_id = sqlc.arg(import_id)::bigint AND line = ANY(sqlc.arg(lines)::int[]);

-- name: StageProcedures :copyfrom
INSERT INTO register_stage_procedures (import_id, line, code, list_code, name, field, level, result_types, retention, online_only, content, source_updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: DropStagedProcedures :execrows
DELETE FROM register_stage_procedures WHERE import_id = $1;

-- name: DropStagedProceduresAt :exec
DELETE FROM register_stage_procedures WHERE import_id = sqlc.arg(import_id)::bigint AND line = ANY(sqlc.arg(lines)::int[]);

-- name: StageDossiers :copyfrom
INSERT INTO register_stage_dossiers (import_id, line, code, procedure_code, unit_code, received_on, due_on, completed_on, status, expected_results, content, source_updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: DropStagedDossiers :execrows
DELETE FROM register_stage_dossiers WHERE import_id = $1;

-- name: DropStagedDossiersAt :exec
DELETE FROM register_stage_dossiers WHERE import_id = sqlc.arg(import_id)::bigint AND line = ANY(sqlc.arg(lines)::int[]);

-- name: StageHolders :copyfrom
INSERT INTO register_stage_holders (import_id, line, ordinal, dossier_code, relation, code, given, numbers, kind, name, name_key, content, source_updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: DropStagedHolders :execrows
DELETE FROM register_stage_holders WHERE import_id = $1;

-- name: DropStagedHoldersAt :exec
DELETE FROM register_stage_holders WHERE import_id = sqlc.arg(import_id)::bigint AND line = ANY(sqlc.arg(lines)::int[]);

-- name: StageNumbers :copyfrom
INSERT INTO register_stage_numbers (import_id, line, ordinal, hash, kind, masked, key_id, wrapped_key, sealed, source, recorded_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: DropStagedNumbers :execrows
DELETE FROM register_stage_numbers WHERE import_id = $1;

-- name: DropStagedNumbersAt :exec
DELETE FROM register_stage_numbers WHERE import_id = sqlc.arg(import_id)::bigint AND line = ANY(sqlc.arg(lines)::int[]);

-- name: TwiceUnits :many
-- Lines whose code stood in a line before.
SELECT x.line, x.first::int AS first FROM (
    SELECT s.line, min(s.line) OVER (PARTITION BY s.code) AS first FROM register_stage_units s WHERE s.import_id = sqlc.arg(import_id)::bigint
) x WHERE x.line > x.first ORDER BY x.line LIMIT sqlc.arg(page_size)::int;

-- name: TwiceProcedures :many
-- Lines whose code stood in a line before.
SELECT x.line, x.first::int AS first FROM (
    SELECT s.line, min(s.line) OVER (PARTITION BY s.code) AS first FROM register_stage_procedures s WHERE s.import_id = sqlc.arg(import_id)::bigint
) x WHERE x.line > x.first ORDER BY x.line LIMIT sqlc.arg(page_size)::int;

-- name: TwiceDossiers :many
-- Lines whose code stood in a line before.
SELECT x.line, x.first::int AS first FROM (
    SELECT s.line, min(s.line) OVER (PARTITION BY s.code) AS first FROM register_stage_dossiers s WHERE s.import_id = sqlc.arg(import_id)::bigint
) x WHERE x.line > x.first ORDER BY x.line LIMIT sqlc.arg(page_size)::int;

-- name: UnitsWithoutParent :many
SELECT s.line, s.parent_code, s.successor_code, (s.parent_code IS NOT NULL AND p.code IS NULL AND sp.code IS NULL)::bool AS parent_missing
FROM register_stage_units s
LEFT JOIN units p ON p.code = s.parent_code
LEFT JOIN register_stage_units sp ON sp.import_id = s.import_id AND sp.code = s.parent_code
LEFT JOIN units c ON c.code = s.successor_code
LEFT JOIN register_stage_units sc ON sc.import_id = s.import_id AND sc.code = s.successor_code
WHERE s.import_id = sqlc.arg(import_id)::bigint
  AND (s.parent_code IS NOT NULL AND p.code IS NULL AND sp.code IS NULL OR s.successor_code IS NOT NULL AND c.code IS NULL AND sc.code IS NULL)
ORDER BY s.line LIMIT sqlc.arg(page_size)::int;

-- name: UnitLinks :many
-- Who is above whom and who followed whom, as it will be; line is 0 for what no record of this import speaks of.
SELECT s.line, s.code, s.parent_code, s.successor_code FROM register_stage_units s WHERE s.import_id = sqlc.arg(import_id)::bigint
UNION ALL
SELECT 0, u.code, u.parent_code, u.successor_code FROM units u
WHERE NOT EXISTS (SELECT FROM register_stage_units s WHERE s.import_id = sqlc.arg(import_id)::bigint AND s.code = u.code);

-- name: DossiersWithoutUnit :many
SELECT s.line, s.unit_code FROM register_stage_dossiers s
WHERE s.import_id = sqlc.arg(import_id)::bigint AND NOT EXISTS (SELECT FROM units u WHERE u.code = s.unit_code AND u.revision IS NOT NULL AND u.deleted_at IS NULL)
ORDER BY s.line LIMIT sqlc.arg(page_size)::int;

-- name: DossiersWithoutProcedure :many
SELECT s.line, s.procedure_code FROM register_stage_dossiers s
WHERE s.import_id = sqlc.arg(import_id)::bigint AND NOT EXISTS (SELECT FROM register_procedures p WHERE p.code = s.procedure_code AND p.deleted_at IS NULL)
ORDER BY s.line LIMIT sqlc.arg(page_size)::int;

-- name: MergeUnits :one
-- What says the same, or is older than what is there or than its deletion, changes nothing.
WITH up AS (
    INSERT INTO units AS t (code, agency_code, name, parent_code, valid_from, valid_to, successor_code, content, source_updated_at, revision, changed_at)
    SELECT s.code, s.agency_code, s.name, s.parent_code, s.valid_from, s.valid_to, s.successor_code, s.content, s.source_updated_at, nextval('register_revision'), sqlc.arg(at)::timestamptz
    FROM register_stage_units s WHERE s.import_id = sqlc.arg(import_id)::bigint
    ON CONFLICT (code) DO UPDATE SET agency_code = excluded.agency_code, name = excluded.name, parent_code = excluded.parent_code, valid_from = excluded.valid_from, valid_to = excluded.valid_to, successor_code = excluded.successor_code,
        content = excluded.content, source_updated_at = coalesce(excluded.source_updated_at, t.source_updated_at), revision = excluded.revision,
        changed_at = excluded.changed_at, deleted_at = NULL
    WHERE (t.revision IS NULL OR t.content IS DISTINCT FROM excluded.content OR t.deleted_at IS NOT NULL OR excluded.source_updated_at > t.source_updated_at)
      AND (excluded.source_updated_at IS NULL OR t.source_updated_at IS NULL OR excluded.source_updated_at >= t.source_updated_at)
      AND (excluded.source_updated_at IS NULL OR t.deleted_at IS NULL OR excluded.source_updated_at > t.deleted_at)
    RETURNING (t.xmax = 0)::bool AS inserted
)
SELECT count(*) FILTER (WHERE inserted)::bigint AS inserted, count(*) FILTER (WHERE NOT inserted)::bigint AS updated FROM up;

-- name: MergeProcedures :one
-- What says the same, or is older than what is there or than its deletion, changes nothing.
WITH up AS (
    INSERT INTO register_procedures AS t (code, list_code, name, field, level, result_types, retention, online_only, content, source_updated_at, revision, changed_at)
    SELECT s.code, s.list_code, s.name, s.field, s.level, s.result_types, s.retention, s.online_only, s.content, s.source_updated_at, nextval('register_revision'), sqlc.arg(at)::timestamptz
    FROM register_stage_procedures s WHERE s.import_id = sqlc.arg(import_id)::bigint
    ON CONFLICT (code) DO UPDATE SET list_code = excluded.list_code, name = excluded.name, field = excluded.field, level = excluded.level, result_types = excluded.result_types, retention = excluded.retention, online_only = excluded.online_only,
        content = excluded.content, source_updated_at = coalesce(excluded.source_updated_at, t.source_updated_at), revision = excluded.revision,
        changed_at = excluded.changed_at, deleted_at = NULL
    WHERE (t.content IS DISTINCT FROM excluded.content OR t.deleted_at IS NOT NULL OR excluded.source_updated_at > t.source_updated_at)
      AND (excluded.source_updated_at IS NULL OR t.source_updated_at IS NULL OR excluded.source_updated_at >= t.source_updated_at)
      AND (excluded.source_updated_at IS NULL OR t.deleted_at IS NULL OR excluded.source_updated_at > t.deleted_at)
    RETURNING (t.xmax = 0)::bool AS inserted
)
SELECT count(*) FILTER (WHERE inserted)::bigint AS inserted, count(*) FILTER (WHERE NOT inserted)::bigint AS updated FROM up;

-- name: MergeDossiers :one
-- What says the same, or is older than what is there or than its deletion, changes nothing.
WITH up AS (
    INSERT INTO register_dossiers AS t (code, procedure_code, unit_code, received_on, due_on, completed_on, status, expected_results, content, source_updated_at, revision, changed_at)
    SELECT s.code, s.procedure_code, s.unit_code, s.received_on, s.due_on, s.completed_on, s.status, s.expected_results, s.content, s.source_updated_at, nextval('register_revision'), sqlc.arg(at)::timestamptz
    FROM register_stage_dossiers s WHERE s.import_id = sqlc.arg(import_id)::bigint
    ON CONFLICT (code) DO UPDATE SET procedure_code = excluded.procedure_code, unit_code = excluded.unit_code, received_on = excluded.received_on, due_on = excluded.due_on, completed_on = excluded.completed_on, status = excluded.status, expected_results = excluded.expected_results,
        content = excluded.content, source_updated_at = coalesce(excluded.source_updated_at, t.source_updated_at), revision = excluded.revision,
        changed_at = excluded.changed_at, deleted_at = NULL
    WHERE (t.content IS DISTINCT FROM excluded.content OR t.deleted_at IS NOT NULL OR excluded.source_updated_at > t.source_updated_at)
      AND (excluded.source_updated_at IS NULL OR t.source_updated_at IS NULL OR excluded.source_updated_at >= t.source_updated_at)
      AND (excluded.source_updated_at IS NULL OR t.deleted_at IS NULL OR excluded.source_updated_at > t.deleted_at)
    RETURNING (t.xmax = 0)::bool AS inserted
)
SELECT count(*) FILTER (WHERE inserted)::bigint AS inserted, count(*) FILTER (WHERE NOT inserted)::bigint AS updated FROM up;

-- name: ResolveHoldersByCode :exec
-- A code that turned out to be another holder leads to that one.
UPDATE register_stage_holders s SET owner_code = h.merged_into
FROM register_holders h
WHERE s.import_id = sqlc.arg(import_id)::bigint AND h.code = s.code AND h.merged_into IS NOT NULL;

-- name: ResolveHoldersByNumber :exec
-- A holder is whoever has the number. One with a code of its own that is known stays that one; the check after this tells where they differ.
UPDATE register_stage_holders s SET owner_code = o.holder_code
FROM (
    SELECT n.line, n.ordinal, min(r.holder_code) AS holder_code
    FROM register_stage_numbers n JOIN register_numbers r ON r.hash = n.hash
    WHERE n.import_id = sqlc.arg(import_id)::bigint GROUP BY n.line, n.ordinal
) o
WHERE s.import_id = sqlc.arg(import_id)::bigint AND s.line = o.line AND s.ordinal = o.ordinal AND s.owner_code IS NULL AND o.holder_code <> s.code
  AND NOT EXISTS (SELECT FROM register_holders h WHERE h.code = s.code AND s.given);

-- name: HoldersOfAnotherName :many
SELECT s.line, s.ordinal FROM register_stage_holders s JOIN register_holders h ON h.code = coalesce(s.owner_code, s.code)
WHERE s.import_id = sqlc.arg(import_id)::bigint AND s.kind = 'person' AND s.numbers > 0 AND s.name_key <> h.name_key AND NOT (s.given AND s.code = h.code)
ORDER BY s.line LIMIT sqlc.arg(page_size)::int;

-- name: HoldersOfAnothersNumber :many
SELECT DISTINCT n.line, n.ordinal FROM register_stage_numbers n
JOIN register_numbers r ON r.hash = n.hash
JOIN register_stage_holders s ON s.import_id = n.import_id AND s.line = n.line AND s.ordinal = n.ordinal
WHERE n.import_id = sqlc.arg(import_id)::bigint AND r.holder_code <> coalesce(s.owner_code, s.code)
ORDER BY n.line LIMIT sqlc.arg(page_size)::int;

-- name: InsertStagedHolders :execrows
-- With numbers = 2 those of several numbers, which say most; then those of one, then those of none.
INSERT INTO register_holders (code, kind, name, name_key, content, source_updated_at, revision, changed_at)
SELECT x.code, x.kind, x.name, x.name_key, x.content, x.source_updated_at, nextval('register_revision'), sqlc.arg(at)::timestamptz
FROM (
    SELECT DISTINCT ON (s.code) s.code, s.kind, s.name, s.name_key, s.content, s.source_updated_at FROM register_stage_holders s
    WHERE s.import_id = sqlc.arg(import_id)::bigint AND s.owner_code IS NULL AND least(s.numbers, 2) = sqlc.arg(numbers)::int
      AND NOT EXISTS (SELECT FROM register_holders h WHERE h.code = s.code) -- so that what is there need not be sorted
    ORDER BY s.code, s.line, s.ordinal
) x
ON CONFLICT (code) DO NOTHING;

-- name: InsertStagedNumbers :execrows
INSERT INTO register_numbers (hash, holder_code, kind, masked, key_id, wrapped_key, sealed, source, recorded_on)
SELECT DISTINCT ON (n.hash) n.hash, coalesce(s.owner_code, s.code), n.kind, n.masked, n.key_id, n.wrapped_key, n.sealed, n.source, n.recorded_on
FROM register_stage_numbers n
JOIN register_stage_holders s ON s.import_id = n.import_id AND s.line = n.line AND s.ordinal = n.ordinal
WHERE n.import_id = sqlc.arg(import_id)::bigint AND least(s.numbers, 2) = sqlc.arg(numbers)::int
  AND NOT EXISTS (SELECT FROM register_numbers r WHERE r.hash = n.hash)
ORDER BY n.hash, n.line, n.ordinal
ON CONFLICT (hash) DO NOTHING;

-- name: InsertStagedAliases :exec
-- A source's own code for a holder who is known by another leads to that one from now on.
INSERT INTO register_holders (code, kind, name, name_key, merged_into, content, revision, changed_at, deleted_at)
SELECT DISTINCT ON (s.code) s.code, s.kind, s.name, s.name_key, s.owner_code, s.content, nextval('register_revision'), sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz
FROM register_stage_holders s
WHERE s.import_id = sqlc.arg(import_id)::bigint AND s.given AND s.owner_code IS NOT NULL AND s.owner_code <> s.code
ORDER BY s.code, s.line, s.ordinal
ON CONFLICT (code) DO NOTHING;

-- name: UpdateStagedHolders :execrows
UPDATE register_holders h SET kind = s.kind, name = s.name, name_key = s.name_key, content = s.content,
    source_updated_at = coalesce(s.source_updated_at, h.source_updated_at), revision = nextval('register_revision'), changed_at = sqlc.arg(at)::timestamptz, deleted_at = NULL
FROM (
    SELECT DISTINCT ON (coalesce(x.owner_code, x.code)) coalesce(x.owner_code, x.code) AS owner, x.kind, x.name, x.name_key, x.content, x.source_updated_at
    FROM register_stage_holders x WHERE x.import_id = sqlc.arg(import_id)::bigint
    ORDER BY coalesce(x.owner_code, x.code), x.source_updated_at DESC NULLS LAST, x.line
) s
WHERE h.code = s.owner AND h.changed_at <> sqlc.arg(at)::timestamptz
  AND (h.content IS DISTINCT FROM s.content OR h.deleted_at IS NOT NULL OR s.source_updated_at > h.source_updated_at)
  AND (s.source_updated_at IS NULL OR h.source_updated_at IS NULL OR s.source_updated_at >= h.source_updated_at)
  AND (s.source_updated_at IS NULL OR h.deleted_at IS NULL OR s.source_updated_at > h.deleted_at);

-- name: DropHoldersOfChanged :exec
DELETE FROM register_dossier_holders x USING register_dossiers d WHERE d.changed_at = sqlc.arg(at)::timestamptz AND x.dossier_code = d.code;

-- name: InsertHoldersOfChanged :exec
INSERT INTO register_dossier_holders (dossier_code, ordinal, holder_code, relation)
SELECT d.code, s.ordinal, coalesce(s.owner_code, s.code), s.relation
FROM register_stage_holders s JOIN register_dossiers d ON d.code = s.dossier_code AND d.changed_at = sqlc.arg(at)::timestamptz
WHERE s.import_id = sqlc.arg(import_id)::bigint;

-- name: DeleteRegisterUnit :execrows
UPDATE units SET deleted_at = sqlc.arg(at)::timestamptz, changed_at = sqlc.arg(at)::timestamptz, revision = nextval('register_revision')
WHERE code = sqlc.arg(code)::text AND deleted_at IS NULL AND revision IS NOT NULL;

-- name: RegisterHasUnit :one
SELECT EXISTS (SELECT FROM units WHERE code = sqlc.arg(code)::text AND revision IS NOT NULL)::bool;

-- name: RegisterFirstUnit :one
-- The first revision of what changed at that time or later.
SELECT revision::bigint FROM units WHERE changed_at >= sqlc.arg(since)::timestamptz AND revision IS NOT NULL ORDER BY changed_at, revision LIMIT 1;

-- name: GetRegisterUnit :many
SELECT * FROM units WHERE code = sqlc.arg(code)::text AND revision IS NOT NULL;

-- name: ListRegisterUnits :many
SELECT * FROM units WHERE revision > sqlc.arg(after)::bigint AND (deleted_at IS NULL OR sqlc.arg(deleted)::bool) AND revision IS NOT NULL
ORDER BY revision LIMIT sqlc.arg(page_size)::int;

-- name: DeleteRegisterProcedure :execrows
UPDATE register_procedures SET deleted_at = sqlc.arg(at)::timestamptz, changed_at = sqlc.arg(at)::timestamptz, revision = nextval('register_revision')
WHERE code = sqlc.arg(code)::text AND deleted_at IS NULL;

-- name: RegisterHasProcedure :one
SELECT EXISTS (SELECT FROM register_procedures WHERE code = sqlc.arg(code)::text)::bool;

-- name: RegisterFirstProcedure :one
-- The first revision of what changed at that time or later.
SELECT revision::bigint FROM register_procedures WHERE changed_at >= sqlc.arg(since)::timestamptz ORDER BY changed_at, revision LIMIT 1;

-- name: GetRegisterProcedure :many
SELECT * FROM register_procedures WHERE code = sqlc.arg(code)::text;

-- name: ListRegisterProcedures :many
SELECT * FROM register_procedures WHERE revision > sqlc.arg(after)::bigint AND (deleted_at IS NULL OR sqlc.arg(deleted)::bool)
ORDER BY revision LIMIT sqlc.arg(page_size)::int;

-- name: DeleteRegisterHolder :execrows
UPDATE register_holders SET deleted_at = sqlc.arg(at)::timestamptz, changed_at = sqlc.arg(at)::timestamptz, revision = nextval('register_revision')
WHERE code = sqlc.arg(code)::text AND deleted_at IS NULL;

-- name: RegisterHasHolder :one
SELECT EXISTS (SELECT FROM register_holders WHERE code = sqlc.arg(code)::text)::bool;

-- name: RegisterFirstHolder :one
-- The first revision of what changed at that time or later.
SELECT revision::bigint FROM register_holders WHERE changed_at >= sqlc.arg(since)::timestamptz ORDER BY changed_at, revision LIMIT 1;

-- name: GetRegisterHolder :many
SELECT * FROM register_holders WHERE code = sqlc.arg(code)::text;

-- name: ListRegisterHolders :many
SELECT * FROM register_holders WHERE revision > sqlc.arg(after)::bigint AND (deleted_at IS NULL OR sqlc.arg(deleted)::bool)
ORDER BY revision LIMIT sqlc.arg(page_size)::int;

-- name: DeleteRegisterDossier :execrows
UPDATE register_dossiers SET deleted_at = sqlc.arg(at)::timestamptz, changed_at = sqlc.arg(at)::timestamptz, revision = nextval('register_revision')
WHERE code = sqlc.arg(code)::text AND deleted_at IS NULL;

-- name: RegisterHasDossier :one
SELECT EXISTS (SELECT FROM register_dossiers WHERE code = sqlc.arg(code)::text)::bool;

-- name: RegisterFirstDossier :one
-- The first revision of what changed at that time or later.
SELECT revision::bigint FROM register_dossiers WHERE changed_at >= sqlc.arg(since)::timestamptz ORDER BY changed_at, revision LIMIT 1;

-- name: GetRegisterDossier :many
SELECT * FROM register_dossiers WHERE code = sqlc.arg(code)::text;

-- name: ListRegisterDossiers :many
SELECT * FROM register_dossiers WHERE revision > sqlc.arg(after)::bigint AND (deleted_at IS NULL OR sqlc.arg(deleted)::bool)
ORDER BY revision LIMIT sqlc.arg(page_size)::int;

-- name: DossiersOfHolder :many
SELECT d.* FROM register_dossiers d
WHERE d.code IN (SELECT x.dossier_code FROM register_dossier_holders x WHERE x.holder_code = sqlc.arg(holder_code)::text) AND d.deleted_at IS NULL
ORDER BY d.revision DESC LIMIT sqlc.arg(page_size)::int;

-- name: HoldersOfDossiers :many
SELECT x.dossier_code, x.relation, h.code, h.kind, h.name FROM register_dossier_holders x JOIN register_holders h ON h.code = x.holder_code
WHERE x.dossier_code = ANY(sqlc.arg(codes)::text[]) ORDER BY x.dossier_code, x.ordinal;

-- name: NumbersOfHolders :many
SELECT holder_code, kind, masked, source, recorded_on FROM register_numbers WHERE holder_code = ANY(sqlc.arg(codes)::text[]) ORDER BY holder_code, kind, hash;

-- name: NumberOwner :one
SELECT h.code, h.name_key, h.kind FROM register_numbers n JOIN register_holders h ON h.code = n.holder_code WHERE n.hash = sqlc.arg(hash)::bytea;

-- name: InsertNumber :execrows
INSERT INTO register_numbers (hash, holder_code, kind, masked, key_id, wrapped_key, sealed, source, recorded_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (hash) DO NOTHING;

-- name: InsertHolder :exec
INSERT INTO register_holders (code, kind, name, name_key, content, revision, changed_at)
VALUES (sqlc.arg(code), 'person', sqlc.arg(name), sqlc.arg(name_key), sqlc.arg(content), nextval('register_revision'), sqlc.arg(at));

-- name: TouchHolder :exec
UPDATE register_holders SET revision = nextval('register_revision'), changed_at = sqlc.arg(at)::timestamptz, deleted_at = NULL WHERE code = sqlc.arg(code)::text;

-- name: MoveNumbers :exec
UPDATE register_numbers SET holder_code = sqlc.arg(into_code)::text WHERE holder_code = sqlc.arg(from_code)::text;

-- name: TouchDossiersOf :exec
UPDATE register_dossiers SET revision = nextval('register_revision'), changed_at = sqlc.arg(at)::timestamptz
WHERE code IN (SELECT x.dossier_code FROM register_dossier_holders x WHERE x.holder_code = sqlc.arg(from_code)::text);

-- name: MoveDossiers :exec
UPDATE register_dossier_holders SET holder_code = sqlc.arg(into_code)::text WHERE holder_code = sqlc.arg(from_code)::text;

-- name: MergeHolder :exec
UPDATE register_holders SET merged_into = sqlc.arg(into_code)::text, deleted_at = sqlc.arg(at)::timestamptz, changed_at = sqlc.arg(at)::timestamptz,
    revision = nextval('register_revision')
WHERE code = sqlc.arg(from_code)::text OR merged_into = sqlc.arg(from_code)::text;
