# make run: everything a fresh machine needs, then the server. make test: the whole suite.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
LIGHTHOUSE := .ci/lighthouse/node_modules
export TWITCHWISE_DEVELOPMENT := 1

.PHONY: run setup test test-fast journeys lint format messages intake-css bench clean pins

run: setup
	@$(BIN)/python manage.py load_demonstration --address http://127.0.0.1:$(PORT)
	@exec $(BIN)/gunicorn clinic.wsgi --threads 4 --log-level warning --bind 127.0.0.1:$(PORT)

setup: $(VENV)/.installed
	@mkdir -p var
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py load_catalogue

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n auto
	@$(BIN)/python -m pytest -n auto -m long tests/causes
	@$(BIN)/python -m pytest -m journey tests/journeys

test-fast: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n auto

journeys: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -m journey tests/journeys

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/python manage.py makemigrations --check --dry-run

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# What patients read of the interface: new messages into locale/, and compiled. Says what is not translated.
messages: $(VENV)/.installed-dev
	@DJANGO_SETTINGS_MODULE=clinic.settings $(BIN)/python -m tests.messages

# The part of Bootstrap that the patients' pages use.
intake-css: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.bootstrap_subset

bench: $(VENV)/.installed-bench $(VENV)/.installed-dev $(LIGHTHOUSE)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.bench

pins:
	@for name in requirements requirements-dev requirements-bench; do \
	  uv pip compile -q --generate-hashes --python-version 3.11 --no-annotate --no-header \
	    $$( [ $$name = requirements ] || echo -c requirements.txt ) $$name.in -o $$name.txt; done

clean:
	rm -rf $(VENV) var

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.installed-bench: requirements-bench.txt $(VENV)/.installed
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

# Without npm the bench says what it could not measure.
$(LIGHTHOUSE): .ci/lighthouse/package-lock.json
	@if command -v npm >/dev/null; then npm ci --prefix $(@D) --ignore-scripts --loglevel=error; touch -c $@; fi
