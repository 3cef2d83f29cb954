-- The register: what there is to digitise, as the city's procedure system knows it.
-- Each row carries a revision and changed_at, given under the lock of register_clock, so that both rise in the order in which changes
-- become visible: who reads on from the last revision seen misses nothing. What is deleted stays as a mark. content is a digest of what
-- the source said, so that saying it again changes nothing.

-- +goose Up
CREATE SEQUENCE register_revision;

-- One row: the time of the last change. Its lock lets one writer merge at a time.
CREATE TABLE register_clock (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    changed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO register_clock DEFAULT VALUES;

-- A unit without a revision was only named by an upload; the register does not know it yet.
ALTER TABLE units
    ADD COLUMN agency_code       text,
    ADD COLUMN content           bytea,
    ADD COLUMN source_updated_at timestamptz,
    ADD COLUMN revision          bigint UNIQUE,
    ADD COLUMN changed_at        timestamptz,
    ADD COLUMN deleted_at        timestamptz;
CREATE INDEX units_changed ON units (changed_at, revision) WHERE revision IS NOT NULL;

CREATE TABLE register_procedures (
    code              text PRIMARY KEY, -- the short part
    list_code         text,             -- the agency whose list it was taken from
    name              text NOT NULL,
    field             text NOT NULL,
    level             text NOT NULL,
    result_types      text[] NOT NULL,
    retention         text NOT NULL,    -- permanent, years, or empty: not known
    online_only       boolean NOT NULL,
    content           bytea NOT NULL,
    source_updated_at timestamptz,
    revision          bigint NOT NULL UNIQUE,
    changed_at        timestamptz NOT NULL,
    deleted_at        timestamptz
);
CREATE INDEX register_procedures_changed ON register_procedures (changed_at, revision);

CREATE TABLE register_holders (
    code              text PRIMARY KEY,
    kind              text NOT NULL CHECK (kind IN ('person', 'firm')),
    name              text NOT NULL,
    name_key          text NOT NULL,    -- folded; compared where a number is the same, never searched
    merged_into       text REFERENCES register_holders,
    content           bytea NOT NULL,
    source_updated_at timestamptz,
    revision          bigint NOT NULL UNIQUE,
    changed_at        timestamptz NOT NULL,
    deleted_at        timestamptz
);
CREATE INDEX register_holders_changed ON register_holders (changed_at, revision);
CREATE INDEX register_holders_merged ON register_holders (merged_into) WHERE merged_into IS NOT NULL;

-- A number belongs to one holder. It is sealed under a data key of its own: removing the row erases it.
CREATE TABLE register_numbers (
    hash        bytea PRIMARY KEY CHECK (octet_length(hash) = 32), -- HMAC; what it is found by
    holder_code text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('cccd', 'cmnd', 'tax')),
    masked      text NOT NULL,
    key_id      text NOT NULL,
    wrapped_key bytea NOT NULL,
    sealed      text NOT NULL,
    source      text NOT NULL,
    recorded_on date
);
CREATE INDEX register_numbers_holder ON register_numbers (holder_code);

-- Unit, procedure and holders are looked up when a dossier comes in, and never vanish; foreign keys would ask again for each of a million rows.
CREATE TABLE register_dossiers (
    code              text PRIMARY KEY,
    procedure_code    text NOT NULL,
    unit_code         text NOT NULL,
    received_on       date,
    due_on            date,
    completed_on      date,
    status            text NOT NULL,
    expected_results  text[] NOT NULL,
    content           bytea NOT NULL,
    source_updated_at timestamptz,
    revision          bigint NOT NULL UNIQUE,
    changed_at        timestamptz NOT NULL,
    deleted_at        timestamptz
);
CREATE INDEX register_dossiers_changed ON register_dossiers (changed_at, revision);

