# gridwall: make demo, make test, make check, make bench, make shots. `make help` says more.

PORT ?= 8050
SCALE ?= city
WORKERS ?= 2
PYTEST_ARGS ?=
BENCH_ARGS ?=
SHOTS_ARGS ?=

PIP := .venv/bin/python -m pip --disable-pip-version-check --no-input
UV_COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --extra postgres --extra mysql --extra redis --group build

.DEFAULT_GOAL := help
.PHONY: help demo test check bench shots docs venv lock clean

help:
	@echo "make demo   [PORT=8050] [SCALE=city|town]  the made-up city, live, in the browser"
	@echo "make test   [WORKERS=2] [PYTEST_ARGS=...]  everything, on real servers and a real browser"
	@echo "make check                                 ruff, mypy, import contracts"
	@echo "make bench                                 measures, written to benchmarks/RESULTS.md"
	@echo "make shots                                 pictures of every screen, written to shots/"
	@echo "make docs                                  write what is derived from the code"
	@echo "make lock                                  resolve the dependencies anew (needs uv)"

# Ctrl-C and SIGTERM reach the program itself: the shell is replaced.
demo: .venv/.runtime
	@exec .venv/bin/gridwall demo --port $(PORT) --scale $(SCALE)

test: .venv/.tests
	@sh tests/install/system.sh
	@exec .venv/bin/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: .venv/.tests
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/mypy

bench: .venv/.tests
	@sh tests/install/system.sh
	@exec .venv/bin/python -m benchmarks $(BENCH_ARGS)

shots: .venv/.tests
	@sh tests/install/system.sh
	@exec .venv/bin/python -m tests.browser.shots $(SHOTS_ARGS)

# What is derived from the code: docs/contract.md, docs/indicators.md, .env.example, the tables of the READMEs.
docs: .venv/.runtime
	@.venv/bin/python docs/generate.py

venv: .venv/.tests

# The environment: made once, filled from the locks, filled again when a lock or the project file changed.
# Debian and Ubuntu keep what makes one in a package of its own: root has it installed, others are told its name.
.venv/.created:
	@set -e; \
	if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then \
	  found=; \
	  for python in "$(PYTHON)" python3.11 python3 python3.12 python3.13 python; do \
	    if [ -n "$$python" ] && "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$python"; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then echo "gridwall needs Python 3.11 or newer; name it with: make PYTHON=/path/to/python3.11" >&2; exit 1; fi; \
	  if ! "$$found" -m venv .venv && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    own=python$$("$$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv; \
	    echo "Installing $$own, without which this Python makes no environment"; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    apt-get -q update >/dev/null || true; \
	    for package in "$$own" python3-venv; do apt-get -q -y install "$$package" >/dev/null && break; done || true; \
	    rm -rf .venv; \
	    "$$found" -m venv .venv || true; \
	  fi; \
	  if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then \
	    rm -rf .venv; \
	    echo "this Python cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	  fi; \
	fi
	@touch $@

.venv/.runtime: requirements.lock pyproject.toml | .venv/.created
	@echo "Installing gridwall into .venv"
	@$(PIP) install --quiet --prefer-binary --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/.tests: requirements-tests.lock .venv/.runtime
	@echo "Installing the tools of the tests into .venv"
	@$(PIP) install --quiet --prefer-binary --require-hashes -r requirements-tests.lock
	@touch $@

# Exact versions with hashes, good for any package index: no address is written down.
lock:
	$(UV_COMPILE) -o requirements.lock
	$(UV_COMPILE) --extra tests -c requirements.lock -o requirements-tests.lock

clean:
	rm -rf .venv build dist shots .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
