"""The page at /docs: Swagger UI, from the files that Powertools brings, with a development token filled in."""

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs

from local.gateway.application import Page
from local.gateway.payload import HttpRequest
from local.gateway.response import HttpResponse, own_answer
from local.pages.document import Document, DocumentError
from local.tokens.mint import mint, usual_lifetime
from shared.core.auth.settings import DEVELOPMENT_SECRET

_HERE = Path(__file__).parent
# Nothing comes from another address, whatever a later Swagger UI would like.
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
_LONGEST_USER = 255
_NO_TOKEN = "The AUTH_* settings name an issuer of yours: press Authorize, and paste a token of it."


def pages(environ: Mapping[str, str], document: Document) -> dict[str, Page]:
    """By path. `environ` has the settings that the functions verify tokens with."""
    ours = {f"/docs/{name}": _HERE / name for name in ("explorer.js", "explorer.css")}
    theirs = {f"/docs/{name.replace('.min', '')}": path for name, path in _swagger_files().items()}
    files = {"/docs": _HERE / "explorer.html", **ours, **theirs}
    return {
        "/": _redirect,
        "/openapi.json": lambda _: _described(document),
        "/docs/token": lambda request: _token(request, environ),
        **{path: _file(file) for path, file in files.items()},
    }


def _swagger_files() -> dict[str, Path]:
    spec = importlib.util.find_spec("aws_lambda_powertools")  # found, not imported: the gateway needs none of it
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("aws_lambda_powertools, which brings Swagger UI, is not installed: make install")
    folder = Path(spec.origin).parent / "event_handler" / "openapi" / "swagger_ui"
    return {path.name: path for path in folder.iterdir() if path.suffix in (".js", ".css")}


async def _redirect(_: HttpRequest) -> HttpResponse:
    return HttpResponse(302, (("location", "/docs"),), b"")


def _file(path: Path) -> Page:
    async def served(_: HttpRequest) -> HttpResponse:
        headers = (
            ("content-type", _TYPES[path.suffix]),
            ("content-security-policy", _POLICY),
            ("cache-control", "no-cache"),
        )
        return HttpResponse(200, headers, path.read_bytes())

    return served


async def _described(document: Document) -> HttpResponse:
    try:
        return _json({**await document.current(), "servers": [{"url": "/"}]})
    except DocumentError as error:
        return own_answer(503, str(error), cure=str(error))


async def _token(request: HttpRequest, environ: Mapping[str, str]) -> HttpResponse:
    if environ.get("AUTH_SECRET") != DEVELOPMENT_SECRET:
        return own_answer(404, _NO_TOKEN)
    user = parse_qs(request.query).get("user", [""])[0]
    if not 0 < len(user) <= _LONGEST_USER:
        return own_answer(400, f"user is 1 to {_LONGEST_USER} characters")
    return _json({"token": mint(user, lifetime_s=usual_lifetime(environ))})


def _json(value: object) -> HttpResponse:
    return HttpResponse(
        200, (("content-type", "application/json"), ("cache-control", "no-store")), json.dumps(value).encode()
    )
