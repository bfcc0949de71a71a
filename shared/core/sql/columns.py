"""The columns of tables, each with what the database has to know of it.

The server fills defaults in: a default on our side as well would be sent with every insert.
"""

from typing import Any

from sqlalchemy import DateTime, Integer, Text
from sqlalchemy import text as expression
from sqlmodel import Field

# Of `Column.info`. A rule is the text of a check, with {} where the column stands; LENGTH is a text's; the others are
# those of migrations/functions/rules.py.
RULE, LENGTH, FILTERED, COUNTED, DERIVED = "rule", "length", "filtered", "counted", "derived"


def default(text: str) -> dict[str, Any]:
    return {"server_default": expression(text)}


def text(length: int, *, default: str | None = None) -> Any:
    """1 to `length` characters; null where the annotation allows it."""
    return _column(Text, rule=f"length({{}}) between 1 and {length}", length=length, given=_quoted(default))


def choice(*values: str, default: str | None = None, filtered: bool = False) -> Any:
    """One of these texts."""
    listed = ", ".join(f"'{value}'" for value in values)
    return _column(Text, rule=f"{{}} in ({listed})", given=_quoted(default), filtered=filtered)


def integer(least: int | None = None, greatest: int | None = None, *, default: int | None = None) -> Any:
    bounded = None if least is None else f"{{}} between {least} and {greatest}"
    return _column(Integer, rule=bounded, given=None if default is None else str(default))


def boolean(*, default: bool | None = None, filtered: bool = False, counted: str | None = None) -> Any:
    """`counted` names a column of users: how many of the owner's rows have this one true."""
    given = None if default is None else str(default).lower()
    return _column(None, given=given, filtered=filtered, counted=counted)


def timestamp(*, default: str | None = None, derived: str | None = None) -> Any:
    """`derived` is the SQL that it follows from, in terms of the row as it is about to be, `changed`."""
    return _column(DateTime(timezone=True), given=default, derived=derived)


def _quoted(value: str | None) -> str | None:
    return None if value is None else "'" + value.replace("'", "''") + "'"


def _column(
    sa_type: Any,
    *,
    rule: str | None = None,
    length: int | None = None,
    given: str | None = None,
    filtered: bool = False,
    counted: str | None = None,
    derived: str | None = None,
) -> Any:
    said = {RULE: rule, LENGTH: length, FILTERED: filtered, COUNTED: counted, DERIVED: derived}
    options: dict[str, Any] = {"info": {name: value for name, value in said.items() if value}}
    options |= default(given) if given is not None else {}
    return Field(sa_column_kwargs=options, **({} if sa_type is None else {"sa_type": sa_type}))
