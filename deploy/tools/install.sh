#!/usr/bin/env bash
# Builds the tools that deploy/tools/go.mod pins, into the folder given. Does nothing where they are there.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
stamp=$out/.$(cat "$here/go.mod" "$here/go.sum" | sha256sum | cut -c1-16)
[ -e "$stamp" ] && exit 0
echo "tools: building golangci-lint, govulncheck, sqlc (once; a few minutes)"
cd "$here"
GOFLAGS=-mod=readonly GOBIN=$out go install tool
touch "$stamp"
