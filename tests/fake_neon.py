"""A Neon that keeps one project, and writes down what it is asked; its branches are databases of a test's server."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.answering import answering

KEY, PROJECT = "napi_the-key-of-the-project", "quiet-brook-123"
Answer = tuple[int, Any]


def _ignored(_: str) -> str:
    return "postgresql://owner:hidden@ep-a-pooler.example/tasks"


@dataclass
class FakeNeon:
    """`make` a branch's database, and give its URL; `drop` it.

    `later` gives that many answers of 423 first. `statuses` are what an operation goes through. `refused` answers an
    error to requests that begin so.
    """

    make: Callable[[str], str] = _ignored
    drop: Callable[[str], object] = _ignored
    address: str = ""
    branches: dict[str, str] = field(default_factory=lambda: {"br-main": "main"})
    urls: dict[str, str] = field(default_factory=dict)
    databases: int = 1
    page: int = 100
    later: int = 0
    statuses: tuple[str, ...] = ("finished",)
    refused: str = "never"
    asked: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {"NEON_API_URL": self.address, "NEON_API_KEY": KEY, "NEON_PROJECT_ID": PROJECT}

    def answer(self, method: str, target: str, key: str, body: Any) -> Answer:
        address = urlsplit(target)
        path = address.path.removeprefix(f"/projects/{PROJECT}")
        self.asked.append(f"{method} {path}")
        if key != f"Bearer {KEY}" or path == address.path:
            return 401, {"message": "not authorized"}
        if self.later:
            self.later -= 1
            return 423, {"message": "project already has running operations"}
        if self.asked[-1].startswith(self.refused):
            return 403, {"message": "not allowed here"}
        return self._route(method, path.strip("/").split("/"), dict(parse_qsl(address.query)), body)

    def _route(self, method: str, path: list[str], query: dict[str, str], body: Any) -> Answer:
        match method, path:
            case "GET", ["branches"]:
                return self._list(query)
            case "POST", ["branches"]:
                return self._make(body["branch"]["name"], body["endpoints"])
            case "DELETE", ["branches", branch]:
                return self._delete(branch)
            case "GET", ["branches", _, "databases"]:
                return 200, {"databases": [{"name": "tasks", "owner_name": "owner"}] * self.databases}
            case "GET", ["connection_uri"]:
                assert (query["database_name"], query["role_name"], query["pooled"]) == ("tasks", "owner", "true")
                return 200, {"uri": self.urls[query["branch_id"]]}
            case "GET", ["operations", number]:
                return 200, {"operation": self._operation(int(number) + 1)}
        raise AssertionError((method, path))

    def _list(self, query: dict[str, str]) -> Answer:
        found = [{"id": key, "name": name, "default": key == "br-main"} for key, name in self.branches.items()]
        found = [branch for branch in found if query["search"] in str(branch["name"])]
        start = int(query.get("cursor", 0))
        following = {"pagination": {"next": str(start + self.page)}} if found[start + self.page :] else {}
        return 200, {"branches": found[start : start + self.page], **following}

    def _make(self, name: str, endpoints: list[dict[str, str]]) -> Answer:
        assert endpoints == [{"type": "read_write"}]
        branch = f"br-{name}"
        self.branches[branch], self.urls[branch] = name, self.make(name)
        return 201, {"branch": {"id": branch, "name": name}, "operations": [self._operation(0)]}

    def _delete(self, branch: str) -> Answer:
        if branch not in self.branches:
            return 204, None
        self.drop(self.branches.pop(branch))
        return 200, {"branch": {"id": branch}, "operations": [self._operation(0)]}

    def _operation(self, number: int) -> dict[str, Any]:
        return {"id": str(number), "action": "start_compute", "status": self.statuses[number]}


@contextmanager
def fake_neon() -> Iterator[FakeNeon]:
    neon = FakeNeon()

    class Asked(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, said = neon.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
            content = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815  # as http.server calls them

        def log_message(self, *_: object) -> None:
            pass

    with answering(Asked) as port:
        neon.address = f"http://127.0.0.1:{port}"
        yield neon
