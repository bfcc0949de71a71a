"""What a resource and its fields may be called."""

import builtins
import keyword
import re
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS, ischema_names

from local import ROOT
from local.resources import Store, stores, tables
from local.template import read_template
from shared.core.resource import schemas
from shared.core.resource.batch import CreateOperation
from shared.core.resource.changes import Change
from shared.core.resource.schemas import NewItem, PageQuery, Public
from shared.core.resource.store import words
from shared.core.sql.owned import Owned

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# Policies and indexes are named after a table and a column, in 63 bytes.
_LONGEST = 24
# Keywords that SQLAlchemy's list has not, and those of PL/pgSQL, in whose functions a column would not be found.
_KEYWORDS = RESERVED_WORDS | {
    *("collation", "concurrently", "lateral", "system_user", "tablesample"),
    *("begin", "by", "declare", "execute", "foreach", "loop", "strict"),
}
# A table is a type, and of two that are called the same the server's own is found; the rest cannot stand for a type.
_NO_TABLES = frozenset(ischema_names) | {
    *("anyarray", "anyelement", "anyenum", "anyrange", "bpchar", "box", "char", "circle", "dec", "decimal", "int2"),
    *("int4", "int8", "internal", "interval", "line", "lseg", "nchar", "path", "point", "polygon", "record", "tid"),
    *("timestamptz", "timetz", "trigger", "unknown", "varbit", "varchar", "void", "xid", "xml", "alias", "character"),
    *("constant", "cursor", "no", "scroll", "coalesce", "exists", "extract", "greatest", "grouping", "inout", "least"),
    *("merge_action", "national", "none", "normalize", "nullif", "out", "overlay", "position", "precision", "row"),
    *("setof", "substring", "treat", "trim", "values", "alembic_version"),
}
# Words of the routes of every resource, and of routes that there may come to be.
_ROUTE_WORDS = frozenset({"me", "health", "batch", "changes", "restore", "export", "docs", "api", "user", "users"})
# What a field stands in beside the resource's own models: what these have, it cannot be called.
_OF_FIELDS = (Owned, Public, NewItem, CreateOperation, PageQuery)
# Of a row, where the functions in the database take one as a whole.
_ALIASES = frozenset({"t"})


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
        return words(self.singular)

    @property
    def many(self) -> str:
        return words(self.plural)

    @property
    def functions(self) -> dict[str, str]:
        """The modules of functions/, by what each does."""
        of_one = ("create", "get", "update", "patch", "delete", "restore")
        return {
            "list": f"list_{self.plural}",
            **{verb: f"{verb}_{self.singular}" for verb in of_one},
            "changes": f"list_{self.singular}_changes",
            "batch": f"batch_{self.plural}",
            "delete_many": f"delete_{self.plural}",
        }


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
        if word.endswith("_locked"):
            raise ScaffoldError(f"{word!r} ends as functions in the database do, which would be called alike")
        if word in _ROUTE_WORDS:
            raise ScaffoldError(f"{word!r} is a word of the routes: /api/{word} has another meaning")
    if names.plural in _NO_TABLES or names.plural.startswith(("json_", "reg", "xml")):
        raise ScaffoldError(f"{names.plural!r} has a meaning in PostgreSQL, where the table would be called so")
    if isinstance(getattr(schemas, names.model, None), type(BaseModel)):
        raise ScaffoldError(f"{names.model!r} is a model that all resources have")
    if _is_taken(Change, names.singular):
        raise ScaffoldError(
            f"{names.singular!r} has a meaning in the feed of changes, where the {names.one} is called so"
        )
    return names


def check_word(word: str) -> None:
    if not _NAME.fullmatch(word) or len(word) > _LONGEST:
        raise ScaffoldError(
            f"{word!r} is no name: small letters, digits and single underscores, a letter first, at most {_LONGEST}"
        )
    if keyword.iskeyword(word) or keyword.issoftkeyword(word) or hasattr(builtins, word):
        raise ScaffoldError(f"{word!r} has a meaning in Python already")
    if word in _KEYWORDS:
        raise ScaffoldError(f"{word!r} is a keyword of SQL")


def check_unused(names: Names) -> None:
    """Nothing of the project may be called so yet."""
    for word in (names.singular, names.plural):
        _check_unused(word)
    if names.plural in tables():
        raise ScaffoldError(f"there is a table {names.plural!r}")
    if names.plural in _relations():
        raise ScaffoldError(f"there is an index {names.plural!r}")
    if taken := next((store.name for store in stores() if _model_of(store) == names.model), None):
        raise ScaffoldError(f"{names.model!r} is the model of {taken} already")
    if names.plural in tables()["users"].columns:
        raise ScaffoldError(f"{names.plural!r} is a column of users, where its count would stand")
    for module in names.functions.values():
        if (ROOT / "functions" / f"{module}.py").exists():
            raise ScaffoldError(f"functions/{module}.py exists")


def _check_unused(word: str) -> None:
    for path in (ROOT / "shared", ROOT / "shared" / "tables"):
        if (path / word).exists() or (path / f"{word}.py").exists():
            raise ScaffoldError(f"{(path / word).relative_to(ROOT)} exists: {word!r} is taken")
    if any(word in (store.name, store.singular) for store in stores()):
        raise ScaffoldError(f"{word!r} is what a resource, or one of it, is called already")
    if word in _words_of_routes():
        raise ScaffoldError(f"{word!r} is a word of the routes in template.yaml")


@cache
def _words_of_routes() -> frozenset[str]:
    """What stands in a path beside parameters: where it followed a user, it could not be told from a collection."""
    paths = [route.path for route in read_template(ROOT / "template.yaml").routes]
    return frozenset(word for path in paths for word in path.split("/") if word and not word.startswith("{"))


def _relations() -> set[str]:
    """The indexes, which share their names with tables."""
    named = {str(index.name) for table in tables().values() for index in table.indexes}
    return named | {f"{table}_pkey" for table in tables()} | {"alembic_version_pkc"}


def _model_of(store: Store) -> str:
    return Names(store.singular, store.name).model


def check_field(field: str, names: Names) -> None:
    check_word(field)
    if field in (names.singular, names.plural, f"{names.singular}_id") or field in _ALIASES:
        raise ScaffoldError(f"the field {field!r} has a meaning where rows of this resource are read")
    if field in {sort.removeprefix("-") for sort in PageQuery.sorts()}:
        raise ScaffoldError(f"the field {field!r} has a meaning for the list: sort={field} is by another time")
    if taken := next((model.__name__ for model in _OF_FIELDS if _is_taken(model, field)), None):
        raise ScaffoldError(f"the field {field!r} would hide what {taken} has already")


def _is_taken(model: type[BaseModel], field: str) -> bool:
    """Whether a model that extends this one cannot have such a field."""
    of_sqlalchemy = field in ("metadata", "registry")
    return field in model.model_fields or hasattr(model, field) or field.startswith("model_") or of_sqlalchemy
