"""Walls, grants and keys of every table that there is, whoever made it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from local.resources import tables
from shared.tables.export import EXPORT

WITHOUT_USERS_DATA = frozenset({"alembic_version"})  # which migrations were applied
# Callers are counted before they write, so before there is a row for them; and what was lost may come when it is gone.
WITHOUT_FOREIGN_KEY = frozenset({"rate_limits", "lost_attempts"})
# `users` is the owner itself.
OWNER_COLUMN = {"users": "id"}
SERVES = "tasks_api"

_TABLES = """
select c.relname as name, relkind as kind, relrowsecurity as enabled, relforcerowsecurity as forced, c.oid,
  (select array_agg(a.attname order by k.n) from pg_constraint p, unnest(p.conkey) with ordinality k (attnum, n)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
    where p.conrelid = c.oid and p.contype = 'p') as key,
  (select array_agg(pg_get_constraintdef(f.oid)) from pg_constraint f
    where f.conrelid = c.oid and f.contype = 'f') as references
from pg_class c
where relnamespace = 'public'::regnamespace and relkind not in ('i', 'I', 'S', 'c', 't') order by 1
"""
_POLICIES = """
select polname as name, polpermissive as permissive, polcmd as command,
  array(select coalesce(rolname, 'PUBLIC') from unnest(polroles) r (oid) left join pg_roles using (oid)) as roles,
  pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as checked
from pg_policy where polrelid = %(oid)s order by 1
"""
# Of the table and of its columns; the owner's rights come with owning it.
_GRANTS = """
select coalesce(rolname, 'PUBLIC') as role, string_agg(distinct lower(privilege_type), ', ') as rights
from (
  select relacl as acl, relowner as owner from pg_class where oid = %(oid)s
  union all select a.attacl, c.relowner from pg_attribute a join pg_class c on c.oid = attrelid where c.oid = %(oid)s
) t, aclexplode(acl) left join pg_roles r on r.oid = grantee
where grantee <> owner group by 1
"""


@dataclass(frozen=True)
class Table:
    """A relation of the schema public, with what is asked of it."""

    connection: psycopg.Connection[Any]
    row: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.row["name"])

    @property
    def owner(self) -> str:
        return OWNER_COLUMN.get(self.name, "user_id")

    def rows(self, query: str) -> list[dict[str, Any]]:
        return self.connection.cursor(row_factory=dict_row).execute(query.encode(), self.row).fetchall()


def findings(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.cursor(row_factory=dict_row).execute(_TABLES.encode()).fetchall()
    found = [Table(connection, row) for row in rows]
    missing = tables().keys() - {table.name for table in found}
    return [
        *(f"{name}: a model declares it and no migration makes it: write one" for name in sorted(missing)),
        *(f"{table.name}: {finding}" for table in found for finding in _of(table)),
    ]


def _of(table: Table) -> Iterator[str]:
    if table.name in WITHOUT_USERS_DATA:
        yield from _wall(table)
        yield from _too_much(table, {})
        return
    if table.row["kind"] != "r":
        yield "is no table: what reads others' tables with its owner's rights needs a decision of its own"
        return
    if table.name not in tables():
        yield f"no model: write shared/tables/{table.name}.py, or say in WITHOUT_USERS_DATA why it holds nobody's data"
    yield from _wall(table)
    yield from _policies(table)
    yield from _grants(table)
    yield from _keys(table)
    if table.name not in {one.name for one in EXPORT.tables}:
        yield "is not in the export of a user's data: shared/tables/export.py takes each table that has a user_id"


def _wall(table: Table) -> Iterator[str]:
    if not table.row["enabled"]:
        yield f"row security is off: alter table {table.name} enable row level security"
    if not table.row["forced"]:
        yield f"row security does not bind the owner: alter table {table.name} force row level security"


def _policies(table: Table) -> Iterator[str]:
    mine = f"{table.owner} = (select current_setting('app.user_id', true))"
    write = f"create policy {table.name}_owner on {table.name} to {SERVES} using ({mine}) with check ({mine})"
    by_caller = f"({table.owner} = ( SELECT current_setting('app.user_id'::text, true) AS current_setting))"
    serving = 0
    for policy in table.rows(_POLICIES):
        drop = f"drop policy {policy['name']} on {table.name}"
        if policy["roles"] == [SERVES]:
            serving += 1
            if (policy["using"], policy["checked"]) != (by_caller, by_caller):
                yield f"policy {policy['name']} is not by the caller: {drop}; {write}"
            if not policy["permissive"] or policy["command"] != "*":
                yield f"policy {policy['name']} is not for all commands: {drop}; {write}"
        else:
            yield f"policy {policy['name']} is for {', '.join(policy['roles'])}: {drop}"
    if serving != 1:
        yield f"{serving} policies for {SERVES} instead of one: {write}"


def _grants(table: Table) -> Iterator[str]:
    wanted = {SERVES: {"select", "insert", "update", "delete"}}
    given = _given(table)
    for role, needs in wanted.items():
        if lacks := needs - given.get(role, set()):
            yield f"{role} lacks rights: grant {', '.join(sorted(lacks))} on {table.name} to {role}"
    yield from _too_much(table, wanted)


def _too_much(table: Table, wanted: Mapping[str, set[str]]) -> Iterator[str]:
    for role, rights in _given(table).items():
        if more := rights - wanted.get(role, set()):
            yield f"{role} has rights too many: revoke {', '.join(sorted(more))} on {table.name} from {role}"


def _given(table: Table) -> dict[str, set[str]]:
    return {row["role"]: set(row["rights"].split(", ")) for row in table.rows(_GRANTS)}


def _keys(table: Table) -> Iterator[str]:
    key = table.row["key"] or []
    if key[:1] != [table.owner]:
        yield f"the primary key is ({', '.join(key)}): it must begin with {table.owner}: primary key ({table.owner}, …)"
    cascade = "FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE"
    if table.name in WITHOUT_FOREIGN_KEY or table.owner == "id":
        return
    if cascade not in (table.row["references"] or []):
        yield f"outlives its user: alter table {table.name} add {cascade.lower()}"
