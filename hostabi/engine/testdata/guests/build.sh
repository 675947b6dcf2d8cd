#!/bin/sh
# Builds the guests beside their source; needs wat2wasm of wabt. Function names
# are kept for the tests of stack traces.
set -eu
cd "$(dirname "$0")"
for wat in *.wat; do
	wat2wasm --debug-names --enable-threads "$wat" -o "${wat%.wat}.wasm"
done
