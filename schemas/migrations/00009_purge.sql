-- Purging: a paper that may not stay is removed for good, asked for by one person and decided by another.

-- +goose Up
CREATE TABLE purges (
    id           uuid PRIMARY KEY,
    document_id  uuid NOT NULL, -- asked about; it goes, so nothing is referred to
    unit_code    text NOT NULL,
    reason       text NOT NULL CHECK (reason IN ('secret', 'wrong_paper', 'personal', 'other')),
    note         text NOT NULL DEFAULT '' CHECK (length(note) <= 500), -- for whoever decides; emptied then
    whole_file   boolean NOT NULL DEFAULT false,                        -- all papers of the files it is in
    state        text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'refused', 'approved', 'cleared', 'done')),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    decided_by   text,
    decided_at   timestamptz,
    done_at      timestamptz,
    waiting      text NOT NULL DEFAULT '', -- code of what an approved one waits for
    tombstone    bytea,                    -- archive.Tombstone, frozen when approved
    CHECK ((state = 'requested') = (decided_by IS NULL)),
    CHECK ((state IN ('approved', 'cleared', 'done')) = (tombstone IS NOT NULL)),
    CHECK (state = 'refused' OR decided_by <> requested_by)
);
CREATE UNIQUE INDEX purges_open ON purges (document_id) WHERE state = 'requested';
CREATE INDEX purges_list ON purges (unit_code, requested_at DESC);
CREATE INDEX purges_unfinished ON purges (requested_at) WHERE state IN ('approved', 'cleared');

CREATE TABLE purge_documents (
    document_id uuid NOT NULL,
    purge_id    uuid NOT NULL REFERENCES purges,
    PRIMARY KEY (document_id, purge_id)
);
-- Masters that go. Their bytes are not taken in again from the moment of the decision.
CREATE TABLE purge_masters (
    digest   bytea NOT NULL CHECK (octet_length(digest) = 32),
    purge_id uuid NOT NULL REFERENCES purges,
    left_out integer[] NOT NULL, -- pages that go; empty: the whole file
    PRIMARY KEY (digest, purge_id)
);

ALTER TABLE accessions ADD COLUMN derived jsonb; -- archive.Derived: the master was made here, of what a purge left of another

-- +goose Down
ALTER TABLE accessions DROP COLUMN derived;
DROP TABLE purge_masters, purge_documents, purges;
