"""`make deploy`."""

import argparse
import os

from local.commands import Commands


def add(commands: Commands) -> None:
    deploy = commands.add(
        "deploy", _run, summary="build, migrate, deploy and test a section of samconfig.toml", example="prod --dry-run"
    )
    deploy.add_argument("config", nargs="?", default="default", help="the section (default: default)")
    deploy.add_argument("--dry-run", action="store_true", help="only say what would be done")


def _run(options: argparse.Namespace) -> int:
    from local.deploy.steps import deploy

    return deploy(options.config, os.environ, dry_run=options.dry_run)
