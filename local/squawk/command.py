"""`make check`: the migrations."""

import argparse

from local.commands import Commands


def add(commands: Commands) -> None:
    commands.add("squawk", _run, summary="lint the SQL of the migrations", example="")


def _run(_: argparse.Namespace) -> int:
    from local.squawk import SquawkError
    from local.squawk.lint import faults
    from local.squawk.sql import migrations
    from local.versions import released_versions

    every = list(migrations())
    if found := list(faults(every, released_versions())):
        raise SquawkError("\n".join(["a migration must leave the running version working:", *found]))
    print(f"{len(every)} migrations only add, and let writes go on")
    return 0
