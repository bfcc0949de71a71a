"""The schema of the database that `make dev` serves, brought to the newest while it serves."""

import asyncio
from collections.abc import Mapping

from local.dev.database import Served
from local.postgres.connect import connect
from local.postgres.developer import migrating
from shared.core.database.conninfo import connection_parameters


async def migrated(database: Served, environ: Mapping[str, str]) -> str:
    """Apply what is new; gives what was done, or nothing.

    Raises:
        MigrationError: it could not be.
    """
    if database.origin == "remote":
        return "a migration was saved: it is not applied to a database on another machine (make migrate)"
    before = await asyncio.to_thread(_revision, database.owner)
    with migrating(database.owner, environ) as wait_until_migrated:
        await asyncio.to_thread(wait_until_migrated)
    await asyncio.to_thread(database.let_serve)
    after = await asyncio.to_thread(_revision, database.owner)
    return "" if before == after else f"migrated the database from {before} to {after}"


def _revision(url: str) -> str:
    with connect(connection_parameters(url)) as connection:
        found = connection.execute("select version_num from alembic_version").fetchone()
    return str(found[0]) if found else "nothing"
