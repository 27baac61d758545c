# One word per job; each does what it needs first. Needs only Python >= 3.11, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# What runs the gateway and a Kafka beside it; and, ten times as large, what tests and measures it.
RUNS := $(VENV)/.runs
STAMP := $(VENV)/.installed
FUZZ_MINUTES ?= 3

.DEFAULT_GOAL := help
.PHONY: help install run test check audit fuzz bench faults cluster image wheel format docs lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

install: $(STAMP) ## build .venv with the cstar-gateway command in it, and all that checks it

# Hash-checked; the project itself comes last, editable, with the locked build tools and no resolution.
$(RUNS): requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cstar-gateway needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --requirement requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMP): $(RUNS) requirements/dev.txt
	$(PIP) --require-hashes --requirement requirements/dev.txt
	@touch $@

run: $(RUNS) ## a real Kafka, the gateway, sample traffic, and the records consumers read
	$(BIN)/cstar-gateway dev

# Two processes, each with a Kafka of its own: tests wait for brokers and clocks as much as they work.
test: $(STAMP) ## the whole suite, against a real Kafka it starts itself
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

check: $(STAMP) ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# FUZZ_MINUTES=60 for longer, FUZZ_SEED=7 for the same throws again.
fuzz: $(STAMP) ## random and mutated deliveries for minutes, against the laws of the pipeline
	$(BIN)/python -m tests.fuzz --minutes $(FUZZ_MINUTES) $(if $(FUZZ_SEED),--seed $(FUZZ_SEED))

audit: $(VENV)-audit/.installed ## look up every shipped package in the advisories; needs the network
	$(VENV)-audit/bin/python requirements/audit.py

# In an environment of its own: what audits should not be among what is audited.
$(VENV)-audit/.installed: requirements/audit.txt
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/audit.txt
	@touch $@

wheel: $(STAMP) ## dist/*.whl, the path of a delivery compiled; needs a C compiler
	$(BIN)/python -m deploy.wheel

bench: $(STAMP) ## cost, latency, growth and memory beside bare and hand-written servers: docs/performance.md
	$(BIN)/python -m benchmarks all

faults: $(STAMP) ## break Kafka, network and gateways under load, read the whole log, write the table
	$(BIN)/python -m tests.faults

# As root, with Debian's tools: IMAGE_OPTIONS='--base python:3.11-slim-bookworm' for another base.
image: $(STAMP) ## build the container image without Docker, run it locked down, send it an event
	$(BIN)/python -m tests.image $(IMAGE_OPTIONS)

# Needs Go; builds a control plane the first time (a quarter of an hour, 1 GB), then takes two minutes.
cluster: $(STAMP) ## install the Helm chart on a real Kubernetes control plane, write the table
	$(BIN)/python -m tests.cluster

format: $(STAMP) ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP) ## write the generated tables of docs/ anew, and what is written of helm/
	$(BIN)/python -m docs.generate
	$(BIN)/python -m deploy.chart
	$(BIN)/python -m tests.helm.snapshots

lock: ## resolve requirements/*.txt anew (hashes, no index addresses)
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet 'uv>=0.6'
	for set in 'runtime' 'otel --extra otel' 'run --extra dev --group build' \
		'dev --extra dev --extra otel --group compile --group test --group lint --group bench --group observability'; do \
		set -- $$set; name=$$1; shift; \
		$(VENV)-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-header --no-annotate pyproject.toml "$$@" --output-file requirements/$$name.txt || exit 1; \
	done
	for group in audit image; do \
		$(VENV)-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-header --no-annotate --group $$group --output-file requirements/$$group.txt || exit 1; \
	done

clean: ## remove what the other words built
	rm -rf $(VENV) $(VENV)-lock $(VENV)-audit dist .mypy_cache .ruff_cache .pytest_cache .hypothesis benchmarks/go/gateway
