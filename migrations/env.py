"""Alembic's entry point: connects to DATABASE_URL and runs the revisions in one transaction each, patiently."""

import os
from importlib import import_module
from pkgutil import iter_modules

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from migrations.patience import LOCK_TIMEOUT_MS, patiently
from shared import tables
from shared.core.database.conninfo import connection_parameters, database_url_faults, direct_url

for module in iter_modules(tables.__path__):
    import_module(f"{tables.__name__}.{module.name}")


def database_url() -> str:
    """The URL to migrate: what the caller put into Alembic's config, else DATABASE_URL."""
    url = context.config.attributes.get("database_url") or os.environ.get("DATABASE_URL", "")
    if faults := database_url_faults(url):
        raise SystemExit("\n".join(faults))
    return direct_url(url)


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name in (None, "retention")


def run() -> None:
    parameters = connection_parameters(database_url(), sslmode=os.environ.get("DATABASE_SSLMODE") or None)
    engine = create_engine("postgresql+psycopg://", connect_args=parameters, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"set lock_timeout = {LOCK_TIMEOUT_MS}"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            compare_type=True,
            compare_server_default=True,
            include_schemas=True,
            include_name=_is_ours,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


patiently(run)
