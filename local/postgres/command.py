"""`make migrate` and `make migrate-down`."""

import argparse
import os

from local.commands import Commands


def add(commands: Commands) -> None:
    migrate = commands.add(
        "migrate",
        _run,
        summary="bring DATABASE_URL, or the embedded database, to the newest schema",
        example="--down",
    )
    migrate.add_argument("--down", action="store_true", help="take the newest revision back")


def _run(options: argparse.Namespace) -> int:
    from local.postgres.developer import developer_database, finish_alembic, start_alembic

    direction, target = ("downgrade", "-1") if options.down else ("upgrade", "head")
    print("taking the newest revision back" if options.down else "migrating to the newest revision", flush=True)
    with developer_database(os.environ, shared=True) as url:
        print(finish_alembic(start_alembic(url, os.environ, direction, target)))
        print(finish_alembic(start_alembic(url, os.environ, "current")))
    return 0
