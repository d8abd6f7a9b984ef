#!/bin/sh
# Installs the newest retropal for this user, without root:
#
#   sh install.sh [--to DIR] [--version X.Y.Z] [--from URL-OR-DIR]
#
# It finds the archive for this system, checks it against SHA256SUMS, and puts
# the program into ~/.local/bin. It changes nothing else, and never touches a
# data folder. Running it again updates the program; the old one is kept as
# retropal.previous.

set -eu

from=${RETROPAL_RELEASES:-https://github.com/retropal/retropal/releases}
to=$HOME/.local/bin
version=

say() { printf '%s\n' "$*"; }
fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    --to) to=${2:?--to needs a folder} && shift 2 ;;
    --version) version=${2:?--version needs a number} && shift 2 ;;
    --from) from=${2:?--from needs an address or a folder} && shift 2 ;;
    -h | --help)
      sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    *) fail "unknown argument $1; try --help" ;;
  esac
done

case $(uname -s) in
  Linux) system=linux ;;
  Darwin) system=macos ;;
  *) fail "no program for $(uname -s); on Windows unpack the .zip" ;;
esac
case $(uname -m) in
  x86_64 | amd64) system=$system-x64 ;;
  aarch64 | arm64) system=$system-arm64 ;;
  *) fail "no program for $(uname -m)" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch NAME: from a folder, or from the files of a release.
fetch() {
  if [ -d "$from" ]; then
    cp "$from/$1" "$work/$1" 2>/dev/null || fail "no $1 in $from"
    return
  fi
  if [ -n "$version" ]; then
    address=$from/download/v$version/$1
  else
    address=$from/latest/download/$1
  fi
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL -o "$work/$1" "$address" || fail "cannot fetch $address"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$work/$1" "$address" || fail "cannot fetch $address"
  else
    fail "needs curl or wget"
  fi
}

fetch SHA256SUMS
archive=$(sed -n "s/^[0-9a-f]\{64\}  \(retropal-.*-$system\.tar\.gz\)\$/\1/p" "$work/SHA256SUMS" | tail -n 1)
[ -n "$archive" ] || fail "SHA256SUMS names no archive for $system"
case $archive in
  */*) fail "SHA256SUMS names a path: $archive" ;;
esac
fetch "$archive"

cd "$work"
grep "  $archive\$" SHA256SUMS >checksum
if command -v sha256sum >/dev/null 2>&1; then
  sha256sum -c checksum >/dev/null 2>&1 || fail "$archive does not match its checksum; nothing was installed"
elif command -v shasum >/dev/null 2>&1; then
  shasum -a 256 -c checksum >/dev/null 2>&1 || fail "$archive does not match its checksum; nothing was installed"
else
  fail "needs sha256sum or shasum to check the archive"
fi
tar -xzf "$archive"
program=${archive%.tar.gz}/retropal
[ -f "$program" ] || fail "no program in $archive"
"$program" version >/dev/null || fail "the program does not run on this system"

mkdir -p "$to"
if [ -f "$to/retropal" ]; then
  cp -p "$to/retropal" "$to/retropal.previous"
fi
# A new file under the old name: a running server keeps the file it has.
cp "$program" "$to/retropal.new"
chmod 755 "$to/retropal.new"
mv "$to/retropal.new" "$to/retropal"
say "Installed $("$to/retropal" version) as $to/retropal"
case :$PATH: in
  *":$to:"*) say "Start it with: retropal serve" ;;
  *) say "Start it with: $to/retropal serve   ($to is not in your PATH)" ;;
esac
