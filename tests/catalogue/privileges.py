"""Rights outside the tables of users: none are PUBLIC's, and each role has what it needs."""

from collections.abc import Iterator
from typing import Any

import psycopg

# (schema, what, role): rights. Everything that is not the owner's, tables of `public` aside: those are walls'.
WANTED = {
    ("public", "schema", "tasks_api"): "usage",
    ("retention", "schema", "tasks_api"): "usage",
    ("retention", "schema", "tasks_purge"): "usage",
    ("retention", "days", "tasks_api"): "insert",
    ("retention", "days", "tasks_purge"): "delete, select",
}
_TODAY = "((now() AT TIME ZONE 'UTC'::text))::date"
# Its rows take others with them: the purge sees and deletes what is past, who serves makes what is to come.
_DAYS = {
    "days_past": ("*", ["tasks_purge"], f"(day <= {_TODAY})", None),
    "days_to_come": ("a", ["tasks_api"], None, f"(day > {_TODAY})"),
}
_GRANTS = """
with things as (
  select nspname as schema, 'schema' as thing, nspacl as acl, nspowner as owner from pg_namespace
  union all select nspname, relname, relacl, relowner from pg_class c join pg_namespace n on n.oid = relnamespace
    where nspname <> 'public'
)
select schema, thing, coalesce(rolname, 'PUBLIC'), string_agg(distinct lower(privilege_type), ', ')
from things, aclexplode(acl) left join pg_roles r on r.oid = grantee
where schema in ('public', 'retention') and grantee <> owner group by 1, 2, 3
"""
_FUNCTIONS = """
select nspname, p.oid::regprocedure::text, array(
    select coalesce(rolname, 'PUBLIC') from aclexplode(coalesce(proacl, acldefault('f', proowner)))
    left join pg_roles r on r.oid = grantee where grantee <> proowner) as roles, prosecdef
from pg_proc p join pg_namespace n on n.oid = pronamespace where nspname in ('public', 'retention')
"""
_POLICIES = """
select polname, polcmd, array(select coalesce(rolname, 'PUBLIC') from unnest(polroles) r (oid)
  left join pg_roles using (oid)), pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
from pg_policy where polrelid = 'retention.days'::regclass
"""


def findings(connection: psycopg.Connection[Any]) -> list[str]:
    return [*_grants(connection), *_functions(connection), *_policies_of_days(connection)]


def _grants(connection: psycopg.Connection[Any]) -> Iterator[str]:
    there = {(schema, thing, role): rights for schema, thing, role, rights in connection.execute(_GRANTS)}
    for schema, thing, role in sorted(there.keys() | WANTED.keys()):
        given, wanted = there.get((schema, thing, role)), WANTED.get((schema, thing, role))
        if given != wanted:
            yield f"{schema}: {role} has {given or 'no right'} on {thing} instead of {wanted or 'none'}"


def _functions(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for schema, signature, roles, definer in connection.execute(_FUNCTIONS):
        if roles != ["tasks_api"]:
            yield (
                f"{schema}: {signature} is for {', '.join(roles) or 'nobody'}: revoke execute on function {signature} "
                f"from public; grant execute on function {signature} to tasks_api"
            )
        if definer:
            yield (
                f"{schema}: {signature} runs with its owner's rights, around row security: "
                f"alter function {signature} security invoker"
            )


def _policies_of_days(connection: psycopg.Connection[Any]) -> Iterator[str]:
    there = {name: tuple(rest) for name, *rest in connection.execute(_POLICIES)}
    for name in sorted(there.keys() | _DAYS.keys()):
        if there.get(name) != _DAYS.get(name):
            yield f"retention: policy {name} on days is {there.get(name)} instead of {_DAYS.get(name)}"
    query = "select relrowsecurity and relforcerowsecurity from pg_class where oid = 'retention.days'::regclass"
    if connection.execute(query).fetchone() != (True,):
        yield "retention: row security of days is off: alter table retention.days enable row level security, force it"
