"""A pull request's own deployment: a branch of a Neon project that holds no users, and a stack of its own on it."""

import subprocess
from collections.abc import Mapping

import psycopg
from psycopg import sql

from local import ROOT
from local.deploy.parameters import read_deployment
from local.deploy.steps import Manner, deploy
from local.doctor.meaning import explain
from local.login.role import FUNCTIONS, PURGE, Kind
from local.login.rotation import issue
from local.neon.api import NeonApi
from local.neon.branch import branches, delete_branch, find_branch, make_branch, owner_url
from local.postgres.connect import connect
from local.postgres.developer import finish_alembic, start_alembic
from local.preview.stack import delete_stack
from shared.core.database.conninfo import connection_parameters, direct_url
from shared.core.database.settings import load_database_settings

CONFIG = "preview"
_BRANCH = "preview-pr-"
_SECONDS_TO_ASK = 60
# Row security hides rows, from the owner as well; pages it does not.
_FILLED = """
select relname from pg_class
where relkind in ('r', 'm') and pg_relation_size(oid) > 0
  and oid is distinct from to_regclass('public.alembic_version')
  and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast')
order by relname
"""
# The database's own comment: a copy of the branch has it too, so it names the branch.
_SEEN = "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"


class PreviewError(Exception):
    """There is no preview; the text says why."""


def up(number: int | None, environ: Mapping[str, str]) -> int:
    """Make or renew the preview of a pull request; returns 1 if it does not pass its smoke test.

    Raises:
        PreviewError, NeonError, LoginError, MigrationError, and what `deploy` raises: there is none, or the one before.
    """
    name = _branch_name(number)
    others = {setting: value for setting, value in environ.items() if setting != "NEON_API_KEY"}
    with NeonApi(environ) as api:
        url = _url_of_empty(api, name)
    print(f"the database is that of Neon's branch {name}", flush=True)
    print(finish_alembic(start_alembic(url, others, "upgrade", "head")), flush=True)
    logins = {"FUNCTIONS_DATABASE_URL": _login(url, FUNCTIONS), "PURGE_DATABASE_URL": _login(url, PURGE)}
    return deploy(CONFIG, {**others, **logins}, Manner(migrated=True, confirmed=True, stack=_stack_name(number)))


def down(number: int | None, environ: Mapping[str, str]) -> int:
    """The stack before the branch, whose name tells a sweep that something is left.

    Raises:
        NeonError, SamError, PreviewError: something is left.
    """
    name = _branch_name(number)
    with NeonApi(environ) as api:
        delete_stack(CONFIG, _stack_name(number), environ)
        if branch := find_branch(api, name):
            delete_branch(api, branch)
    print(f"nothing is left of {name}")
    return 0


def sweep(environ: Mapping[str, str]) -> int:
    """Take down each preview whose pull request is known to be closed: GitHub may have started no workflow for it.

    Raises:
        PreviewError: GitHub does not say which are; and as `down`.
    """
    with NeonApi(environ) as api:
        numbers = [branch.name.removeprefix(_BRANCH) for branch in branches(api, _BRANCH)]
    for number in numbers:
        if number.isdecimal() and _is_closed(number):
            down(int(number), environ)
    return 0


def _url_of_empty(api: NeonApi, name: str) -> str:
    """Previews are for whoever may open a pull request: what users entrusted to the service stays out of them.

    A branch that is there may be anybody's, or of a run that was cut off, so it says itself that it was seen empty.
    """
    if branch := find_branch(api, name):
        url = owner_url(api, branch)
        _require_empty(url, name)
        return url
    branch = make_branch(api, name)
    try:
        url = owner_url(api, branch)
        _require_empty(url, name)
    except BaseException:
        delete_branch(api, branch)
        raise
    return url


def _require_empty(url: str, branch: str) -> None:
    """Once: from then on, rows in it are the preview's own."""
    mark = f"was empty when it became {branch}"
    try:
        with connect(connection_parameters(direct_url(url))) as connection:
            if connection.execute(_SEEN).fetchone() == (mark,):
                return
            filled = [name for (name,) in connection.execute(_FILLED)]
            if not filled:
                database = sql.Identifier(connection.info.dbname)
                connection.execute(sql.SQL("comment on database {} is {}").format(database, mark))
    except psycopg.Error as error:
        raise PreviewError(f"the branch cannot be looked at: {explain(error)}") from None
    if filled:
        raise PreviewError(
            f"the branch {branch} has rows in {', '.join(filled)}: previews need a project of their own, in whose "
            "default branch nobody's data is"
        )


def _login(url: str, kind: Kind) -> str:
    issued: list[str] = []
    issue(load_database_settings({"DATABASE_URL": url}), kind, issued.append)
    return issued[0]


def _is_closed(number: str) -> bool:
    command = ["gh", "pr", "view", number, "--json", "state", "--jq", ".state"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_SECONDS_TO_ASK)
    except (OSError, subprocess.SubprocessError) as error:
        raise PreviewError(f"GitHub does not say whether pull request {number} is open: {error}") from None
    return asked.stdout.strip() in ("CLOSED", "MERGED")


def _branch_name(number: int | None) -> str:
    if number is None or number < 1:
        raise PreviewError("which? Give the number of the pull request")
    return f"{_BRANCH}{number}"


def _stack_name(number: int | None) -> str:
    return f"{read_deployment(ROOT / 'samconfig.toml', CONFIG, {}).stack}-{number}"
