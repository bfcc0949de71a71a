"""What tests ask of an OpenAPI document."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs
import yaml

from local.openapi.file import PATH


def load_document() -> dict[str, Any]:
    """One of one's own: some change it."""
    return deepcopy(_parsed())


@cache
def _parsed() -> dict[str, Any]:
    """To read it from YAML takes forty times as long as to copy it."""
    document: dict[str, Any] = yaml.load(PATH.read_bytes(), yaml.CSafeLoader)  # a safe one
    return document


def resolved(document: Mapping[str, Any], node: Any) -> Any:
    """What a `$ref` into the document's components names; anything else is itself."""
    if not (isinstance(node, dict) and "$ref" in node):
        return node
    for part in node["$ref"].removeprefix("#/").split("/"):
        document = document[part]
    return document


def validator_of(document: Mapping[str, Any], schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
    """With formats checked, and references into the document's components."""
    named = {**schema, "components": _named_in(document, schema)}
    return jsonschema_rs.Draft202012Validator(named, validate_formats=True)


def _named_in(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The components that a schema refers to, and those that they do: of all a validator would take long to make."""
    found: dict[str, dict[str, Any]] = {}
    waiting = [schema]
    while waiting:
        for node in nodes(waiting.pop()):
            if isinstance(reference := node.get("$ref"), str):
                _, _, kind, name = reference.split("/")
                if name not in (of_kind := found.setdefault(kind, {})):
                    of_kind[name] = document["components"][kind][name]
                    waiting.append(of_kind[name])
    return found


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each with its path and its method."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def parameters(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from document["components"]["parameters"].values()


def bodies(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Each body that is described, by where."""
    found = {}
    for _, _, operation in operations(document):
        for status, response in operation["responses"].items():
            for described in resolved(document, response).get("content", {}).values():
                found[f"{operation['operationId']} {status}"] = described
        for described in operation.get("requestBody", {}).get("content", {}).values():
            found[f"{operation['operationId']} request"] = described
    return found


def requests(operation: Mapping[str, Any]) -> list[Any]:
    """The examples of an operation's request."""
    content = operation.get("requestBody", {}).get("content", {})
    return [example["value"] for media in content.values() for example in media["examples"].values()]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(child)


def check_examples(document: Mapping[str, Any]) -> None:
    """Each body has examples, and every example is as its schema says."""
    for where, described in bodies(document).items():
        assert described["examples"], where
        for example in described["examples"].values():
            validator_of(document, described["schema"]).validate(example["value"])
    for parameter in parameters(document):
        validator_of(document, parameter["schema"]).validate(parameter["example"])
    for node in nodes(document):
        for example in node.get("examples", ()) if isinstance(node.get("examples"), list) else ():
            validator_of(document, node).validate(example)


def check_references(document: Mapping[str, Any]) -> None:
    """Each leads somewhere, and every component is used."""
    named = {node["$ref"] for node in nodes(document) if "$ref" in node}
    there = {f"#/components/{kind}/{name}" for kind, parts in document["components"].items() for name in parts}
    assert named == {name for name in there if "/securitySchemes/" not in name}
