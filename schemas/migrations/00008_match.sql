-- Matching: which dossier a document is filed under and why, what waits for its dossier, what may be the same paper twice, and how long
-- it is kept.

-- +goose Up
-- Every filing of a document, the last one current. documents.dossier_code is the same code, for lists. Numbers of people are not here.
CREATE TABLE dossier_links (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document_id  uuid NOT NULL REFERENCES documents,
    version      integer NOT NULL, -- the first that says so
    dossier_code text,             -- NULL: taken out of a dossier
    source       text NOT NULL CHECK (source IN ('given', 'qr', 'text', 'name', 'register', 'person')),
    score        real NOT NULL DEFAULT 0,
    why          text[] NOT NULL DEFAULT '{}',
    reason       text NOT NULL DEFAULT '' CHECK (length(reason) <= 2000), -- as the person who moved it wrote it
    actor        text NOT NULL,
    approved_by  text,
    at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dossier_links_document ON dossier_links (document_id, id);

-- Documents without dossier, and what theirs is known by when it arrives.
CREATE TABLE dossier_waits (
    document_id uuid PRIMARY KEY REFERENCES documents,
    unit_code   text NOT NULL,
    codes       text[] NOT NULL,
    tried       text[] NOT NULL, -- what was looked for; numbers masked
    why         text[] NOT NULL,
    since       timestamptz NOT NULL DEFAULT now(),
    due_at      timestamptz      -- something that fits has arrived: to be looked at again
);
CREATE INDEX dossier_waits_codes ON dossier_waits USING gin (codes);
CREATE INDEX dossier_waits_due ON dossier_waits (due_at, document_id) WHERE due_at IS NOT NULL;
CREATE INDEX dossier_waits_unit ON dossier_waits (unit_code, since);
CREATE TABLE dossier_wait_numbers (
    hash        bytea NOT NULL CHECK (octet_length(hash) = 32), -- keyed, as in register_numbers
    document_id uuid NOT NULL REFERENCES dossier_waits ON DELETE CASCADE,
    PRIMARY KEY (hash, document_id)
);
CREATE INDEX dossier_wait_numbers_document ON dossier_wait_numbers (document_id);
-- One row: up to which revisions of the register the waiting were compared with it.
CREATE TABLE dossier_wait_place (
    only_row        boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision        bigint NOT NULL DEFAULT 0, -- of dossiers
    holder_revision bigint NOT NULL DEFAULT 0
);
INSERT INTO dossier_wait_place DEFAULT VALUES;
CREATE INDEX register_dossiers_open ON register_dossiers (unit_code, received_on) WHERE deleted_at IS NULL;

-- A released document changes its dossier only when two people want it.
CREATE TABLE relink_requests (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document_id  uuid NOT NULL REFERENCES documents,
    unit_code    text NOT NULL,
    from_code    text,
    to_code      text NOT NULL,
    reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    decision     text CHECK (decision IN ('approved', 'refused')),
    decided_by   text CHECK (decided_by <> requested_by OR decision = 'refused'),
    decided_at   timestamptz,
    CHECK ((decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL))
);
CREATE UNIQUE INDEX relink_requests_open ON relink_requests (document_id) WHERE decision IS NULL;
CREATE INDEX relink_requests_unit ON relink_requests (unit_code, id) WHERE decision IS NULL;

-- What a document is looked up by when another looks like it (internal/match/twins.go): digests of what tells papers of one form apart, as its
-- last version has them. They are of one unit.
CREATE TABLE document_keys (
    key         bigint NOT NULL,
    document_id uuid NOT NULL REFERENCES documents,
    PRIMARY KEY (key, document_id)
);
CREATE INDEX document_keys_document ON document_keys (document_id);
-- What people said of two documents that look alike; low_id < high_id.
CREATE TABLE duplicate_verdicts (
    low_id  uuid NOT NULL REFERENCES documents,
    high_id uuid NOT NULL REFERENCES documents,
    verdict text NOT NULL CHECK (verdict IN ('same', 'different')),
    actor   text NOT NULL,
    task_id bigint,        -- the question that was answered
    before  text,          -- how far the one that is replaced was released
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (low_id, high_id),
    CHECK (low_id < high_id)
);
CREATE INDEX duplicate_verdicts_high ON duplicate_verdicts (high_id);

-- How long documents of a type are kept, and the code of the type within codes of digitised results. Data: the city changes it.
CREATE TABLE document_types (
    key       text PRIMARY KEY, -- folded, for comparison
    name      text NOT NULL,
    code      text NOT NULL DEFAULT '',
    retention text NOT NULL DEFAULT '' CHECK (retention ~ '^(permanent|[0-9]{1,2}|)$') -- permanent, years, or empty: not known
);
-- One row: patterns of codes (internal/archive/record.go). They name, and are never a key.
CREATE TABLE archive_settings (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    result_code  text NOT NULL DEFAULT '{owner}-{type}',
    archive_code text NOT NULL DEFAULT '{unit}.{dossier}.{number}'
);
INSERT INTO archive_settings DEFAULT VALUES;
-- Until when a document is kept, as its last settling worked it out; never earlier than before.
CREATE TABLE document_retentions (
    document_id  uuid PRIMARY KEY REFERENCES documents,
    retention    text NOT NULL,        -- permanent, years, or empty: not known
    ended_on     date,                 -- when the work ended; NULL: not known
    retain_until timestamptz NOT NULL,
    extended_at  timestamptz           -- the locks reach as far; NULL: to be extended
);
CREATE INDEX document_retentions_open ON document_retentions (document_id) WHERE extended_at IS NULL;

-- +goose Down
DROP TABLE document_retentions, archive_settings, document_types, duplicate_verdicts, document_keys, relink_requests, dossier_wait_place,
    dossier_wait_numbers, dossier_waits, dossier_links;
DROP INDEX register_dossiers_open;
