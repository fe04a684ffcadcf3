# `make help` lists the targets. Stamp files let a second run do only what changed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
DATA ?= var
DEVICES ?=

BIN := .venv/bin
STAMPS := build/stamps
FRONTENDS := frontend-public frontend-staff
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(UPGRADE)
spa_sources = $(shell find frontend-$(1) -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f -print)

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'
	@echo "  Variables: PORT=8000, DATA=var, DEVICES=virtual, PYTHON=python3"

.PHONY: run
run: setup spas ## Set everything up and serve it on http://127.0.0.1:8000
	@exec $(BIN)/tongban run --port $(PORT) --data $(DATA) $(DEVICES:%=--devices %)

.PHONY: dev
dev: setup node ## The same with reload, and Vite on the two next ports
	@exec $(BIN)/tongban run --port $(PORT) --data $(DATA) $(DEVICES:%=--devices %) --dev

# Both start Python some hundred times: it is compiled once, also where that is switched off.
test test-quick: export PYTHONDONTWRITEBYTECODE :=
test test-quick: export PYTHONPYCACHEPREFIX := $(CURDIR)/build/pycache

.PHONY: test
test: lint spas ## Everything that CI runs, browser tests included
	$(BIN)/pytest -n 2 --dist loadfile -m "not browser" --ignore tests/guards/test_contract.py
	$(BIN)/pytest -n 2 tests/guards/test_contract.py
	$(BIN)/pytest -m browser

.PHONY: test-quick
test-quick: setup ## Python tests without browser and slow ones
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not browser and not slow" --ignore tests/guards/test_contract.py

.PHONY: lint
lint: setup node ## Linters and type checkers of both languages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy backend/tongban device-bridge/tongban_bridge migrations tests
	$(BIN)/lint-imports
	for frontend in $(FRONTENDS); do npm --prefix $$frontend run --silent lint; done

.PHONY: openapi
openapi: setup node ## Write the contract openapi/v1.json and the TypeScript client made from it
	$(BIN)/python -m tongban.cli openapi > build/v1.json
	mv build/v1.json openapi/v1.json
	npm --prefix frontend-staff run --silent api

.PHONY: bench
bench: setup ## Measure speed and memory; prints a table, writes JSON
	$(BIN)/python -m tests.load.run

.PHONY: counter-bench
counter-bench: setup spas ## Count actions and seconds of a matter at a counter of virtual devices
	$(BIN)/python -m tests.load.counter

.PHONY: lock
lock: setup ## Lock the Python dependencies; UPGRADE=--upgrade takes newer ones
	$(BIN)/python -m pip install -qq --disable-pip-version-check uv
	$(LOCK) --extra embedded --extra dev --extra usb backend/pyproject.toml device-bridge/pyproject.toml \
	  --output-file requirements.lock
	$(LOCK) --constraint requirements.lock backend/pyproject.toml \
	  --output-file deploy/api/requirements.lock
	$(LOCK) --constraint requirements.lock --extra cards device-bridge/pyproject.toml \
	  --output-file device-bridge/cards.lock

.PHONY: clean
clean: ## Remove what was built; the data folder stays
	rm -rf build .venv $(FRONTENDS:%=%/node_modules)

# --- What the targets above rest on ---

.PHONY: setup
setup: $(STAMPS)/packages

$(STAMPS):
	@mkdir -p $@

$(STAMPS)/venv: | $(STAMPS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name it with PYTHON=…" >&2; exit 1; }
	@echo "  · Python 环境 · creating .venv"
	@$(PYTHON) -m venv .venv \
	  || { echo "Python lacks the module venv (Debian: package python3-venv)." >&2; exit 1; }
	@touch $@

$(STAMPS)/locked: requirements.lock $(STAMPS)/venv
	@echo "  · Python 依赖 · installing Python packages (the first time takes a minute or two)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

$(STAMPS)/packages: backend/pyproject.toml device-bridge/pyproject.toml $(STAMPS)/locked
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation \
	  -e backend -e device-bridge
	@touch $@

.PHONY: node
node: $(FRONTENDS:%=$(STAMPS)/node-%)

$(STAMPS)/node-%: %/package.json %/package-lock.json | $(STAMPS)
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' \
	  || { echo "Node 20 or newer is needed." >&2; exit 1; }
	@echo "  · $* 依赖 · installing Node packages"
	@npm --prefix $* ci --silent --no-audit --no-fund
	@touch $@

.PHONY: spas
spas: build/static/public/index.html build/static/staff/index.html

build/static/public/index.html: $(STAMPS)/node-frontend-public $(call spa_sources,public)
build/static/staff/index.html: $(STAMPS)/node-frontend-staff $(call spa_sources,staff)
build/static/%/index.html:
	@echo "  · frontend-$* 构建 · building"
	@npm --prefix frontend-$* run --silent build -- --outDir ../build/static/$* --emptyOutDir --logLevel warn
	@touch $@
