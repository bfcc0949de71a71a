"""What a resource and its fields may be called."""

import builtins
import keyword
import re
from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS
from sqlmodel import SQLModel

from local import ROOT
from local.resources import tables
from shared.core.resource.schemas import PageQuery
from shared.core.sql.owned import Owned

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# Policies and indexes are named after a table and a column, in 63 bytes.
_LONGEST = 24
# Words of the routes, of today's and of those that every resource may get.
_ROUTE_WORDS = frozenset({"me", "health", "batch", "changes", "restore", "export", "docs", "api", "user", "users"})
# Arguments and names of a function's module.
_USED_IN_FUNCTIONS = frozenset({"key", "response", "expected", "known", "query", "app", "handler", "uuid", "fastapi"})
# What the other modules that are written for a resource use by these names.
_USED_IN_MODULES = frozenset({"str", "int", "bool", "datetime", "columns", "name", "singular", "statements", "public"})


class ScaffoldError(Exception):
    """The resource cannot be made or taken away; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Names:
    """One of it, `shopping_list`, and many, `shopping_lists`, in the spellings that code and documents need."""

    singular: str
    plural: str

    @property
    def model(self) -> str:
        return self.singular.title().replace("_", "")

    @property
    def models(self) -> str:
        return self.plural.title().replace("_", "")

    @property
    def constant(self) -> str:
        return self.plural.upper()

    @property
    def one(self) -> str:
        """In prose: `shopping list`."""
        return self.singular.replace("_", " ")

    @property
    def many(self) -> str:
        return self.plural.replace("_", " ")

    @property
    def functions(self) -> dict[str, str]:
        """The modules of functions/, by what each does."""
        verbs = ("create", "get", "update", "delete")
        return {"list": f"list_{self.plural}", **{verb: f"{verb}_{self.singular}" for verb in verbs}}


def read_names(singular: str, plural: str) -> Names:
    """Check what a resource is to be called; `plural` may be empty, for the singular and an s.

    Raises:
        ScaffoldError: it cannot be called that.
    """
    names = Names(singular, plural or f"{singular}s")
    if names.singular == names.plural:
        raise ScaffoldError(f"NAME and PLURAL are both {singular!r}: one of it and many need different names")
    for word in (names.singular, names.plural):
        check_word(word)
        if word in _ROUTE_WORDS:
            raise ScaffoldError(f"{word!r} is a word of the routes: /api/{word} has another meaning")
        if word in _USED_IN_FUNCTIONS:
            raise ScaffoldError(f"{word!r} has a meaning in the functions' modules")
    return names


def check_word(word: str) -> None:
    if not _NAME.fullmatch(word) or len(word) > _LONGEST:
        raise ScaffoldError(
            f"{word!r} is no name: small letters, digits and single underscores, a letter first, at most {_LONGEST}"
        )
    if keyword.iskeyword(word) or keyword.issoftkeyword(word) or hasattr(builtins, word):
        raise ScaffoldError(f"{word!r} has a meaning in Python already")
    if word in RESERVED_WORDS:
        raise ScaffoldError(f"{word!r} is a keyword of SQL")


def check_unused(names: Names) -> None:
    """Nothing of the project may be called so yet."""
    for word in (names.singular, names.plural):
        for path in (ROOT / "shared", ROOT / "shared" / "tables"):
            if (path / word).exists() or (path / f"{word}.py").exists():
                raise ScaffoldError(f"{(path / word).relative_to(ROOT)} exists: {word!r} is taken")
    if names.plural in tables():
        raise ScaffoldError(f"there is a table {names.plural!r}")
    if names.plural in tables()["users"].columns:
        raise ScaffoldError(f"{names.plural!r} is a column of users, where its count would stand")
    for module in names.functions.values():
        if (ROOT / "functions" / f"{module}.py").exists():
            raise ScaffoldError(f"functions/{module}.py exists")


def check_field(field: str, names: Names) -> None:
    check_word(field)
    taken = {*Owned.model_fields, *PageQuery.model_fields, names.singular, names.plural, f"{names.singular}_id"}
    if field in taken or field in _USED_IN_MODULES:
        raise ScaffoldError(f"the field {field!r} is there already, or has a meaning in the code")
    if field == "metadata" or field.startswith("model_") or hasattr(BaseModel, field) or hasattr(SQLModel, field):
        raise ScaffoldError(f"the field {field!r} would hide a member of pydantic's or SQLModel's models")
