#!/bin/sh
# Fetches veraPDF, which judges our PDF/A in tests, and prints the path of its jar. Needs Maven and Java 11 or newer (Debian: apt-get
# install maven default-jre-headless). Once fetched it needs neither Maven nor a network. Safe to run many times and at once.
set -eu

version=1.28.2 # as in pom.xml
sum=687d4d8bcfec48c9f7e931cf78ed061f1eeccfba55d4cdc000ba9b4d8aa46ce6
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/sohoa/verapdf
jar=$cache/greenfield-apps-$version.jar

good() { [ -f "$1" ] && printf '%s  %s\n' "$sum" "$1" | sha256sum --check --status; }

say() { printf 'verapdf/fetch.sh: %s\n' "$1" >&2; }

command -v java >/dev/null || { say 'java is missing: apt-get install default-jre-headless'; exit 1; }
if ! good "$jar"; then
	command -v mvn >/dev/null || { say 'mvn is missing: apt-get install maven'; exit 1; }
	mkdir -p "$cache"
	new=$(mktemp -d "$cache/new.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	mvn --batch-mode --quiet --file "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$new" >&2 ||
		{ say 'Maven could not fetch it; is the network there?'; exit 1; }
	good "$new/greenfield-apps-$version.jar" || { say "the jar is not the one expected (SHA-256 $sum)"; exit 1; }
	mv -f "$new/greenfield-apps-$version.jar" "$jar"
fi
printf '%s\n' "$jar"
