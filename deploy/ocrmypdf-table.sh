#!/usr/bin/env bash
# Digitises the public test files of OCRmyPDF in a folder (files whose names begin with ocrmypdf-, as in ../shared/data/hostile) and prints a row
# of docs/ocrmypdf.md for each: what became of it, pages by kind, words read, what veraPDF says. Needs jq, java and bin/sohoa (make build).
set -euo pipefail
dir=${1:-../shared/data/hostile}
sohoa=${SOHOA:-$PWD/bin/sohoa}
jar=$(deploy/tools/verapdf/fetch.sh)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "| file | bytes in, out | verdict | pages | words | signatures, notes | veraPDF, PDF/A-2u |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
for f in "$dir"/ocrmypdf-*; do
  name=$(basename "$f")
  code=0
  "$sohoa" digitise "$f" -o "$work/out.pdf" --text "$work/out.txt" --json -q >"$work/report" 2>"$work/log" || code=$?
  if [ "$code" != 0 ]; then
    echo "| $name | $(stat -c %s "$f") | $(jq -r '"\(.verdict), \(.code)"' "$work/report" 2>/dev/null || echo "exit $code") | | | $(jq -r '.detail // ""' "$work/report" 2>/dev/null || true) | |"
    continue
  fi
  pages=$(jq -r '[.pages[] | .kind + (if .turn != 0 then " turned \(.turn)°" else "" end) + (if (.skew | fabs) >= 1 then " skewed \(.skew * 10 | round / 10)°" else "" end)] | group_by(.) | map("\(length) \(.[0])") | join(", ")' "$work/report")
  verdict=$(java -Xmx1500m -Djava.awt.headless=true -Duser.home="$work" -cp "$jar" org.verapdf.apps.GreenfieldCliWrapper --format text --flavour 2u "$work/out.pdf" 2>/dev/null | cut -d' ' -f1)
  echo "| $name | $(stat -c %s "$f"), $(stat -c %s "$work/out.pdf") | accepted | $pages | $(wc -w <"$work/out.txt") | $(jq -r '[(.signatures // [] | length | select(. > 0) | "\(.) signatures"), .warnings[]?] | join("; ")' "$work/report") | $verdict |"
  rm -f "$work/out.pdf" "$work/out.txt"
done
