-- Taking stacks apart and putting papers together: what separator sheets said, and who changed which pages.

-- +goose Up
ALTER TABLE documents
    ADD COLUMN shelf          text, -- where its paper lies, as its separator sheet said; NULL: as its batch says
    ADD COLUMN procedure_code text; -- as its separator sheet said

-- Whether all pages of a file are in documents is asked by their master.
CREATE INDEX pages_master ON pages (master_digest, master_page);

CREATE INDEX left_out_pages_master ON left_out_pages (master_digest, master_page);

-- A change of pages: by the system, which takes a stack apart, or by a person. It can be undone while it is the last of each of its documents.
CREATE TABLE arrangements (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT now(),
    actor     text NOT NULL,
    unit_code text NOT NULL REFERENCES units,
    batch_id  uuid REFERENCES batches,
    kinds     text[] NOT NULL,                 -- what was done: stack, split, merge, move, order, turn, take_out, put_back, replace, undo, redo
    undoes    bigint UNIQUE REFERENCES arrangements
);
CREATE INDEX arrangements_batch ON arrangements (batch_id, id) WHERE batch_id IS NOT NULL;
CREATE TABLE arrangement_documents (
    arrangement_id bigint NOT NULL REFERENCES arrangements,
    document_id    uuid NOT NULL REFERENCES documents,
    before_version integer, -- NULL: it had no pages before
    after_version  integer, -- NULL: emptied by it
    PRIMARY KEY (arrangement_id, document_id)
);
CREATE INDEX arrangement_documents_document ON arrangement_documents (document_id, arrangement_id);

-- +goose Down
DROP TABLE arrangement_documents, arrangements;
DROP INDEX pages_master, left_out_pages_master;
ALTER TABLE documents DROP COLUMN shelf, DROP COLUMN procedure_code;
