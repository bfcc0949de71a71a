"""The terms that the statements are made of: parameters, columns, the owner filter; and how an expression is compiled.

Parameters are named after the columns they meet. `user_id` is always the caller's.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Boolean, Integer, Text, Uuid, and_, bindparam, cast, literal_column
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.elements import BindParameter, ClauseElement, ColumnElement
from sqlmodel import col

from shared.core.database.session import Statement
from shared.models import Task

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]
CALLER: BindParameter[str] = bindparam("user_id", type_=Text())
TASK_ID: BindParameter[UUID] = bindparam("task_id", type_=Uuid())
# Cast, for a null on its own has no type.
COMPLETED = cast(bindparam("completed"), Boolean())
TITLE, DESCRIPTION = bindparam("title", type_=Text()), bindparam("description", type_=Text())
ROWS: BindParameter[int] = bindparam("rows", type_=Integer())
KEY_LIFETIME: ColumnElement[timedelta] = literal_column("interval '24 hours'")

# What a task is to its owner, and the version, which travels as its ETag.
PUBLIC = (
    col(Task.id),
    col(Task.user_id),
    col(Task.title),
    col(Task.description),
    col(Task.completed),
    col(Task.completed_at),
    col(Task.created_at),
    col(Task.updated_at),
    col(Task.version),
)


def owned() -> ColumnElement[bool]:
    return col(Task.user_id) == CALLER


def owned_task() -> ColumnElement[bool]:
    return and_(col(Task.id) == TASK_ID, owned())


def compiled(expression: ClauseElement, *, read_only: bool = False, repeatable: bool) -> Statement:
    return Statement(
        str(expression.compile(dialect=_DIALECT)),
        read_only=read_only,
        repeatable=repeatable,
    )
