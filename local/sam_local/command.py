"""`make invoke` and `make start-api`."""

import argparse
import os
from pathlib import Path

from local.commands import Commands


def add(commands: Commands) -> None:
    invoke = commands.add(
        "invoke",
        _invoke,
        summary="run an event through its function, built, in sam local's container",
        example="events/list_tasks.json",
    )
    invoke.add_argument("event", type=Path, help="a file of events/")
    commands.add(
        "start-api",
        _start_api,
        summary="serve all functions, built, from sam local's containers",
        example="",
        interrupted=0,
    )


def _invoke(options: argparse.Namespace) -> int:
    from local.sam_local.run import invoke

    return invoke(options.event, os.environ)


def _start_api(_: argparse.Namespace) -> int:
    from local.sam_local.run import start_api

    return start_api(os.environ)
