#!/usr/bin/env bash
# A rule that matches nothing passes for ever: plants one violation for each layering rule in a copy of the tree and sees the linter stop it.
set -euo pipefail
lint=$1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$copy"
cd "$copy"
git init -q . # the linter looks for the root

plant() { # rule, path, import, [statement]
  local dir pkg
  dir=$(dirname "$2")
  mkdir -p "$dir"
  pkg=$(basename "$dir")
  ls "$dir"/*.go >/dev/null 2>&1 && pkg=$(sed -n 's/^package //p' "$(ls "$dir"/*.go | grep -v _test.go | head -n 1)" | head -n 1)
  printf 'package %s\n\nimport _ "%s"\n' "$pkg" "$3" >"$2"
}
plant domain internal/fixity/zz_planted.go github.com/google/uuid
plant usecase internal/intake/zz_planted.go github.com/google/uuid
plant postgres-has-one-door internal/web/zz_planted.go github.com/jackc/pgx/v5
plant store-has-one-door internal/local/zz_planted.go github.com/minio/minio-go/v7
plant queue-has-one-door internal/client/zz_planted.go github.com/hibiken/asynq
plant cgo-stays-in-the-engine internal/reader/zz_planted.go sohoa/internal/engine/tess
plant adapters-do-not-know-each-other internal/queue/zz_planted.go sohoa/internal/local
plant tests-stay-out-of-binaries internal/retrieve/zz_planted.go testing
printf 'package archive\n\nimport "os"\n\n// Leave ends the program.\nfunc Leave() { os.Exit(1) }\n' >internal/archive/zz_planted.go

out=$("$lint" run --enable-only depguard,forbidigo ./internal/fixity ./internal/intake ./internal/web ./internal/local ./internal/client \
  ./internal/reader ./internal/queue ./internal/retrieve ./internal/archive 2>&1 || true)
bad=0
for f in fixity intake web local client reader queue retrieve archive; do
  grep -q "^internal/$f/zz_planted.go" <<<"$out" || { echo "lint: the planted violation in internal/$f was not stopped"; bad=1; }
done
[ $bad = 0 ] && echo "lint: every layering rule stops its planted violation" || { echo "$out" | tail -n 20; exit 1; }
