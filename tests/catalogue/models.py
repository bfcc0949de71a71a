"""The tables as their models say, compared by the server itself: what Alembic's own check does not look at."""

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from local.resources import Store, retention_tables, stores, tables
from migrations.write_functions import Rules, functions
from shared.core.sql.columns import COUNTED, DERIVED, FILTERED
from shared.core.sql.owned import Owned

_MODELS = "as_the_models_say"
# Not-null constraints are Alembic's own to compare.
_CONSTRAINTS = """
select conname, pg_get_constraintdef(oid) from pg_constraint
where conrelid = to_regclass(%(table)s) and contype <> 'n'
union all
select relname, regexp_replace(pg_get_indexdef(indexrelid), ' ON \\S+', '')
from pg_index join pg_class on oid = indexrelid where indrelid = to_regclass(%(table)s)
"""
_FUNCTION = "select pg_get_functiondef(to_regprocedure(%s))"
# What the server makes of the models does not depend on the schema that is looked at: it is asked once by each process,
# by table, and by the source of a function.
_of_models: dict[str, Mapping[str, str]] = {}
_of_functions: dict[str, str] = {}


def findings(connection: psycopg.Connection[Any]) -> list[str]:
    return [*_constraints(connection), *_counts(connection), *_functions(connection)]


def own_columns(store: Store) -> dict[str, str]:
    """The columns of a resource's own, as `owned_table` takes them, but for their types."""
    own = [column for column in tables()[store.name].columns if column.name not in Owned.model_fields]
    return {column.name: f"default {_default(column)}" if column.server_default else "" for column in own}


def rules(store: Store) -> Rules:
    columns = tables()[store.name].columns
    return Rules(
        filtered=[column.name for column in columns if FILTERED in column.info],
        counted={column.name: column.info[COUNTED] for column in columns if COUNTED in column.info},
        derived={column.name: column.info[DERIVED] for column in columns if DERIVED in column.info},
    )


def _default(column: Any) -> str:
    return str(column.server_default.arg.text)


def _constraints(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for name, wanted in _said_by_the_models(connection).items():
        there = _definitions(connection, name)
        for one in sorted(wanted.items() - there.items()):
            yield f"{name}: the model has {one[0]}, the database has not: {_add(name, *one)}"
        module = f"shared/tables/{name.rpartition('.')[2]}.py"
        for one in sorted(there.items() - wanted.items()):
            yield f"{name}: the database has {one[0]} {one[1]}, its model not: write it into {module}"


def _said_by_the_models(connection: psycopg.Connection[Any]) -> Mapping[str, Mapping[str, str]]:
    if not _of_models:
        with connection.transaction(force_rollback=True):
            connection.execute(f"create schema {_MODELS}".encode())
            connection.execute(f"set local search_path = {_MODELS}, public".encode())
            for table in _all_tables():
                for statement in _statements(_without_schema(table)):
                    connection.execute(statement.encode())
            _of_models.update((t.fullname, _definitions(connection, f"{_MODELS}.{t.name}")) for t in _all_tables())
    return _of_models


def _add(table: str, name: str, definition: str) -> str:
    if definition.startswith("CREATE"):
        return definition.replace(" USING", f" on {table} USING").lower()
    return f"alter table {table} add constraint {name} {definition}"


def _all_tables() -> list[Table]:
    return [*retention_tables().values(), *tables().values()]


def _without_schema(table: Table) -> Table:
    return table.to_metadata(MetaData(), schema="") if table.schema else table


def _statements(table: Table) -> list[str]:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    made: list[Any] = [
        CreateTable(table),
        *(CreateIndex(index) for index in sorted(table.indexes, key=lambda i: str(i.name))),
    ]
    return [str(statement.compile(dialect=dialect)) for statement in made]


def _definitions(connection: psycopg.Connection[Any], table: str) -> Mapping[str, str]:
    return dict(connection.execute(_CONSTRAINTS.encode(), {"table": table}).fetchall())


def _counts(connection: psycopg.Connection[Any]) -> Iterator[str]:
    query = """select attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)
      from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where attrelid = 'users'::regclass and attnum > 0 and not attisdropped"""
    there = {name: tuple(rest) for name, *rest in connection.execute(query)}
    for store in stores():
        for count in rules(store).live_counts(store.name):
            if there.get(count) != ("integer", True, "0"):
                yield f"{store.name}: no live count: alter table users add column {count} integer not null default 0"


def _functions(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for store in stores():
        columns = own_columns(store)
        for signature, source in functions(store.name, store.singular, columns, rules(store)).items():
            if _definition(connection, signature) != _definition_of(connection, signature, source):
                yield (
                    f"{store.name}: {signature} is not what the model's columns give: "
                    f"write_functions('{store.name}', '{store.singular}', {columns}) in a migration"
                )


def _definition(connection: psycopg.Connection[Any], signature: str) -> str:
    """Empty where there is no such function."""
    (found,) = connection.execute(_FUNCTION, (signature,)).fetchone() or (None,)
    return found or ""


def _definition_of(connection: psycopg.Connection[Any], signature: str, source: str) -> str:
    if source not in _of_functions:
        with connection.transaction(force_rollback=True):
            connection.execute(f"drop function if exists {signature}".encode())
            connection.execute(f"create {source}".encode())
            _of_functions[source] = _definition(connection, signature)
    return _of_functions[source]
