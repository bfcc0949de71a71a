"""Who is compared: this project, and others that answer the same requests from the same database."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.database import USERS, Database
from local import ROOT
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.e2e.node import why_not_here

PEERS = ROOT / "benchmarks" / "peers"
NODE = PEERS / "node"
_OF_CHALICE = ROOT / ".venv-bench"
_FUNCTIONS = {
    "list": "list_tasks",
    "list of 100": "list_tasks",
    "get": "get_task",
    "create": "create_task",
    "patch": "patch_task",
    "batch": "batch_tasks",
    "changes": "list_task_changes",
}
_TYPICAL = frozenset({"list", "create"})


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    module: str = ""
    """Of its handler; this project has one for each request."""
    requests: frozenset[str] = _TYPICAL
    user: str = USERS[1]
    rest: bool = False
    """Whether it is called as behind a REST API (payload 1.0)."""
    node: bool = False
    environment: Path | None = None
    """Of its libraries, where they are not this project's."""
    settings: Mapping[str, str] = field(default_factory=dict)

    def module_for(self, request: str) -> str:
        return self.module or f"functions.{_FUNCTIONS[request]}"

    def settings_for(self, database: Database) -> dict[str, str]:
        """The whole environment of its process: nothing that this one has but the path."""
        url = database.superuser
        urls = {"PEER_DATABASE_URL": url, "TUTORIAL_DATABASE_URL": url.replace("postgresql:", "postgresql+psycopg:", 1)}
        return {
            "PATH": os.environ["PATH"],
            "AUTH_SECRET": DEVELOPMENT_SECRET,
            **({} if self.module else _OURS | {"DATABASE_URL": database.functions}),
            **(urls if self.module else {}),
            **self.settings,
        }

    def why_not_here(self) -> str | None:
        """What is missing on this machine."""
        if self.node:
            return why_not_here()
        if self.environment and not self.environment.exists():
            return f"needs {self.environment.name}: make {self.environment.name}"
        return None


# What would refuse so many requests of one user is set too high to be met. Log line and metrics are written, as in AWS.
_OURS = {
    "RATE_LIMIT_PER_MINUTE": "999999",
    "QUOTA_ROWS": "99999999",
    "POWERTOOLS_METRICS_NAMESPACE": "TasksApi/benchmark",
}
BARE = Contender("a bare handler", "bare", _TYPICAL | {"get", "patch"})
OURS = Contender("this project", requests=frozenset(_FUNCTIONS), user=USERS[0])
OURS_UNLIMITED = Contender(
    "this project, no rate limit",
    requests=frozenset(_FUNCTIONS),
    user=USERS[0],
    settings={"RATE_LIMIT_PER_MINUTE": "0"},
)
USUAL = Contender("FastAPI, SQLModel, Mangum", "tutorial")
POWERTOOLS = Contender("Powertools' resolver, psycopg", "powertools_resolver")
CHALICE = Contender("Chalice, psycopg", "chalice_rest", rest=True, environment=_OF_CHALICE)
NODE_HONO = Contender("Node, Hono, pg", str(NODE / "dist" / "app.cjs"), node=True)
ALL = (BARE, OURS, OURS_UNLIMITED, USUAL, POWERTOOLS, CHALICE, NODE_HONO)


def here(contenders: tuple[Contender, ...] = ALL, request: str = "list") -> list[Contender]:
    """Those that this machine can run and that answer this request; who is left out is said."""
    found = []
    for contender in contenders:
        if missing := contender.why_not_here():
            print(f"{contender.name} is left out: it {missing}", file=sys.stderr)
        elif request in contender.requests:
            found.append(contender)
    return found


def site_packages(environment: Path) -> Path:
    return environment / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
