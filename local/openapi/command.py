"""`make openapi`."""

import argparse
import json

from local.commands import Commands


def add(commands: Commands) -> None:
    openapi = commands.add("openapi", _run, summary="write docs/openapi.yaml", example="--check")
    how = openapi.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="change nothing; fail when it is out of date")
    how.add_argument("--json", action="store_true", help="change nothing; print it as JSON")


def _run(options: argparse.Namespace) -> int:
    from local.openapi.file import document, run

    if options.json:
        print(json.dumps(document()))
        return 0
    return run(check=options.check)
