# SOAR Light. Bare `make` lists the targets.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
TARGET := $(or $(CARGO_TARGET_DIR),target)
BIN := $(TARGET)/release
# The fifth filter has a feature of its own: make build FEATURES= leaves it out. FEATURES='enrich evtx' also reads Windows event logs.
FEATURES ?= enrich
FILTERS := soar-parse soar-score $(patsubst %,soar-%,$(filter enrich,$(FEATURES))) soar-scan soar-report

SCRIPTS := soar soar-why soar-update soar-fleet
# What runs on Spark; its directory is one program.
SPARK := $(wildcard scripts/spark/*.py) scripts/spark/log4j2.properties scripts/spark/requirements.txt
DEB := $(TARGET)/soar-light.deb
# What to read, and what records look like.
DOCS := README.md LISEZMOI.md CHANGELOG.md CONTRIBUTING.md ARCHITECTURE.md examples/top5.png examples/rapport_securite.csv $(wildcard docs/pictures/*.png) \
	$(filter-out docs/releasing.md,$(wildcard LICENSE-* licenses/* docs/*.md schemas/*.json))

# What is installed, below PREFIX, and where each file comes from: man pages and completions are made by scripts/pages.
INSTALLED := $(addprefix bin/,$(FILTERS) $(SCRIPTS)) \
	$(addprefix share/soar-light/,$(wildcard adapters/*.jq rules/*.toml) $(SPARK:scripts/%=%)) \
	$(patsubst scripts/%,share/soar-light/%,$(wildcard scripts/lib/*.bash)) \
	$(addprefix share/doc/soar-light/,$(DOCS)) \
	$(patsubst %,share/man/man1/%.1,$(FILTERS) $(SCRIPTS)) \
	$(addprefix share/bash-completion/completions/,$(FILTERS) soar) \
	$(addprefix share/zsh/site-functions/_,$(FILTERS) soar) \
	$(patsubst %,share/fish/vendor_completions.d/%.fish,$(FILTERS) soar)
source = $(strip $(if $(filter $(addprefix bin/,$(FILTERS)),$1),$(BIN)/$(notdir $1),\
	$(if $(filter bin/%,$1),$(patsubst bin/%,scripts/%,$(subst bin/soar-,bin/,$1)),\
	$(if $(filter share/soar-light/spark/% share/soar-light/lib/%,$1),$(patsubst share/soar-light/%,scripts/%,$1),\
	$(if $(filter share/doc/%,$1),$(patsubst share/doc/soar-light/%,%,$1),\
	$(if $(filter share/soar-light/%,$1),$(patsubst share/soar-light/%,%,$1),$(TARGET)/pages/$1))))))

.PHONY: help setup setup-real build test test-real demo fuzz-check bench install uninstall deb test-deb dist test-dist deny clean events hosts scan report FORCE

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: ## install what make test needs, or say exactly what is missing
	@scripts/setup

setup-real: ## install what make test-real and make deb need: a browser, servers, Java and Spark, what makes packages
	@scripts/setup real

build: ## build the filters (FEATURES= : without soar-enrich)
	cargo build --release --locked --bins $(FEATURES:%=--features %)

# Each step is a command; scripts/test counts what passed, failed and was skipped, and says so in its last line.
test: ## format, lints, tests, docs, shell scripts; CI runs this, test-real, test-deb and test-dist
	@scripts/test 'cargo fmt --check' 'cargo fmt --check --manifest-path fuzz/Cargo.toml' 'cargo clippy --locked --all-targets --all-features -- -D warnings' 'cargo test --locked --all-features --no-fail-fast' \
	"RUSTDOCFLAGS='-D warnings' cargo doc --locked --all-features --no-deps --lib" \
	'shellcheck $(filter-out scripts/spark scripts/lib,$(wildcard scripts/*)) scripts/lib/*.bash bench/*.sh bench/newest tests/range/*.sh .ci/run'

test-real: build ## the tests with a browser, Spark and real servers, an attack on servers in namespaces, make deny and fuzz-check
	@scripts/test 'cargo test --locked --all-features --no-fail-fast -- --ignored --skip measure_' scripts/range 'make -s deny' 'make -s fuzz-check'

# Tells that the step $1 cannot be run here, and why ($2); scripts/test counts it.
skip = { printf '\nSKIPPED: %s\n' '$2' >&2; [ -z "$${SOAR_SKIPPED:-}" ] || printf '%s\t%s\n' '$1' '$2' >>"$$SOAR_SKIPPED"; }

deny: ## check licences and sources of what is built in, and known vulnerabilities if their database is installed (cargo-deny)
	@PATH="$$PATH:$(abspath $(TARGET))/tools/bin"; \
	if ! cargo deny --version >/dev/null 2>&1; then $(call skip,deny,no cargo-deny); exit 0; fi; \
	cargo deny --locked --offline check licenses bans sources; \
	if [ -d "$${CARGO_HOME:-$$HOME/.cargo}/advisory-dbs" ]; then cargo deny --locked --offline check advisories; \
	else $(call skip,deny,no database of RustSec); fi

fuzz-check: ## check that the fuzz targets compile (needs a C++ compiler: scripts/setup fuzz)
	@if ! command -v c++ >/dev/null; then $(call skip,fuzz-check,no c++: fuzz targets); exit 0; fi; \
	cargo check --quiet --locked --manifest-path fuzz/Cargo.toml --target-dir '$(abspath $(TARGET))/fuzz'

demo: ## build, run the workflow on examples/, print the summary
	@scripts/demo

bench: ## measure soar-parse, alone and into soar-score, beside wc, ripgrep, mawk and gawk (scripts/bench all: everything)
	scripts/bench

install: build ## install filters, scripts, adapters, rules, what runs on Spark, documents, man pages and completions to PREFIX (default /usr/local)
	@scripts/pages '$(BIN)' '$(TARGET)/pages'
	@$(foreach file,$(INSTALLED),install -D -m $(if $(filter bin/% %/soar_spark.py,$(file)),755,644) '$(call source,$(file))' '$(DESTDIR)$(PREFIX)/$(file)' &&) true
	@printf '%s\n' 'installed below $(DESTDIR)$(PREFIX):' \
	'  bin/                   $(FILTERS)' '                         $(SCRIPTS)' \
	'  share/soar-light/      adapters, rules, what runs on Spark' \
	'  share/doc/soar-light/  README.md, LISEZMOI.md, docs, schemas, licences' \
	'  share/                 man pages; completions for bash, zsh and fish'

uninstall: ## remove what install put there
	@rm -f $(INSTALLED:%='$(DESTDIR)$(PREFIX)/%')
	@cd '$(DESTDIR)$(PREFIX)' && rmdir share/soar-light/* share/soar-light share/doc/soar-light/docs/pictures share/doc/soar-light/* share/doc/soar-light 2>/dev/null || true

.PHONY: deb-tools
deb-tools:
	@export PATH="$$PATH:$(abspath $(TARGET))/tools/bin"; for tool in dpkg-shlibdeps cargo-deb; do \
	command -v $$tool >/dev/null || { [ $$tool = cargo-deb ] && how='cargo install --locked cargo-deb' || how='apt-get install dpkg-dev'; \
	echo "make deb: no $$tool: make setup-real brings it, or $$how" >&2; exit 2; }; done

deb: deb-tools build ## build a Debian package of the same files, with a systemd service and timer that are off
	rm -rf target/deb-root
	$(MAKE) -s -o build install DESTDIR=target/deb-root PREFIX=/usr >/dev/null
	install -d target/deb-root/usr/share/zsh
	mv target/deb-root/usr/share/zsh/site-functions target/deb-root/usr/share/zsh/vendor-completions
	PATH="$$PATH:$(abspath $(TARGET))/tools/bin" cargo deb --no-build --no-strip --locked --output '$(DEB)'

test-deb: deb ## install, run and remove the package in a copy of this system that is thrown away
	@scripts/test "scripts/test-deb '$(DEB)'"

DIST = $(TARGET)/dist/soar-light-$(shell sed -n '/^\[package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)-$(shell rustc -vV | sed -n 's/^host: //p').tar.gz

dist: ## make a tarball of static filters, scripts and all that make install brings: target/dist
	scripts/dist

test-dist: dist ## unpack it and run its filters in an empty root, without a C library
	@scripts/test "scripts/test-dist '$(DIST)'"

clean: ## remove what was built and the files of the demo
	cargo clean
	rm -rf out

# The workflow in stages, each kept as a file: only what is out of date is done again.
#   make report LOGS='access.log auth.log' OUT=out SCORE_FLAGS="--rule 'r=.ssh_failed > 5'"
# A changed LOGS or flag counts as out of date, so every target wants the same LOGS. LOGS and OUT cannot hold spaces here;
# scripts/soar takes any.

OUT ?= out
LOGS ?=
PARSE_FLAGS ?=
SCORE_FLAGS ?=
SCAN_FLAGS ?=
REPORT_FLAGS ?=
export LOGS PARSE_FLAGS SCORE_FLAGS SCAN_FLAGS REPORT_FLAGS
BUILT := $(BIN)/.soar-built

ifeq ($(strip $(OUT)),)
$(error OUT is empty)
endif
ifneq ($(findstring --dry-run,$(SCAN_FLAGS)),)
$(error a dry run leaves nothing to report: soar-scan --dry-run $(OUT)/hosts.ndjson)
endif

events: $(OUT)/events.ndjson ## LOGS -> OUT/events.ndjson
hosts: $(OUT)/hosts.ndjson ## events -> OUT/hosts.ndjson
scan: $(OUT)/scanned.ndjson ## hosts -> OUT/scanned.ndjson
report: $(OUT)/rapport_securite.csv $(OUT)/top5.png ## scan -> OUT/rapport_securite.csv, OUT/top5.png

$(BUILT): Cargo.toml Cargo.lock $(wildcard src/*.rs src/*/*.rs)
	cargo build --release --locked --bins $(FEATURES:%=--features %)
	@touch $@

