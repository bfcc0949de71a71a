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
  coalesce(pg_has_role(r.oid, b.oid, 'usage'), false) as inherits,
  coalesce(pg_has_role(r.oid, b.oid, 'member with admin option'), false) as hands_on,
  array(select d.datname::text from pg_database d where d.datname = current_database()
    and (has_database_privilege(r.oid, d.oid, 'create') or has_database_privilege(b.oid, d.oid, 'create'))) as makes_in,
  array(select n.nspname::text from pg_namespace n where n.nspname !~ '^pg_(temp|toast)'
    and (has_schema_privilege(r.oid, n.oid, 'create') or has_schema_privilege(b.oid, n.oid, 'create'))
    order by 1) as creates_in
from pg_roles r left join pg_roles b on b.rolname = %s where r.rolname = session_user
"""
# What depends on it: 'o' it owns, 'a' names it in its grants, 'r' is a policy that names it. On schemas and databases
# the one right that matters is looked at above.
_DEPENDENTS = """
select pg_describe_object(d.classid, d.objid, d.objsubid) as object, d.deptype::text as how
from pg_shdepend d join pg_roles r on r.rolname = session_user
where d.refclassid = 'pg_authid'::regclass and d.dbid in (0, (select oid from pg_database
    where datname = current_database()))
  and (d.refobjid = r.oid or (d.deptype = 'o' and pg_has_role(r.oid, d.refobjid, 'member')))
  and (d.deptype in ('o', 'r')
    or (d.deptype = 'a' and d.classid not in ('pg_namespace'::regclass, 'pg_database'::regclass)))
order by 1
"""
_OF_DEPENDENTS = {"o": "owns", "a": "has rights of its own on", "r": "is named by"}
_ATTRIBUTES = {
    "rolsuper": "is a superuser",
    "rolcreaterole": "may create roles",
    "rolcreatedb": "may create databases",
    "rolbypassrls": "bypasses row security",
    "rolreplication": "may replicate the server",
}


def faults_of(connection: Connection, kind: Kind) -> str:
    """What the role of this connection may and should not, or should and may not, in one line; or nothing."""
    cursor = connection.cursor(row_factory=dict_row)
    row = cursor.execute(_POWER, (kind.becomes,)).fetchone()
    if row is None:
        return ""
    found = list(_faults(row, kind))
    if not row["owned"] and not row["rolsuper"]:  # either says it all: it may create and become what it likes
        found += [*_further(row, kind), *_of_dependents(cursor.execute(_DEPENDENTS).fetchall())]
    return f"{row['name']} {', '.join(found)}" if found else ""


def _faults(row: dict[str, object], kind: Kind) -> Iterator[str]:
    yield from (fault for attribute, fault in _ATTRIBUTES.items() if row[attribute])
    if owned := _names(row["owned"]):
        yield f"owns {owned[0]}" + (f" and {len(owned) - 1} other tables" if len(owned) > 1 else "")
    if kind.becomes not in _names(row["becomes"]):
        yield f"may not become {kind.becomes}"


def _further(row: dict[str, object], kind: Kind) -> Iterator[str]:
    if row["inherits"]:
        yield f"has the rights of {kind.becomes} unasked"
    if row["hands_on"]:
        yield f"may grant {kind.becomes}"
    if databases := _names(row["makes_in"]):
        yield f"may create schemas in the database {databases[0]}"
    if schemas := _names(row["creates_in"]):
        yield f"may create tables in the schema {', '.join(schemas)}"
    if others := [name for name in _names(row["becomes"]) if name != kind.becomes]:
        yield f"may become {', '.join(others)}"


def _of_dependents(rows: list[dict[str, object]]) -> Iterator[str]:
    for how, words in _OF_DEPENDENTS.items():
        if objects := [str(row["object"]) for row in rows if row["how"] == how]:
            yield f"{words} {objects[0]}" + (f" and {len(objects) - 1} more" if len(objects) > 1 else "")


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []
