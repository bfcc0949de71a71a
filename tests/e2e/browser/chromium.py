"""Debian's Chromium without a screen, and a server of pages: a page runs a script and posts back what came of it."""

import json
import os
import queue
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.answering import answering

_CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(_CHROMIUM is None, reason="needs chromium: apt install chromium")
_PAGE = Path(__file__).parent / "page.html"
# How its scripts, and those of other pages, name the client's modules.
IMPORTS = re.findall(r'<script type="importmap">.*?</script>', _PAGE.read_text(), re.DOTALL)[0]
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
)
_MEDIA_TYPES = {".html": "text/html;charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript"}
_SECONDS_TO_ANSWER = 90


@dataclass
class Pages:
    """A web site of this machine; its host name and its address are two origins to a browser."""

    port: int
    files: dict[str, bytes] = field(default_factory=dict)
    results: "queue.Queue[Any]" = field(default_factory=queue.Queue)

    @property
    def by_address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def by_name(self) -> str:
        return f"http://localhost:{self.port}"

    def run(self, origin: str, script: str, home: Path, **values: Any) -> Any:
        """What `script`, the body of an async function, returns in a page of this origin; it sees `values`.

        Each run has a browser of its own, which is killed at the end. It knows what those with this `home` stored.
        """
        constants = "\n".join(f"const {name} = {json.dumps(value)};" for name, value in values.items())
        page = _PAGE.read_text().replace("/* the test's constants */", constants)
        self.files["/"] = page.replace("/* the test's script */", script).encode()
        with _chromium(f"{origin}/", home) as log:
            try:
                result = self.results.get(timeout=_SECONDS_TO_ANSWER)
            except queue.Empty:
                raise AssertionError(f"the page did not answer: {log.read_text()[-2000:]}") from None
        assert "thrown" not in result, result["thrown"]
        return result["returned"]


@contextmanager
def serving_pages(files: Mapping[str, Path] | None = None) -> Iterator[Pages]:
    """Serve on a free port of loopback, these files beside the page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.files.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("content-type", _MEDIA_TYPES.get(Path(self.path).suffix, _MEDIA_TYPES[".html"]))
            self.send_header("content-length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def do_POST(self) -> None:
            pages.results.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """The browser was ended in the middle of a request."""

    with answering(Handler, Server) as port:
        pages = Pages(port, {path: file.read_bytes() for path, file in (files or {}).items()})
        yield pages


@contextmanager
def _chromium(url: str, home: Path) -> Iterator[Path]:
    assert _CHROMIUM is not None
    home.mkdir(exist_ok=True)
    log = home / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [_CHROMIUM, *_FLAGS, f"--user-data-dir={home / 'profile'}", url],
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # a group of its own, so that its helpers can be ended with it
        )
        try:
            yield log
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
