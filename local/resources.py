"""The resources of this project: the stores and tables that `shared` defines. Nothing lists them by hand."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple, TypeAlias, get_args

from sqlalchemy import Table
from sqlmodel import SQLModel

from local import ROOT
from shared.core.resource.schemas import Body
from shared.core.resource.store import OwnedStore

Store: TypeAlias = type[OwnedStore[Any, Any, Any]]


class Bodies(NamedTuple):
    """What a resource's requests hold."""

    create: type[Body]
    update: type[Body]


@cache
def stores() -> tuple[Store, ...]:
    """In the order of their names."""
    names = [f"shared.{module.name}" for module in iter_modules([str(ROOT / "shared")]) if not module.ispkg]
    found = {value for name in names for value in vars(import_module(name)).values() if _is_store(value)}
    return tuple(sorted(found, key=lambda store: store.name))


def bodies(store: Store) -> Bodies:
    """As the store's class declares them."""
    (declared,) = store.__orig_bases__  # type: ignore[attr-defined]
    create, update, _ = get_args(declared)
    return Bodies(create, update)


@cache
def tables() -> dict[str, Table]:
    """Every table of users' data, by its name; what refers to another comes after it."""
    return {table.name: table for table in _declared() if table.schema is None}


def retention_tables() -> dict[str, Table]:
    """What says when rows go, by its name: nobody's data, in a schema of its own."""
    return {table.name: table for table in _declared() if table.schema == "retention"}


def _declared() -> list[Table]:
    for module in iter_modules([str(ROOT / "shared" / "tables")]):
        import_module(f"shared.tables.{module.name}")
    return SQLModel.metadata.sorted_tables


def _is_store(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, OwnedStore) and value is not OwnedStore
