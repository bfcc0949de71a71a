"""The fields of a resource: `text:text(10000) pinned:boolean=false due_at:timestamp?`, and what each is written as."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from local.scaffold.names import Names, ScaffoldError, check_field
from shared.core.http.bodies import MAX_BODY_BYTES, BodyLimits
from shared.core.resource.batch import BATCH_LIMITS, MOST_OPERATIONS, CreateOperation
from shared.core.resource.fields import GREATEST_INTEGER, LEAST_INTEGER
from shared.core.resource.schemas import LONGEST_PAGE

_FIELD = re.compile(
    r"(?P<name>[^:]+):(?P<kind>[a-z]+)(?:\((?P<inside>[^)]*)\))?(?P<optional>\?)?(?:=(?P<default>.*))?", re.DOTALL
)
_CHOICE = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
_KINDS = "text(n), boolean, integer, integer(a..b), enum(a|b), timestamp; each with ? for optional, or =default"
# What UTF-8 and JSON may make of a character, and of a field beside its value.
_BYTES_OF_A_CHARACTER, _BYTES_BESIDE = 4, 64
LARGEST_PAGE_BYTES = 5 * 1000 * 1000


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `text` is how it was asked for; bounds are of the text's length, or of the number."""

    name: str
    kind: str
    text: str
    optional: bool = False
    default: Any = None
    least: int | None = None
    greatest: int | None = None
    choices: tuple[str, ...] = ()

    @property
    def filtered(self) -> bool:
        """Whether a list can be filtered by it: where there are few values, each of which is asked for."""
        return self.kind in ("boolean", "enum")

    @property
    def required(self) -> bool:
        return not self.optional and self.default is None

    @property
    def bytes(self) -> int:
        """The most that it takes in a body."""
        values = {"text": (self.greatest or 0) * _BYTES_OF_A_CHARACTER, "enum": max(map(len, self.choices), default=0)}
        return len(self.name) + _BYTES_BESIDE + values.get(self.kind, 0)

    def sample(self, number: int = 0) -> Any:
        """A valid JSON value; different numbers give different ones where the kind has enough of them."""
        if self.kind == "text":
            words = f"{self.name.replace('_', ' ').capitalize()} {number + 1}"
            return words[-(self.greatest or 1) :].strip() or "x"
        if self.kind == "integer":
            least = 0 if self.least is None else self.least
            return least + number % ((1000 if self.greatest is None else self.greatest) - least + 1)
        if self.kind == "enum":
            return self.choices[number % len(self.choices)]
        return bool(number % 2) if self.kind == "boolean" else f"2026-02-{number % 28 + 1:02}T09:30:00Z"

    def in_query(self, number: int = 0) -> str:
        """The sample, as a filter is written."""
        value = self.sample(number)
        return str(value).lower() if isinstance(value, bool) else str(value)


def read_fields(text: str, names: Names) -> tuple[Field, ...]:
    """Read FIELDS.

    Raises:
        ScaffoldError: one cannot be read, or called so, or together they are too large.
    """
    fields = tuple(_read_field(word, names) for word in text.split())
    if not fields:
        raise ScaffoldError(f'FIELDS is empty: FIELDS="title:text(200) done:boolean=false", of {_KINDS}')
    if twice := _first_repeated(field.name for field in fields):
        raise ScaffoldError(f"the field {twice!r} is there twice")
    if not any(field.required for field in fields):
        raise ScaffoldError("every field may be left out: one at least must be required, or {} would make a row")
    # In a batch the operation's own stand beside them.
    if (members := len(fields) + len(CreateOperation.model_fields)) > (most := BodyLimits().members):
        raise ScaffoldError(f"the creation of one in a batch could have {members} members, and {most} are read")
    size = largest(fields)
    if size > MAX_BODY_BYTES:
        raise ScaffoldError(f"a body could have {size} bytes, and {MAX_BODY_BYTES} are read: shorten a text")
    if size * LONGEST_PAGE > LARGEST_PAGE_BYTES:
        raise ScaffoldError(
            f"a page of {LONGEST_PAGE} could have {size * LONGEST_PAGE} bytes, and Lambda answers with 6 MB at most, "
            f"of which {LARGEST_PAGE_BYTES} are for the rows: shorten a text"
        )
    return fields


