# Kvitt's commands. Each sets up all it needs in .venv, from nothing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Handed out few at a time, as tests of minutes and of milliseconds stand side by side.
PYTEST := -m pytest -n 3 --maxschedchunk=4
# A browser, its server and a sync take both cores by themselves: their tests stand alone, one after the other.
BROWSER := -m pytest tests/browser
# What a run of tests has met of what decides; short tests are not run again for it unless something has changed.
SHORT := build/short
REST := build/rest
SOURCES := $(shell find mappings sync dashboard tests -name '*.py' -o -name '*.sql' -o -name '*.yaml')

.PHONY: demo run test verify soak bench check clean

CRM ?= upsales

demo: $(VENV)/.runtime  ## the whole product against a sandbox, with a dashboard; CRM=salesforce, or both, plays another
	@$(BIN)/python -m sync demo --crm $(CRM)

run: $(VENV)/.runtime  ## the same against the systems named in the settings
	@$(BIN)/python -m sync run

test: check  ## style, types, and every test that eight minutes have room for; says what each folder took
	@rm -rf $(SHORT) && mkdir -p $(SHORT)
	$(BIN)/python -m coverage run --data-file=$(SHORT)/coverage $(PYTEST) -m "not verify and not browser"
	$(BIN)/python $(BROWSER) -m "browser and not verify"
	@touch $(SHORT)/whole

verify: $(VENV)/.dev $(SHORT)/whole  ## what `make test` leaves out, and every branch of what decides: half an hour
	@rm -rf $(REST) && mkdir -p $(REST)
	$(BIN)/python $(BROWSER) -m "browser and verify"
	$(BIN)/python -m coverage run --data-file=$(REST)/coverage $(PYTEST) -m "verify and not browser"
	$(BIN)/python -m coverage combine -q --keep $(SHORT) $(REST)
	$(BIN)/python -m coverage report

$(SHORT)/whole: $(SOURCES)
	$(MAKE) test

soak: $(VENV)/.dev  ## for hours: many kills of real processes, every single fault and many seeds of the simulation
	$(BIN)/python -m tests.soak.kills --kills 50
	$(BIN)/python -m tests.sim.soak --singles --pairs --losses --seeds 20000

check: $(VENV)/.dev  ## style and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.dev  ## calls, limit, local time and recovery against their goals: a table, and build/bench.json
	@mkdir -p build
	$(BIN)/python -m tests.bench --json build/bench.json

clean:
	rm -rf $(VENV) build

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Kvitt needs Python 3.11 or newer as '$(PYTHON)'. Install it, or name it: make PYTHON=python3.12 <command>." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "A virtual environment cannot be made. On Debian and Ubuntu: apt install python3-venv." >&2; exit 2; }
	@touch $@

$(VENV)/.runtime: requirements.txt | $(VENV)/.python
	@echo "Installing the pinned packages (once) ..." >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt || { \
	  echo "The packages in requirements.txt could not be installed; see the message above." >&2; exit 2; }
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt | $(VENV)/.python
	@echo "Installing the pinned packages for tests (once) ..." >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt || { \
	  echo "The packages in requirements-dev.txt could not be installed; see the message above." >&2; exit 2; }
	@touch $@
