"""`python -m local preview`."""

import argparse
import os

from local.commands import Commands


def add(commands: Commands) -> None:
    preview = commands.add(
        "preview",
        _run,
        summary="deploy a pull request by itself, or take that away",
        example="up 12",
    )
    preview.add_argument("action", choices=("up", "down", "sweep"), help="sweep: down, of all that are closed")
    preview.add_argument("number", type=int, nargs="?", help="of the pull request")


def _run(options: argparse.Namespace) -> int:
    from local.preview.run import down, sweep, up

    if options.action == "sweep":
        return sweep(os.environ)
    return (up if options.action == "up" else down)(options.number, os.environ)
