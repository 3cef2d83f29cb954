-- Stacks: how a batch is taken apart, pages that belong to a document and are left out of its rendition, how good a scan is, and the
-- digital signatures of a file.

-- +goose Up
ALTER TABLE batches
    ADD COLUMN splitting      text NOT NULL DEFAULT 'separators' CHECK (splitting IN ('none', 'separators', 'layout')),
    ADD COLUMN page_order     text NOT NULL DEFAULT 'as_scanned' CHECK (page_order IN ('as_scanned', 'fronts_then_backs', 'fronts_then_backs_reversed')),
    ADD COLUMN archive_number text; -- of the paper, where the unit's archive gave one

ALTER TABLE accessions ADD COLUMN signatures jsonb NOT NULL DEFAULT '[]'; -- archive.Signature, as judged at inspection

ALTER TABLE pages ADD COLUMN quality jsonb; -- page.Quality; NULL: not measured

-- Separator sheets, blank backs and the like. Every page of a master is a page or a left-out page of one current version, so that a stack
-- taken apart can be counted.
CREATE TABLE left_out_pages (
    document_id   uuid NOT NULL,
    version       integer NOT NULL,
    seq           integer NOT NULL CHECK (seq >= 1),   -- order among those left out
    before        integer NOT NULL CHECK (before >= 1), -- ordinal of the page it lay before; page_count + 1: after the last
    master_digest bytea NOT NULL REFERENCES masters,
    master_page   integer NOT NULL CHECK (master_page >= 1),
    reason        text NOT NULL CHECK (reason IN ('separator', 'blank', 'duplicate', 'rescanned', 'removed')),
    PRIMARY KEY (document_id, version, seq),
    FOREIGN KEY (document_id, version) REFERENCES versions
);

-- +goose Down
DROP TABLE left_out_pages;
ALTER TABLE pages DROP COLUMN quality;
ALTER TABLE accessions DROP COLUMN signatures;
ALTER TABLE batches DROP COLUMN splitting, DROP COLUMN page_order, DROP COLUMN archive_number;
