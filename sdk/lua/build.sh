#!/bin/sh
# build.sh LUA SCRIPT OUT makes a plugin of a Lua script. LUA is the folder src
# of Lua 5.4's source. The interpreter is compiled once, into LUA/wasm.
set -eu
lua=$1 script=$2 out=$3
here=$(dirname "$0")
clang=${CLANG:-clang-22}

# Exceptions of the form that wazero has; errors of Lua are longjmps. Debian's
# wasm-opt, which clang would call, does not know them.
flags="--target=wasm32-wasi -Wno-deprecated -I $here/include -O2 -mbulk-memory
	-mllvm -wasm-enable-sjlj -mllvm -wasm-use-legacy-eh=false -mexception-handling
	-DLUA_USE_C89 -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS"

library() {
	mkdir -p "$lua/wasm"
	for f in lapi lcode lctype ldebug ldo ldump lfunc lgc llex lmem lobject lopcodes lparser lstate lstring \
		ltable ltm lundump lvm lzio lauxlib lbaselib lcorolib ltablib lstrlib lmathlib lutf8lib; do
		echo "$lua/$f.c"
	done | xargs -P "$(nproc)" -n 1 sh -c 'f=$(basename "$1" .c); '"$clang $(echo $flags)"' -c "$1" -o "'"$lua"'/wasm/$f.o"' build
	touch "$lua/wasm/done"
}
[ -f "$lua/wasm/done" ] || library

kinds=
for k in authorize map_request map_response integrate; do
	grep -q "^function $k *(" "$script" && kinds="$kinds -DHAS_$k"
done
[ -n "$kinds" ] || { echo "$script defines none of the functions authorize, map_request, map_response, integrate" >&2; exit 1; }

$clang $flags -std=c23 -Wall -Wextra -I "$here/../c" -I "$lua" $kinds -DSCRIPT="\"$(realpath "$script")\"" \
	-DSCRIPT_NAME="\"$(basename "$script")\"" -mexec-model=reactor --no-wasm-opt \
	-Wl,-z,stack-size=262144 -Wl,--stack-first -Wl,--strip-all \
	-o "$out" "$here/engine.c" "$here/setjmp.c" "$lua"/wasm/*.o -lwasi-emulated-signal -lwasi-emulated-process-clocks