# A file of flags is rewritten only when they differ, so its age is that of the last change.
$(OUT)/%.flags: FORCE
	@[ -n "$$LOGS" ] || { echo "make: name the logs: make report LOGS='access.log auth.log'" >&2; exit 2; }
	@mkdir -p '$(OUT)'
	@case $* in parse) now="$$LOGS|$$PARSE_FLAGS" ;; score) now=$$SCORE_FLAGS ;; scan) now=$$SCAN_FLAGS ;; *) now=$$REPORT_FLAGS ;; esac; \
	printf '%s\n' "$$now" | cmp -s - '$@' || printf '%s\n' "$$now" > '$@'

# Written under another name first: what is there under its name is whole. Exit 1 (some input was no good, and said so) is
# no reason to stop; anything more is.
keep = || [ $$? -eq 1 ] || { rm -f $@.part; exit 2; }; mv $@.part $@

$(OUT)/events.ndjson: $(LOGS) $(OUT)/parse.flags $(BUILT)
	$(BIN)/soar-parse $(PARSE_FLAGS) -- $(LOGS) > $@.part $(keep)

$(OUT)/hosts.ndjson: $(OUT)/events.ndjson $(OUT)/score.flags
	$(BIN)/soar-score $(SCORE_FLAGS) -- $< > $@.part $(keep)

$(OUT)/scanned.ndjson: $(OUT)/hosts.ndjson $(OUT)/scan.flags
	$(BIN)/soar-scan $(SCAN_FLAGS) -- $< > $@.part $(keep)

$(OUT)/rapport_securite.csv $(OUT)/top5.png &: $(OUT)/scanned.ndjson $(OUT)/report.flags
	$(BIN)/soar-report --csv $(OUT)/rapport_securite.csv --chart $(OUT)/top5.png $(REPORT_FLAGS) -- $< || [ $$? -eq 1 ]
