# Pipewright. `make run` sets a fresh machine up and starts it; `make test` checks everything.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export CGO_ENABLED ?= 0

BIN := bin/pipewright
WASM := web/src/rules/built/rules.wasm
WEB_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts web/scripts -type f -not -path 'web/src/rules/built/*' 2>/dev/null)
GO_SOURCES := $(shell find cmd designer runtime forms rules builtin-templates web -name '*.go' -o -name 'app.json' -not -path 'web/node_modules/*' 2>/dev/null)
ADDR ?= 127.0.0.1:8080
DATA ?= data

SEEDS ?= 100000
CHECKS ?= 20000
RACES ?= 1000
TICKS ?= 10000
KILLS ?= 50
NODES ?= 1
LIMIT ?= 8m

.PHONY: help run demo build web model simulate races test test-go test-race test-templates test-web test-browser lint check-fmt fuzz pictures bench bench-web lighthouse kill-test vuln data clean

help: ## list what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

run: build ## build and start on the embedded store in ./data
	./$(BIN) serve --addr $(ADDR) --data $(DATA)

demo: build ## start with the sample company on a throw-away store
	./$(BIN) serve --addr $(ADDR) --demo

build: $(BIN) ## build the web app and the binary

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

# The rules as the browser runs them, beside the loader of the same toolchain; the app loads them when a form opens.
RULES_SOURCES := $(shell find rules forms web/wasm -name '*.go' -not -name '*_test.go' -o -path 'forms/*.txt' -o -path 'rules/*.txt' 2>/dev/null)
$(WASM): $(RULES_SOURCES) go.mod go.sum
	@mkdir -p $(@D)
	cp "$$(go env GOROOT)/lib/wasm/wasm_exec.js" $(@D)/wasm_exec.js
	GOOS=js GOARCH=wasm go build -trimpath -ldflags "-s -w" -gcflags=all=-l -o $@ ./web/wasm

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES) $(WASM)
	cd web && npm run build

web: web/dist/index.html ## build the web app

# nomsgpack leaves gin's MessagePack out, which nothing here speaks: 6 MB of program.
$(BIN): web/dist/index.html $(GO_SOURCES) go.mod go.sum
	go build -tags nomsgpack -trimpath -ldflags "-s -w" -o $(BIN) ./cmd/pipewright

test: check-fmt lint test-web web test-go test-race test-templates test-browser ## everything: Go, races, stores, templates, web, browser

