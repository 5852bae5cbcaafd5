# Two commands for a newcomer: make briefs, make test. `make help` lists the rest.
# Another Python: make PYTHON=/path/to/python3.12 briefs

PYTHON ?=
BIN := .venv/bin
PLS := $(BIN)/pls
PERIOD ?= latest
PLATFORM ?=
PYTHON_VERSION ?=
NODE_OF_PLAYWRIGHT = $$($(BIN)/python -c 'import pathlib, playwright; print(pathlib.Path(playwright.__file__).parent / "driver")')

export PLS_PROJECT := $(CURDIR)
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help install install-dev briefs sample lab notebooks pictures docs test test-browser test-wheelhouse lint types check lock wheelhouse clean

help:  ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

install:  ## Make .venv and install what the reports need (no root)
	@sh tools/install.sh requirements.lock

install-dev:  ## The same, with what the tests need
	@sh tools/install.sh requirements-dev.lock

briefs: install  ## Read the offices' workbooks (a sample where there are none), make every report
	@find data/raw -type f ! -name README.md ! -name '.*' | grep -q . || $(PLS) sample
	@$(PLS) ingest || [ $$? -eq 1 ]  # 1: done, but a file was refused and named
	@$(PLS) run all --period $(PERIOD)
	@printf 'The reports are in %s\n' "$$(ls -td reports/*/ | head -n 1)"

sample: install  ## Write the sample workbooks into data/raw
	@$(PLS) sample

lab: install  ## Open the notebooks in JupyterLab
	@$(BIN)/jupyter lab notebooks

notebooks: install-dev  ## Run the committed notebooks on the fixed sample and keep their outputs
	@PYTHONPATH=tests $(BIN)/python tools/refresh_notebooks.py

pictures: install-dev  ## Take the pictures of notebooks/README.md anew (needs Chromium)
	@$(BIN)/python tools/notebook_pictures.py

docs: install-dev  ## Write docs/data-dictionary.md from the form specs and the policy
	@$(BIN)/python tools/build_dictionary.py

test: install-dev  ## Run every test that needs neither a browser nor packages from a network
	@$(BIN)/python -m pytest -n auto --dist loadscope -m 'not browser and not registry'

test-browser: install-dev  ## Run the tests that open reports in headless Chromium
	@sh tools/chromium.sh
	@$(BIN)/python -m pytest -m browser

test-wheelhouse: install-dev  ## Gather a wheelhouse, install from it with no index, make a report
	@$(BIN)/python -m pytest -m registry

lint: install-dev  ## Check format and style
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: install-dev  ## Check types
	@PATH="$$PATH:$(NODE_OF_PLAYWRIGHT)" $(BIN)/pyright

check: lint types test  ## All that must hold before a commit

lock: install-dev  ## Choose versions anew, for every system
	@$(BIN)/python tools/lock.py

wheelhouse: install  ## Gather all wheels for an install without a network (PLATFORM=win_amd64 PYTHON_VERSION=3.12)
	@$(BIN)/python tools/wheelhouse.py --platform "$(PLATFORM)" --python-version "$(PYTHON_VERSION)"

clean:  ## Remove .venv, caches and builds; data and reports stay
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
