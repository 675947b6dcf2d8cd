# Targets for people and for CI. "make check" leaves the tree clean.

GO      ?= go
TOOLS   := $(CURDIR)/.tools
RACE    := ./hostabi/adapter ./hostabi/command ./hostabi/engine ./hostabi/javascript ./hostabi/native ./runtime ./runtime/accept ./runtime/accesslog ./runtime/admin \
	./runtime/authorize ./runtime/capability ./runtime/event ./runtime/exchange ./runtime/front ./runtime/integrate ./runtime/jwt ./runtime/mapping \
	./runtime/match ./runtime/outbound ./runtime/plugin \
	./runtime/resolve ./runtime/respond ./runtime/store ./runtime/throttle ./runtime/upstream ./runtime/workbench/project

.PHONY: build test race cover bench check fmt lint wasm docs sdk languages fuzz evidence evidence-short

build:            ## the binary, ./portico
	$(GO) build -o portico ./cmd/portico

test:             ## everything, as the README says
	$(GO) test ./...

race:             ## the packages with goroutines, under the race detector
	$(GO) test -race -short $(RACE)

# The workbench is not in it: the scripts of cmd/portico drive it as a whole.
COVER := 85
cover:            ## every package that parses or decides has COVER % of its statements run
	$(GO) test -short -cover $$($(GO) list ./hostabi/... ./runtime/... | grep -v '/tck\|/workbench') | awk '{print} \
		/coverage:/ {for (i = 1; i < NF; i++) if ($$i == "coverage:" && $$(i+1) + 0 < $(COVER)) low = low " " $$2} \
		/^(FAIL|---)/ {failed = 1} \
		END {if (low) print "below $(COVER) %:" low; exit low != "" || failed}'

bench:            ## every benchmark, for too short to mean anything; by hand, as CI has its time used up
	$(GO) test -short -run '^$$' -bench . -skip BenchmarkCost -benchtime 20ms ./hostabi/... ./runtime/... | \
		awk '/^Benchmark/ {n++; next} /^(goos|goarch|pkg|cpu|PASS|ok|\?)/ {next} {print} \
		/^(FAIL|---)/ {failed = 1} END {print n " benchmarks ran"; exit !n || failed}'

check: fmt lint   ## formatting, vet, staticcheck, layers, modules and docs as their sources
	$(GO) test ./internal/... ./runtime/config
	git diff --exit-code

fmt:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }

lint: $(TOOLS)/staticcheck
	$(GO) vet ./...
	$(TOOLS)/staticcheck ./...

$(TOOLS)/staticcheck: tools/go.mod
	$(GO) build -C tools -o $@ honnef.co/go/tools/cmd/staticcheck

ALL ?=
wasm:             ## rebuild every .wasm whose source has changed, with ALL=-all each; says what tool it lacks
	$(GO) test ./internal/wat -update $(ALL) -count=1 -timeout 1h

docs:             ## the reference pages from the code
	$(GO) generate ./cmd/portico

sdk:              ## what portico plugin new copies, from sdk
	$(GO) generate ./runtime/workbench/project

languages:        ## docs/languages.md: what of the conformance suite passes where
	$(GO) test -json -run ConformanceOfThe ./hostabi/native ./hostabi/javascript | $(GO) run ./internal/languages -write

FUZZTIME ?= 30s
fuzz:             ## each fuzz target for FUZZTIME
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep ^Fuzz); do \
			echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; \
	done

evidence:         ## the long forms; their output is kept in bench/results
	bash bench/evidence.sh full

evidence-short:   ## the forms that CI runs
	bash bench/evidence.sh short
