-- The review queue: what people are asked about documents, who has which question, and what they decided.

-- +goose Up
CREATE TABLE review_tasks (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document_id  uuid NOT NULL REFERENCES documents,
    version      integer NOT NULL, -- the one it is asked about; a newer one that asks the same takes the row over
    document_seq bigint NOT NULL,  -- age, and papers in the order of their stack
    unit_code    text NOT NULL REFERENCES units,
    access_level text NOT NULL,
    batch_id     uuid REFERENCES batches,
    kind         text NOT NULL CHECK (kind IN ('fields', 'dossier', 'split', 'page', 'duplicate')),
    page         integer NOT NULL DEFAULT 0 CHECK (page >= 0), -- ordinal; 0: about the whole document
    reason       text NOT NULL,
    fields       text[] NOT NULL DEFAULT '{}', -- keys of the fields, in the order in which they are read
    options      jsonb NOT NULL DEFAULT '[]',  -- archive.Option
    subject      text NOT NULL,                -- what the question is about, so that one answered is not asked again (postgres/review.go)
    priority     smallint NOT NULL CHECK (priority IN (0, 1, 2)), -- 0: a citizen waits; 1: handed to somebody by name; 2: the rest
    state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'claimed', 'done', 'cancelled', 'returned')),
    claimed_by   text,
    claimed_at   timestamptz,
    claim_until  timestamptz,
    skipped_by   text[] NOT NULL DEFAULT '{}',
    assigned_to  text,             -- only this account is given it
    comment      text NOT NULL DEFAULT '' CHECK (length(comment) <= 2000),
    returned_to  text CHECK (returned_to IN ('split', 'rescan', 'describe')),
    returned_by  text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    closed_at    timestamptz,
    FOREIGN KEY (document_id, version) REFERENCES versions,
    CHECK ((state = 'claimed') = (claimed_by IS NOT NULL AND claim_until IS NOT NULL)),
    CHECK ((state = 'returned') = (returned_to IS NOT NULL)),
    CHECK ((state IN ('done', 'cancelled')) = (closed_at IS NOT NULL))
);
-- A document has at most one open question of a kind and page.
CREATE UNIQUE INDEX review_tasks_once ON review_tasks (document_id, kind, page) WHERE state IN ('open', 'claimed', 'returned');
CREATE INDEX review_tasks_next ON review_tasks (unit_code, priority, document_seq, id) WHERE state IN ('open', 'claimed');
CREATE INDEX review_tasks_claims ON review_tasks (claimed_by) WHERE state = 'claimed';
CREATE INDEX review_tasks_document ON review_tasks (document_id);
CREATE INDEX review_tasks_batch ON review_tasks (batch_id) WHERE batch_id IS NOT NULL;

-- What people decided. Rows are added, and marked as undone; nothing is taken away. A decision takes effect with a version: the current
-- decision of a field in version v is the latest that was applied by then and not undone by then.
CREATE TABLE decisions (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at              timestamptz NOT NULL DEFAULT now(),
    actor           text NOT NULL,
    task_id         bigint REFERENCES review_tasks, -- NULL: of a bulk edit, or made again from a manifest
    document_id     uuid NOT NULL REFERENCES documents,
    unit_code       text NOT NULL,
    batch_id        uuid,
    version         integer NOT NULL, -- that was looked at
    kind            text NOT NULL CHECK (kind IN ('fields', 'dossier', 'access', 'split', 'page', 'duplicate')),
    field           text NOT NULL DEFAULT '', -- key of the field
    before          jsonb NOT NULL, -- archive.Field, or a string
    after           jsonb NOT NULL,
    changed         boolean NOT NULL,
    subject         text NOT NULL DEFAULT '',
    page_master     bytea,         -- the page the field stands on: its value does not go with a document that the page has left
    page_number     integer,
    applied_version integer,       -- NULL: waits until the version under way is archived; those that change no version stay NULL
    undone_at       timestamptz,
    undone_by       text,
    undone_version  integer        -- from this version on it counts no more
);
CREATE INDEX decisions_document ON decisions (document_id, id);
CREATE INDEX decisions_actor ON decisions (actor, id);
CREATE INDEX decisions_batch ON decisions (batch_id, id) WHERE batch_id IS NOT NULL;
CREATE INDEX decisions_at ON decisions (at);

-- +goose Down
DROP TABLE decisions;
DROP TABLE review_tasks;
