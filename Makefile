# The two commands of the README are `make demo` and `make test`; the rest is for those who work on the project.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test lint cases examples lock bench fuzz wheel

demo: $(VENV)/ready
	$(BIN)/kpidsl run policies/grid-2014.kpi examples/grid-2014-05.csv

test: lint
	$(BIN)/pytest -n auto

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Rewrites what the literate cases print; read the difference before you commit it.
cases: $(VENV)/ready
	KPIDSL_UPDATE_CASES=1 $(BIN)/pytest tests/test_literate.py

examples: $(VENV)/ready
	$(BIN)/python examples/make_grid_2014.py
	$(BIN)/python examples/make_manager_rules_2007.py
	$(BIN)/kpidsl fmt policies/grid-2014.kpi --lang en -o policies/grid-2014.en.kpi
	$(BIN)/kpidsl coverage policies/clauses.yaml --lang en -o docs/coverage.md
	$(BIN)/python tests/pages.py
	$(BIN)/python tests/schema.py

bench: $(VENV)/ready
	$(BIN)/python bench/startup.py
	$(BIN)/python bench/check.py
	$(BIN)/python bench/workload.py 10000

fuzz: $(VENV)/ready
	$(BIN)/python tests/fuzz/mutate.py
	$(BIN)/python tests/fuzz/engines.py --folder .
	$(BIN)/python tests/fuzz/files.py 1000 --folder .

wheel: $(VENV)/ready
	$(BIN)/python -m hatchling build -t wheel

lock: $(VENV)/ready
	$(PYTHON) -m pip install --quiet pip-tools
	$(PYTHON) -m piptools compile --quiet --extra dev --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --strip-extras --allow-unsafe -o requirements.lock pyproject.toml

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q kpidsl
	touch $@
