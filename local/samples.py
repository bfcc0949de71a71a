"""Bodies that a resource takes, made from their JSON schema: always the same ones, and as many as are asked for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from shared.core.resource.schemas import NewItem

_EARLIEST = datetime(2026, 4, 16, 9, 30, tzinfo=UTC)
# Letters that take one to four bytes, a quote and a backslash: whatever text comes through must come back.
_WORDS = ('Äpfel "n" Öl', "naïve \\ café", "日本語 テキスト", "plain words", "🐘 & <tags>", "100 %s ${x} {y}")


class Field(NamedTuple):
    """One field of a body: the schema of its values, whether null is one of them, and whether it may be left out."""

    name: str
    schema: Mapping[str, Any]
    nullable: bool
    required: bool
    default: Any

    @property
    def kind(self) -> str:
        """`text`, `choice`, `timestamp`, `integer` or `boolean`."""
        if "enum" in self.schema or "const" in self.schema:
            return "choice"
        kinds = {"string": "text", "date-time": "timestamp"}
        named = str(self.schema.get("format") or self.schema["type"])
        return kinds.get(named, named)

    @property
    def keeps(self) -> bool:
        """Left out of an update, it stays as it is: its default is a value that nobody may send."""
        return not self.required and self.default is None and not self.nullable

    def value(self, number: int) -> Any:
        """A value that is valid; that of the next number is another one, where there is one."""
        if self.kind == "choice":
            choices = self.schema.get("enum") or [self.schema["const"]]
            return choices[number % len(choices)]
        makers = {"text": self._text, "timestamp": self._timestamp, "integer": self._integer}
        return makers[self.kind](number) if self.kind != "boolean" else number % 2 == 0

    def _text(self, number: int) -> str:
        longest = self.schema.get("maxLength", 200)
        return f"{number} {_WORDS[number % len(_WORDS)]}"[:longest].strip()

    def _timestamp(self, number: int) -> str:
        # Past the end of daylight saving time and of the year.
        return f"{_EARLIEST + timedelta(days=61 * number, microseconds=number):%Y-%m-%dT%H:%M:%S.%fZ}".replace(
            ".000000Z", "Z"
        )

    def _integer(self, number: int) -> int:
        least, greatest = self.schema.get("minimum", 0), self.schema.get("maximum", 2**31 - 1)
        spread = (least, greatest, *range(least + 1, min(least + 9, greatest)))
        return int(spread[number % len(spread)])


@cache
def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    """The fields of a model in the order of their declaration, but for the id that a client may choose."""
    schema = model.model_json_schema()
    own = (name for name in schema.get("properties", {}) if name not in NewItem.model_fields)
    return tuple(_field(name, schema["properties"][name], schema) for name in own)


def sample(model: type[BaseModel], number: int = 0) -> dict[str, Any]:
    """A body with every field, each of which differs from that of the next number where it can."""
    return {field.name: field.value(number) for field in fields_of(model)}


def least(model: type[BaseModel], number: int = 0) -> dict[str, Any]:
    """A body with the fields that it needs and no other."""
    return {field.name: field.value(number) for field in fields_of(model) if field.required}


def _field(name: str, of_field: Mapping[str, Any], schema: Mapping[str, Any]) -> Field:
    branches = [_resolved(branch, schema) for branch in of_field.get("anyOf", [of_field])]
    nullable = any(branch.get("type") == "null" for branch in branches)
    (values,) = (branch for branch in branches if branch.get("type") != "null")
    return Field(name, values, nullable, name in schema.get("required", []), of_field.get("default"))


def _resolved(branch: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a `$ref` names, an enumeration of its own for one."""
    if "$ref" not in branch:
        return branch
    found: Mapping[str, Any] = schema["$defs"][branch["$ref"].rpartition("/")[2]]
    return found
