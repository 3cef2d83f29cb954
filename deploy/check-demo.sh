#!/usr/bin/env bash
# Checks a finished demo batch: check-demo.sh PROGRAM WORKDIR BATCH COUNT. Prints what is wrong and exits 1, or says that all is well.
set -euo pipefail
sohoa=$1 work=$2 batch=$3 count=$4
fail() { echo "demo: $*" >&2; exit 1; }
field() { sed -E 's/.*"'"$1"'":"([^"]*)".*/\1/'; }

n=0
while read -r line; do
  n=$((n + 1))
  name=$(field name <<<"$line") doc=$(field document <<<"$line") state=$(field state <<<"$line")
  [ "$state" = archived ] || fail "$name is $state, not archived"
  $sohoa get "$doc" --master -o "$work/back" || fail "$name cannot be fetched"
  cmp -s "$work/back" "$work/scans/$name" || fail "$name came back with other bytes"
  $sohoa get "$doc" -o "$work/back.pdf"
  head -c 5 "$work/back.pdf" | grep -q '%PDF-' || fail "the rendition of $name is no PDF"
  # Found by words that stand in its own text. awk reads to the end: tr would die of a closed pipe.
  $sohoa get "$doc" --text -o "$work/back.txt"
  words=$(tr -c '[:alpha:]\200-\377\n' ' ' <"$work/back.txt" | awk 'NF >= 6 && !n++ { print $2, $3, $4, $5 }')
  [ -n "$words" ] || fail "no text was read on $name"
  $sohoa find --limit 200 --json "\"$words\"" >"$work/hits" || fail "a search for \"$words\" finds nothing"
  grep -q "$doc" "$work/hits" || fail "a search for \"$words\" does not find $name"
done < <($sohoa list --batch "$batch" --json)
[ "$n" = "$count" ] || fail "$n papers are listed, $count were handed in"
echo "demo: $n of $count papers archived, found by a search and fetched back bit for bit"
