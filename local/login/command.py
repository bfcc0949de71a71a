"""`make login`."""

import argparse
import os

from local.commands import Commands


def add(commands: Commands) -> None:
    login = commands.add(
        "login", _run, summary="print a new connection string for the functions, or for the purge", example="purge"
    )
    login.add_argument("kind", nargs="?", default="functions", help="who logs in with it: functions or purge")


def _run(options: argparse.Namespace) -> int:
    from local.login.run import login

    return login(options.kind, os.environ)