CREATE TABLE register_dossier_holders (
    dossier_code text NOT NULL,
    ordinal      smallint NOT NULL,
    holder_code  text NOT NULL,
    relation     text NOT NULL CHECK (relation IN ('owner', 'joint', 'guardian', 'representative')),
    PRIMARY KEY (dossier_code, ordinal)
);
CREATE INDEX register_dossier_holders_holder ON register_dossier_holders (holder_code);

-- Where records lie between COPY and merge. A transaction takes out what it put in, so nobody ever sees a row; nothing of it needs a log.
CREATE UNLOGGED TABLE register_stage_units (
    import_id bigint NOT NULL, line integer NOT NULL, code text NOT NULL, agency_code text, name text NOT NULL, parent_code text,
    valid_from date, valid_to date, successor_code text, content bytea NOT NULL, source_updated_at timestamptz
);
CREATE UNLOGGED TABLE register_stage_procedures (
    import_id bigint NOT NULL, line integer NOT NULL, code text NOT NULL, list_code text, name text NOT NULL, field text NOT NULL, level text NOT NULL,
    result_types text[] NOT NULL, retention text NOT NULL, online_only boolean NOT NULL, content bytea NOT NULL, source_updated_at timestamptz
);
CREATE UNLOGGED TABLE register_stage_dossiers (
    import_id bigint NOT NULL, line integer NOT NULL, code text NOT NULL, procedure_code text NOT NULL, unit_code text NOT NULL,
    received_on date, due_on date, completed_on date, status text NOT NULL, expected_results text[] NOT NULL, content bytea NOT NULL,
    source_updated_at timestamptz
);
-- Holders of dossiers, or a list of holders. owner_code is who they turn out to be.
CREATE UNLOGGED TABLE register_stage_holders (
    import_id bigint NOT NULL, line integer NOT NULL, ordinal smallint NOT NULL, dossier_code text, relation text, code text NOT NULL,
    given boolean NOT NULL, numbers smallint NOT NULL, kind text NOT NULL, name text NOT NULL, name_key text NOT NULL, content bytea NOT NULL,
    source_updated_at timestamptz, owner_code text
);
CREATE UNLOGGED TABLE register_stage_numbers (
    import_id bigint NOT NULL, line integer NOT NULL, ordinal smallint NOT NULL, hash bytea NOT NULL, kind text NOT NULL, masked text NOT NULL,
    key_id text NOT NULL, wrapped_key bytea NOT NULL, sealed text NOT NULL, source text NOT NULL, recorded_on date
);
-- A small import does not read what a large one left for vacuum.
CREATE INDEX register_stage_units_import ON register_stage_units (import_id, line);
CREATE INDEX register_stage_procedures_import ON register_stage_procedures (import_id, line);
CREATE INDEX register_stage_dossiers_import ON register_stage_dossiers (import_id, line);
CREATE INDEX register_stage_holders_import ON register_stage_holders (import_id, line, ordinal);
CREATE INDEX register_stage_numbers_import ON register_stage_numbers (import_id, line, ordinal);

ALTER TABLE accounts DROP CONSTRAINT accounts_role_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_role_check CHECK (role IN ('clerk', 'officer', 'citizen', 'auditor', 'admin', 'registrar'));

-- +goose Down
DELETE FROM accounts WHERE role = 'registrar';
ALTER TABLE accounts DROP CONSTRAINT accounts_role_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_role_check CHECK (role IN ('clerk', 'officer', 'citizen', 'auditor', 'admin'));
DROP TABLE register_stage_numbers, register_stage_holders, register_stage_dossiers, register_stage_procedures, register_stage_units,
    register_dossier_holders, register_dossiers, register_numbers, register_holders, register_procedures, register_clock;
ALTER TABLE units DROP COLUMN agency_code, DROP COLUMN content, DROP COLUMN source_updated_at, DROP COLUMN revision, DROP COLUMN changed_at,
    DROP COLUMN deleted_at;
DROP SEQUENCE register_revision;
