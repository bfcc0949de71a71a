"""The client as npm packs it, in the front ends that people make: Next.js, Vite, plain Node, TanStack Query."""

import gzip
import json
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from local.npm import install
from tests.answering import answering
from tests.e2e.front_ends.workshop import app, installed, pack_and_install, run
from tests.e2e.node import why_not_here
from tests.e2e.typescript.package import CLIENT
from tests.e2e.typescript.test_typescript import OF_THE_READER
from tests.once import made_once
from tests.unit.markdown import blocks_of

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here())),
]

MOST_BYTES = 6000
SECONDS_TO_START = 60
USES = """
declare global {
  const process: { env: Record<string, string | undefined> };
}
const title: string | undefined = data?.data[0]?.title;
// @ts-expect-error it has a title
const titel = data?.data[0]?.titel;
$api.useMutation("post", "/api/tasks").mutate({ body: { title: "Buy milk" } });
// @ts-expect-error a title is a text
$api.useMutation("post", "/api/tasks").mutate({ body: { title: 1 } });
"""
# Declarations of libraries are checked too: those of the client are written by a later compiler than 5.9.
SETTINGS = {
    "compilerOptions": {
        "target": "ES2022",
        "lib": ["ES2022", "DOM", "DOM.Iterable"],
        "module": "ESNext",
        "moduleResolution": "bundler",
        "jsx": "react-jsx",
        "types": [],
        "strict": True,
        "noEmit": True,
        "skipDefaultLibCheck": True,
    },
    "include": ["example.ts", "app"],
}
TASK = {"id": "1", "title": "Buy milk", "version": 1}
PRINTED = "Buy milk\nfunction\n"


class Api(BaseHTTPRequestHandler):
    """A list with one task, for those who have the token."""

    def do_GET(self) -> None:
        known = self.headers["Authorization"] == "Bearer token"
        body = json.dumps({"data": [TASK], "meta": {"next_cursor": None}} if known else {"message": "no"}).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None: ...


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with answering(Api) as port:
        yield {"API": f"http://127.0.0.1:{port}", "TOKEN": "token"}


@pytest.fixture(scope="module")
def modules() -> Path:
    return installed()


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    install(CLIENT)
    return made_once(tmp_path_factory, "packed_client", pack_and_install)


def ask(address: str) -> str:
    """What a server answers that is being started."""
    for _ in range(SECONDS_TO_START * 10):
        try:
            with urllib.request.urlopen(address) as answer:
                return str(answer.read().decode())
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError(address)


def test_node_runs_it(modules: Path, packed: Path, environment: dict[str, str]) -> None:
    with app("node", modules, packed) as made:
        assert run(made.directory, "node", "main.mjs", **environment) == PRINTED
        assert sorted(path.name for path in made.client.iterdir()) == ["README.md", "dist", "package.json"]


def test_vite_bundles_it(modules: Path, packed: Path, environment: dict[str, str]) -> None:
    with app("vite", modules, packed) as made:
        made.tool("vite", "build")
        (bundle,) = (made.directory / "dist").glob("*.js")
        assert not re.search(r"\bfrom\s*[\"']|\bimport\s*[\"']", bundle.read_text())
        assert run(made.directory, "node", str(bundle), **environment) == PRINTED


def test_next_builds_and_serves_it(modules: Path, packed: Path, environment: dict[str, str]) -> None:
    with app("next", modules, packed) as made:
        assert "Turbopack" in made.tool("next", "build", **environment)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with made.serving("next", "start", "-H", "127.0.0.1", "-p", str(port), **environment):
            page = ask(f"http://127.0.0.1:{port}/")

    assert "<p>Buy milk</p>" in page
    assert "client: function, store: function" in page


def test_typescript_5_9_takes_its_types_and_so_does_openapi_react_query(modules: Path, packed: Path) -> None:
    """In the sources of the app for Next.js, which import all of it, and in the README's example."""
    compiler = json.loads((modules / "node_modules" / "typescript" / "package.json").read_text())
    assert compiler["version"].startswith("5.9.")
    (example,) = (
        block for block in blocks_of("ts", (CLIENT / "README.md").read_text()) if "openapi-react-query" in block
    )
    with app("next", modules, packed) as made:
        (made.directory / "tsconfig.json").write_text(json.dumps(SETTINGS))
        (made.directory / "example.ts").write_text(OF_THE_READER + example + USES)
        made.tool("tsc", "-p", ".")


def test_the_core_is_small(modules: Path, packed: Path, record_property: Callable[[str, object], None]) -> None:
    with app("core", modules, packed) as made:
        (made.directory / "core.js").write_text('export * from "@tasks-api/client";')
        bundle = made.tool("esbuild", "core.js", "--bundle", "--minify", "--format=esm", "--target=es2022")
    size = len(gzip.compress(bundle.encode(), 9))
    record_property("bytes of the core, gzip", size)
    assert "Idempotency-Key" in bundle
    assert "indexedDB" not in bundle
    assert size < MOST_BYTES
