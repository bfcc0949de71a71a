"""All that is kept of a caller, whatever the tables are: those that have an owner."""

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import Table
from sqlmodel import SQLModel

from shared import tables
from shared.core.resource.export import Export
from shared.core.sql.export import exported
from shared.core.sql.owned import Owned, table_of
from shared.tables import users

# The build compiles this as well: what ships has the SQL of all tables, and imports none of them.
for _module in iter_modules(tables.__path__, f"{tables.__name__}."):
    if _module.name != __name__:
        import_module(_module.name)

_USERS = table_of(users.User)
_OWNED = {table_of(model).name for model in Owned.__subclasses__()}


def _owner(table: Table) -> str | None:
    """The column of its key that names the user; none where a table is nobody's."""
    if table is _USERS:
        return "id"
    return "user_id" if "user_id" in table.columns else None


def _order(table: Table) -> tuple[bool, bool, str]:
    """Who it is, then what is theirs, then what is kept beside; tombstones after what they are of."""
    return table is not _USERS, table.name not in _OWNED, table.name


EXPORT = Export(
    tuple(
        exported(table, owner)
        for table in sorted(SQLModel.metadata.tables.values(), key=_order)
        if (owner := _owner(table)) is not None
    )
)
