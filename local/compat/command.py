"""`make compat` and `make release`."""

import argparse

from local.commands import Commands


def add(commands: Commands) -> None:
    commands.add("compat", _compare, summary="compare docs/openapi.yaml with that of the last release", example="")
    release = commands.add(
        "release", _release, summary="keep docs/openapi.yaml as that of the present version", example="0.2.0"
    )
    release.add_argument("version")


def _compare(_: argparse.Namespace) -> int:
    from local.compat.release import compare, of_the_project

    print(compare(of_the_project()))
    return 0


def _release(options: argparse.Namespace) -> int:
    from local import ROOT
    from local.compat.release import of_the_project

    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    print(f"kept: {of_the_project().keep(options.version, changelog).relative_to(ROOT)}")
    return 0
