# The doors of the checkout. A fresh machine needs Python >= 3.11 (with venv) and make; nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run setup test check fix bench soak seeds docs clean

run: setup ## seeded workspace with live sample traffic on http://127.0.0.1:8080
	$(BIN)/headwater demo

setup: $(VENV)/.ready web-ready ## .venv with the headwater command and the built web parts

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "headwater needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 setup")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

.PHONY: web-ready
web-ready: $(VENV)/.ready
	$(BIN)/python web/build.py

test: setup ## the tests; what needs a part that is not there is skipped with its reason
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: setup ## format, lint, types, import contracts, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --project pyproject.toml
	$(BIN)/lint-imports
	$(BIN)/python -m headwater.app.generate --check
	$(BIN)/headwater catalog check --all
	$(BIN)/python web/build.py --check

bench: setup ## ratios against a reference in the same run; says what is not installed (wrk, nginx with its echo module)
	$(BIN)/python -m bench.door
	$(BIN)/python bench/loader.py 200000
	$(BIN)/python -m bench.start
	$(BIN)/python -m bench.whole
	$(BIN)/python -m bench.client
	$(BIN)/python -m bench.send
	$(BIN)/python -m bench.segments
	$(BIN)/python -m bench.editor
	$(BIN)/python -m bench.page
	$(BIN)/python -m bench.profiles
	$(BIN)/python -m bench.bootstrap

soak: setup ## the long crash tests: 20 rounds of kill -9 under traffic, power cuts at any point; figures as JSON
	$(BIN)/python -m bench.soak
	$(BIN)/python -m pytest tests/crash

fix: $(VENV)/.ready ## format and mend what the linter can mend, write generated files
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m headwater.app.generate

docs: $(VENV)/.ready ## write the reference pages from the code, the catalogue and the settings
	$(BIN)/python -m headwater.app.generate

seeds: $(VENV)/.ready ## which facts of the mission have a passing test
	$(BIN)/python -m tests.seeds

clean:
	rm -rf $(VENV) build dist
