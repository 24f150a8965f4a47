# make demo | test | check | bench: each sets up what it needs by itself. See README.md.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.NOTPARALLEL:

VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: help setup check test demo bench clean

help:
	@echo 'make demo    an old client dials through a NAT and reaches a PPTP server (root)'
	@echo 'make check   lint, types, architecture, unit, property and pair tests (no root, seconds)'
	@echo 'make test    all that decides whether a change may land: check, and real programs (root)'
	@echo 'make bench   what a packet, a handshake and a session cost; build/bench.json'
	@echo 'make setup   only the set-up: Debian packages, virtual environment, the lab'
	@echo 'make clean   forget all that was built'

# The first Python that can make a virtual environment: Debian's own, once python3-venv is there.
$(VENV)/bin/python:
	@for python in /usr/bin/python3 python3 none; do $$python -c 'import ensurepip' 2>/dev/null && break; done; \
	if [ $$python = none ] && [ "$$(id -u)" = 0 ]; then tests/interop/lab/setup.sh host; python=/usr/bin/python3; fi; \
	$$python -m venv $(VENV) || { echo "No Python with venv here: run 'make setup' once as root." >&2; exit 1; }

$(VENV)/checks: requirements/run.txt requirements/test.txt | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements/run.txt -r requirements/test.txt
	@touch $@

$(VENV)/queue: requirements/queue.txt pyproject.toml $(VENV)/checks
	tests/interop/lab/setup.sh host
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements/queue.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

setup: $(VENV)/queue
	tests/interop/lab/setup.sh

check: $(VENV)/checks
	$(RUN) -m pytest -q -n 2 tests/architecture tests/unit tests/property tests/pair

test: setup
	$(RUN) -m pytest -q

demo: setup
	$(RUN) -m tests.interop.demo

bench: setup
	$(RUN) -m tests.bench

clean:
	rm -rf build $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
