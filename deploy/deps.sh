#!/usr/bin/env bash
# Installs what sohoa needs on Debian 12: deps.sh run (to build and run) or deps.sh test (to test as well).
# Does nothing, within a second, where everything is there. Needs root or sudo only where something is missing.
set -euo pipefail

run=(tesseract-ocr tesseract-ocr-vie libtesseract-dev libleptonica-dev libjpeg-dev postgresql redis-server gcc g++ libc6-dev pkg-config ca-certificates
  fonts-liberation2 curl unzip)
test=(tesseract-ocr-osd poppler-utils qpdf strace chromium nodejs npm maven default-jre-headless curl attr)
# What the samples are drawn with: the program knows.
fonts=(fonts-dkg-handwriting fonts-sjfonts fonts-breip)

want=("${run[@]}" "${fonts[@]}")
[ "${1:-run}" = test ] && want+=("${test[@]}")

missing=()
for p in "${want[@]}"; do
  case $p in # a program from elsewhere is as good
    nodejs) command -v node >/dev/null && continue ;;
    npm) command -v npm >/dev/null && continue ;;
    maven) command -v mvn >/dev/null && continue ;;
    default-jre-headless) command -v java >/dev/null && continue ;;
    gcc | g++ | curl | unzip | strace) command -v "$p" >/dev/null && continue ;;
  esac
  dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || missing+=("$p")
done

sudo=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { [ ${#missing[@]} = 0 ] || { echo "deps: run as root or install sudo; missing: ${missing[*]}" >&2; exit 1; }; }
  sudo=(sudo)
fi
if [ ${#missing[@]} != 0 ]; then
  echo "deps: installing ${missing[*]}"
  # Debian's package would start a cluster of its own on port 5432.
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    "${sudo[@]}" mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | "${sudo[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  # Nothing is to start by itself: sohoa runs servers of its own.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee $policy >/dev/null
    "${sudo[@]}" chmod 755 $policy
    rm_policy=1
  fi
  for try in 1 2 3; do
    "${sudo[@]}" apt-get update -qq &&
      "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null && break
    [ $try = 3 ] && { echo "deps: apt-get could not install ${missing[*]}; see above" >&2; exit 1; }
    sleep 5
  done
fi

[ -z "${rm_policy:-}" ] || "${sudo[@]}" rm -f /usr/sbin/policy-rc.d

# Go: the version go.mod names, from the archive of the module proxy where the machine's own is older or missing.
need=$(awk '$1 == "go" { print $2 }' go.mod)
if command -v go >/dev/null && [ "$(printf '%s\n%s\n' "$need" "$(go env GOVERSION | sed 's/^go//')" | sort -V | head -n 1)" = "$need" ]; then
  exit 0
fi
if command -v go >/dev/null && GOTOOLCHAIN="go$need" go version >/dev/null 2>&1; then
  exit 0 # Go fetches the right one by itself
fi
if [ -x .cache/go/bin/go ]; then
  exit 0
fi
echo "deps: fetching Go $need"
proxy=${GOPROXY:-https://proxy.golang.org}
proxy=${proxy%%[,|]*}
zip=$(mktemp)
trap 'rm -f "$zip"' EXIT
curl -fsSL "$proxy/golang.org/toolchain/@v/v0.0.1-go$need.linux-$(dpkg --print-architecture).zip" -o "$zip"
rm -rf .cache/go .cache/go.new
mkdir -p .cache/go.new
unzip -q "$zip" -d .cache/go.new
mv .cache/go.new/golang.org/toolchain@* .cache/go
rm -rf .cache/go.new
find .cache/go/bin .cache/go/pkg/tool -type f -exec chmod 755 {} +
