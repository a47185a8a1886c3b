# Two commands do everything: `make serve` and `make test`. Both install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= auto
CHECKS ?= check check-frontend
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# Old versions warn of what they use of each other, and their snapshot is none for other tests.
LOWEST := .venv-lowest/bin/python -m pytest -W default --disable-warnings -o cache_dir=.venv-lowest/cache

# What the scripts of the pages are built from, and a stamp of the last build. The pages work without them, only plainer.
SCRIPTS := $(shell find frontend -path '*/node_modules' -prune -o -type f -print)
NPM_STAMP := frontend/node_modules/.package-lock.json
DIST := src/clustergraph/web/static/dist/manifest.json
NODE := $(shell node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null && echo yes)

# The tests start hundreds of Python processes, which shall not each compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test tests test-lowest smoke-lowest check check-frontend bench docs site wheel clean frontend

serve: $(VENV)/serve frontend  ## Build the snapshot and serve it on http://127.0.0.1:8080/
	$(BIN)/clustergraph serve

test:  ## Every check and every test; WORKERS says how many processes run the tests
	@$(MAKE) --no-print-directory --jobs=2 $(VENV)/test frontend
	@$(MAKE) --no-print-directory --jobs=2 tests $(CHECKS)

tests: $(VENV)/test frontend
	MAKEFLAGS= $(BIN)/python -m pytest --numprocesses $(WORKERS)

test-lowest: .venv-lowest/test  ## The tests of the package's parts with the lowest versions that pyproject.toml allows
	$(LOWEST) --numprocesses $(WORKERS) \
		tests/catalogue tests/cli/test_commands.py tests/engine tests/ingest tests/library tests/mcp tests/push \
		tests/sparql tests/w3c tests/web/test_protocol.py tests/web/test_pages.py tests/web/test_server.py

smoke-lowest: .venv-lowest/test  ## A few of these, which use every dependency
	$(LOWEST) tests/ingest/test_reasoning.py tests/ingest/test_shapes.py tests/library/test_dataframes.py \
		tests/library/test_networks.py tests/mcp/test_resources.py::test_a_graph_without_an_ontology_offers_none \
		tests/remote/test_remote_engine.py tests/web/test_composed_pages.py \
		tests/cli/test_processes.py::test_serve_takes_one_snapshot_and_stays_with_it

.venv-lowest/test: pyproject.toml tests/lowest_versions.py | $(VENV)/test
	$(PYTHON) -m venv .venv-lowest
	$(BIN)/python tests/lowest_versions.py > .venv-lowest/constraints.txt
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check -c .venv-lowest/constraints.txt \
		-e '.[pandas,polars,arrow,networkx,mcp]' pytest pytest-xdist hypothesis
	@touch $@

check: $(VENV)/test  ## Style and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check-frontend: frontend
ifeq ($(NODE),yes)
	@test ! -d frontend/node_modules || (cd frontend && npm run --silent check && npm run --silent test)
endif

bench: $(VENV)/bench  ## Side by side with other servers; writes bench/RESULTS.md
	$(BIN)/python -m bench

docs: $(VENV)/test  ## Write the generated parts of the reference anew
	$(BIN)/python docs/generate.py

site: $(VENV)/test  ## The documentation as a site in site/, with the notebooks executed
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs --quiet build --strict
	@echo "The documentation is in site/. To read it: $(BIN)/python -m http.server --directory site --bind 127.0.0.1 8000"

wheel: $(VENV)/test frontend  ## The package that `pip install` takes
	rm -rf dist/graph src/clustergraph/shipped
	$(BIN)/clustergraph build . --store dist/graph
	cp -rL dist/graph/current src/clustergraph/shipped
	$(BIN)/python -m build --wheel --outdir dist .
	rm -rf dist/graph src/clustergraph/shipped

ifeq ($(NODE),yes)
frontend: $(DIST)  ## The scripts of the pages
else
frontend:
	@echo "No Node 20.19 or newer here: the pages go without their scripts, and are complete without them."
endif

$(DIST): $(NPM_STAMP) $(SCRIPTS)
	@if test -d frontend/node_modules; then cd frontend && npm run --silent build -- --logLevel warn; fi

$(NPM_STAMP): frontend/package.json frontend/package-lock.json
	@(cd frontend && npm ci --silent --no-audit --no-fund) && touch $@ || echo "npm could not install: the pages go without new scripts, and are complete without them."

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which one with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/serve: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e .
	@touch $@

$(VENV)/test: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e '.[dev]'
	@touch $@

$(VENV)/bench: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e '.[dev,bench]'
	@touch $@

clean:
	rm -rf $(VENV) .venv-lowest dist site frontend/node_modules src/clustergraph/web/static/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
