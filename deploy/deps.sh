#!/usr/bin/env bash
# Installs what sohoa needs on Debian 12: deps.sh run (to build and run) or deps.sh test (to test as well).
# Does nothing, within a second, where everything is there. Needs root or sudo only where something is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PWD/.cache/go/bin:$PATH

run=(tesseract-ocr tesseract-ocr-vie libtesseract-dev libleptonica-dev libjpeg-dev libzxing-dev postgresql redis-server gcc g++ libc6-dev pkg-config ca-certificates
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

# What was made for a while goes again, also after a failure and Ctrl-C.
policy= tmp=
finish() {
  [ -z "$policy" ] || "${sudo[@]}" rm -f "$policy"
  [ -z "$tmp" ] || rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 130' INT TERM

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
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    policy=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
    "${sudo[@]}" chmod 755 "$policy"
  fi
  # On a machine just set up another apt-get may be at work: it is waited for.
  for try in 1 2 3 4 5; do
    "${sudo[@]}" apt-get update -qq &&
      "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null && break
    [ $try = 5 ] && { echo "deps: apt-get could not install ${missing[*]}; see above" >&2; exit 1; }
    sleep 10
  done
fi

# Go: the machine's own where it is what go.mod asks for, else a release from the archive of the module proxy.
need=$(awk '$1 == "go" { print $2 }' go.mod)
if command -v go >/dev/null && [ "$(printf '%s\n%s\n' "$need" "$(go env GOVERSION | sed 's/^go//')" | sort -V | head -n 1)" = "$need" ]; then
  exit 0
fi
if command -v go >/dev/null && GOTOOLCHAIN="go$need" go version >/dev/null 2>&1; then
  exit 0 # Go fetches the right one by itself
fi
# The sums as the checksum database has them: sum.golang.org/lookup/golang.org/toolchain@v0.0.1-goVERSION.linux-ARCH
go=1.26.9
arch=$(dpkg --print-architecture)
case $arch in
  amd64) sum=H1MNjtpLSXRMijiKWuh1cj9j9YM4NXKqM93/8h6Aics= ;;
  arm64) sum=7zX/9hOPdr3dzQYUa5W/Bpz3BIL2eF1oDoQjg/io1U8= ;;
  *) echo "deps: install Go $need or newer; its checksum for $arch is not known here" >&2; exit 1 ;;
esac
echo "deps: fetching Go $go"
proxy=${GOPROXY:-}
proxy=${proxy%%[,|]*}
[[ $proxy == *://* ]] || proxy=https://proxy.golang.org
mkdir -p .cache
tmp=$(mktemp -d .cache/go.XXXXXX)
curl -fsSL --retry 3 "$proxy/golang.org/toolchain/@v/v0.0.1-go$go.linux-$arch.zip" -o "$tmp/go.zip"
mkdir "$tmp/go"
unzip -q "$tmp/go.zip" -d "$tmp/go"
# Go's own way (dirhash h1): the sum of the files' sums in the order of their names.
got=$(cd "$tmp/go" && find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum | cut -d ' ' -f 1)
[ "$got" = "$(base64 -d <<<"$sum" | od -An -v -tx1 | tr -d ' \n')" ] || { echo "deps: the archive of Go $go is not the published one" >&2; exit 1; }
find "$tmp"/go/golang.org/*/bin "$tmp"/go/golang.org/*/pkg/tool -type f -exec chmod 755 {} +
rm -rf .cache/go
mv "$tmp"/go/golang.org/toolchain@* .cache/go
