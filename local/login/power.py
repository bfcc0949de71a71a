"""What is wrong with a role that functions log in as: whoever gets hold of one of them has all that it may."""

from collections.abc import Iterator

from psycopg.rows import dict_row

from local.login.role import Connection, Kind

_POWER = """
select r.rolname as name, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolbypassrls, r.rolreplication,
  array(select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and pg_has_role(r.oid, c.relowner, 'member') order by 1) as owned,
  array(select g.rolname::text from pg_roles g where g.oid <> r.oid and pg_has_role(r.oid, g.oid, 'member')
    order by 1) as becomes,
  coalesce(has_schema_privilege(r.oid, to_regnamespace('public'), 'create'), false) as creates
from pg_roles r where r.rolname = session_user
"""
_ATTRIBUTES = {
    "rolsuper": "is a superuser",
    "rolcreaterole": "may create roles",
    "rolcreatedb": "may create databases",
    "rolbypassrls": "bypasses row security",
    "rolreplication": "may replicate the server",
}


def faults_of(connection: Connection, kind: Kind) -> str:
    """What the role of this connection may and should not, or should and may not, in one line; or nothing."""
    row = connection.cursor(row_factory=dict_row).execute(_POWER).fetchone()
    found = [] if row is None else list(_faults(row, kind))
    return f"{row['name']} {', '.join(found)}" if row and found else ""


def _faults(row: dict[str, object], kind: Kind) -> Iterator[str]:
    yield from (fault for attribute, fault in _ATTRIBUTES.items() if row[attribute])
    owned, becomes = _names(row["owned"]), _names(row["becomes"])
    if owned:
        yield f"owns {owned[0]}" + (f" and {len(owned) - 1} other tables" if len(owned) > 1 else "")
    if kind.becomes not in becomes:
        yield f"may not become {kind.becomes}"
    if owned or row["rolsuper"]:
        return  # that says it all: it may create what it likes, and become whomever it has made
    if row["creates"]:
        yield "may create tables in the schema public"
    if others := [name for name in becomes if name != kind.becomes]:
        yield f"may become {', '.join(others)}"


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []
