#!/usr/bin/env bash
# Format, vet, linters, known vulnerabilities, stale generated code. Prints every finding and exits 1 when there is one.
set -uo pipefail
tools=$PWD/.cache/tools
bad=0
run() { echo "lint: $1"; shift; "$@" || bad=1; }

unformatted=$(git ls-files '*.go' | xargs gofmt -l)
[ -z "$unformatted" ] || { echo "not gofmt-ed:"; echo "$unformatted"; bad=1; }
run "go vet" go vet ./...
run golangci-lint "$tools/golangci-lint" run ./...
run layering deploy/lint-selftest.sh "$tools/golangci-lint"
run shell bash -n deploy/*.sh deploy/tools/*.sh .ci/run
run sqlc bash -c "cd schemas && '$tools/sqlc' diff"
# A database of vulnerabilities that cannot be reached is said, and is no finding.
echo "lint: govulncheck"
out=$("$tools/govulncheck" ./... 2>&1)
code=$?
case $code in
  0) echo "no known vulnerability is called" ;;
  3) echo "$out"; bad=1 ;;
  *) echo "govulncheck could not run: $(tail -n 1 <<<"$out")" ;;
esac
[ $bad = 0 ] && echo "lint: clean"
exit $bad
