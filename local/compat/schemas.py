"""Whether every value of one JSON Schema is one of another: what a client sends must be taken, what it gets be known.

A keyword that is not known here and differs is a change: nothing passes because nobody thought of it.
"""

from collections.abc import Iterator

import jsonschema_rs

from local.compat import codes
from local.compat.change import Change
from local.compat.document import Document, Node

# What says nothing of which values there are; of a default see below.
_ANNOTATIONS = {
    *("title", "description", "example", "examples", "deprecated", "externalDocs", "$comment", "discriminator"),
    *("readOnly", "writeOnly", "default"),
}
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_UNIONS = ("anyOf", "oneOf")
_COMPARED = {
    *(*_LOWER, *_UPPER, *_UNIONS),
    *("$ref", "type", "enum", "const", "properties", "required", "additionalProperties", "items"),
}


class Containment:
    """Compares `narrow` schemas of one document with `wide` ones of another.

    `answers`: of what is answered, where a property more and another length do no harm, and a property that there was
    must be there; an error's `code` may be a new one, and whether the old ones stay is for `codes` to say.
    """

    def __init__(self, narrow: Document, wide: Document, *, answers: bool) -> None:
        self._narrow, self._wide, self._answers = narrow, wide, answers
        self._under_way: set[tuple[int, int]] = set()
        # Pairs in which nothing was found, by identity: every answer has the same headers.
        self._alike: dict[tuple[int, int], tuple[Node, Node]] = {}

    def changes(self, narrow: Node, wide: Node, where: str) -> Iterator[Change]:
        """Each way in which a value of `narrow` may be none of `wide`."""
        pair = (id(narrow), id(wide))
        if pair in self._alike:
            return
        # Within another pair nothing may have been found only because that one is under way.
        is_first, found = not self._under_way, False
        for change in self._changes_of(narrow, wide, where):
            found = True
            yield change
        if is_first and not found:
            self._alike[pair] = narrow, wide

    def _changes_of(self, narrow: Node, wide: Node, where: str) -> Iterator[Change]:
        pair = (id(narrow), id(wide))
        if pair in self._under_way:  # a schema that holds itself
            return
        self._under_way.add(pair)
        narrow, wide = self._narrow.resolve(narrow), self._wide.resolve(wide)
        if not self._answers and "default" in narrow and narrow["default"] != wide.get("default"):
            yield self._other("default", narrow, wide, where)
        branches = _branches(wide)
        for one in _branches(narrow):
            # Of the branches that do not hold it the nearest says why.
            nearer = [other for other in branches if self._may_hold(one, other)] or branches
            yield from min((list(self._of_branch(one, other, where)) for other in nearer), key=_distance)
        self._under_way.discard(pair)

    def _may_hold(self, narrow: Node, wide: Node) -> bool:
        """As far as their types say."""
        kind, wanted = self._narrow.resolve(narrow).get("type"), self._wide.resolve(wide).get("type")
        return wanted in (None, kind) or (kind, wanted) == ("integer", "number")

    def _of_branch(self, narrow: Node, wide: Node, where: str) -> Iterator[Change]:
        narrow, wide = self._narrow.resolve(narrow), self._wide.resolve(wide)
        if any(len(_branches(schema)) > 1 for schema in (narrow, wide)):
            yield from self.changes(narrow, wide, where)
            return
        if not self._may_hold(narrow, wide):
            yield self._other("type", narrow, wide, where)
            return
        if wide.get("type") == "null":  # of one of several types: no keyword says anything of it
            return
        if codes.values(narrow) is not None or codes.values(wide) is not None:
            yield from self._of_values(narrow, wide, where)
            return
        if not self._answers:
            yield from self._of_bounds(narrow, wide, where)
        if "object" in (narrow.get("type"), wide.get("type")) or "properties" in wide:
            yield from self._of_object(narrow, wide, where)
        if "items" in wide:
            yield from self.changes(narrow.get("items", {}), wide["items"], f"{where}[]")
        for key in sorted(wide.keys() - _ANNOTATIONS - _COMPARED):
            if key not in narrow or narrow[key] != wide[key]:
                yield self._other(key, narrow, wide, where)

    def _of_values(self, narrow: Node, wide: Node, where: str) -> Iterator[Change]:
        allowed, given = codes.values(wide), codes.values(narrow)
        if self._answers and codes.PLACE.search(where):
            return
        if given is None:
            listed = ", ".join(map(repr, allowed or ()))
            yield Change(where, f"was {listed}, is any" if self._answers else f"was any, is {listed}")
            return
        if allowed is None:
            fits = jsonschema_rs.validator_for(dict(wide)).is_valid
            more = [value for value in given if not fits(value)]
        else:
            more = [value for value in given if value not in allowed]
        if more:
            listed = ", ".join(map(repr, more))
            yield Change(where, f"{'now also' if self._answers else 'no longer'} {listed}", of_another=True)

    def _of_bounds(self, narrow: Node, wide: Node, where: str) -> Iterator[Change]:
        for key in wide:
            if (key in _LOWER and narrow.get(key, float("-inf")) < wide[key]) or (
                key in _UPPER and narrow.get(key, float("inf")) > wide[key]
            ):
                yield self._other(key, narrow, wide, where)

    def _of_object(self, narrow: Node, wide: Node, where: str) -> Iterator[Change]:
        ones, others = narrow.get("properties", {}), wide.get("properties", {})
        more, allowed = narrow.get("additionalProperties", True), wide.get("additionalProperties", True)
        for name in (name for name in ones if name in others):
            yield from self.changes(ones[name], others[name], f"{where}.{name}")
        if self._answers:
            gone = others.keys() - ones.keys()
            if isinstance(more, dict) and isinstance(allowed, dict):
                yield from self.changes(more, allowed, f"{where}.*")
        else:
            gone = ones.keys() - others.keys() if allowed is False else set()
            if more is not False and allowed is False:
                yield Change(f"{where}.*", "no others any more")
            if isinstance(allowed, dict):
                unnamed = {name: ones[name] for name in ones if name not in others}
                for name, schema in (unnamed | ({} if more is False else {"*": {} if more is True else more})).items():
                    yield from self.changes(schema, allowed, f"{where}.{name}")
        yield from (Change(f"{where}.{name}", "removed") for name in sorted(gone))
        for name in wide.get("required", ()):
            if name not in narrow.get("required", ()) and name not in gone:
                yield Change(f"{where}.{name}", "no longer required" if self._answers else "now required")

    def _other(self, key: str, narrow: Node, wide: Node, where: str) -> Change:
        """From the older document to the newer."""
        older, newer = (wide, narrow) if self._answers else (narrow, wide)
        was, now = (repr(schema[key]) if key in schema else "none" for schema in (older, newer))
        return Change(where, f"{key} was {was}, is {now}")


def _branches(schema: Node) -> list[Node]:
    """Whose values together are those of the schema: of a union, or of several types."""
    for key in _UNIONS:
        if key in schema:
            beside = {name: value for name, value in schema.items() if name != key and name not in _ANNOTATIONS}
            return [{**beside, **branch} for branch in schema[key]] if beside else list(schema[key])
    if isinstance(kinds := schema.get("type"), list):
        return [{**schema, "type": kind} for kind in kinds]
    return [schema]


def _distance(changes: list[Change]) -> tuple[int, int]:
    return sum(change.of_another for change in changes), len(changes)
