"""The resources of this project: the stores and tables that `shared` defines. Nothing lists them by hand."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeAlias

from sqlalchemy import Table
from sqlmodel import SQLModel

from local import ROOT
from shared.core.resource.store import OwnedStore

Store: TypeAlias = type[OwnedStore[Any, Any, Any]]


@cache
def stores() -> tuple[Store, ...]:
    """In the order of their names."""
    names = [f"shared.{module.name}" for module in iter_modules([str(ROOT / "shared")]) if not module.ispkg]
    found = {value for name in names for value in vars(import_module(name)).values() if _is_store(value)}
    return tuple(sorted(found, key=lambda store: store.name))


@cache
def tables() -> dict[str, Table]:
    """Every table that the modules of `shared.tables` declare, by its name."""
    for module in iter_modules([str(ROOT / "shared" / "tables")]):
        import_module(f"shared.tables.{module.name}")
    return dict(SQLModel.metadata.tables)


def _is_store(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, OwnedStore) and value is not OwnedStore
