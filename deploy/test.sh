#!/usr/bin/env bash
# Runs the tests, with the race detector where goroutines meet. "long" adds chaos rounds, every hostile file, a browser, a backlog of 50,000
# pages and fuzzing. Prints go test's own lines, each step's seconds, and a total; fails when any step did.
# FUZZTIME says how long each fuzz target runs, STEPS (names below, between spaces) runs only some.
set -uo pipefail
mode=${1:-short}
log=$(mktemp)
fuzzed=$(mktemp -d)
trap 'rm -rf "$log" "$fuzzed"' EXIT
deploy/tools/verapdf/fetch.sh >/dev/null || exit 1
all=$(go list ./...) || exit 1

# The race detector does not see into C, nor into other programs: what mostly runs those, or only computes, is tested without it.
plain='/internal/engine|/cmd/|/internal/(papertest|killtest|local|storetest|custody/backup|reader|pdfread|pdfa|sample|describe|web/e2e)(/|$)'
# What takes its time in the long form, and the whole machine: after the others, one at a time.
chaos='/internal/(papertest|killtest|web/e2e)$'

failed=()
step() { # step NAME COMMAND [ARG ...]
  local name=$1 since=$SECONDS
  shift
  case " ${STEPS:-$name} " in *" $name "*) ;; *) return 0 ;; esac
  "$@" 2>&1 | tee -a "$log"
  [ "${PIPESTATUS[0]}" = 0 ] || failed+=("$name")
  echo "-- $name: $((SECONDS - since)) s"
}

picked() { grep -E "$1" <<<"$all" | grep -vE "${2:-^$}"; }

fuzz() { # each package's fuzz targets, built once a package
  local bad=0 pkg dir target
  while read -r pkg dir; do
    targets=$(cat "$dir"/*_test.go 2>/dev/null | sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p')
    [ -n "$targets" ] || continue
    go test -c -fuzz . -o "$fuzzed/test" "$pkg" || { bad=1; continue; }
    for target in $targets; do
      if (cd "$dir" && timeout 5m "$fuzzed/test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "${FUZZTIME:-10s}" \
        -test.fuzzcachedir "$(go env GOCACHE)/fuzz/$pkg") >"$fuzzed/out" 2>&1; then
        echo "fuzzed $pkg $target: $(grep -E '^fuzz: elapsed' "$fuzzed/out" | tail -n 1 | cut -d , -f 2-)"
      else
        bad=1
        cat "$fuzzed/out"
        echo "FAIL $pkg $target"
      fi
    done
  done < <(go list -f '{{.ImportPath}} {{.Dir}}' ./...)
  return $bad
}

load() { # a decision at the counter, beside another unit's 50,000 waiting pages
  local p95
  go test ./internal/benchtest -run '^$' -bench 'CounterBesideBacklog$' -benchtime 1x -timeout 20m >"$fuzzed/load" 2>&1 || { cat "$fuzzed/load"; return 1; }
  grep -E '^Benchmark' "$fuzzed/load"
  p95=$(grep -oE '[0-9.]+ p95-s' "$fuzzed/load" | cut -d ' ' -f 1)
  awk -v p="${p95:-999}" 'BEGIN { exit !(p < 15) }' || { echo "FAIL the counter waits: p95 is $p95 s, at most 15 are wanted"; return 1; }
}

if [ "$mode" = long ]; then
  step plain go test -timeout 20m -p 2 $(picked "$plain" "$chaos")
else
  step plain go test -timeout 20m -p 2 $(picked "$plain")
fi
step race go test -race -timeout 20m -p 2 $(picked . "$plain")
if [ "$mode" = long ]; then
  export SOHOA_TEST_LONG=1
  step chaos go test -timeout 30m -p 1 $(picked "$chaos")
  step race-formats go test -race -timeout 20m -p 1 $(picked '/internal/(pdfread|reader|pdfa)(/|$)')
  step load load
  step fuzz fuzz
fi
echo "$(grep -c '^ok' "$log") packages passed, $(grep -cE '^FAIL.*sohoa' "$log") failed; $((SECONDS / 60)) min $((SECONDS % 60)) s"
[ ${#failed[@]} = 0 ] || { echo "failed: ${failed[*]}" >&2; exit 1; }
