"""`python -m local COMMAND`: what the Makefile's targets call."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from shared.core.auth.settings import SUPPORTED_ALGORITHMS
from shared.core.settings import ConfigurationError


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except KeyboardInterrupt:
        return 0 if command in (_dev, _logs) else 130
    except ConfigurationError as error:
        return _fail(*error.faults)
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "local":
            raise
        return _fail(str(error))


def _dev(_: argparse.Namespace) -> int:
    from local.gateway.dev import run

    run(os.environ)
    return 0


def _token(options: argparse.Namespace) -> int:
    from local.tokens.keys import development_key
    from local.tokens.mint import addressed, mint, read_claims, usual_lifetime

    key = None if options.algorithm == "HS256" else development_key(options.algorithm)
    claims = addressed(os.environ, with_key=key is not None) | read_claims(options.claim)
    lifetime_s = usual_lifetime(os.environ) if options.lifetime is None else options.lifetime
    print(mint(options.user, lifetime_s=lifetime_s, claims=claims, key=key))
    return 0


def _jwks(_: argparse.Namespace) -> int:
    from local.tokens.keys import public_key_set

    print(json.dumps(public_key_set(), separators=(",", ":")))
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from local.doctor.examine import examine

    return examine(os.environ, options.token or os.environ.get("TOKEN"))


def _migrate(options: argparse.Namespace) -> int:
    from local.postgres.developer import developer_database, finish_alembic, start_alembic

    direction, target = ("downgrade", "-1") if options.down else ("upgrade", "head")
    with developer_database(os.environ, shared=True) as url:
        print(finish_alembic(start_alembic(url, os.environ, direction, target)))
        print(finish_alembic(start_alembic(url, os.environ, "current")))
    return 0


def _login(options: argparse.Namespace) -> int:
    from local.login.run import login

    return login(options.kind, os.environ)


def _replay(options: argparse.Namespace) -> int:
    from local.replay.report import replay

    return replay(options.event, update=options.update)


def _smoke(_: argparse.Namespace) -> int:
    from local.smoke.run import smoke

    return smoke(os.environ.get("URL", ""), os.environ.get("TOKEN", ""), os.environ)


def _deploy(options: argparse.Namespace) -> int:
    from local.deploy.steps import deploy

    return deploy(options.config, os.environ, dry_run=options.dry_run)


def _logs(options: argparse.Namespace) -> int:
    from local.logs import DEV_LOG, show

    return show(DEV_LOG, follow=not options.once)


def _openapi(options: argparse.Namespace) -> int:
    from local.openapi.file import run

    return run(check=options.check)


def _sbom(_: argparse.Namespace) -> int:
    from local.sbom.document import write

    return write()


def _resource(options: argparse.Namespace) -> int:
    from local.scaffold.make import make_resource
    from local.scaffold.remove import remove_resource

    if options.remove:
        remove_resource(options.name)
    else:
        make_resource(options.name, options.plural, options.fields)
    return 0


def _not_itself(word: str) -> str:
    if word != "-":
        raise argparse.ArgumentTypeError("a token is read from standard input (-) or from TOKEN: all can see this line")
    return word


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description="What runs on a developer's machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    dev = commands.add_parser("dev", help="serve the API on http://127.0.0.1:$PORT")
    dev.set_defaults(command=_dev)

    token = commands.add_parser("token", help="print a development token")
    token.add_argument("user", help="the subject")
    token.add_argument("--lifetime", type=int, metavar="SECONDS", help="12 hours when left out; negative: expired")
    token.add_argument(
        "--claim",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="add or replace one (JSON, or text); null leaves it out; may be repeated",
    )
    token.add_argument(
        "--algorithm",
        default="HS256",
        choices=("HS256", *SUPPORTED_ALGORITHMS),
        help="HS256 signs with the development secret, the others with a key pair of this clone",
    )
    token.set_defaults(command=_token)

    jwks = commands.add_parser("jwks", help="print the public keys of those tokens, for AUTH_JWKS")
    jwks.set_defaults(command=_jwks)

    doctor = commands.add_parser("doctor", help="say what is wrong with a token, or with settings and database")
    doctor.add_argument(
        "token", nargs="?", type=_not_itself, metavar="-", help="read it from standard input, not $TOKEN"
    )
    doctor.set_defaults(command=_doctor)

    migrate = commands.add_parser("migrate", help="bring DATABASE_URL, or the embedded database, to the newest schema")
    migrate.add_argument("--down", action="store_true", help="take the newest revision back")
    migrate.set_defaults(command=_migrate)

    login = commands.add_parser("login", help="print a new connection string for the functions, or for the purge")
    login.add_argument("kind", nargs="?", default="functions", help="who logs in with it: functions or purge")
    login.set_defaults(command=_login)

    replay = commands.add_parser("replay", help="run events/*.json through their handlers")
    replay.add_argument("event", nargs="?", type=Path, help="only this one, with request and answer")
    replay.add_argument("--update", action="store_true", help="expect what is answered now, from now on")
    replay.set_defaults(command=_replay)
    smoke = commands.add_parser("smoke", help="check the contract's core at $URL as the user of $TOKEN")
    smoke.set_defaults(command=_smoke)

    deploy = commands.add_parser("deploy", help="build, migrate, deploy and test a section of samconfig.toml")
    deploy.add_argument("config", nargs="?", default="default", help="the section (default: default)")
    deploy.add_argument("--dry-run", action="store_true", help="only say what would be done")
    deploy.set_defaults(command=_deploy)

    logs = commands.add_parser("logs", help="show what the functions log under make dev")
    logs.add_argument("--once", action="store_true", help="end with the log, instead of waiting for more")
    logs.set_defaults(command=_logs)

    resource = commands.add_parser("resource", help="write a resource: table, endpoints, events, documents")
    resource.add_argument("name", help="one of it: note")
    resource.add_argument("--plural", default="", help="many of it, where that is not the name and an s")
    resource.add_argument("--fields", default="", help='"title:text(200) done:boolean=false due_at:timestamp?"')
    resource.add_argument(
        "--remove", action="store_true", help="take away what was written, unless it was changed since"
    )
    resource.set_defaults(command=_resource)

    sbom = commands.add_parser("sbom", help="describe what make build has made, and check its licences")
    sbom.set_defaults(command=_sbom)

    openapi = commands.add_parser("openapi", help="write docs/openapi.yaml")
    openapi.add_argument("--check", action="store_true", help="change nothing; fail when it is out of date")
    openapi.set_defaults(command=_openapi)
    return parser


def _fail(*lines: str) -> int:
    for line in lines:
        print(f"error: {line}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
