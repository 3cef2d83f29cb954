-- Pulling the register from the procedure system: where each list stands.

-- +goose Up
CREATE TABLE register_pulls (
    source     text NOT NULL CHECK (length(source) <= 500), -- base URL of the system
    list       text NOT NULL CHECK (list IN ('units', 'procedures', 'holders', 'dossiers')),
    through    timestamptz,                    -- what the source changed before this is here; NULL: never pulled
    started_at timestamptz,                    -- of the round under way; NULL: none
    next_page  text NOT NULL DEFAULT '',       -- where that round goes on
    problem    text NOT NULL DEFAULT '' CHECK (length(problem) <= 500), -- why the last round stopped; names no person
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, list),
    CHECK (started_at IS NOT NULL OR next_page = '')
);

-- +goose Down
DROP TABLE register_pulls;
