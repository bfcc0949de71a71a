"""`make deploy`."""

import argparse
import os

from local.commands import Commands

_MANNERS = {
    "--dry-run": "only say what would be done",
    "--migrated": "the database is migrated: DATABASE_URL, the owner's, is not needed",
    "--confirmed": "do not ask before a changeset is executed",
    "--roll-back": "if the smoke test fails, deploy again what was deployed before",
}


def add(commands: Commands) -> None:
    deploy = commands.add(
        "deploy", _run, summary="build, migrate, deploy and test a section of samconfig.toml", example="prod --dry-run"
    )
    deploy.add_argument("config", nargs="?", default="default", help="the section (default: default)")
    deploy.add_argument("--stack", default="", help="another name than the section's, for one stack of many")
    for option, meaning in _MANNERS.items():
        deploy.add_argument(option, action="store_true", help=meaning)


def _run(options: argparse.Namespace) -> int:
    from local.deploy.steps import Manner, deploy

    manner = Manner(
        dry_run=options.dry_run,
        migrated=options.migrated,
        confirmed=options.confirmed,
        rolls_back=options.roll_back,
        stack=options.stack,
    )
    return deploy(options.config, os.environ, manner)
