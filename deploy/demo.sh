#!/usr/bin/env bash
# Starts sohoa, makes a sample batch, hands it in, waits, shows what was archived. "run" stays up afterwards, "demo" checks everything
# and stops: exit 0 when every sample is archived, found by a search and fetched back bit for bit.
# SOHOA_DATA and SOHOA_LISTEN are obeyed; SAMPLES says how many papers.
set -euo pipefail

mode=${1:-run}
sohoa=bin/sohoa
work=$(mktemp -d)
count=${SAMPLES:-12}
if [ "$mode" = demo ]; then
  export SOHOA_DATA=${SOHOA_DATA:-$work/data} SOHOA_LISTEN=${SOHOA_LISTEN:-127.0.0.1:0}
  chmod 711 "$work" # the servers run as an unprivileged user
fi
up=
finish() {
  code=$?
  if [ -n "$up" ] && kill -0 "$up" 2>/dev/null; then
    kill -TERM "$up" 2>/dev/null || true
    wait "$up" 2>/dev/null || true
  fi
  [ "$mode" = demo ] && [ $code != 0 ] && [ -f "$work/up.log" ] && { echo "last lines of the log:"; tail -n 20 "$work/up.log"; } >&2
  rm -rf "$work"
  exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM

$sohoa up ${UP_FLAGS:-} >"$work/up.json" 2>"$work/up.log" &
up=$!
for _ in $(seq 600); do
  [ -s "$work/up.json" ] && break
  kill -0 $up 2>/dev/null || { echo "sohoa up did not start:" >&2; cat "$work/up.log" >&2; exit 1; }
  sleep 0.1
done
[ -s "$work/up.json" ] || { echo "sohoa up was not ready within a minute" >&2; exit 1; }
url=$(sed -E 's/.*"url":"([^"]*)".*/\1/' "$work/up.json")
data=$(sed -E 's/.*"data":"([^"]*)".*/\1/' "$work/up.json")
export SOHOA_DATA=$data
echo "sohoa runs at $url"

batch="Mẫu $(date +%Y-%m-%d-%H%M%S)"
# Another seed each day, so that a second run has something to do.
$sohoa sample --count "$count" --seed "${SEED:-$(date +%s)}" -o "$work/samples"
mkdir "$work/scans"
find "$work/samples" -type f ! -name '*.txt' ! -name '*.json' -exec mv {} "$work/scans/" \;
$sohoa ingest "$work/scans" --batch "$batch" --wait --timeout 30m
echo
$sohoa list --batch "$batch"
echo
$sohoa list --batch "$batch" --json | sed -E 's|.*"document":"([^"]*)".*|'"$url"'/documents/\1|'

if [ "$mode" = demo ]; then
  deploy/check-demo.sh "$sohoa" "$work" "$batch" "$count"
  exit 0
fi
echo
echo "Sign in at $url with the token in $data/admin.token. Ctrl-C stops sohoa."
wait $up
