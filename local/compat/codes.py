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
    if PLACE.search(where):
        yield from ((where, value) for value in values(schema) or ())
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
    if isinstance(node, dict):
        own = {node["code"]} if isinstance(node.get("code"), str) and isinstance(node.get("message"), str) else set()
        return own.union(*map(shown, node.values()))
    return set().union(*map(shown, node)) if isinstance(node, list) else set()