def largest(fields: Iterable[Field]) -> int:
    """The most bytes that a body can have."""
    return sum(field.bytes for field in fields)


def fitting_a_batch(fields: Sequence[Field]) -> int:
    """How many operations a batch takes whatever they hold; of smaller ones it takes more, up to MOST_OPERATIONS."""
    own = len(CreateOperation.model_fields)
    by_size = BATCH_LIMITS.size // (largest(fields) + own * _BYTES_BESIDE)
    return min(by_size, BATCH_LIMITS.values // (len(fields) + own + 1) - 1, MOST_OPERATIONS)


def _read_field(text: str, names: Names) -> Field:
    found = _FIELD.fullmatch(text)
    if found is None:
        raise ScaffoldError(f"{text!r} is no field: name:type, of {_KINDS}")
    name, inside, default = found["name"], found["inside"], found["default"]
    check_field(name, names)
    read = {"text": _text, "boolean": _boolean, "integer": _integer, "enum": _enum, "timestamp": _timestamp}
    if found["kind"] not in read:
        raise ScaffoldError(f"{text!r}: there is no type {found['kind']!r}; there are {_KINDS}")
    if found["optional"] and default is not None:
        raise ScaffoldError(f"{text!r}: optional or with a default, not both")
    said = read[found["kind"]](text, inside, default)
    return Field(name, found["kind"], text, optional=bool(found["optional"]), **said)


def _text(text: str, inside: str | None, default: str | None) -> dict[str, Any]:
    if inside is None or not inside.isdecimal() or not 1 <= int(inside) <= MAX_BODY_BYTES:
        raise ScaffoldError(f"{text!r}: how long? text(200) is 1 to 200 characters")
    if default is not None and not (1 <= len(default) <= int(inside) and re.fullmatch(r"[\w.,;!?-]+", default)):
        raise ScaffoldError(f"{text!r}: the default has 1 to {inside} letters, digits or signs of prose")
    return {"greatest": int(inside), "default": default}


def _boolean(text: str, inside: str | None, default: str | None) -> dict[str, Any]:
    if inside is not None or default not in (None, "true", "false"):
        raise ScaffoldError(f"{text!r}: boolean, boolean?, boolean=true or boolean=false")
    return {"default": None if default is None else default == "true"}


def _integer(text: str, inside: str | None, default: str | None) -> dict[str, Any]:
    bounds = re.fullmatch(r"(-?\d{1,10})\.\.(-?\d{1,10})", inside or f"{LEAST_INTEGER}..{GREATEST_INTEGER}")
    if bounds is None or not LEAST_INTEGER <= int(bounds[1]) <= int(bounds[2]) <= GREATEST_INTEGER:
        raise ScaffoldError(f"{text!r}: integer(1..5), between {LEAST_INTEGER} and {GREATEST_INTEGER}")
    least, greatest = int(bounds[1]), int(bounds[2])
    if default is not None and not (re.fullmatch(r"-?\d{1,10}", default) and least <= int(default) <= greatest):
        raise ScaffoldError(f"{text!r}: the default is a whole number from {least} to {greatest}")
    given = {"default": None if default is None else int(default)}
    return given if inside is None else {**given, "least": least, "greatest": greatest}


def _enum(text: str, inside: str | None, default: str | None) -> dict[str, Any]:
    choices = tuple((inside or "").split("|"))
    if len(choices) < 2 or len(set(choices)) < len(choices) or not all(map(_CHOICE.fullmatch, choices)):
        raise ScaffoldError(f"{text!r}: enum(low|high): two or more words of small letters, digits, - and _")
    if default is not None and default not in choices:
        raise ScaffoldError(f"{text!r}: the default is one of {', '.join(choices)}")
    return {"choices": choices, "default": default}


def _timestamp(text: str, inside: str | None, default: str | None) -> dict[str, Any]:
    if inside is not None or default is not None:
        raise ScaffoldError(f"{text!r}: timestamp or timestamp?")
    return {}


def _first_repeated(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
