# `make` alone lists the targets; each says what it does behind ##.
.DEFAULT_GOAL := help
SHELL := bash
PYTHON ?= python3
BIN := .venv/bin
WORKSPACE ?= workspace/demo

.PHONY: help install demo test check format docs gold coverage clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "omniart-data needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[model,dev]'
	@touch $@

install: .venv/installed ## Make .venv and install the project with everything it can use

demo: .venv/installed ## Build a release of the invented sample museum and train its baseline (about a minute, after the install)
	$(BIN)/omniart-data build --demo --workspace $(WORKSPACE)
	@release=$$(ls -d $(WORKSPACE)/releases/omniart-* | sort -V | tail -n 1) && \
	baseline=$(WORKSPACE)/baselines/$${release##*/omniart-} && \
	$(BIN)/omniart-model baselines $$release --workspace $(WORKSPACE) --base efficientnet-lite0 --preset fast --seeds 2 && \
	echo && \
	echo "release          $$release" && \
	echo "data card        $$release/README.md" && \
	echo "release report   $$release/report.html" && \
	echo "baseline report  $$baseline/report.html"

test: .venv/installed ## Run all tests, on all cores
	$(BIN)/pytest -n auto

check: .venv/installed ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/installed ## Regenerate the reference pages
	$(BIN)/python docs/generate.py

gold: .venv/installed ## Measure the labels on the gold set (HELD=1: also on the half that is set aside)
	$(BIN)/python tests/gold/measure.py $(if $(HELD),--held)

coverage: .venv/installed ## Measure how much of the museums' words is understood, on all real samples
	$(BIN)/python tests/gold/coverage.py

clean: ## Remove the demo's workspace and the tools' caches; .venv stays
	rm -rf $(WORKSPACE) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
