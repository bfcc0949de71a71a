"""The schema of the database that `make dev` serves, brought to the newest while it serves."""

import asyncio
from collections.abc import Mapping

from local.dev.database import Served
from local.postgres.developer import applied_revisions, running_alembic


async def migrated(database: Served, environ: Mapping[str, str]) -> str:
    """Apply what is new; gives what was done, or nothing.

    Raises:
        MigrationError: it could not be.
    """
    if database.origin == "remote":
        return "a migration was saved: it is not applied to a database on another machine (make migrate)"
    before = await asyncio.to_thread(_revision, database.owner)
    with running_alembic(database.owner, environ, "upgrade", "head") as wait_until_migrated:
        await asyncio.to_thread(wait_until_migrated)
    await asyncio.to_thread(database.let_serve)
    after = await asyncio.to_thread(_revision, database.owner)
    return "" if before == after else f"migrated the database from {before} to {after}"


def _revision(url: str) -> str:
    return ", ".join(applied_revisions(url)) or "nothing"
