"""`make docs`."""

import argparse

from local import ROOT
from local.commands import Commands


def add(commands: Commands) -> None:
    commands.add("docs", _run, summary="make a site of the documents, with all links checked", example="")


def _run(_: argparse.Namespace) -> int:
    from local.site.build import build

    print(build().relative_to(ROOT))
    return 0
