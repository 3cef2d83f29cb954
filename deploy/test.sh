#!/usr/bin/env bash
# Runs the tests with the race detector; "long" adds chaos rounds, fuzzing and load. Prints go test's own lines and a total.
set -uo pipefail
mode=${1:-short}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
deploy/tools/verapdf/fetch.sh >/dev/null || exit 1
timeout=20m
if [ "$mode" = long ]; then
  export SOHOA_TEST_LONG=1
  timeout=60m
fi
# The race detector does not see into C, nor into other programs: what mostly runs those, or only computes, is tested without it.
plain='/internal/engine|/cmd/|/internal/(papertest|killtest|local|storetest|custody/backup|reader|pdfread|pdfa|sample|describe)(/|$)'
go test -timeout $timeout -p 2 $(go list ./... | grep -E "$plain") 2>&1 | tee -a "$log"
go test -race -timeout $timeout -p 2 $(go list ./... | grep -vE "$plain") 2>&1 | tee -a "$log"
if [ "$mode" = long ]; then
  go test -race -timeout $timeout -p 1 ./internal/pdfread ./internal/reader ./internal/pdfa/... 2>&1 | tee -a "$log"
  for pkg in $(go list ./...); do
    for fuzz in $(go test -list '^Fuzz' "$pkg" 2>/dev/null | grep '^Fuzz'); do
      go test -run '^$' -fuzz "^$fuzz\$" -fuzztime "${FUZZTIME:-20s}" "$pkg" 2>&1 | tail -n 3 | tee -a "$log"
    done
  done
fi
ok=$(grep -c '^ok' "$log")
bad=$(grep -cE '^(FAIL|---\s*FAIL|panic:)' "$log")
echo "$ok packages passed, $(grep -c '^FAIL.*sohoa' "$log") failed"
[ "$bad" = 0 ]
