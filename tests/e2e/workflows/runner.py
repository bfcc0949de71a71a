"""A runner of GitHub's, as far as our workflows need one: jobs in order, steps in a shell, and what is handed on."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.e2e.workflows.workflow import WORKFLOWS, Contexts, read_workflow

# Names what stands in `env` of the step itself.
OWN_VARIABLES = "OWN_VARIABLES"
# As GitHub does for `shell: bash`.
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
ROLE = {
    "AWS_ACCESS_KEY_ID": "hidden-aws-key",
    "AWS_SECRET_ACCESS_KEY": "hidden-aws-secret",
    "AWS_SESSION_TOKEN": "hidden-aws",
}


@dataclass
class StepRun:
    job: str
    name: str
    outcome: str = "skipped"
    output: str = ""


@dataclass
class Runner:
    """Runs in `workspace`, with the programs of `path` alone; `failing` names a step that fails, as `job/step`."""

    workspace: Path
    path: str
    temporary: Path
    base: Mapping[str, str] = field(default_factory=dict)
    failing: str = ""
    ran: list[StepRun] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)

    def run(self, workflow: dict[str, Any], contexts: Contexts) -> None:
        waiting = dict(workflow["jobs"])
        while waiting:
            ready = [name for name, job in waiting.items() if not set(_needs(job)) & set(waiting)]
            assert ready, "jobs wait for one another"
            for name in ready:
                self._run_job(name, waiting.pop(name), workflow, contexts)

    def step(self, job: str, name: str) -> StepRun:
        return next(step for step in self.ran if (step.job, step.name) == (job, name))

    def _run_job(self, name: str, job: dict[str, Any], workflow: dict[str, Any], given: Contexts) -> None:
        needs = {other: {"outputs": self.outputs[other], "result": self.results[other]} for other in _needs(job)}
        failed = any(self.results[other] != "success" for other in needs)
        runner = {"temp": str(self.temporary)}
        contexts = Contexts(given.github, given.secrets, given.variables, needs=needs, runner=runner, failed=failed)
        self.results[name], self.outputs[name] = "skipped", {}
        if not contexts.holds(job.get("if")):
            return
        contexts.failed = False
        if "uses" in job:
            called = replace(self, results={}, outputs={})
            called.run(read_workflow(WORKFLOWS / Path(job["uses"]).name), given)
            contexts.failed = "failure" in called.results.values()
        else:
            self._run_steps(name, job, {**workflow.get("env", {}), **job.get("env", {})}, contexts)
            outputs = job.get("outputs", {})
            self.outputs[name] = (
                {key: contexts.filled(value) for key, value in outputs.items()} if not contexts.failed else {}
            )
        self.results[name] = "failure" if contexts.failed else "success"

    def _run_steps(self, name: str, job: dict[str, Any], env: Mapping[str, str], contexts: Contexts) -> None:
        exported: dict[str, str] = {}
        for step in job["steps"]:
            # A step whose outputs are asked for before they are there has failed, or was skipped.
            contexts.steps.setdefault(step.get("id", step["name"]), {"outputs": _Nothing()})
            ran = StepRun(name, step["name"])
            self.ran.append(ran)
            if not contexts.holds(step.get("if")):
                continue
            fails = self.failing == f"{name}/{step['name']}"
            if "uses" in step:
                code = int(fails)
                exported |= {} if fails else self._use(step, contexts)
            else:
                code = self._shell(step, ran, {**env, **exported}, contexts, fails=fails)
            ran.outcome = "failure" if code else "success"
            contexts.failed = contexts.failed or bool(code)

    def _use(self, step: dict[str, Any], contexts: Contexts) -> dict[str, str]:
        """What the action would leave in the environment. An artifact is where it was."""
        given = {key: contexts.filled(value) for key, value in step.get("with", {}).items()}
        if step["uses"].startswith("aws-actions/configure-aws-credentials@"):
            assert set(given) == {"role-to-assume", "aws-region"}
            return {**ROLE, "AWS_REGION": given["aws-region"], "AWS_DEFAULT_REGION": given["aws-region"]}
        return {}

    def _shell(
        self, step: dict[str, Any], ran: StepRun, env: Mapping[str, str], contexts: Contexts, *, fails: bool
    ) -> int:
        own = {key: contexts.filled(value) for key, value in step.get("env", {}).items()}
        output = self.temporary / "output"
        output.write_text("")
        script = self.temporary / "step.sh"
        script.write_text(contexts.filled(step["run"]))
        runs = {
            "PATH": self.path,
            "HOME": str(self.temporary),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "RUNNER_TEMP": str(self.temporary),
            OWN_VARIABLES: " ".join(own),
            "STEP_FAILS": "1" if fails else "",
        }
        outer = {key: contexts.filled(value) for key, value in env.items()}
        done = subprocess.run(
            [*SHELL, str(script)],
            cwd=self.workspace,
            env={**self.base, **runs, **outer, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        ran.output = done.stdout
        pairs = (line.partition("=") for line in output.read_text().splitlines())
        contexts.steps[step.get("id", step["name"])] = {"outputs": {key: value for key, _, value in pairs}}
        return done.returncode


class _Nothing(dict[str, str]):
    """Outputs of a step that has not run: each is empty."""

    def __contains__(self, _: object) -> bool:
        return True

    def __missing__(self, _: str) -> str:
        return ""


def _needs(job: Mapping[str, Any]) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else needs


def path_of(*directories: Path) -> str:
    return os.pathsep.join([*map(str, directories), "/usr/bin", "/bin"])
