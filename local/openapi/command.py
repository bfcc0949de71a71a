"""`make openapi`."""

import argparse

from local.commands import Commands


def add(commands: Commands) -> None:
    openapi = commands.add("openapi", _run, summary="write docs/openapi.yaml", example="--check")
    openapi.add_argument("--check", action="store_true", help="change nothing; fail when it is out of date")


def _run(options: argparse.Namespace) -> int:
    from local.openapi.file import run

    return run(check=options.check)
