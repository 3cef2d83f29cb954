#!/usr/bin/env bash
# Measures what docs/benchmarks.md tells, as ratios within one run, and prints Markdown rows. Takes about half an hour on 2 quiet cores.
# bench.sh [all|cpu|cores|upload|queue|counter|accuracy]
set -euo pipefail
what=${1:-all}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOHOA_OCR=$PWD/bin/sohoa-ocr OMP_THREAD_LIMIT=1
row() { printf '| %s | %s | %s |\n' "$1" "$2" "$3"; }
want() { [ "$what" = all ] || [ "$what" = "$1" ]; }

papers() { # 16 papers of every layout and grade, as PDF
  [ -d "$work/papers" ] || bin/sohoa sample --count 16 --seed 2026 --format pdf -o "$work/papers" >/dev/null
}
cpu() { # CPU seconds, user and system, of a command and its children
  local t
  t=$( { TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1; } 2>&1 )
  awk '{ print $1 + $2 }' <<<"$t"
}
wall() {
  local t
  t=$( { TIMEFORMAT='%R'; time "$@" >/dev/null 2>&1; } 2>&1 )
  echo "$t"
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

if want cpu; then
  papers
  total=0 recognise=0 plain=0 pages=0
  for f in "$work"/papers/*.pdf; do
    bin/sohoa digitise "$f" -o "$work/warm.pdf" -q >/dev/null # PDFium's code compiled, files in memory
    t=$(cpu bin/sohoa digitise -j 1 "$f" -o "$work/out.pdf" -q)
    bin/sohoa digitise -j 1 "$f" -o "$work/out.pdf" --json >"$work/out.json" 2>/dev/null
    r=$(grep -o '"recognise": [0-9.]*' "$work/out.json" | awk '{ s += $2 } END { print s + 0 }')
    pages=$((pages + $(grep -c '"page":' "$work/out.json" || true)))
    pdftoppm -gray -r 300 "$f" "$work/page"
    for p in "$work"/page*.pgm; do
      t2=$(cpu tesseract "$p" "$work/text" -l vie --dpi 300)
      plain=$(awk -v a="$plain" -v b="$t2" 'BEGIN { print a + b }')
    done
    rm -f "$work"/page*
    total=$(awk -v a="$total" -v b="$t" 'BEGIN { print a + b }')
    recognise=$(awk -v a="$recognise" -v b="$r" 'BEGIN { print a + b }')
  done
  row "CPU beside recognition, against plain tesseract's" "$(awk -v t="$total" -v r="$recognise" -v p="$plain" 'BEGIN { printf "%.1f s of %.1f s: **%.1f%%**", t - r, p, 100 * (t - r) / p }')" "16 samples"
  row "CPU of everything, against plain tesseract's" "$(awk -v t="$total" -v p="$plain" 'BEGIN { printf "%.1f s of %.1f s: **%.2f×**", t, p, t / p }')" "16 samples"
fi

if want cores; then
  papers
  qpdf --empty --pages "$work"/papers/*.pdf -- "$work/long.pdf"
  for i in 1 2 3 4 5; do
    wall taskset -c 0 bin/sohoa digitise -j 1 "$work/long.pdf" -o "$work/out.pdf" -q >>"$work/one"
    wall taskset -c 0,1 bin/sohoa digitise -j 2 "$work/long.pdf" -o "$work/out.pdf" -q >>"$work/two"
  done
  one=$(median <"$work/one") two=$(median <"$work/two")
  row "two cores against one, wall time, median of 5" "$(awk -v a="$one" -v b="$two" 'BEGIN { printf "%.1f s, %.1f s: **%.2f×**", a, b, a / b }')" "the samples' pages in one file"
fi

gobench() { go test ./internal/benchtest -run '^$' -bench "$1" -benchtime 1x -timeout 30m | grep -E '^Benchmark' || true; }
want upload && gobench 'Upload$'
want queue && gobench 'QueueByBacklog$'
want counter && gobench 'CounterBesideBacklog$'
if want accuracy && [ -d ../shared/data/real-scans ]; then
  bin/sohoa bench accuracy ../shared/data/real-scans --peer
  bin/sohoa bench fields ../shared/data/real-scans
fi
