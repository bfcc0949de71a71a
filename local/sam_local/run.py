"""Builds for this machine, offers the database to containers, and calls `sam local` with both."""

import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from local import ROOT
from local.dev.database import Served, served_database
from local.postgres.developer import migrating
from local.replay.events import read_event
from local.sam_local.offer import bridge_address, offered
from local.template import read_template
from local.tokens.auth_settings import names_no_key
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.database.conninfo import connection_parameters

_SAM = ROOT / ".venv-sam" / "bin" / "sam"
_TEMPLATE = ROOT / "template.yaml"
# What a container calls this machine; on Linux it has to be told.
_HOST = "host.docker.internal"
_ADD_HOST = f"{_HOST}:host-gateway"
_OURS = ("AUTH_", "RATE_LIMIT_", "QUOTA_")


class SamLocalError(Exception):
    """It cannot be run; the text is for the developer."""


def invoke(event: Path, environ: Mapping[str, str]) -> int:
    """Run one event through its function; sam's exit code.

    Raises:
        SamLocalError, EventError, PostgresError, MigrationError: it cannot be run.
    """
    function = read_event(event, read_template(_TEMPLATE)).function
    return _run(["invoke", function.name, "--event", str(event.resolve())], environ)


def start_api(environ: Mapping[str, str]) -> int:
    """Serve until Ctrl-C; sam's exit code."""
    # A container stays for the next request: to start one takes two seconds.
    return _run(["start-api", "--port", environ.get("PORT") or "3000", "--warm-containers=LAZY"], environ)


def architecture() -> str:
    """Of this machine, as Lambda calls it."""
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def _run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    _build(environ)
    with served_database(environ, remote=False) as database:
        with migrating(database.owner, environ) as wait_until_migrated:
            wait_until_migrated()
        database.let_serve()
        with _reachable(database) as url, tempfile.TemporaryDirectory(prefix="tasks-sam-") as directory:
            settings = Path(directory) / "env.json"
            settings.touch(mode=0o600)
            settings.write_text(json.dumps({"Parameters": _settings(environ, url)}))
            command = [str(_SAM), "local", *arguments, "--env-vars", str(settings), "--add-host", _ADD_HOST]
            return _to_its_end(command, environ)


def _to_its_end(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """The exit code. Ctrl-C reaches sam as well, which takes its containers away before it ends."""
    with subprocess.Popen(command, cwd=ROOT, env=_environment(environ)) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise


def _build(environ: Mapping[str, str]) -> None:
    print(f"Building for this machine ({architecture()})", flush=True)
    command = ["make", "--no-print-directory", "build", f"ARCH={architecture()}"]
    built = subprocess.run(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if built.returncode:
        raise SamLocalError(f"the build failed: {built.stdout.strip()}")


def _settings(environ: Mapping[str, str], url: str) -> dict[str, str]:
    ours = {name: value for name, value in environ.items() if name.startswith(_OURS) and value}
    secret = {"AUTH_SECRET": DEVELOPMENT_SECRET, "AUTH_ALGORITHMS": "HS256"} if names_no_key(environ) else {}
    return {**ours, **secret, "DATABASE_URL": url}


@contextmanager
def _reachable(database: Served) -> Iterator[str]:
    """The functions' connection string as a container has to have it."""
    given = connection_parameters(database.functions)
    if given["host"].startswith("/"):
        socket_path = f"{given['host']}/.s.PGSQL.{given.get('port', '5432')}"
        with offered(socket_path, given["user"], bridge_address()) as port:
            yield f"postgresql://{quote(given['user'])}@{_HOST}:{port}/{quote(given['dbname'])}?sslmode=disable"
    else:
        # A server of the developer's own: it has to listen where containers reach it.
        yield database.functions.replace("localhost", _HOST, 1).replace("127.0.0.1", _HOST, 1)


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **environ, "SAM_CLI_TELEMETRY": "0"}
