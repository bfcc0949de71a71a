"""`make dev`."""

import argparse
import os

from local.commands import Commands


def add(commands: Commands) -> None:
    commands.add("dev", _run, summary="serve the API on http://127.0.0.1:$PORT", example="", interrupted=0)


def _run(_: argparse.Namespace) -> int:
    from local.dev.run import run

    run(os.environ)
    return 0
