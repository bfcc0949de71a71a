"""The terms that statements share, and how an expression is compiled.

Parameters are named after the columns they meet. `user_id` is always the caller's.
"""

from sqlalchemy import Integer, Text, bindparam
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.elements import BindParameter, ClauseElement

from shared.core.database.session import Statement

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]
CALLER: BindParameter[str] = bindparam("user_id", type_=Text())
ROWS: BindParameter[int] = bindparam("rows", type_=Integer())


def compiled(expression: ClauseElement, *, read_only: bool = False, repeatable: bool) -> Statement:
    return Statement(
        str(expression.compile(dialect=_DIALECT)),
        read_only=read_only,
        repeatable=repeatable,
    )
