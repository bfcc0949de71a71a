"""`make example`."""

import argparse
import os

from local.commands import Commands


def add(commands: Commands) -> None:
    commands.add(
        "example",
        _run,
        summary="serve the app of examples/web, with database, API and Better Auth",
        example="",
        interrupted=0,
    )


def _run(_: argparse.Namespace) -> int:
    from local.example.run import run

    return run(os.environ)
