"""`python -m local COMMAND`: what a command is, and where they are found: each in its room, in a module `command`."""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import TypeAlias

from local import ROOT

Run: TypeAlias = Callable[[argparse.Namespace], int]
"""Gives the exit code."""


class Commands:
    """The parser of all commands, to which each room adds its own."""

    def __init__(self) -> None:
        self.parser = argparse.ArgumentParser(
            prog="python -m local",
            description="What runs on a developer's machine; each command has a target of make.",
            epilog="example: python -m local token alice --lifetime 60",
        )
        self._parsers = self.parser.add_subparsers(required=True, metavar="COMMAND")
        for module in sorted((ROOT / "local").glob("*/command.py")):
            import_module(f"local.{module.parent.name}.command").add(self)

    def add(
        self, name: str, run: Run, *, summary: str, example: str, interrupted: int = 130
    ) -> argparse.ArgumentParser:
        """What `run` needs it imports itself. `interrupted`: the exit code after Ctrl-C, 0 for what runs until then."""
        description = f"{summary[0].upper()}{summary[1:]}."
        parser = self._parsers.add_parser(
            name, help=summary, description=description, epilog=f"example: python -m local {name} {example}".rstrip()
        )
        parser.set_defaults(run=run, interrupted=interrupted)
        return parser
