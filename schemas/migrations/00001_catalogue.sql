-- The catalogue: what is in custody, where it stands, what is to be done next, who did what.
-- Rules that hold everywhere: times are UTC (timestamptz); digests are 32 bytes; rows that people may see carry unit_code and
-- access_level, so that row-level security can be switched on without a new model; a transition is one guarded UPDATE.

-- +goose Up
CREATE TABLE units (
    code           text PRIMARY KEY CHECK (code <> '' AND length(code) <= 64),
    name           text NOT NULL,
    parent_code    text REFERENCES units,
    valid_from     date,
    valid_to       date,           -- after a merger; successor_code says into what
    successor_code text REFERENCES units,
    created_at     timestamptz NOT NULL DEFAULT now()
);

-- Bearer tokens. Only the SHA-256 of a token is kept.
CREATE TABLE accounts (
    id         uuid PRIMARY KEY,
    name       text NOT NULL UNIQUE,
    role       text NOT NULL CHECK (role IN ('clerk', 'officer', 'citizen', 'auditor', 'admin')),
    unit_code  text REFERENCES units, -- NULL: every unit (admin, auditor)
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE batches (
    id             uuid PRIMARY KEY,
    unit_code      text NOT NULL REFERENCES units,
    name           text NOT NULL CHECK (name <> ''),
    state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paused', 'closed')),
    queue          text NOT NULL DEFAULT 'batch' CHECK (queue IN ('interactive', 'batch')),
    expected_count integer CHECK (expected_count > 0),
    device         text,
    shelf          text,           -- where the paper lies
    created_by     text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    closed_at      timestamptz,
    UNIQUE (unit_code, name)
);

-- One row for each distinct sequence of bytes in the masters bucket. Accept, orphan sweep and disposal lock this row and look again,
-- so that none of them deletes what another has just acknowledged.
CREATE TABLE masters (
    digest         bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    size_bytes     bigint NOT NULL CHECK (size_bytes >= 0),
    object_version text NOT NULL,
    state          text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'orphan', 'disposed')),
    retain_until   timestamptz NOT NULL,
    disposal_hold  boolean NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL DEFAULT now(),
    orphaned_at    timestamptz
);

CREATE TABLE accessions (
    id              uuid PRIMARY KEY, -- follows from unit, dossier and digest: the same paper sent again is the same row
    seq             bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE, -- order of arrival, for paging
    batch_id        uuid REFERENCES batches,
    parent_id       uuid REFERENCES accessions, -- the zip it came in
    unit_code       text NOT NULL REFERENCES units,
    dossier_code    text,          -- may be unknown at first
    access_level    text NOT NULL CHECK (access_level IN ('unit', 'city', 'public')),
    name            text NOT NULL, -- as sent, NFC; shown, never a key or path
    master_digest   bytea NOT NULL REFERENCES masters,
    size_bytes      bigint NOT NULL,
    media_type      text,          -- once inspected
    pages           integer,       -- once inspected
    warnings        text[] NOT NULL DEFAULT '{}',
    queue           text NOT NULL CHECK (queue IN ('interactive', 'batch')),
    state           text NOT NULL CHECK (state IN ('received', 'inspecting', 'split', 'rejected', 'cancelled')),
    attempt         integer NOT NULL DEFAULT 1,
    rejected_code   text,
    rejected_detail text,
    stalled_code    text,          -- a mark beside the state, not a state
    stalled_detail  text,
    stalled_at      timestamptz,
    received_by     text NOT NULL,
    received_at     timestamptz NOT NULL,
    CHECK ((state = 'rejected') = (rejected_code IS NOT NULL))
);
-- The same bytes for the same unit and dossier are one accession and the same answer.
CREATE UNIQUE INDEX accessions_once ON accessions (unit_code, dossier_code, master_digest) NULLS NOT DISTINCT;
CREATE INDEX accessions_batch ON accessions (batch_id, seq);
CREATE INDEX accessions_master ON accessions (master_digest);
CREATE INDEX accessions_parent ON accessions (parent_id) WHERE parent_id IS NOT NULL;

-- An Idempotency-Key gets the first answer again.
CREATE TABLE idempotency_keys (
    account_name text NOT NULL,
    key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash bytea NOT NULL,
    accession_id uuid NOT NULL REFERENCES accessions,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_name, key)
);

