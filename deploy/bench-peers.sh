#!/usr/bin/env bash
# Sets ours beside plain tesseract and OCRmyPDF: whole commands, two cores, one run. Takes about 25 minutes on a quiet machine; with
# SOHOA_PEERS_FAST=1 a few minutes, to try the benchmark itself. bench-peers.sh [papers|one-page|long] runs a part.
set -euo pipefail
version=17.13.0
venv=.cache/peers/ocrmypdf-$version
missing=()
for p in python3-venv ghostscript unpaper qpdf poppler-utils; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
  sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get install -y --no-install-recommends "${missing[@]}"
fi
if [ ! -x "$venv/bin/ocrmypdf" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "ocrmypdf==$version"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOHOA_PEERS_DIR=$work SOHOA_PEERS_OURS=$PWD/bin/sohoa SOHOA_PEERS_OCR=$PWD/$venv/bin/ocrmypdf SOHOA_OCR=$PWD/bin/sohoa-ocr
bin/sohoa sample --count 40 --seed 4040 --format pdf -o "$work/samples" >/dev/null
first=("$work"/samples/*.pdf)
pages=()
n=0
limit=100
[ -z "${SOHOA_PEERS_FAST:-}" ] || limit=6
for f in "${first[@]}"; do
  pages+=("$f")
  n=$((n + $(qpdf --show-npages "$f")))
  [ "$n" -lt "$limit" ] || break
done
qpdf --empty --pages "${pages[@]}" -- "$work/long.pdf"
"$SOHOA_PEERS_OURS" digitise "$work/long.pdf" -o "$work/warm.pdf" -q >/dev/null 2>&1 # PDFium's code compiled, files in memory
go test ./internal/benchtest -run '^$' -bench "Peers/${1:-}" -benchtime 1x -timeout 3h | tr '\t' '\n'
