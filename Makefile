# Needs python3 (3.11 or newer) and make, nothing else: every target makes its own .venv when there is none.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

.PHONY: demo run test check bench screenshots lock clean

demo: $(RUNTIME)            ## a local official site lives through a week; watch the alerts arrive
	@$(BIN)/dafu demo $(ARGS)

run: $(RUNTIME)             ## everything in one process on http://127.0.0.1:8000
	@$(BIN)/dafu run $(ARGS)

test: $(DEV)                ## the whole suite
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: $(DEV)               ## lint, format, types; `make check test` is everything
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(DEV)               ## every figure the README quotes
	@$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(DEV)         ## the pictures of the README, taken of the tests' own house in Chromium
	@PYTHONPATH=tests $(BIN)/python -m browser.screenshots docs/screenshots

lock: $(DEV)                ## resolve again after a change of pyproject.toml
	@$(BIN)/pip install -q uv
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' -o requirements.lock pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --extra dev -o requirements-dev.lock pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --extra postgres -c requirements.lock -o deploy/requirements.lock pyproject.toml
	@echo hatchling | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' -o deploy/build.lock -

clean:
	rm -rf $(VENV) dist

$(RUNTIME): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "dafu needs Python 3.11 or newer: install it, or name it with 'make PYTHON=python3.12'" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "$(PYTHON) cannot make virtual environments: install the package python3-venv (Debian, Ubuntu: apt-get install python3-venv), then call make again" >&2; exit 2; }
	@echo "making $(VENV) (once, about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.lock
	@echo "adding the development tools to $(VENV)"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
