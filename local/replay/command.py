"""`make replay`."""

import argparse
from pathlib import Path

from local.commands import Commands


def add(commands: Commands) -> None:
    replay = commands.add(
        "replay", _run, summary="run events/*.json through their handlers", example="events/list_tasks.json"
    )
    replay.add_argument("event", nargs="?", type=Path, help="only this one, with request and answer")
    replay.add_argument("--update", action="store_true", help="expect what is answered now, from now on")


def _run(options: argparse.Namespace) -> int:
    from local.replay.report import replay

    return replay(options.event, update=options.update)
