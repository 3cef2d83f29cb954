#!/usr/bin/env bash
# Measures what docs/benchmarks.md tells, as ratios within one run, and prints Markdown rows. Takes about half an hour on 2 quiet cores.
# bench.sh [all|cpu|cores|upload|queue|counter|register|accuracy|fields|size]; N=2000 makes fields count that many papers
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

# beside PDF LABEL: the pages of one file in one process, as a worker keeps engine and reader, against plain tesseract on the same pages.
beside() {
  local pdf=$1 label=$2 total recognise plain=0 t p
  bin/sohoa digitise -j 1 "$pdf" -o "$work/out.pdf" -q >/dev/null # PDFium's code compiled, files in memory
  total=$( { TIMEFORMAT='%U %S'; time bin/sohoa digitise -j 1 "$pdf" -o "$work/out.pdf" --json >"$work/out.json" 2>/dev/null; } 2>&1 | awk '{ print $1 + $2 }')
  recognise=$(grep -oE '"(recognise|again|fine)": [0-9.]+' "$work/out.json" | awk '{ s += $2 } END { print s + 0 }')
  pdftoppm -hide-annotations -gray -r 300 "$pdf" "$work/page"
  for p in "$work"/page*.pgm; do
    t=$(cpu tesseract "$p" "$work/text" -l vie --dpi 300)
    plain=$(awk -v a="$plain" -v b="$t" 'BEGIN { print a + b }')
  done
  rm -f "$work"/page*
  row "CPU beside recognition, against plain tesseract's" "$(awk -v t="$total" -v r="$recognise" -v p="$plain" 'BEGIN { printf "%.1f s of %.1f s: **%.1f%%**", t - r, p, 100 * (t - r) / p }')" "$label"
  row "CPU of everything, against plain tesseract's" "$(awk -v t="$total" -v p="$plain" 'BEGIN { printf "%.1f s of %.1f s: **%.2f×**", t, p, t / p }')" "$label"
}

if want cpu; then
  papers
  qpdf --empty --pages "$work"/papers/*.pdf -- "$work/long.pdf"
  beside "$work/long.pdf" "the pages of 16 samples"
  if [ -d ../shared/data/real-scans/pdf ]; then
    scans=()
    for f in ../shared/data/real-scans/pdf/*.pdf; do # the born-digital ones are not recognised
      bin/sohoa digitise "$f" -o "$work/out.pdf" --json 2>/dev/null | grep -q '"recognise"' && scans+=("$f")
    done
    qpdf --empty --pages "${scans[@]}" -- "$work/real.pdf"
    beside "$work/real.pdf" "the pages of ${#scans[@]} scanned real papers"
  fi
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
want register && SOHOA_BENCH_DOSSIERS=1000000 gobench 'RegisterImport$'
if want accuracy && [ -d ../shared/data/real-scans ]; then
  bin/sohoa bench accuracy ../shared/data/real-scans --peer
  bin/sohoa bench fields ../shared/data/real-scans
fi
if want fields; then # layouts that no rule was tuned on; a minute for 20 papers
  bin/sohoa sample --layout held-back --count "${N:-200}" --seed "${SEED:-7}" --set -o "$work/held" >/dev/null
  bin/sohoa bench fields "$work/held" 2>/dev/null
fi
if want size; then # bytes a page of master, full rendition and access copy
  if [ -d ../shared/data/real-scans/pdf ]; then
    bin/sohoa bench size ../shared/data/real-scans --keep "$work/kept" 2>/dev/null
    mkdir -p "$work/read/pdf"
    cp -r ../shared/data/real-scans/gt "$work/read/gt"
    for f in "$work"/kept/*.access.pdf; do mv "$f" "$work/read/pdf/$(basename "$f" .access.pdf)"; done
    # The column of plain tesseract beside its own of "accuracy": what it reads in the access copies.
    bin/sohoa bench accuracy "$work/read" --gt internal/accuracy/testdata/real-scans/gt --peer
  fi
  bin/sohoa sample --count 30 --seed 77 --format pdf -o "$work/sizes" >/dev/null 2>&1
  bin/sohoa bench size "$work/sizes" 2>/dev/null | grep -E '^\| (\*\*|papers|---)'
fi
