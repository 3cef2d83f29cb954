// Package schemas embeds what others rely on: the migrations of the catalogue, the JSON schemas and the OpenAPI description.
package schemas

import "embed"

// Migrations holds migrations/*.sql for goose.
//
//go:embed migrations/*.sql
var Migrations embed.FS //nolint:gochecknoglobals // go:embed needs a variable; nothing writes it

// Manifest is the JSON schema of a version's manifest.
//
//go:embed manifest.schema.json
var Manifest []byte //nolint:gochecknoglobals // go:embed needs a variable; nothing writes it

// Accession is the JSON schema of an accession record.
//
//go:embed accession.schema.json
var Accession []byte //nolint:gochecknoglobals // go:embed needs a variable; nothing writes it

// Tombstone is the JSON schema of what stays of a purge.
//
//go:embed tombstone.schema.json
var Tombstone []byte //nolint:gochecknoglobals // go:embed needs a variable; nothing writes it
