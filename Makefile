# Two commands for everybody: `make run` and `make test`. Both do all set-up, through pip.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
INSTALLED := .venv/.installed
TESTABLE := .venv/.testable

.PHONY: run setup test coverage check audit bench soak sheet data docs pictures chromium constraints clean help

run: setup  ## serve the web page (and the bots whose tokens are set) until Ctrl-C
	@$(BIN)/atelier run

setup: $(INSTALLED)  ## create .venv, install everything pinned, fetch the encoder's weights
	@test ! -e atelier.toml -a ! -e .env -a -n "$(wildcard data/weights/$(or $(ATELIER_RENDERER__ENCODER),vgg16)-*.safetensors)" || $(BIN)/atelier weights

test: setup $(TESTABLE) chromium check  ## run every check and test
	@$(BIN)/python -m tests.together

coverage: setup $(TESTABLE) chromium  ## run every test and say which lines none of them reaches; takes longer
	@$(BIN)/python -m pytest --cov=bot --cov=renderer --cov=config --cov-report=term:skip-covered

check: $(TESTABLE)  ## ruff, mypy (strict) and bandit
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive bot renderer config

audit: $(TESTABLE)  ## look up what is installed among the known holes; needs the network
	@$(BIN)/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip --progress-spinner off || \
	  { echo "pip-audit has found something, or could not reach the list of known holes; see above"; exit 1; }

bench: setup $(TESTABLE) chromium  ## measure speed and memory: tables, and bench-out/*.json
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.objective
	@$(BIN)/python -m tests.bench.instant
	@$(BIN)/python -m tests.bench.pairs
	@$(BIN)/python -m tests.bench.strokes
	@$(BIN)/python -m tests.bench.sizes
	@$(BIN)/python -m tests.bench.web_load
	@$(BIN)/python -m tests.bench.load
	@$(BIN)/python -m tests.bench.restart
	@$(BIN)/python -m tests.bench.gpu
	@$(BIN)/python -m tests.bench.gpu_service

soak: setup $(TESTABLE)  ## kill and break the service through 500 orders; renews the report in docs/reliability.md
	@$(BIN)/python -m tests.faults --orders 500 --report docs/reliability.md

sheet: setup $(TESTABLE)  ## paint a contact sheet (PICTURES=DIR STYLES=a,b SIZE=256 ONLY=grid,strips OUT=sheet-out)
	@$(BIN)/python -m tests.sheet $(if $(PICTURES),--pictures '$(PICTURES)') $(if $(STYLES),--styles '$(STYLES)') \
	  $(if $(SIZE),--size $(SIZE)) $(if $(ONLY),--only $(ONLY)) $(if $(OUT),--out '$(OUT)')

data: setup  ## fetch and draw the pictures that the instant painter learns from (data/lessons; needs apt-get)
	@$(BIN)/python -m renderer.lessons data/lessons

docs: $(INSTALLED)  ## renew PRIVACY.md and the tables of settings, options, metrics and the API
	@$(BIN)/python -m config.table README.md docs/settings.md
	@$(BIN)/python -m bot.options.table docs/options.md
	@$(BIN)/python -m bot.metrics.table docs/monitoring.md
	@$(BIN)/python -m bot.adapters.web.api.table docs/api.md
	@$(BIN)/python -m bot.privacy PRIVACY.md

pictures: setup $(TESTABLE) chromium  ## paint and photograph anew what the README shows
	@$(BIN)/python -m tests.docs_pictures
	@$(BIN)/python -m tests.docs_page
	@$(BIN)/python -m tests.docs_admin
	@$(BIN)/python -m tests.docs_conversation

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Atelier needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) --version 2>&1`. Try: make PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "No virtual environment could be made; on Debian and Ubuntu: apt install python3-venv"; exit 2; }
	@echo "Installing what Atelier needs into .venv (once; some minutes) …"
	@$(PIP) --editable '.[video]'
	@touch $@

$(TESTABLE): $(INSTALLED)
	@echo "Installing what the tests need …"
	@$(PIP) --editable '.[video,moderation,nats,test]'
	@touch $@

# Tests drive a real browser. Where it may not be installed here, the browser tests fail and say so.
chromium:
	@command -v chromium >/dev/null || { \
	  echo "Installing Debian's chromium for the browser tests …"; \
	  SUDO=""; test `id -u` = 0 || SUDO="sudo -n"; \
	  $$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq chromium >/dev/null; } || \
	  echo "chromium could not be installed; install it and run make test again"

constraints:  ## renew constraints.txt from a fresh environment
	@rm -rf .venv-constraints && $(PYTHON) -m venv .venv-constraints
	@.venv-constraints/bin/pip install --quiet --editable '.[video,moderation,nats,test]'
	@{ sed -n '/^#/p' constraints.txt; .venv-constraints/bin/pip freeze --exclude-editable | sed 's/+cpu//'; } > .constraints.new
	@mv .constraints.new constraints.txt; rm -rf .venv-constraints

clean:  ## remove the environment and caches; data/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .coverage bench-out sheet-out *.egg-info

help:  ## this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## */\t/' | expand -t 14
