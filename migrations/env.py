"""Alembic's entry point: connects to DATABASE_URL and runs the revisions in one transaction each, patiently."""

import os
from importlib import import_module
from pkgutil import iter_modules

from alembic import context
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.pool import NullPool

from migrations.patience import LOCK_TIMEOUT_MS, patiently
from shared.core.database.conninfo import connection_parameters, database_url_faults, direct_url

# Of `python -m alembic`: what goes along the revisions as they are written, and compares nothing.
_WITHOUT_MODELS = ("upgrade", "downgrade", "current")


def database_url() -> str:
    """The URL to migrate: what the caller put into Alembic's config, else DATABASE_URL."""
    url = context.config.attributes.get("database_url") or os.environ.get("DATABASE_URL", "")
    if faults := database_url_faults(url):
        raise SystemExit("\n".join(faults))
    return direct_url(url)


def _models() -> MetaData | None:
    """What the schema is compared with, unless nothing is: to import it takes a third of the time of a migration."""
    command, *_ = getattr(context.config.cmd_opts, "cmd", (None,))
    if getattr(command, "__name__", "") in _WITHOUT_MODELS:
        return None
    from sqlmodel import SQLModel

    from shared import tables

    for module in iter_modules(tables.__path__):
        import_module(f"{tables.__name__}.{module.name}")
    return SQLModel.metadata


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
            target_metadata=_models(),
            compare_type=True,
            compare_server_default=True,
            include_schemas=True,
            include_name=_is_ours,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


patiently(run)
