# The commands of the workbook; `make` alone lists them. PYTHON=python3.12 picks a Python,
# PYTEST_ARGS="-k audit" and LAB_ARGS=--no-browser are passed on; SITE_PYODIDE=... is where Pyodide's packages are.

.DEFAULT_GOAL := help
.PHONY: help lab test check notebooks exercises bench stick workshop participants site site-test environment static

export PYTHON SITE_PYODIDE

RUN := .venv/bin/python
COPY := my-course
SITE := build/site

# What a learner makes beside them is none of ours: the notebooks under version control, or all where there is no git.
tracked = $(sort $(or $(shell git ls-files '$(1)/*.ipynb' 2>/dev/null),$(wildcard $(1)/*.ipynb)))
NOTEBOOKS = $(call tracked,notebooks)
SOLUTIONS = $(call tracked,solutions)
EXERCISES = $(call tracked,exercises)
CODE = scripts tests threatlab workshop $(NOTEBOOKS) $(SOLUTIONS) $(EXERCISES)

# A file's tests stay in one process (tests/conftest.py): nbval runs the cells of a notebook in one kernel.
# They start hundreds of Pythons, whatever was set: what the first has compiled, the others read. On two processors, tests
# of the browser wait so much that three processes are busy.
PYTEST = PYTHONDONTWRITEBYTECODE= $(RUN) -m pytest -p tests.early
NBVAL = --nbval --nbval-current-env --nbval-cell-timeout=300 --nbval-kernel-startup-timeout=300

# Learners need the first lock; whoever proves, saves or measures something needs the bench on top of it.
LOCKS = requirements.lock
test check notebooks exercises bench workshop participants site-test: LOCKS += requirements-test.lock
site site-test: LOCKS += requirements-site.lock

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

lab: environment ## Open your copy of the course in JupyterLab: made the first time, corrected from then on
	@$(RUN) -m threatlab $(if $(wildcard $(COPY)/.threatlab/course),update,start) $(COPY)
	@$(RUN) -m jupyterlab --ServerApp.root_dir="$(CURDIR)/$(COPY)" \
		--LabApp.default_url="/lab/tree/$(notdir $(firstword $(NOTEBOOKS)))" $(LAB_ARGS)

test: static ## Prove it all: format, lint, types, unit tests, every notebook, the browser
	@THREATLAB_PROGRESS=memory $(PYTEST) -n 3 $(NBVAL) tests $(NOTEBOOKS) $(SOLUTIONS) $(EXERCISES) $(PYTEST_ARGS)

check: static ## Prove the fast part: format, lint, types, the quick unit tests with few examples
	@$(PYTEST) -n 2 -p no:nbval -m "not slow" --hypothesis-profile=few --most-of-each 2 tests/unit $(PYTEST_ARGS)

notebooks: environment ## Run every notebook, and save it clean and with its outputs
	@$(RUN) scripts/notebooks.py $(NOTEBOOKS)
	@$(RUN) -m scripts.predictions

exercises: environment ## Run the solutions, and make the exercises from them
	@$(RUN) scripts/notebooks.py $(SOLUTIONS)
	@$(RUN) -m scripts.exercises $(SOLUTIONS)

workshop: environment ## Make the instructor's pages in workshop/, and the same as HTML
	@$(RUN) -m scripts.workshop

participants: environment ## Make the edition without solutions and tests; WITHOUT=03,05 leaves lessons out
	@$(RUN) -m scripts.workshop.participants dist/threatlab-participants.zip "$(WITHOUT)"

bench: environment ## Measure speed side by side with pytm, the lesson's own loop and the first edition
	@$(RUN) -m tests.benchmarks $(BENCH_ARGS)

site: environment ## Build the course as a web site that runs in the browser alone, in build/site
	@$(RUN) -m scripts.site $(SITE)

site-test: site ## Prove in a browser without a network that the site says what the course says (a quarter of an hour)
	@THREATLAB_SITE=$(SITE) $(RUN) -m pytest -p no:nbval tests/site $(PYTEST_ARGS)

stick: environment ## Make a folder for a USB stick, by which the course installs without network
	@$(RUN) -m scripts.stick $(STICK_ARGS)

environment: # Make .venv, or bring it up to date with the lock files
	@sh scripts/environment.sh $(LOCKS)

static: environment
	@$(RUN) -m ruff format --check $(CODE)
	@$(RUN) -m ruff check --quiet $(CODE)
	@$(RUN) -m mypy --strict threatlab
