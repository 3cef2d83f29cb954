#!/usr/bin/env bash
# Installs what drive.mjs needs into .cache/e2e, as package-lock.json pins it. Does nothing where that is done. Prints the folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
to=$(cd "$here/../../.." && pwd)/.cache/e2e
mkdir -p "$to"
exec 9>"$to/lock"
flock 9
cp "$here"/{package.json,package-lock.json,.npmrc} "$here"/*.mjs "$to/"
want=$(sha256sum <"$here/package-lock.json")
if [ "$(cat "$to/installed" 2>/dev/null)" != "$want" ]; then
  rm -f "$to/installed"
  (cd "$to" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2
  echo "$want" >"$to/installed"
fi
echo "$to"
