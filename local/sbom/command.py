"""`make sbom`."""

import argparse

from local.commands import Commands


def add(commands: Commands) -> None:
    commands.add("sbom", _run, summary="describe what make build has made, and check its licences", example="")


def _run(_: argparse.Namespace) -> int:
    from local.sbom.document import write

    return write()
