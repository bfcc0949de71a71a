"""What is compiled less while functions are imported, and is the same all the same."""

import builtins
import dataclasses
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from shared.core.startup.texts import compile_as_ever, compile_less


class Later:
    """Of an annotation in text."""


@pytest.fixture(autouse=True)
def _as_ever() -> Iterator[None]:
    yield
    compile_as_ever()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are given to the builtin meanwhile."""
    texts, builtin = list[str](), builtins.compile

    def note(text: Any, *rest: Any, **named: Any) -> Any:
        texts.append(text)
        return builtin(text, *rest, **named)

    monkeypatch.setattr(builtins, "compile", note)
    return texts


def a_class() -> Any:
    return dataclasses.make_dataclass("Point", [("x", int), ("y", int, 0)], frozen=True, order=True)


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the class is made of: one for each method, or from Python 3.13 on one for all."""
    texts = list[str]()

    def note(text: str, *namespaces: Any) -> None:
        texts.append(text)
        exec(text, *namespaces)  # noqa: S102  # as dataclasses does

    with monkeypatch.context() as patch:
        patch.setitem(vars(dataclasses), "exec", note)
        a_class()
    assert texts
    return texts


def test_a_class_made_of_what_was_compiled_is_what_it_is_otherwise(texts: list[str]) -> None:
    as_ever = a_class()
    compile_less({text: compile(text, "<string>", "exec") for text in texts})

    less = a_class()

    assert repr(less(1, 2)) == repr(as_ever(1, 2)) == "Point(x=1, y=2)"
    assert less(1) == less(1, 0) < less(2)
    assert hash(less(1)) == hash(as_ever(1))
    assert vars(less).keys() == vars(as_ever).keys()
    for name, method in vars(as_ever).items():
        if callable(method):
            assert vars(less)[name].__code__ == method.__code__, name
            assert vars(less)[name].__globals__ is method.__globals__
    with pytest.raises(dataclasses.FrozenInstanceError):
        less(1).x = 2


def test_it_is_what_was_compiled_that_runs_and_of_this_very_text(texts: list[str]) -> None:
    compile_less({texts[0]: compile("raise LookupError", "<string>", "exec")})

    with pytest.raises(LookupError):
        a_class()
    assert dataclasses.make_dataclass("Another", ["z"])(1).z == 1


def test_an_annotation_in_text_is_compiled_where_it_is_asked_for(compiled: list[str]) -> None:
    compile_less({})
    reference = typing.ForwardRef("dict[str, Later]")

    class Holder:
        values: "dict[str, Later]"

    class Model(BaseModel):
        values: "dict[str, tuple[int, ...]]"

    assert compiled == []
    assert reference == typing.ForwardRef("dict[str, Later]")
    assert typing.get_type_hints(Holder) == {"values": dict[str, Later]}
    assert Model.model_validate({"values": {"a": ["1"]}}).values == {"a": (1,)}


def test_afterwards_all_is_as_ever(compiled: list[str]) -> None:
    compile_less({"text": compile("", "<string>", "exec")})
    compile_as_ever()
    compile_as_ever()

    typing.ForwardRef("set[int]")

    assert not {"exec", "compile"} & {*vars(dataclasses), *vars(typing)}
    assert compiled[1:] == ["set[int]"]
    with pytest.raises(SyntaxError, match="Forward reference must be an expression"):
        typing.ForwardRef("not an expression")
