# make demo | test | check | matrix | soak | bench: each sets up what it needs by itself. See README.md.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.NOTPARALLEL:

VENV := .venv
RUN := $(VENV)/bin/python

PROFILE ?= qemu
ROUTE ?= pptp
IMAGE := $(RUN) -m image

FUZZ_SECONDS ?= 60
HOURS ?= 168
SEED ?= 1
CARRIER ?= user

# pytest rewrites the tests' assertions: once, and not at every run.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup check test carrier-test demo matrix soak bench fuzz image boot image-test ansible fleet-test docs clean

help:
	@echo 'make demo    an old client dials through a NAT and reaches a PPTP server (root);'
	@echo '             ROUTE=l2tp-ipsec: a native L2TP/IPsec server instead;'
	@echo '             ROUTE=local: the LAN itself, PPP ends at the gateway'
	@echo 'make check   lint, types, architecture, unit, property and pair tests (no root, seconds)'
	@echo 'make test    all that decides whether a change may land: check, real programs, the image booted (root)'
	@echo 'make carrier-test  every real program once more with the kernel carrying (root; minutes)'
	@echo 'make matrix  client x NAT traversal x suite x authentication x route (minutes); build/matrix.json'
	@echo 'make soak    a week of sessions and trouble on the virtual clock, and a closing table; HOURS=168 SEED=1 CARRIER=user'
	@echo 'make fuzz    made-up bytes into every parser and machine, FUZZ_SECONDS=60 each: 50 minutes on one core'
	@echo 'make bench   what packets, dials and sessions cost, ours and other people'\''s (root; 32 minutes); build/bench.json'
	@echo 'make image   the appliance: disk image and update bundle, PROFILE=qemu (root; 2 to 8 minutes)'
	@echo 'make boot    that image in QEMU, its console in this terminal (UEFI=1 for OVMF; Ctrl-A X ends it)'
	@echo 'make image-test  the built image boots, serves, updates and recovers, in QEMU (root; 40 minutes)'
	@echo 'make docs    the manual as pages for a browser: build/docs/index.html'
	@echo 'make ansible what the playbooks under ansible/ need, see the README there'
	@echo 'make fleet-test  the manual'\''s first page and the playbooks against the built image, with real dials, in QEMU;'
	@echo '             a pair and a fleet in the lab (root; under 40 minutes)'
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

$(VENV)/remote: requirements/remote.txt $(VENV)/checks
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements/remote.txt
	@touch $@

$(VENV)/image: requirements/image.txt requirements/remote.txt $(VENV)/checks
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements/image.txt
	@touch $@

$(VENV)/ansible: requirements/ansible.txt | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements/run.txt -r requirements/ansible.txt
	@touch $@

$(VENV)/docs: requirements/docs.txt $(VENV)/checks
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements/docs.txt
	@touch $@

$(VENV)/lint: requirements/ansible-lint.txt $(VENV)/ansible
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements/ansible-lint.txt
	@touch $@

$(VENV)/fuzz: requirements/fuzz.txt $(VENV)/checks
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements/fuzz.txt
	@touch $@

setup: $(VENV)/queue $(VENV)/remote
	tests/interop/lab/setup.sh

# Root has what the queue's library is built with; whoever has not leaves out the two files that need it.
check: $(VENV)/$(if $(filter 0,$(shell id -u)),queue,checks)
	HYPOTHESIS_PROFILE=brief $(RUN) -m pytest -q -n 2 -m "not long" tests/architecture tests/unit tests/property tests/pair

# The image first: the stories marked quick boot it.
test: setup $(VENV)/image $(VENV)/fuzz $(VENV)/lint $(VENV)/docs
	@$(IMAGE) build --profile qemu || { echo 'make test: without an image nothing is tested; why it could not be built stands above.' >&2; exit 1; }
	$(RUN) -m pytest -q -m "not by_hand"

# The scenarios of the lab that `make test` plays with the daemon carrying, and not with the kernel.
carrier-test: setup
	$(RUN) -m pytest -q tests/interop -m by_hand

demo: setup
	$(RUN) -m tests.interop.demo $(ROUTE)

matrix: $(VENV)/checks
	$(RUN) -m tests.matrix

soak: $(VENV)/checks
	$(RUN) -m tests.soak --hours $(HOURS) --seed $(SEED) --carrier $(CARRIER)

# Only by hand: finds are kept in build/fuzz, see tests/fuzz/README.md.
fuzz: $(VENV)/fuzz
	$(RUN) -m tests.fuzz $(FUZZ_SECONDS)

bench: setup
	tests/interop/lab/setup.sh peers
	$(RUN) -m tests.bench

image: $(VENV)/image
	$(IMAGE) build --profile $(PROFILE)

boot: $(VENV)/image
	$(IMAGE) boot $(if $(UEFI),--uefi)

# What is measured runs alone; the rest two at a time.
image-test: setup $(VENV)/image
	@status=0; \
	$(RUN) -m pytest -q tests/image -m alone || status=$$?; \
	$(RUN) -m pytest -q -n 2 tests/image -m 'not alone' || status=$$?; \
	cat build/image.txt; exit $$status

# First the pages that are made from the code, then all of them; a warning is an error.
docs: $(VENV)/docs
	$(RUN) -m docs
	$(RUN) -m sphinx -q -E -W --keep-going -b html docs build/docs

ansible: $(VENV)/ansible

# The image that is there, as for image-test; one is built where there is none. What the stories have seen is printed.
fleet-test: setup $(VENV)/image $(VENV)/ansible
	@ls build/postern-*-amd64.img >/dev/null 2>&1 || $(IMAGE) build --profile qemu
	@status=0; \
	$(RUN) -m pytest -q -s tests/interop/test_shared.py || status=$$?; \
	$(RUN) -m pytest -q -n 2 -rP tests/image/test_first_page.py tests/ansible -m image || status=$$?; \
	exit $$status

# The key that signs updates outlives everything that can be made again.
clean:
	if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name keys -exec rm -rf {} +; fi
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
