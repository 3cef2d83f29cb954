-- name: SetAccessionSignatures :exec
UPDATE accessions SET signatures = sqlc.arg(signatures)::jsonb WHERE id = $1;
