# `make build` and what it makes `sam build` call: a target for each layer, and a rule for all functions.
# The root Makefile, where sam looks for them, includes this file. The work is done by local/build/packages.py.
ARCH ?= arm64
SAM := SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam
BUILD := .venv/bin/python -m local.build

##@ Deploy

.PHONY: build
build: .venv-sam  ## Package the functions into .aws-sam/build (ARCH=x86_64 for a local run of the package)
	@ARCH=$(ARCH) $(SAM) build --parameter-overrides Architecture=$(ARCH)
	@$(BUILD) architecture .aws-sam/build/template.yaml $(ARCH)

.PHONY: sbom
sbom: $(INSTALLED)  ## Write .aws-sam/sbom.cdx.json, what make build has made; check licences, print digests
	@$(PY) -m local sbom

# Called by sam, which sets ARTIFACTS_DIR.
.PHONY: build-DependenciesLayer
build-DependenciesLayer:
	@$(BUILD) dependencies "$(ARTIFACTS_DIR)" --arch $(ARCH)

.PHONY: build-SharedLayer
build-SharedLayer:
	@$(BUILD) shared "$(ARTIFACTS_DIR)"

# ListTasksFunction is made of functions/list_tasks.py.
build-%Function:
	@$(BUILD) function $*Function "$(ARTIFACTS_DIR)"
