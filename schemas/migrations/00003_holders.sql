-- Holders: identifiers of people and firms, sealed as in the manifest and found by a keyed hash. The keys are neither here nor in the object store.

-- +goose Up
CREATE TABLE holders (
    document_id  uuid NOT NULL,
    version      integer NOT NULL,
    ordinal      integer NOT NULL CHECK (ordinal >= 1),
    unit_code    text NOT NULL,
    access_level text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('cccd', 'cmnd', 'tax')),
    masked       text NOT NULL,
    page         integer NOT NULL,
    key_id       text NOT NULL,    -- of the key that the document's data key was wrapped by
    sealed       text NOT NULL,
    lookup       bytea CHECK (octet_length(lookup) = 32), -- HMAC; NULL: rebuilt without the key, waits for it
    PRIMARY KEY (document_id, version, ordinal),
    FOREIGN KEY (document_id, version) REFERENCES versions
);
CREATE INDEX holders_lookup ON holders (lookup) WHERE lookup IS NOT NULL;
CREATE INDEX holders_waiting ON holders (document_id, version, ordinal) WHERE lookup IS NULL;

-- +goose Down
DROP TABLE holders;
