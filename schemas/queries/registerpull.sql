-- name: PullPlace :one
SELECT through, started_at, next_page, problem FROM register_pulls WHERE source = $1 AND list = $2;

-- name: SavePullPlace :exec
INSERT INTO register_pulls (source, list, through, started_at, next_page, problem) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (source, list) DO UPDATE SET through = excluded.through, started_at = excluded.started_at, next_page = excluded.next_page,
    problem = excluded.problem, updated_at = now();
