"""template.yaml as data: the short forms (`!Ref`, `!Sub`, ...) read as the long ones that they stand for."""

from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE_PATH = ROOT / "template.yaml"


class _Loader(yaml.CSafeLoader):
    pass


def _short_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _short_form)


@dataclass(frozen=True, slots=True, order=True)
class Route:
    method: str
    path: str
    function: str
    handler: str

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


def load_template() -> dict[str, Any]:
    """One of one's own: some change it."""
    return deepcopy(_read())


@cache
def _read() -> dict[str, Any]:
    return read_template(TEMPLATE_PATH.read_text(encoding="utf-8"))


def read_template(text: str) -> dict[str, Any]:
    template: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506
    return template


def resources_of(template: dict[str, Any], type_name: str) -> dict[str, dict[str, Any]]:
    """The resources of one type, each by its logical id."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == type_name}


def functions_of(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of each function, by its logical id."""
    found = resources_of(template, "AWS::Serverless::Function")
    return {name: resource["Properties"] for name, resource in found.items()}


def modules_of(template: dict[str, Any]) -> dict[str, str]:
    """The module of each function under `functions`, by its logical id."""
    handlers = {name: properties["Handler"].split(".") for name, properties in functions_of(template).items()}
    assert {(package, attribute) for package, _, attribute in handlers.values()} == {("functions", "handler")}
    return {name: module for name, (_, module, _) in handlers.items()}


def schedules_of(template: dict[str, Any]) -> dict[str, str]:
    """When each function runs that the clock wakes, by its module."""
    modules = modules_of(template)
    return {
        modules[name]: event["Properties"]["Schedule"]
        for name, properties in functions_of(template).items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "Schedule"
    }


def routes_of(template: dict[str, Any]) -> list[Route]:
    return [
        Route(event["Properties"]["Method"].upper(), event["Properties"]["Path"], name, properties["Handler"])
        for name, properties in functions_of(template).items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "HttpApi"
    ]