CREATE TABLE documents (
    id              uuid PRIMARY KEY, -- follows from its first accession and the part of it
    seq             bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    unit_code       text NOT NULL REFERENCES units,
    dossier_code    text,
    access_level    text NOT NULL CHECK (access_level IN ('unit', 'city', 'public')),
    batch_id        uuid REFERENCES batches,
    name            text NOT NULL,
    queue           text NOT NULL CHECK (queue IN ('interactive', 'batch')),
    processing      text NOT NULL CHECK (processing IN ('recognising', 'describing', 'assembling', 'archived', 'cancelled')),
    release         text NOT NULL DEFAULT 'unconfirmed'
                    CHECK (release IN ('unconfirmed', 'confirmed', 'signed', 'released', 'withdrawn', 'replaced')),
    replaced_by     uuid REFERENCES documents,
    version         integer NOT NULL DEFAULT 1, -- the current one
    attempt         integer NOT NULL DEFAULT 1, -- the fence: tasks of an older attempt change nothing
    needs_review    boolean NOT NULL DEFAULT false,
    stalled_code    text,
    stalled_detail  text,
    stalled_at      timestamptz,
    -- what the current version says, for lists and search; the fields table has the sources
    title           text NOT NULL DEFAULT '',
    doc_type        text,
    number          text,
    symbol          text,
    number_symbol   text,          -- folded for exact search
    issued_on       date,
    agency          text,
    created_at      timestamptz NOT NULL,
    archived_at     timestamptz
);
CREATE INDEX documents_batch ON documents (batch_id, seq);
CREATE INDEX documents_list ON documents (unit_code, seq DESC);
CREATE INDEX documents_stalled ON documents (stalled_at) WHERE stalled_at IS NOT NULL;
CREATE INDEX documents_number ON documents (number_symbol) WHERE number_symbol IS NOT NULL;
CREATE INDEX documents_issued ON documents (issued_on, seq DESC) WHERE issued_on IS NOT NULL;
CREATE INDEX documents_dossier ON documents (dossier_code) WHERE dossier_code IS NOT NULL;

-- A document may come from part of a file or from several.
CREATE TABLE document_accessions (
    document_id  uuid NOT NULL REFERENCES documents,
    accession_id uuid NOT NULL REFERENCES accessions,
    PRIMARY KEY (document_id, accession_id)
);
CREATE INDEX document_accessions_accession ON document_accessions (accession_id);

-- Splitting, joining, reordering, turning, rescanning, confirming: each makes a version and touches no master.
CREATE TABLE versions (
    document_id      uuid NOT NULL REFERENCES documents,
    version          integer NOT NULL CHECK (version >= 1),
    reason           text NOT NULL,
    created_by       text NOT NULL,
    created_at       timestamptz NOT NULL,
    page_count       integer NOT NULL CHECK (page_count >= 1),
    snapshot         jsonb,        -- metadata the rendition is made from, fixed when described
    rendition_digest bytea,
    rendition_size   bigint,
    rendition_object_version text,
    conformance      text,
    checked_by       text,
    manifest         bytea,        -- frozen before it is stored
    manifest_digest  bytea,
    archived_at      timestamptz,
    PRIMARY KEY (document_id, version),
    CHECK ((manifest IS NULL) = (manifest_digest IS NULL))
);

CREATE TABLE pages (
    document_id   uuid NOT NULL,
    version       integer NOT NULL,
    ordinal       integer NOT NULL CHECK (ordinal >= 1),
    master_digest bytea NOT NULL REFERENCES masters,
    master_page   integer NOT NULL CHECK (master_page >= 1),
    turn          smallint NOT NULL DEFAULT 0 CHECK (turn IN (0, 90, 180, 270)), -- a person's, on top of what is found
    state         text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'read')),
    kind          text CHECK (kind IN ('text', 'blank', 'picture', 'unread')),
    found_turn    smallint,
    skew          real,
    confidence    real,
    result_key    text,
    PRIMARY KEY (document_id, version, ordinal),
    FOREIGN KEY (document_id, version) REFERENCES versions
);
CREATE INDEX pages_waiting ON pages (document_id, version) WHERE state = 'waiting';

-- What was read, kept under what it depends on; a repeated task finds it and stops. The JSON lies in the renditions bucket.
CREATE TABLE page_results (
    master_digest bytea NOT NULL REFERENCES masters,
    master_page   integer NOT NULL,
    engine        text NOT NULL,
    settings      text NOT NULL,
    object_key    text NOT NULL,
    digest        bytea NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (master_digest, master_page, engine, settings)
);
-- A page that twice kills or outlives its engine is unread; this counts.
CREATE TABLE page_kills (
    master_digest bytea NOT NULL,
    master_page   integer NOT NULL,
    engine        text NOT NULL,
    settings      text NOT NULL,
    kills         integer NOT NULL,
    PRIMARY KEY (master_digest, master_page, engine, settings)
);

CREATE TABLE fields (
    document_id uuid NOT NULL,
    version     integer NOT NULL,
    name        text NOT NULL,
    field       jsonb NOT NULL,    -- archive.Field: value, printed form, confidence, source, page, box, asked
    PRIMARY KEY (document_id, version, name),
    FOREIGN KEY (document_id, version) REFERENCES versions
);

