"""`make logs`."""

import argparse

from local.commands import Commands


def add(commands: Commands) -> None:
    logs = commands.add(
        "logs", _run, summary="show what the functions log under make dev", example="--once", interrupted=0
    )
    logs.add_argument("--once", action="store_true", help="end with the log, instead of waiting for more")


def _run(options: argparse.Namespace) -> int:
    from local.logs.log import DEV_LOG, show

    return show(DEV_LOG, follow=not options.once)
