# Every recipe sets up what it needs by itself; `make` lists them.
PYTHON ?= python3
PORT ?= 8000
PIP_ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt $(PIP_ARGS)

.DEFAULT_GOAL := help
.PHONY: help demo up test check format lint types faults load fuzz bench architecture containers clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/installed: pyproject.toml constraints.txt
	@echo "Setting up .venv (a few minutes the first time) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Stemify needs Python 3.11 or newer")'
	@$(PYTHON) -m venv .venv
	@$(PIP) -e '.[api,worker,embedded]'
	@$(PIP) -e '.[youtube]' || echo "Links to YouTube and the like stay off: their packages could not be installed."
	@touch $@

.venv/installed-dev: .venv/installed
	@echo "Adding what the tests need ..."
	@$(PIP) -e '.[api,worker,embedded,s3,youtube,dev]'
	@touch $@

demo: .venv/installed ## start the whole stack, separate the demo song, print the table, stop
	@$(BIN)/stemify demo -o demo-output

up: .venv/installed ## start the whole stack and stay up: http://localhost:$(PORT)
	@$(BIN)/stemify up --port $(PORT)

test: .venv/installed-dev ## everything that needs no GPU, no network and no Docker
	@$(BIN)/python -m pytest

check: format lint types test ## exactly what CI runs

format: .venv/installed-dev ## is the code formatted?
	@$(BIN)/ruff format --check .

lint: .venv/installed-dev ## does the linter agree?
	@$(BIN)/ruff check .

types: .venv/installed-dev ## does the type checker agree?
	@$(BIN)/mypy

faults: .venv/installed-dev ## kill, stop and cut everything (FAULTS=F1,F4: some of it); table and JSON
	@$(BIN)/python -m tests.suites faults --at-once 2 $(if $(FAULTS),--only $(FAULTS))

load: .venv/installed-dev ## many jobs, sockets, uploads at once (LOADS=L1: some of it); table and JSON
	@$(BIN)/python -m tests.suites load $(if $(LOADS),--only $(LOADS))

fuzz: .venv/installed-dev ## hostile files, links, requests (FUZZ=B1: some of it); table and JSON
	@$(BIN)/python -m tests.suites fuzz --at-once 2 $(if $(FUZZ),--only $(FUZZ))

bench: .venv/installed-dev ## measure this machine beside Demucs (BENCH=separation,files: some of it); tables and JSON
	@OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m benchmarks $(if $(BENCH),--only $(BENCH))

architecture: .venv/installed-dev ## the rules of the house alone
	@$(BIN)/python -m pytest tests/architecture

containers: .venv/installed ## build both images and run the demo through the compose stack
	@deploy/containers.sh

clean: ## remove what set-up and the demo made (not your data folder)
	@rm -rf .venv demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
