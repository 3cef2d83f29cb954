-- Custody: what the orphan sweep has seen and removed, and what a rebuild works through.

-- +goose Up
-- A mark stays after its object is removed: an accept that met the object just before finds the mark and does not count on it.
ALTER TABLE orphans ADD COLUMN removed_at timestamptz;

-- How far the sweep has come in each part of the store; a round may take several runs.
CREATE TABLE sweep_places (
    part      text PRIMARY KEY,
    after_key text NOT NULL,
    swept_at  timestamptz NOT NULL DEFAULT now()
);

-- An unfinished rebuild is taken up again; a catalogue that holds something and has none is refused.
CREATE TABLE rebuilds (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);

-- Accession records and manifests in the order they came into being, so that what is rebuilt has that order again. Emptied at the end;
-- gathered anew after a crash, so it needs no log.
CREATE UNLOGGED TABLE rebuild_items (
    kind      smallint NOT NULL,    -- 0 accession record, 1 manifest
    at        timestamptz NOT NULL, -- received, or version made
    object    text NOT NULL,        -- key in the records bucket
    stored_at timestamptz NOT NULL,
    body      bytea NOT NULL,
    PRIMARY KEY (kind, at, object)
);
CREATE UNIQUE INDEX rebuild_items_object ON rebuild_items (object);

-- +goose Down
DROP TABLE rebuild_items, rebuilds, sweep_places;
ALTER TABLE orphans DROP COLUMN removed_at;
