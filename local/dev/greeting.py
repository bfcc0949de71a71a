"""What `make dev` says when it is ready."""

from collections.abc import Mapping

from local.dev.database import Served
from local.dev.options import Options
from local.tokens.mint import mint, usual_lifetime
from local.tokens.source import token_source
from local.workers.debugging import HOST
from shared.core.auth.settings import DEVELOPMENT_SECRET


def greet(url: str, options: Options, environment: Mapping[str, str], database: Served) -> None:
    lines = [*_of_database(database), ""]
    lines += [f"Serving {url}  (Ctrl-C stops it; make logs shows more of each request)"]
    lines += [f"To try it in a browser: {url}/docs", *_of_options(options), ""]
    if environment.get("AUTH_SECRET") == DEVELOPMENT_SECRET:
        lines += _with_token(url, environment)
    else:
        lines += [*_of_issuer(environment), f'curl -H "Authorization: Bearer $TOKEN" {url}/api/tasks']
    print("\n".join([*lines, ""]), flush=True)


def _of_database(database: Served) -> list[str]:
    if database.origin == "given":
        as_owner = "The functions log in as its owner, since it lets no role in that the owner makes"
        used = "Using the server that DATABASE_URL names; the migrations were applied to it"
        return [used] if database.has_login else [used, as_owner]
    if database.origin == "remote":
        return ["Using the database that DATABASE_URL names, on another machine; nothing was migrated"]
    return []


def _of_options(options: Options) -> list[str]:
    debugged = [
        f"A debugger can attach to {HOST}:{options.debug_port} (VS Code: Attach to make dev)",
        "One request is served at a time, and none times out",
    ]
    traced = ["The spans of each request are shown (TRACE)"] if options.traced else []
    return [*(debugged if options.debug_port is not None else []), *traced, *options.provocation.words]


def _of_issuer(environment: Mapping[str, str]) -> list[str]:
    commands = token_source(environment).commands
    if not commands:
        return ["Tokens are those of your AUTH_* settings: take one from your issuer, then", ""]
    return [
        "Tokens are Better Auth's: in another terminal in this directory, as somebody who has signed up",
        "",
        *commands,
    ]


def _with_token(url: str, environment: Mapping[str, str]) -> list[str]:
    lifetime = usual_lifetime(environment)
    token = mint("alice", lifetime_s=lifetime)
    return [
        f"A token of alice for the next {lifetime / 3600:g} hours (of others: make -s token USER=bob):",
        "",
        token,
        "",
        f"curl -H 'Authorization: Bearer {token}' {url}/api/tasks",
    ]
