# Two commands matter: `make run` and `make test`. Both bring what they need.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Each list names all that is needed. What is imported of it, the lesser part, is compiled then; each
# of dozens of processes would do so again if the shell let none keep that.
AS_LOCKED := --no-deps --no-compile
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run dev export servers test tests frontend-of-tests lint bench chaos lock clean

# WORKERS=2 runs several processes behind a Caddy.
run: .venv/runtime $(if $(filter-out 1,$(WORKERS)),.venv/workers)
	@exec $(BIN)/python -m todo_app run

dev: .venv/runtime
	@exec $(BIN)/python -m todo_app dev

export: .venv/runtime
	@$(BIN)/python -m todo_app export

servers: .venv/development
	@$(BIN)/python -m tests.servers

# At the same time: what installs, builds and checks leaves cores idle, and so do tests that wait.
test: .venv/runtime
	@$(MAKE) --no-print-directory --jobs 2 lint tests

tests: .venv/development frontend-of-tests
	@$(BIN)/python -m pytest -n 3 --dist loadgroup

frontend-of-tests: .venv/runtime
	@$(BIN)/python -m tests.e2e.frontend

lint: .venv/development
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# PARTS="lock crowd" for some of it; `python -m bench --help` names them.
bench: .venv/development
	@$(BIN)/python -m bench $(PARTS)

# ROUNDS=20 SOAK_MINUTES=5 for less of it.
chaos: .venv/development
	@$(BIN)/python -m chaos $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SOAK_MINUTES),--soak-minutes $(SOAK_MINUTES))

# The pins again, from the ranges in pyproject.toml.
lock: .venv/development
	@$(BIN)/pip install -q uv
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --no-emit-index-url --no-header --no-annotate -q -o requirements.txt
	@$(BIN)/uv pip compile --group workers --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements-workers.txt
	@$(BIN)/uv pip compile pyproject.toml --group dev -c requirements.txt --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements-dev.txt

clean:
	rm -rf .venv .web .build .states export test-results

.venv/runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 run")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "The venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing the dependencies; this happens once."
	@$(BIN)/pip install -q $(AS_LOCKED) -r requirements.txt
	@touch $@

.venv/workers: requirements-workers.txt .venv/runtime
	@$(BIN)/pip install -q $(AS_LOCKED) -r requirements-workers.txt
	@touch $@

.venv/development: requirements-dev.txt .venv/runtime
	@$(BIN)/pip install -q $(AS_LOCKED) -r requirements-dev.txt
	@touch $@
