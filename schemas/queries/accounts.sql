-- name: AccountByToken :one
SELECT id, name, role, unit_code FROM accounts WHERE token_hash = $1 AND revoked_at IS NULL;

-- name: UpsertAccount :exec
INSERT INTO accounts (id, name, role, unit_code, token_hash) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name) DO UPDATE SET role = excluded.role, unit_code = excluded.unit_code, token_hash = excluded.token_hash, revoked_at = NULL;
