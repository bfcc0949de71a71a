"""A workflow as GitHub reads it: its jobs and steps, and what stands in `${{ }}`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from local import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
# Marks what GitHub would hide in a log, and no other text.
SECRET = "hidden-"
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS = re.compile(r"\b(always|failure|cancelled|success)\(\)")


class Missing(Exception):
    """An expression names what this event does not have, by its path."""


class Node:
    """An object of a context: `github.event.action`; nothing that is not there is made up."""

    def __init__(self, path: str, values: Mapping[str, Any]) -> None:
        self._path, self._values = path, values

    def __getattr__(self, name: str) -> Any:
        path = f"{self._path}.{name}"
        if name not in self._values:
            raise Missing(path)
        value = self._values[name]
        return Node(path, value) if isinstance(value, Mapping) else value


class Secrets:
    """Of each name there is one, unless a test has another."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given

    def __getattr__(self, name: str) -> str:
        return self._given.get(name, f"{SECRET}{name}")


class Variables(Secrets):
    def __getattr__(self, name: str) -> str:
        return self._given.get(name, f"variable-{name}")


@dataclass
class Contexts:
    """What expressions may name, at one place of one job; `failed` and `cancelled` are for the functions of status."""

    github: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    steps: dict[str, Any] = field(default_factory=dict)
    needs: dict[str, Any] = field(default_factory=dict)
    runner: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False

    def holds(self, condition: str | None) -> bool:
        """Whether an `if` does; without a function of status it is meant for success alone."""
        text = _EXPRESSION.sub(r"\1", str(condition or "success()")).strip()
        return bool(self._value(text if _STATUS.search(text) else f"success() && ({text})"))

    def filled(self, text: object) -> str:
        return _EXPRESSION.sub(lambda found: str(self._value(found[1])), str(text))

    def _value(self, expression: str) -> Any:
        python = expression.replace("&&", " and ").replace("||", " or ")
        python = re.sub(r"!(?!=)", " not ", python)
        names = {
            "github": Node("github", self.github),
            "secrets": Secrets(self.secrets),
            "vars": Variables(self.variables),
            "steps": Node("steps", self.steps),
            "needs": Node("needs", self.needs),
            "runner": Node("runner", self.runner),
            "success": lambda: not self.failed,
            "failure": lambda: self.failed,
            "always": lambda: True,
            "cancelled": lambda: False,
        }
        return eval(" ".join(python.split()), {"__builtins__": {}}, names)  # noqa: S307  # ours, of the workflows


def read_workflow(path: Path) -> dict[str, Any]:
    """`on` is a truth to YAML 1.1; here it is a word again."""
    workflow: dict[Any, Any] = yaml.load(path.read_bytes(), yaml.CSafeLoader)  # a safe one
    workflow["on"] = workflow.pop(True)
    return workflow


def all_workflows() -> dict[str, dict[str, Any]]:
    return {path.stem: read_workflow(path) for path in sorted(WORKFLOWS.glob("*.y*ml"))}