check-fmt:
	@out=$$(gofmt -l cmd designer runtime forms rules builtin-templates web/*.go); if [ -n "$$out" ]; then echo "gofmt: $$out"; exit 1; fi
	go vet ./...

lint: web/node_modules/.package-lock.json ## type check and lint the web app
	cd web && npm run typecheck && npm run lint

# Tests throw nearly all away that they make, so collecting it less often saves a quarter of their time; the limit keeps the memory of a package within bounds.
test-go: web ## Go tests, the MongoDB store against an independent server
	.ci/tools java
	GOGC=$${GOGC:-400} GOMEMLIMIT=$${GOMEMLIMIT:-1500MiB} go test -timeout 20m ./...

# Each target by itself, for this long; a finding is kept under the package's testdata/fuzz and fails every test run from then on. With
# -fuzzbounds the processor time of every input is measured (rules/hostile). An interesting input is made smaller for a second, not for the
# minute that go test takes by itself: with one worker that looks like a stall.
FUZZTIME ?= 10m
fuzz: web ## feed nonsense to whatever reads what people write (FUZZTIME=10m each)
	@for file in $$(grep -rl --include='*_test.go' '^func Fuzz' rules forms runtime designer cmd web/wasm); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\)(.*/\1/p' $$file); do \
			echo "$$(dirname $$file) $$target"; \
			go test ./$$(dirname $$file) -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s -args -fuzzbounds; \
		done; \
	done

# Those left out go one step after the other, through a long story, every route or a check of large apps: nothing to find for the detector, and
# half of its time. test-go runs them whole.
ALONE := TestAMonthInTheLifeOfB2B|TestFaultTable|TestEveryRouteIsGuarded|TestNoRouteTellsWhatMayNotBeRead|TestRenameInDraft|TestFolderAsZip|TestOpenAPIDescribesTheInstalledForms
test-race: web ## the packages where goroutines meet, under the race detector
	.ci/tools java cc
	CGO_ENABLED=1 go test -race -short -timeout 20m -skip '^($(ALONE))$$' ./runtime/engine ./runtime/store/sqlitestore ./runtime/server

test-templates: build ## every built-in template: clean check, own scenarios
	@for f in builtin-templates/*/app.json; do d=$$(dirname "$$f"); ./$(BIN) check "$$d"; ./$(BIN) test "$$d"; done

test-web: web/node_modules/.package-lock.json ## web unit tests
	cd web && npm test

test-browser: build ## stories in headless Chromium against the real binary
	.ci/tools browser
	cd web && PIPEWRIGHT_BIN=$(CURDIR)/$(BIN) npm run e2e

pictures: build ## photograph every template's board and dashboard for the gallery (web/public/gallery)
	.ci/tools browser
	cd web && PIPEWRIGHT_BIN=$(CURDIR)/$(BIN) node e2e/pictures.mjs

bench: build ## measure speed and memory beside their limits (performance.md)
	./$(BIN) bench

bench-web: build ## keystroke to computed total in Chromium, and what a first visit downloads (performance.md, P12)
	.ci/tools browser
	cd web && PIPEWRIGHT_BIN=$(CURDIR)/$(BIN) npm run -s bench

# Lighthouse is large and no package of ours: it is installed in any folder of its own, and named here.
lighthouse: build ## what Lighthouse says of the accessibility of every screen (LIGHTHOUSE=the folder it is installed in)
	@test -n "$(LIGHTHOUSE)" || { echo "First, anywhere outside of this folder: mkdir lh && cd lh && npm init -y && npm install lighthouse@12. Then: make lighthouse LIGHTHOUSE=/path/to/lh"; exit 2; }
	.ci/tools browser
	cd web && PIPEWRIGHT_BIN=$(CURDIR)/$(BIN) PIPEWRIGHT_LIGHTHOUSE=$(LIGHTHOUSE) node e2e/lighthouse.mjs

kill-test: build ## kill -9 the server KILLS=50 times under load, on both stores (NODES=1 servers on MongoDB); nothing acknowledged is lost or doubled
	go run ./cmd/pipewright/killtest --bin $(CURDIR)/$(BIN) --kills $(KILLS) --nodes $(NODES) --limit $(LIMIT)

model: ## the random walks through chains and apps, CHECKS=20000 of each
	go test ./runtime/process -run 'Walk|Replay|Chain' -count 1 -timeout 0 -rapid.checks=$(CHECKS)

simulate: ## histories of three nodes with crashes, lost answers and wrong clocks; SEEDS=100000 of them
	go test ./runtime/engine -run 'TestSimulate$$' -count 1 -timeout 0 -seeds $(SEEDS)

races: ## people who decide at once, RACES=1000 rounds of each, and TICKS=10000 of a schedule whose engines die
	go test ./runtime/engine ./runtime/server -run 'Race|OneOfMany' -count 1 -timeout 0 -races $(RACES)
	go test ./runtime/engine -run CronKills -count 1 -timeout 0 -ticks $(TICKS)

# Needs the database of flaws: by itself https://vuln.go.dev, or a copy of it (VULNDB=file:///…). It is not part of test, which asks nobody.
VULNDB ?= https://vuln.go.dev
vuln: web ## known flaws of what the binary is made of, as far as our code reaches them
	go run golang.org/x/vuln/cmd/govulncheck@v1.1.4 -db $(VULNDB) ./...

data: ## renew the embedded calendar, place names and readings of characters from their packages
	go generate ./runtime/org ./forms ./rules

clean: ## remove what was built (not ./data)
	rm -rf bin web/node_modules web/dist/assets web/dist/index.html* web/dist/sw.js* web/src/rules/built
