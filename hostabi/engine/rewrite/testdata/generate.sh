#!/bin/sh
# generate.sh [COUNT [FIRST]] writes COUNT (20) valid modules, made by the
# fuzzer of Binaryen from the seeds FIRST (1) onwards, to the directory OUT
# (testdata/generated). Needs wasm-opt: npm install binaryen, and
# PATH=$PWD/node_modules/.bin:$PATH. For exception handling set
# FLAGS="--enable-exception-handling --translate-to-exnref". Compare them with
#
#	REWRITE_GENERATED=$OUT go test -run TestGenerated ./hostabi/engine/rewrite
set -eu
count=${1:-20} first=${2:-1}
out=${OUT:-$(dirname "$0")/generated}
size=${SIZE:-1500} # bytes of randomness; a module takes about four times that
mkdir -p "$out"
seed=$(mktemp)
trap 'rm -f "$seed"' EXIT
i=$first
while [ "$i" -lt $((first + count)) ]; do
	node -e '
		let x = BigInt(process.argv[1]) * 0x9E3779B97F4A7C15n, b = Buffer.alloc(+process.argv[2]);
		for (let i = 0; i < b.length; i++) { // splitmix64
			x = BigInt.asUintN(64, x + 0x9E3779B97F4A7C15n);
			let z = x;
			z = BigInt.asUintN(64, (z ^ z >> 30n) * 0xBF58476D1CE4E5B9n);
			z = BigInt.asUintN(64, (z ^ z >> 27n) * 0x94D049BB133111EBn);
			b[i] = Number(z >> 56n);
		}
		process.stdout.write(b)' "$i" "$size" >"$seed"
	wasm-opt "$seed" -ttf -o "$out/$i.wasm" --mvp-features --enable-mutable-globals --enable-sign-ext \
		--enable-bulk-memory --enable-bulk-memory-opt --enable-nontrapping-float-to-int --enable-multivalue \
		--enable-reference-types --enable-simd --enable-tail-call --enable-extended-const ${FLAGS:-} || rm -f "$out/$i.wasm"
	i=$((i + 1))
done
