"""The samples of bodies are valid, each a different one, and hold every kind of field that schemas know."""

from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import StrictBool

from local.resources import bodies, stores
from local.samples import fields_of, least, sample
from shared.core.resource.fields import Integer, KeptBoolean, OptionalText, Text, Timestamp
from shared.core.resource.schemas import Body


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Every(Body):
    """Every kind of field, required, with a default, and nullable."""

    text: Annotated[str, Text(30)]
    short: Annotated[str, Text(1)]
    more: Annotated[str | None, OptionalText(2000)] = None
    choice: Literal["low", "high"]
    chosen: Literal["low", "high"] = "low"
    maybe_chosen: Literal["low", "high"] | None = None
    only: Literal["one"] = "one"
    colour: Colour = Colour.RED
    number: Annotated[int, Integer()]
    rating: Annotated[int, Integer(1, 5)] = 1
    fixed: Annotated[int | None, Integer(7, 7)] = None
    flag: StrictBool
    pinned: StrictBool = False
    kept: KeptBoolean = None
    at: Timestamp
    due_at: Timestamp | None = None


ALL = [Every, *(body for store in stores() for body in bodies(store))]


@pytest.mark.parametrize("model", ALL)
def test_every_sample_is_taken_as_it_is(model: type[Body]) -> None:
    for number in range(50):
        for body in (sample(model, number), least(model, number)):
            assert model.model_validate(body).model_dump(mode="json", exclude_unset=True) == body


def test_every_field_is_there_and_only_what_is_needed_in_the_least() -> None:
    assert sample(Every).keys() == Every.model_fields.keys()
    assert list(least(Every)) == ["text", "short", "choice", "number", "flag", "at"]


def test_the_next_sample_differs_in_every_field_that_can() -> None:
    one, other = sample(Every, 3), sample(Every, 4)

    assert {name for name in one if one[name] == other[name]} == {"only", "fixed"}
    assert sample(Every, 3) == one


def test_kinds_are_told_apart() -> None:
    assert {field.name: field.kind for field in fields_of(Every)} == {
        **dict.fromkeys(("text", "short", "more"), "text"),
        **dict.fromkeys(("choice", "chosen", "maybe_chosen", "only", "colour"), "choice"),
        **dict.fromkeys(("number", "rating", "fixed"), "integer"),
        **dict.fromkeys(("flag", "pinned", "kept"), "boolean"),
        **dict.fromkeys(("at", "due_at"), "timestamp"),
    }
    assert {field.name for field in fields_of(Every) if field.nullable} == {"more", "maybe_chosen", "fixed", "due_at"}
    assert [field.name for field in fields_of(Every) if field.keeps] == ["kept"]


def test_integers_reach_their_bounds() -> None:
    values = {sample(Every, number)["rating"] for number in range(10)}

    assert values == {1, 2, 3, 4, 5}
    assert {sample(Every, number)["number"] for number in range(2)} == {-(2**31), 2**31 - 1}


@pytest.mark.parametrize("model", ALL)
def test_every_field_of_a_body_is_bounded(model: type[Body]) -> None:
    """Without its bound a value would be refused by the database, as a 500, or fill it."""
    bounds = {"text": ("maxLength",), "integer": ("minimum", "maximum")}
    missing = {
        field.name: bound
        for field in fields_of(model)
        for bound in bounds.get(field.kind, ())
        if bound not in field.schema
    }
    assert missing == {}
