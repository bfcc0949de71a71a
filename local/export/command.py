"""`make export`."""

import argparse
import os

from local.commands import Commands


def add(commands: Commands) -> None:
    summary = "write all that the API at $URL keeps of the user of $TOKEN"
    export = commands.add("export", _run, summary=summary, example="me.json")
    export.add_argument("file", nargs="?", default="", help="instead of standard output")


def _run(options: argparse.Namespace) -> int:
    from local.export.run import run

    return run(os.environ.get("URL", ""), os.environ.get("TOKEN", ""), options.file)
