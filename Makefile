# `make demo` opens the dashboard; `make test` runs every test. Both set up .venv first.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONPATH := $(CURDIR)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"

.PHONY: demo test check nightly lock audit licences pictures clean

.venv/installed: requirements.lock
	$(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.lock
	touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(INSTALL) -r requirements-dev.lock
	touch $@

demo: .venv/installed
	$(BIN)/python -m dashboard

# In Chromium one by one, for a browser and a server want both cores; all else a file a worker, which
# takes some 2 GB.
test: .venv/installed-dev
	$(BIN)/python -m pytest tests/browser
	$(BIN)/python -m pytest --ignore tests/browser --numprocesses auto --maxprocesses 4 --dist loadfile

check: .venv/installed-dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check --quiet .
	$(BIN)/python -m mypy

# What takes too long for each change, some hours on two cores: commands killed at random moments,
# damaged pictures, eight visitors and a ninth, what is left of an upload. Needs Chromium.
nightly: .venv/installed-dev
	$(BIN)/python -m benchmarks.killed --points 20
	$(BIN)/python -m benchmarks.fuzz
	$(BIN)/python -m benchmarks.users --users 9
	$(BIN)/python -m benchmarks.traces

# After a change of requirements.txt or requirements-dev.txt: one resolution for both, so that the
# tests run on the very versions that are served. For newer versions of what is not named there,
# delete both locks first.
lock: .venv/installed-dev
	$(LOCK) requirements-dev.txt --output-file requirements-dev.lock
	$(LOCK) requirements.txt --constraint requirements-dev.lock --output-file requirements.lock

# Known weaknesses of what is served; asks the registry's vulnerability service.
audit: .venv/installed-dev
	$(BIN)/pip-audit --requirement requirements.lock --disable-pip --strict

licences: .venv/installed-dev
	$(BIN)/python -m tools.licences

# The README's pictures, from the running dashboard in Chromium.
pictures: .venv/installed-dev
	$(BIN)/python -m tools.pictures

clean:
	rm -rf .venv
