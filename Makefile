# Two commands do everything: `make serve` and `make test`. Both install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: serve test check bench docs wheel clean

serve: $(VENV)/serve  ## Build the snapshot and serve it on http://127.0.0.1:8080/
	$(BIN)/clustergraph serve

test: $(VENV)/test check  ## Every check and every test
	$(BIN)/python -m pytest

check: $(VENV)/test  ## Style and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/bench  ## Side by side with other servers; writes bench/RESULTS.md
	$(BIN)/python -m bench

docs: $(VENV)/test  ## Write the generated parts of the reference anew
	$(BIN)/python docs/generate.py

wheel: $(VENV)/test  ## The package that `pip install` takes
	$(BIN)/python -m build --wheel --outdir dist .

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
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