-- A row a page of the current version: a tsvector ends at 1 MiB. Folding is done in Go (internal/fold).
CREATE TABLE search_pages (
    document_id  uuid NOT NULL REFERENCES documents,
    document_seq bigint NOT NULL,  -- newest first without a join
    ordinal      integer NOT NULL,
    unit_code    text NOT NULL,
    access_level text NOT NULL,
    body         text NOT NULL,    -- as read, for snippets
    accented     tsvector NOT NULL,
    plain        tsvector NOT NULL,
    PRIMARY KEY (document_id, ordinal)
);
CREATE INDEX search_pages_accented ON search_pages USING gin (accented) WITH (fastupdate = off);
CREATE INDEX search_pages_plain ON search_pages USING gin (plain) WITH (fastupdate = off);

-- Objects found without a row, once they were old enough that no accept can be under way. Marked here first; removed only after their lock ends.
CREATE TABLE orphans (
    bucket         text NOT NULL,
    object_key     text NOT NULL,
    object_version text NOT NULL,
    found_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (bucket, object_key, object_version)
);

-- Waiting work. A row is open while it exists; the transaction that does the work deletes it. Redis only rings.
CREATE TABLE outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('inspect', 'recognise', 'describe', 'assemble', 'settle')),
    queue        text NOT NULL CHECK (queue IN ('interactive', 'batch', 'maintenance')),
    unit_code    text NOT NULL,
    accession_id uuid REFERENCES accessions,
    document_id  uuid REFERENCES documents,
    version      integer,
    page         integer,          -- ordinal
    attempt      integer NOT NULL, -- of the accession or document; a newer one there fences this row off
    tries        integer NOT NULL DEFAULT 0,
    rings        integer NOT NULL DEFAULT 0, -- task id = id-rings
    rung_at      timestamptz,      -- in Redis since; NULL: waiting here
    available_at timestamptz NOT NULL DEFAULT now(), -- after a stall; the year 9999: an operator decides
    last_code    text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((accession_id IS NULL) <> (document_id IS NULL))
);
CREATE INDEX outbox_waiting ON outbox (queue, unit_code, id) WHERE rung_at IS NULL;
CREATE INDEX outbox_rung ON outbox (queue, rung_at) WHERE rung_at IS NOT NULL;
CREATE INDEX outbox_accession ON outbox (accession_id) WHERE accession_id IS NOT NULL;
CREATE INDEX outbox_document ON outbox (document_id) WHERE document_id IS NOT NULL;

-- One row: whether the queue is paused, and by whom.
CREATE TABLE queue_settings (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    paused    boolean NOT NULL DEFAULT false,
    paused_by text,
    paused_at timestamptz
);
INSERT INTO queue_settings DEFAULT VALUES;

-- Appended inside the transaction it tells of; sealed into a chain of blocks by one sealer within seconds.
CREATE TABLE audit_events (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT now(),
    actor        text NOT NULL,
    action       text NOT NULL,
    unit_code    text,
    batch_id     uuid,
    accession_id uuid,
    document_id  uuid,
    detail       jsonb NOT NULL DEFAULT '{}' -- codes, digests, counts; never personal data
);
CREATE INDEX audit_events_document ON audit_events (document_id, id) WHERE document_id IS NOT NULL;
CREATE INDEX audit_events_accession ON audit_events (accession_id, id) WHERE accession_id IS NOT NULL;
CREATE INDEX audit_events_batch ON audit_events (batch_id, id) WHERE batch_id IS NOT NULL;

CREATE TABLE audit_blocks (
    id        bigint PRIMARY KEY, -- from 1, no gaps
    sealed_at timestamptz NOT NULL DEFAULT now(),
    previous  bytea NOT NULL,     -- digest of block id-1; 32 zero bytes for the first
    events    integer NOT NULL CHECK (events >= 1),
    digest    bytea NOT NULL
);
CREATE TABLE audit_links (
    event_id bigint PRIMARY KEY REFERENCES audit_events,
    block_id bigint NOT NULL REFERENCES audit_blocks,
    position integer NOT NULL,
    UNIQUE (block_id, position)
);

-- +goose StatementBegin
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit rows are never changed';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_blocks_append_only BEFORE UPDATE OR DELETE ON audit_blocks FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_links_append_only BEFORE UPDATE OR DELETE ON audit_links FOR EACH ROW EXECUTE FUNCTION audit_refuse();

-- +goose Down
DROP TABLE audit_links, audit_blocks, audit_events, queue_settings, outbox, orphans, search_pages, fields, page_kills, page_results, pages,
    versions, document_accessions, documents, idempotency_keys, accessions, masters, batches, accounts, units;
DROP FUNCTION audit_refuse;
