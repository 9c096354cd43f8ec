# Two commands do everything on a machine with Python 3.11 or later: `make demo` and `make test`.
# The environment is made once, in .venv, and again when pyproject.toml changes.

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.installed
# `make test PYTEST_ARGS="-k split_stay"` runs a part; `make demo PYTHON=python3.13` chooses the interpreter.
PYTEST_ARGS ?=
TEST_JOBS ?= auto
PYTHON ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test library tutorial lint format picture scale bench fuzz mutants schema editor docs site-test clean

help:
	@echo "make demo    audit the small fixture with the rules of this repository; results in OUT/"
	@echo "make test    run all tests, and the cases of all rules"
	@echo "make library every rule against SQL, explain and its mutants, and the clean and dirty fixtures"
	@echo "make tutorial  the tutorial to the letter, with the built wheel in an environment of its own"
	@echo "make lint    ruff, mypy, import-linter, and the rules' own check"
	@echo "make scale   ten million generated lines: all planted violations, nothing else, below 2 GB"
	@echo "make bench   claimrules beside DuckDB, Polars and others, and its goals (BENCH=--help for options)"
	@echo "make fuzz    an hour of made-up rules and claims, every verdict compared (MINUTES=60 SEED=1)"
	@echo "make mutants  faults planted in the code, each to be caught by the tests of its room (SAMPLE=500 SEED=1)"
	@echo "make schema  the JSON Schemas for editors, written anew"
	@echo "make editor  the language server that tests ask for completion and hover (needs npm)"
	@echo "make docs    the documentation as a site, in site/; make site-test asks its search (needs node)"
	@echo "make format  let ruff mend what it can"
	@echo "make clean   remove the environment and everything that was built"

setup: $(STAMP)

$(STAMP): pyproject.toml .ci/python
	@python=$$(PYTHON="$(PYTHON)" .ci/python) && \
	echo "setting up $(VENV) with $$python (once; a minute or two)" && \
	rm -rf $(VENV) && \
	{ "$$python" -m venv $(VENV) || \
	  { echo "error: '$$python -m venv' failed; on Debian and Ubuntu: apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@log=$$(mktemp) && \
	if $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[durable]' >"$$log" 2>&1; then rm -f "$$log"; \
	else echo "note: the optional extra 'durable' could not be built here; its tests will be skipped (log: $$log)"; fi
	@touch $@

demo: $(STAMP)
	$(BIN)/claimrules audit fixtures/small --rules rules --out OUT --show 7

test: $(STAMP)
	$(BIN)/python -m pytest -n $(TEST_JOBS) --dist worksteal $(PYTEST_ARGS)

# What `make test` asks a few rules, asked of every rule of the library: some minutes more.
library: $(STAMP)
	$(BIN)/python -m pytest -n $(TEST_JOBS) --dist worksteal -m library tests $(PYTEST_ARGS)

# What a new user does: the wheel, a fresh environment, an empty folder, every command of docs/tutorial.md.
tutorial: $(STAMP)
	$(BIN)/python tests/docs/tutorial_wheel.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/claimrules fmt --check rules
	$(BIN)/claimrules check rules
	$(BIN)/claimrules lock rules --check

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Takes some minutes: apart from `make test`.
LINES ?= 10000000
JOBS ?= 1
scale: $(STAMP)
	$(BIN)/python benchmarks/scale.py --lines $(LINES) --jobs $(JOBS)

# Every verdict compared with that of an interpreter and of the rule's SQL; what differs is written to OUT/fuzz.
MINUTES ?= 60
SEED ?= 1
fuzz: $(STAMP)
	$(BIN)/python tests/fuzz/run.py --minutes $(MINUTES) --seed $(SEED) --out OUT/fuzz

# claimrules beside its peers, and its goals; the table goes into benchmarks/README.md. Half an hour at the full size;
# `make bench BENCH="--lines 100000 --no-readme"` tries everything in some minutes.
BENCH ?=
bench: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(BIN)/python -m benchmarks $(BENCH)

# Faults planted in the package one at a time, each to be caught by the tests of its room; what survives is explained in
# benchmarks/mutants/survivors.md.
SAMPLE ?= 500
mutants: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[mutants]'
	$(BIN)/python -m benchmarks.mutants --sample $(SAMPLE) --seed $(SEED)

# The picture in the README, drawn anew where the fixture or the look of a finding has changed.
picture: $(STAMP)
	$(BIN)/python docs/picture.py

# What editors complete and explain: JSON Schema of each kind of file, published in schema/.
schema: $(STAMP)
	@for kind in rule table mapping parameters exemptions sources; do $(BIN)/claimrules schema $$kind --out schema/$$kind.json; done

# The language server that editors ask, of a fixed version, for its tests; needs npm.
editor:
	npm install --silent --no-package-lock --no-audit --no-fund --prefix tests/schema/editor

# The documentation as a site: docs/, README and CONTRIBUTING, and a page for each rule and code. A link that leads nowhere
# fails the build.
docs: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@rm -rf build/docs site && mkdir -p build && cp -r docs build/docs && rm -f build/docs/*.py
	@sed 's#](docs/#](#g' README.md > build/docs/index.md
	@sed 's#](docs/#](#g' CONTRIBUTING.md > build/docs/CONTRIBUTING.md
	$(BIN)/claimrules docs rules --out build/docs
	$(BIN)/zensical build --strict --clean

site-test: docs
	$(BIN)/python -m pytest -n 0 -m site tests/site

clean:
	rm -rf $(VENV) OUT site .cache tests/schema/editor/node_modules build dist .coverage .*_cache
