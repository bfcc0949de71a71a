# `make build` and what it makes `sam build` call: one target for each resource with `BuildMethod: makefile`.
# The root Makefile, where sam looks for them, includes this file. The work is done by local/build/packages.py.
ARCH ?= arm64
SAM := SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam
BUILD := .venv/bin/python -m local.build

.PHONY: build
build: .venv-sam  ## Package the functions into .aws-sam/build (ARCH=x86_64 for a local run of the package)
	@ARCH=$(ARCH) $(SAM) build --parameter-overrides Architecture=$(ARCH)

# Called by sam, which sets ARTIFACTS_DIR.
.PHONY: build-DependenciesLayer
build-DependenciesLayer:
	@$(BUILD) dependencies "$(ARTIFACTS_DIR)" --arch $(ARCH)

.PHONY: build-SharedLayer
build-SharedLayer:
	@$(BUILD) shared "$(ARTIFACTS_DIR)"

.PHONY: build-ListTasksFunction
build-ListTasksFunction:
	@$(BUILD) function list_tasks "$(ARTIFACTS_DIR)"

.PHONY: build-CreateTaskFunction
build-CreateTaskFunction:
	@$(BUILD) function create_task "$(ARTIFACTS_DIR)"

.PHONY: build-GetTaskFunction
build-GetTaskFunction:
	@$(BUILD) function get_task "$(ARTIFACTS_DIR)"

.PHONY: build-UpdateTaskFunction
build-UpdateTaskFunction:
	@$(BUILD) function update_task "$(ARTIFACTS_DIR)"

.PHONY: build-DeleteTaskFunction
build-DeleteTaskFunction:
	@$(BUILD) function delete_task "$(ARTIFACTS_DIR)"

.PHONY: build-CompleteTaskFunction
build-CompleteTaskFunction:
	@$(BUILD) function complete_task "$(ARTIFACTS_DIR)"

.PHONY: build-GetMeFunction
build-GetMeFunction:
	@$(BUILD) function get_me "$(ARTIFACTS_DIR)"

.PHONY: build-DeleteMeFunction
build-DeleteMeFunction:
	@$(BUILD) function delete_me "$(ARTIFACTS_DIR)"

.PHONY: build-PurgeFunction
build-PurgeFunction:
	@$(BUILD) function purge "$(ARTIFACTS_DIR)"

.PHONY: build-HealthFunction
build-HealthFunction:
	@$(BUILD) function health "$(ARTIFACTS_DIR)"
