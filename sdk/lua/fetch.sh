#!/bin/sh
# fetch.sh DIR puts the source of Lua 5.4, as Debian has it, into DIR/src. It
# changes nothing of the system: apt keeps its lists in DIR too. Elsewhere unpack
# the source of https://www.lua.org/ftp/ there.
set -eu
mkdir -p "$1/lists/partial"
cd "$1"
[ -f src/lua.h ] && exit
. /etc/os-release
echo "deb-src http://deb.debian.org/debian $VERSION_CODENAME main" >sources.list
apt() { apt-get -qq -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$PWD/lists" "$@"; }
apt update
apt source --download-only lua5.4 2>/dev/null
tar -xf lua5.4_*.orig.tar.* --strip-components 1
