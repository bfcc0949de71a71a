"""Code that Python's own modules hold as text, and compile while others are imported.

`dataclasses` writes the methods of each class, of which there are a hundred; the build has compiled them, and they come
with the archives (local/build/imported.py). `typing` compiles annotations in text; pydantic has six hundred of which no
function ever asks for one, so they stay as they are written, and `eval` makes the same of them where somebody does ask.
"""

import dataclasses
import typing
from collections.abc import Mapping
from types import CodeType
from typing import Any


def compile_less(compiled: Mapping[str, CodeType]) -> None:
    """Until `compile_as_ever`. A global of a module comes before the builtin of that name."""

    def run(text: str, *namespaces: Any) -> None:
        exec(compiled.get(text, text), *namespaces)  # noqa: S102  # as dataclasses does

    if compiled:
        vars(dataclasses)["exec"] = run
    vars(typing)["compile"] = _as_text


def compile_as_ever() -> None:
    vars(dataclasses).pop("exec", None)
    vars(typing).pop("compile", None)


def _as_text(text: str, *_: Any) -> str:
    return text
