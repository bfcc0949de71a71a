"""A server of pages for browsers: a page runs a script and posts back what came of it."""

import json
import queue
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.answering import answering

_PAGE = Path(__file__).parent / "page.html"
# How its scripts, and those of other pages, name the client's modules.
IMPORTS = re.findall(r'<script type="importmap">.*?</script>', _PAGE.read_text(), re.DOTALL)[0]
_MEDIA_TYPES = {".html": "text/html;charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript"}
_SECONDS_TO_ANSWER = 90

# Opens a page of this address, until the block ends; gives the browser's log.
Browsing = Callable[[str], AbstractContextManager[Path]]


@dataclass
class Pages:
    """A web site of this machine; its host name and its address are two origins to a browser."""

    port: int
    files: dict[str, bytes] = field(default_factory=dict)
    runs: int = 0
    results: "queue.Queue[Any]" = field(default_factory=queue.Queue)

    @property
    def by_address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def by_name(self) -> str:
        return f"http://localhost:{self.port}"

    def run(self, origin: str, script: str, browsing: Browsing, **values: Any) -> Any:
        """What `script`, the body of an async function, returns in a page of this origin; it sees `values`."""
        self.runs += 1
        constants = "\n".join(f"const {name} = {json.dumps(value)};" for name, value in values.items())
        page = _PAGE.read_text().replace("/result", self.awaited).replace("/* the test's constants */", constants)
        self.files["/"] = page.replace("/* the test's script */", script).encode()
        with browsing(f"{origin}/") as log:
            try:
                result = self.results.get(timeout=_SECONDS_TO_ANSWER)
            except queue.Empty:
                raise AssertionError(f"the page did not answer: {log.read_text()[-2000:]}") from None
        assert "thrown" not in result, result["thrown"]
        return result["returned"]

    @property
    def awaited(self) -> str:
        """Where the page of this run posts to: what one of a run before still says is nobody's."""
        return f"/result/{self.runs}"


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
            result = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path == pages.awaited:
                pages.results.put(result)
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
