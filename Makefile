# make build   bin/fengqiao
# make demo    builds, sets up the sample county and runs it on loopback (ARGS="--listen 127.0.0.1:9000 --json")
# make test    installs what the tests need and runs them all
# make torture the faults of docs/reliability.md for longer
# make fuzz    every fuzz test for FUZZTIME (5m) each, one after another
# make bench   the benchmarks (docs/performance.md)
# make lint    vet, gofmt, staticcheck
# make vuln    known vulnerabilities (needs the network)
# make sbom    bin/sbom.json: what the program is made of, with licences (CycloneDX)

SHELL       := /bin/bash
GO          ?= go
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unreleased)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
# Packages whose promises are about many at once run under the race detector; the rest without it, which is several times as
# fast. The handlers run twice: under it on the embedded store alone (.ci/raced), and plainly on both stores. The commands (./cmd/...) are clean
# under it too: their tests start whole servers, six minutes of it.
RACED       := ./handlers/... ./internal/account/... ./internal/media/... ./internal/mongo/... ./internal/seal/... ./internal/sqlite/... \
               ./internal/store/... ./mediation/... ./push/...
TESTFLAGS   ?= -timeout 25m
MATTERS     ?= 1000
FUZZTIME    ?= 5m

SBOM        := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

.PHONY: build demo test torture fuzz bench lint vuln sbom needs clean

build:
	$(GO) build -trimpath -ldflags "-s -w -X main.release=$(VERSION)" -o bin/fengqiao ./cmd/fengqiao

demo: build
	@bin/fengqiao demo $(ARGS)

lint:
	$(GO) vet ./...
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	$(GO) run $(STATICCHECK) ./...

# What the tests need beside Go: a server that speaks MongoDB's protocol. internal/mongotest takes MONGODB_URI, mongod, Docker or
# a stand-in through Maven on a JDK, in this order; the last is installed here where none of them is there.
needs:
	@bash .ci/needs

test: needs lint
	@GO=$(GO) bash .ci/raced $(TESTFLAGS) -- $(RACED)
	$(GO) test $(TESTFLAGS) ./handlers/... $$($(GO) list ./... | grep -vxFf <($(GO) list $(RACED)))
	@bash .ci/needs --report

# The faults of docs/reliability.md for longer than make test has time for.
torture: needs
	$(GO) test -v -timeout 90m ./internal/simulate -run 'Killed|StoreIsAway' -matters $(MATTERS) -kills 100 -away 20s
	$(GO) test -v -timeout 60m ./internal/simulate -run 'DiskIsFull|TenTimes|SlowConnections|Clock' -matters $(MATTERS) -fills 8 -full 10s -load 60s -slow 8000 -jumps 40
	$(GO) test -v ./internal/storetest -run '/(Crashes|Linear|Contention)' -seats 500
	$(GO) test -v -timeout 30m ./mediation ./mediation/clock ./grid/... -rapid.checks 5000
	$(GO) test -v -timeout 30m ./handlers -run OddRequests -rapid.checks 5000
	$(GO) test -v -count 5 ./internal/sqlite ./internal/mongo ./push -run 'Kill|Disk|Locked|Reached|Unheard|Lost|Doubtful|Buried'
	$(MAKE) fuzz

fuzz:
	@GO=$(GO) bash .ci/fuzz $(FUZZTIME)

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

vuln:
	@bash .ci/vuln

sbom:
	@mkdir -p bin
	$(GO) run $(SBOM) app -json -licenses -output bin/sbom.json -main cmd/fengqiao .

clean:
	rm -rf bin
