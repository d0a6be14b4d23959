# Kvitt's commands. Each sets up all it needs in .venv, from nothing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Handed out few at a time, as tests of minutes and of milliseconds stand side by side.
PYTEST := -m pytest -n 2 --maxschedchunk=4
# A browser, its server and a sync take both cores by themselves: their tests stand alone, one after the other.
BROWSER := -m pytest tests/browser
# What the tests of a short run have met of what decides.
MET := build/met

.PHONY: demo run test verify soak bench check clean

CRM ?= upsales

demo: $(VENV)/.runtime  ## the whole product against a sandbox, with a dashboard; CRM=salesforce, or both, plays another
	@$(BIN)/python -m sync demo --crm $(CRM)

run: $(VENV)/.runtime  ## the same against the systems named in the settings
	@$(BIN)/python -m sync run

test: check  ## style, types, every test that eight minutes have room for, and every branch of what decides
	@rm -rf $(MET) && mkdir -p $(MET)
	$(BIN)/python -m coverage run --data-file=$(MET)/coverage $(PYTEST) -m "not verify and not browser"
	$(BIN)/python -m coverage combine -q --data-file=$(MET)/coverage
	$(BIN)/python -m coverage report --data-file=$(MET)/coverage
	$(BIN)/python $(BROWSER) -m "browser and not verify"

verify: $(VENV)/.dev  ## what `make test` leaves out: forty minutes
	$(BIN)/python $(BROWSER) -m "browser and verify"
	$(BIN)/python $(PYTEST) -m "verify and not browser"

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
