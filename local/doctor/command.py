"""`make doctor`."""

import argparse
import os

from local.commands import Commands


def add(commands: Commands) -> None:
    doctor = commands.add(
        "doctor", _run, summary="say what is wrong with a token, or with settings and database", example="- < token.txt"
    )
    doctor.add_argument(
        "token", nargs="?", type=_not_itself, metavar="-", help="read it from standard input, not $TOKEN"
    )


def _not_itself(word: str) -> str:
    if word != "-":
        raise argparse.ArgumentTypeError("a token is read from standard input (-) or from TOKEN: all can see this line")
    return word


def _run(options: argparse.Namespace) -> int:
    from local.doctor.examine import examine

    return examine(os.environ, options.token or os.environ.get("TOKEN"))
