# Everything that one does with Gavel. Each target sets up what it needs first (xtask/setup/), says so,
# and may be run again. The work itself is done by cargo and by xtask (`cargo xtask help`).

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build dev test lint fmt bench bench-engine bench-forecast bench-gateway bench-import bench-search bench-stats fuzz package screenshots soak try-package

# cargo, with the toolchain that set-up found
SETUP = @xtask/setup/build.sh
CARGO = @. xtask/setup/env.sh && cargo
# made-up inputs a property
fuzz: export PROPTEST_CASES = $(or $(CASES),20000)
TARGET_DIR = $(or $(CARGO_TARGET_DIR),target)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build the release and serve it at http://127.0.0.1:3000 (make run ARGS="--listen 127.0.0.1:3001")
	@exec $(TARGET_DIR)/release/gavel serve $(ARGS)

build: ## target/release/gavel, one file with everything in it
	$(SETUP)
	$(CARGO) xtask build

dev: ## serve a development build, rebuild on change (make dev ARGS="--listen 127.0.0.1:3001")
	$(SETUP)
	$(CARGO) xtask dev $(ARGS)

test: ## everything: formatting, lints, unit, integration and doc tests, end-to-end tests in Chromium, real API clients
	$(SETUP)
	@xtask/setup/browser.sh
	@xtask/setup/clients.sh
	@xtask/setup/clock.sh
	@xtask/setup/postgres.sh
	@xtask/setup/wordpress.sh
	$(CARGO) xtask test

fuzz: ## the properties that hold for any input, on many made-up ones (CASES=100000: on so many)
	$(SETUP)
	$(CARGO) test --quiet --package detector --test properties --package readers --test any_bytes --test dialects

soak: build ## bad days without end: kills, faults, clock jumps, a full disk, two on one file (MINUTES=20, SEED=word)
	@xtask/setup/clients.sh
	@xtask/setup/clock.sh
	@cd end2end && GAVEL=$(abspath $(TARGET_DIR))/release/gavel .venv/bin/python -m soak \
	  --seconds $$(( $(or $(MINUTES),5) * 60 )) $(if $(SEED),--seed $(SEED))

lint: ## formatting, what crates may be used (deny.toml), and clippy for the server and for the browser
	$(SETUP)
	$(CARGO) xtask lint

fmt: ## format all Rust code
	$(CARGO) fmt --all

bench: build ## bytes of every asset that a browser loads
	$(CARGO) xtask sizes

bench-engine: ## the detector beside bogofilter and SpamAssassin (GAVEL_CORPORA=DIR, or ARGS="--corpus DIR --sample 600")
	$(SETUP)
	@xtask/setup/rivals.sh
	$(CARGO) run --quiet --release --package detector --example bench_engine -- $(ARGS)

bench-forecast: ## how far the forecast of the quota is off, on made-up usages
	$(SETUP)
	$(CARGO) run --quiet --release --package domain --example bench_forecast

bench-gateway: build ## checks a second and latencies through the gateway, beside the upstream alone and nginx (RULES=10000: with rules, too)
	@xtask/setup/nginx.sh
	@. xtask/setup/env.sh && PATH="$$PATH:/usr/sbin" cargo xtask bench-gateway $(RULES)

bench-search: build ## searches through HTTP on 100 thousand and 1 million rows (ROWS=10000000: also on so many)
	$(CARGO) run --quiet --release --package server --example bench_search -- $(TARGET_DIR)/release/gavel 100000 1000000 $(ROWS)

bench-stats: build ## figures of the Stats page through HTTP on 1 million rows (ROWS=10000000: also on so many)
	$(CARGO) run --quiet --release --package server --example bench_stats -- $(TARGET_DIR)/release/gavel 1000000 $(ROWS)

bench-import: build ## rows of an import a second, judged and logged; and rows a second and peak memory of reading a table of 1 GiB, beside the csv crate alone
	$(SETUP)
	$(CARGO) run --quiet --release --package readers --example bench_read
	$(CARGO) run --quiet --release --package server --example bench_import -- 200000

package: build ## the release as a Debian package, target/debian/gavel_*.deb
	@xtask/setup/package.sh
	$(CARGO) xtask package $(ARGS)

try-package: package ## install, start, upgrade, remove and purge the package in a Debian of its own (root; EARLIER=file.deb: upgrade from that)
	@xtask/setup/test-root.sh
	@end2end/package/try.sh $(TARGET_DIR)/test-root.tar "$$(ls -t $(TARGET_DIR)/debian/gavel_*.deb | head -1)" $(EARLIER)

screenshots: build ## every page at 1440 and 390 px, light and dark, to end2end/screenshots/
	@xtask/setup/browser.sh
	@cd end2end && npm run --silent screenshots
