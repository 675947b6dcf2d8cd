#!/usr/bin/env bash
# evidence.sh short|full [RESULT...]: shows what the README claims, measured
# here; with names of results, such as "cost", those alone.
#
# short takes some minutes on two cores and is what CI runs; full takes hours
# and keeps its output in bench/results. Both fail when a claim does not hold.
# The words are explained in bench/README.md.
set -uo pipefail
cd "$(dirname "$0")/.."

form=${1:-short}
case $form in
short) modules=25 fuzztime=3s rounds=6 seconds=0.8 noise=1.4 limit=10m ;;
full) modules=400 fuzztime=60s rounds=10 seconds=3 noise=1.15 limit=3h ;;
*)
	echo "usage: bash bench/evidence.sh short|full" >&2
	exit 2
	;;
esac
export PORTICO_EVIDENCE=$form
[ $# -eq 0 ] || shift
only=" $* "

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=()
known=() # results that some step has

# step RESULT TITLE FILTER COMMAND... runs the command, prints the lines that
# FILTER lets through, and in full form keeps them in bench/results/RESULT.txt.
# A command that fails is shown from its end, and so is one of which the filter
# lets nothing through: no evidence is not a claim shown.
step() {
	local result=$1 title=$2 filter=$3 start=$SECONDS status=0
	shift 3
	known+=("$result")
	[ "$only" = "  " ] || [[ $only == *" $result "* ]] || return 0
	printf '\n-- %s\n' "$title"
	"$@" >"$tmp/out" 2>&1 || status=$?
	"$filter" <"$tmp/out" | tee "$tmp/shown"
	# Patterns that no test has, and tests that skip, pass and show nothing but
	# why.
	if [ "$status" -eq 0 ] && { ! grep -q '[^[:space:]]' "$tmp/shown" ||
		{ grep -q '^--- SKIP' "$tmp/out" && ! grep -q '^--- PASS' "$tmp/out"; }; }; then
		status=empty
	fi
	if [ "$status" != 0 ]; then
		failed+=("$title")
		printf 'FAILED with status %s:\n' "$status"
		tail -n 40 "$tmp/out"
	fi
	printf '(%ss)\n' $((SECONDS - start))
	[ "$form" = full ] || return 0
	mkdir -p bench/results
	{
		printf '%s\n%s\n%s\n' "$title" "$(machine)" "$*"
		[ "$status" = 0 ] || printf 'FAILED with status %s\n' "$status"
		printf '\n'
		cat "$tmp/shown"
	} >>"$tmp/result.$result"
	cp "$tmp/result.$result" "bench/results/$result.txt"
}

machine() {
	local cpu
	cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
	printf '%s, %s x %s, %s, commit %s, %s' "$(uname -sm)" "$(getconf _NPROCESSORS_ONLN)" "${cpu:-processor}" \
		"$(go env GOVERSION)" "$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" "$(date -u +%F)"
}

# Filters.
tables() { grep -v '^round '; }
logged() { sed -n -E 's/^ +[a-z_]+_test\.go:[0-9]+: //p'; }             # t.Log
rows() { sed -n -E 's/^ *(evidence|recorded) \| //p'; }                 # lines of a table
benchmarks() { sed -n -E 's/^Benchmark([^ \t]+)-[0-9]+[ \t]+[0-9]+/\1/p'; }
scores() { logged | grep -E 'score|compared'; }
fuzzed() { grep elapsed | tail -n 1; }
flat() { logged | grep 'over all'; }

test_v() { # PACKAGE PATTERN
	go test -count=1 -timeout "$limit" -run "$2" -v "$1"
}

generated() {
	if ! command -v wasm-opt >/dev/null; then
		if [ -n "${CI:-}" ]; then
			echo "wasm-opt (npm install binaryen) is not there"
			return 1
		fi
		echo "    note_test.go:1: wasm-opt (npm install binaryen) is not there; the modules in testdata are compared alone"
		test_v ./hostabi/engine/rewrite TestGenerated
		return
	fi
	# Seeds that testdata does not have, and the same ones each time.
	OUT=$tmp/generated sh hostabi/engine/rewrite/testdata/generate.sh "$modules" 10001 || return
	REWRITE_GENERATED=$tmp/generated test_v ./hostabi/engine/rewrite TestGenerated
}

fuzz() { # PACKAGE TARGET
	if [ -z "$(go test -run '^$' -list "^$2\$" "$1" | grep "^$2\$")" ]; then
		echo "$1 has no $2"
		return 1
	fi
	local status=0
	go test -run '^$' -fuzz "^$2\$" -fuzztime "$fuzztime" -fuzzminimizetime 1x "$1" >"$tmp/fuzz" 2>&1 || status=$?
	cat "$tmp/fuzz"
	# Before Go 1.27 the end of the time can be taken for a find, the sooner
	# the busier the machine is (go.dev/issue/75804).
	if [ "$status" -ne 0 ] && grep -q 'context deadline exceeded' "$tmp/fuzz" && ! grep -q 'Failing input\|panic:' "$tmp/fuzz"; then
		return 0
	fi
	return "$status"
}

targets() {
	if [ "$form" = short ]; then
		echo ./hostabi/engine FuzzCompile
		echo ./hostabi/engine/rewrite FuzzModule
		echo ./hostabi/engine/rewrite FuzzLoops
		echo ./runtime/config FuzzParse
		echo ./runtime/upstream FuzzResponse
		echo ./runtime FuzzReload
		echo ./runtime/jwt FuzzToken
		echo ./runtime/outbound FuzzAnAddressIsRefusedInEveryForm
		echo ./hostabi/native FuzzARequestSaysOneThing
		return
	fi
	local p f
	for p in $(go list ./...); do
		for f in $(go test -list '^Fuzz' "$p" | grep '^Fuzz'); do
			echo "$p" "$f"
		done
	done
}

machine
echo
[ "$form" = short ] || # a minute of all processors
	step start "From go run ./cmd/portico to the first 200" logged test_v ./cmd/portico EvidenceStart
step interruption "Guests that do not end are stopped" logged test_v ./hostabi/engine 'Evidence|DeadlineStops'
step reload "Reloads lose nothing and leave nothing behind" rows test_v ./runtime Evidence
step rewriter "Rewritten modules behave as they were: wazero's spec corpus" scores test_v ./hostabi/engine/rewrite TestSpecCorpus
step rewriter "Rewritten modules behave as they were: modules made by Binaryen's fuzzer" scores generated
step rewriter "What being stoppable costs a guest" benchmarks \
	go test -run '^$' -bench '^BenchmarkCost$' -benchtime 1x ./hostabi/engine ./hostabi/engine/rewrite
while read -r package target; do
	step fuzz "Fuzzing $target of $package for $fuzztime" fuzzed fuzz "$package" "$target"
done < <(targets)
step recorded "Recorded answers of API Gateway" rows test_v ./runtime Recorded
step match "10,000 routes to 100" flat test_v ./runtime/match TestMatchStaysFlat
step allocations "Allocations of a whole request" logged test_v ./bench Allocations
step store "A killed gateway loses nothing that was acknowledged" logged test_v ./runtime/store 'Killed'
step store "Three gateways share one limit over Redis" logged test_v ./runtime/store 'ThreeGateways|PoliciesWhile'
step store "Three gateway processes share one limit, and follow their policy without Redis" logged test_v ./runtime 'GatewayProcesses'
step store "What a bucket costs beside golang.org/x/time/rate" logged test_v ./runtime/throttle CostsLittle
step capability "What a cache hit costs beside an empty host call" logged test_v ./runtime/capability ACacheHit
step outbound "Hostile servers get nothing through and hold nobody up" rows test_v ./runtime HostileServers
step jwt "What verifying a token costs beside golang-jwt, and Wycheproof's vectors" logged test_v ./runtime/jwt 'Costs|Allocates|Wycheproof'
step store "A REST resource over kv survives kill -9" logged test_v ./examples KeyValueSurvives
step workbench "What a script costs beside JSON.parse of its event" logged test_v ./hostabi/javascript 'TwiceItsParse'
[ "$form" = short ] || # the ordinary tests have it, too
	step workbench "From plugin new to a green test, and one header check in every language" logged test_v ./runtime/workbench 'Newcomer|OneHeader'
step cost "Cost of a whole request" tables go run ./bench/compare -check -rounds "$rounds" -seconds "$seconds" -noise "$noise"

# A name that no step has shows nothing, either; and the full form leaves a file
# for each name that it was to show.
for result in ${only:-}; do
	[[ " ${known[*]} " == *" $result "* ]] || failed+=("$result: there is no such result")
done
if [ "$form" = full ]; then
	for result in $(printf '%s\n' "${known[@]}" | sort -u); do
		[ "$only" = "  " ] || [[ $only == *" $result "* ]] || continue
		[ -s "$tmp/result.$result" ] || failed+=("$result: nothing was kept")
	done
fi

if [ ${#failed[@]} -gt 0 ]; then
	printf '\nfailed in %ss:\n' "$SECONDS"
	printf '  %s\n' "${failed[@]}"
	exit 1
fi
printf '\nall shown in %ss\n' "$SECONDS"
