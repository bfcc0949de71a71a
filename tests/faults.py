"""What is wrong with a body, for each of its fields: the faults that a server must name and never store."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from local.samples import Field, fields_of, sample

# JSON of each kind; a field takes one of them.
_WRONG: dict[str, tuple[str, ...]] = {
    "text": ("5", "true", "[]", '["a"]', "{}", "1.5"),
    "choice": ("5", "true", "[]", "{}", '"none of them"', '""'),
    "integer": ('"1"', '""', "true", "1.0", "1.5", "[]", "{}", "1e3", "1" + "0" * 30),
    "boolean": ('"true"', "0", "1", "[]", "{}", '"no"', '""'),
    "timestamp": (
        *("1765000000", "1.5", "true", "[]", "{}"),
        *('""', '"now"', '"1765000000"', '"infinity"', '"2026-04-16"', '"2026-04-16T09:30:00"'),
        *('"2026-04-16 09:30:00Z"', '"2026-04-16T09:30Z"', '"2026-02-30T09:30:00Z"', '"2026-04-16T24:30:00Z"'),
        *('"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-12:00"', '"0000-01-01T00:00:00Z"'),
        *('"2026-04-16T09:30:00+25:00"', '"20260416T093000Z"', '"2026-04-16T09:30:00.1234567890Z"'),
        *('"\\u0662026-04-16T09:30:00Z"', '"2026-04-16T09:30:00Z\\u0000"'),
    ),
}


class Fault(NamedTuple):
    """A body as JSON text, and the fields that are to be named."""

    body: str
    fields: list[str]


def faults(model: type[BaseModel]) -> Iterator[Fault]:
    """Bodies with one fault each, and in the end with one in every field."""
    good = sample(model)
    fields = fields_of(model)
    for field in fields:
        if field.required:
            yield Fault(json.dumps({name: value for name, value in good.items() if name != field.name}), [field.name])
        for value in wrong_values(field):
            yield Fault(_with(good, field.name, value), [field.name])
    for owned in ("user_id", "id", "version", "revision", "created_at", "unknown", "__proto__"):
        yield Fault(json.dumps(good | {owned: "x"}), [owned])
    yield Fault(json.dumps(good)[:-1] + ', "\\ud800": 1}', ["body"])
    for body in ("[]", "[1]", "null", '"text"', "1", "1e999", "true", ""):
        yield Fault(body, ["body"])
    if fields:
        wrong = ", ".join(f'"{field.name}": {next(wrong_values(field))}' for field in fields)
        yield Fault(f"{{{wrong}}}", [field.name for field in fields])


def wrong_values(field: Field) -> Iterator[str]:
    """Values, as JSON, that this field does not take."""
    yield from _WRONG[field.kind]
    if not field.nullable:
        yield "null"
    if field.kind == "text":
        yield from ('"a\\u0000b"', '"\\ud800"', '"a\\udfff"', json.dumps("x" * (field.schema["maxLength"] + 1)))
        if field.schema.get("minLength"):
            yield from ('""', '" \\t\\n\\u2003"')
    if field.kind == "integer":
        yield from (str(field.schema["minimum"] - 1), str(field.schema["maximum"] + 1))


def _with(good: dict[str, Any], name: str, value: str) -> str:
    return json.dumps(good | {name: "@"}).replace(f'"{name}": "@"', f'"{name}": {value}')
