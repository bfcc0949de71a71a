"""`make smoke`."""

import argparse
import os

from local.commands import Commands


def add(commands: Commands) -> None:
    commands.add("smoke", _run, summary="check the contract's core at $URL as the user of $TOKEN", example="")


def _run(_: argparse.Namespace) -> int:
    from local.smoke.run import smoke

    return smoke(os.environ.get("URL", ""), os.environ.get("TOKEN", ""), os.environ)
