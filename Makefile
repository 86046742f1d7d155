# docctl: every task of the project. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
# Programs that start many times are compiled once, also where the environment asks for no compiled files.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
STATIC := docctl/web/static

# Stamps: what stands in the environment is only installed again after its list has changed.
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed
PACKAGE := $(VENV)/.package-installed

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- Use ---------------------------------------------------------------------------------------

.PHONY: run
run: export DOCCTL_DATA := data/demo
run: $(RUN) $(PACKAGE) ## Set up, create the sample company if absent, serve at http://127.0.0.1:8000
	@test -e data/demo/docctl.db || $(BIN)/docctl demo
	@exec $(BIN)/docctl serve

.PHONY: install
install: $(RUN) $(PACKAGE) ## Set up what running needs

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'docctl needs Python 3.11 or newer (make PYTHON=python3.12 …).' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo 'docctl needs the venv module: apt-get install python3-venv' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# Everything that `make test` needs includes everything that `make run` needs, at the same versions.
$(RUN): requirements.lock | $(BIN)/python
	@echo 'Installing what docctl runs on …'
	@$(PIP) install --quiet --require-hashes --requirement requirements.lock
	@touch $@

$(DEV): requirements-dev.lock | $(BIN)/python
	@echo 'Installing what docctl is built and tested with …'
	@$(PIP) install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@ $(RUN)

# The build back end is in the lock, so nothing is fetched here without a hash.
$(PACKAGE): pyproject.toml | $(BIN)/python
	@test -e $(RUN) || $(MAKE) --no-print-directory $(RUN)
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: dev
dev: $(DEV) $(PACKAGE) ## Set up what developing needs

# --- Check -------------------------------------------------------------------------------------

.PHONY: test
test: dev ## Run the tests of rules, use cases and pages (ARGS='-k number' for some)
	@$(BIN)/python -m pytest -n logical --dist worksteal --suite quick $(ARGS)

.PHONY: test-whole
test-whole: dev ## Run the tests of whole things: real files, restores, walks over all pages, commands
	@$(BIN)/python -m pytest -n logical --dist worksteal --suite whole $(ARGS)

# A server of its own in a temporary folder; Debian: apt-get install postgresql.
.PHONY: test-postgresql
test-postgresql: dev ## Run what works with the database on PostgreSQL (ARGS='-k number' for some)
	@TEST_DATABASE=postgresql $(BIN)/python -m pytest -n logical --dist worksteal tests/services tests/queries tests/jobs tests/recovery \
	  tests/story/test_story_cli.py tests/contracts/test_keyring_contract.py tests/storage/test_keyring_server.py $(ARGS)

# A server of its own in a temporary folder; Debian: .ci/s3-server install. Four at a time: most of them wait for it.
.PHONY: test-s3
test-s3: dev ## Run the tests of the S3 store on a real server with Object Lock (ARGS='-k multipart' for some)
	@$(BIN)/python -m pytest -n 4 --dist worksteal -m s3 tests/s3 tests/contracts $(ARGS)

.PHONY: browser
browser: dev ## Run the story in Debian's chromium
	@$(BIN)/python -m pytest -m browser -n 0 --force-enable-socket --timeout=600 tests/story $(ARGS)

.PHONY: check
check: lint types imports translations licences lock-check test test-whole ## Run every check and the tests

.PHONY: lint
lint: dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: types
types: dev
	@$(BIN)/mypy

.PHONY: imports
imports: dev
	@$(BIN)/lint-imports --no-logo --cache-dir .import_linter_cache

.PHONY: translations
translations: dev
	@$(BIN)/python -m pytest tests/test_translations.py -n 0 -p no:randomly

.PHONY: licences
licences: dev
	@$(BIN)/python .ci/licences.py --check

# Fails where pyproject.toml asks for something that the environment of the lock does not have.
.PHONY: lock-check
lock-check: dev
	@$(PIP) check

# --- Change ------------------------------------------------------------------------------------

.PHONY: format
format: dev ## Format the code and mend what ruff can mend
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

COMPILE = CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --generate-hashes --no-emit-options \
  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --allow-unsafe --build-deps-for editable

# Additional wheels of this machine must not get into the lock: pip is told to forget its settings.
.PHONY: lock
lock: export PIP_CONFIG_FILE := /dev/null
lock: ## Write requirements*.lock after a change of pyproject.toml (ARGS=--upgrade)
	@test -x $(BIN)/pip-compile || $(MAKE) --no-print-directory $(DEV)
	@unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL; $(COMPILE) $(ARGS) --output-file requirements.lock pyproject.toml
	@unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL; $(COMPILE) $(ARGS) --extra dev --constraint requirements.lock \
	  --output-file requirements-dev.lock pyproject.toml

.PHONY: licence-list
licence-list: dev ## Write docs/licences.md after a change of the lock
	@$(BIN)/python .ci/licences.py

.PHONY: css
css: ## Build the style sheets (needs npm; the result is committed)
	@cd $(STATIC)/src && npm ci --no-audit --no-fund && npm run build

.PHONY: wheel
wheel: dev ## Build the package into dist/
	@rm -rf dist
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist . >/dev/null
	@ls dist/*.whl

.PHONY: clean
clean: ## Remove what make has made, but no data
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
