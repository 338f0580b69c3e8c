# Two commands do all that a newcomer needs: `make run` and `make test`.  `make demo` shows it.
# Only Python >= 3.11 is presumed; uv is used where it is installed.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)
CONFIG ?= config.toml

.DEFAULT_GOAL := help
.PHONY: help run demo test lint format lock wheel background train-join acceptance bench-detection \
  bench-alerts bench-review bench-page pictures baseline bench-kill bench-polling bench-feeds \
  bench-cascade bench-poll clean

help: ## what can be done here
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.installed ## follow the feeds of config.toml (CONFIG=…); page on http://127.0.0.1:8765
	@$(BIN)/monitor --config $(CONFIG) run

demo: $(VENV)/.installed ## watch it work on a small invented world, without the internet
	@$(BIN)/monitor demo $(DEMO)

test: $(VENV)/.installed-dev browser ## lint, types, and all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 2 --dist worksteal $(TESTS)

lint: $(VENV)/.installed-dev ## ruff and mypy only
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(VENV)/.installed-dev ## put the code into its usual form
	$(BIN)/ruff check --fix-only . && $(BIN)/ruff format .

# Under CI the tests of the page must not be skipped for want of a browser.
.PHONY: browser
browser:
	@if [ -n "$$CI" ] && ! command -v chromium >/dev/null 2>&1; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null; fi

# ------------------------------------------------------------------------------ environment

# Everything comes from the lock file, hashes checked; then the project itself, editable.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $(PYTHON) is older than 3.11: name a newer one with PYTHON=python3.12"; exit 1; }
	@echo "installing into $(VENV) …"
	@if [ -n "$(UV)" ]; then \
	  { [ -x $(BIN)/python ] || uv venv -q --python $(PYTHON) $(VENV); } && \
	  uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r $(1) && \
	  uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	  { [ -x $(BIN)/pip ] || $(PYTHON) -m venv $(VENV) || \
	    { echo "error: no venv module: apt-get install python3-venv"; exit 1; }; } && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1) && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@
endef

$(VENV)/.installed: requirements.lock pyproject.toml
	$(call install,requirements.lock)

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)
	@touch $(VENV)/.installed

lock: ## renew both lock files (needs uv)
	uv pip compile -q --universal --upgrade --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --group build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

wheel: $(VENV)/.installed-dev ## build the wheel into dist/
	$(BIN)/hatchling build -t wheel

# ------------------------------------------------------------------- longer proofs, with data

background: $(VENV)/.installed ## recount the shipped background table (DATA=folder of streams)
	$(BIN)/python tools/count_background.py $(DATA) monitor/data/background.en.json.gz

train-join: $(VENV)/.installed ## train what decides which event a match joins (DATA=folder of streams)
	$(BIN)/python tools/train_join.py $(DATA) monitor/data/join.json

acceptance: $(VENV)/.installed ## the main job on real articles (SEEDS= NOISE= NEWSROOM=)
	$(BIN)/python tools/acceptance.py --seeds $(SEEDS) --noise $(NOISE) --newsroom $(NEWSROOM)

bench-detection: $(VENV)/.installed ## judge streams blind (DATA= SEEDS= MORE=), write docs/detection.md
	$(BIN)/python tools/bench_detection.py --data $(DATA) $(if $(SEEDS),--seeds $(SEEDS)) $(MORE) \
	  --write docs/detection.md

bench-alerts: $(VENV)/.installed ## how many alerts a stream would have made (DATA=STREAM.jsonl.gz), write docs/alerts.md
	$(BIN)/python tools/bench_alerts.py --data $(DATA) $(MORE) --write docs/alerts.md

bench-review: $(VENV)/.installed ## what 30 labels from the review queue are worth (DATA=folder), write docs/labels.md
	$(BIN)/python tools/bench_review.py --data $(DATA) $(MORE) --write docs/labels.md

bench-page: $(VENV)/.installed-dev ## how quick each page is on 1,000,000 articles, write docs/page.md
	$(BIN)/python tools/bench_page.py --work .bench/page $(MORE) --write docs/page.md

pictures: $(VENV)/.installed-dev ## the pictures of docs/desk.md
	$(BIN)/python tools/desk_pictures.py docs/pictures

baseline: $(VENV)/.installed-dev ## raise the floors of tests/quality (MORE=--lower-baseline)
	$(BIN)/python -m tests.quality.baseline $(MORE)

bench-kill: $(VENV)/.installed-dev ## kill the daemon 350 times at random (KILLS= ALERTS=), write docs/kill.md
	$(BIN)/python -m tests.e2e.kill --kills $(or $(KILLS),300) --alerts $(or $(ALERTS),1000) \
	  --write docs/kill.md

bench-polling: $(VENV)/.installed ## delay from publication to poll, by rule (DATA=), write docs/polling.md
	$(BIN)/python tools/bench_polling.py $(if $(DATA),--data $(DATA)) --write docs/polling.md

bench-feeds: $(VENV)/.installed ## read all feeds of feeds.tar.gz (DATA=), write docs/feeds.md
	$(BIN)/python tools/bench_feeds.py --data $(DATA) --write docs/feeds.md

bench-cascade: $(VENV)/.installed ## what the cheap reading of pages loses (DATA=), write docs/cascade.md
	$(BIN)/python tools/bench_cascade.py --data $(DATA) --write docs/cascade.md

bench-poll: $(VENV)/.installed ## polling beside other programs (FEEDS=1000), write docs/poll.md
	@[ -x .bench/bin/r2e ] || { $(PYTHON) -m venv .bench && \
	  .bench/bin/pip install -q reader rss2email sgmllib3k; }
	$(BIN)/python tools/bench_poll.py --others .bench/bin/python --feeds $(or $(FEEDS),1000) \
	  --write docs/poll.md

clean: ## remove the environment and what was built
	rm -rf $(VENV) .bench dist build .mypy_cache .ruff_cache .pytest_cache
