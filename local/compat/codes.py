"""The codes of errors that a document names. Programs read them, so that they stay; new ones may come."""

import re
from collections.abc import Iterator
from typing import Any

from local.compat.document import Document, Node

PLACE = re.compile(r"\.error(\.details\[\])?\.code$")


def listed(document: Document, schema: Node, where: str = "") -> set[tuple[str, str]]:
    """Those that an answer may have, each behind its place in it."""
    return set(_listed(document, schema, where, ()))


def _listed(document: Document, schema: Node, where: str, above: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    schema = document.resolve(schema)
    if id(schema) in above:
        return
    above = (*above, id(schema))
    if (allowed := values(schema)) and PLACE.search(where):
        yield from ((where, value) for value in allowed)
    for key in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(key, ()):
            yield from _listed(document, branch, where, above)
    for name, inner in schema.get("properties", {}).items():
        yield from _listed(document, inner, f"{where}.{name}", above)
    if isinstance(schema.get("items"), dict):
        yield from _listed(document, schema["items"], f"{where}[]", above)


def values(schema: Node) -> list[Any] | None:
    """All that it allows, if it lists them."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def shown(node: Any) -> set[str]:
    """Those in examples: what is wrong with a field has no list of its own."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if isinstance(one.get("code"), str) and isinstance(one.get("message"), str):
                found.add(one["code"])
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return found
