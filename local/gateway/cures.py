"""What a developer can do about an answer that they will not like, in one line."""

import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from local.gateway import cors
from local.gateway.payload import HttpRequest
from local.gateway.response import HttpResponse
from local.template import Cors
from local.tokens.source import DEVELOPMENT, TokenSource

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]{1,200}")
# What a front end's own server answers.
_PAGES = re.compile(r"/$|/(@|_next|src|assets|static|node_modules|index\.html|favicon\.ico)")
_BY_CODE: Mapping[str, str] = {
    "RATE_LIMITED": "more requests a minute: make dev RATE_LIMIT_PER_MINUTE=0",
    "SERVICE_UNAVAILABLE": "the database or the key set is out of reach: make logs says which, make doctor why",
    "INTERNAL_ERROR": "make logs shows the exception",
}


def cures(request: HttpRequest, response: HttpResponse, policy: Cors, tokens: TokenSource = DEVELOPMENT) -> list[str]:
    """Of the browser's refusals first: the page sees nothing else."""
    found = [_of_origin(request, policy), response.cure or _of_answer(request, response, tokens)]
    return [cure for cure in found if cure]


def host_cure(port: int) -> str:
    return f"this API has the names localhost and 127.0.0.1 only: call http://127.0.0.1:{port}"


def _of_origin(request: HttpRequest, policy: Cors) -> str:
    origin = request.headers.get("origin", "")
    own = urlsplit(origin).netloc if _ORIGIN.fullmatch(origin) else ""
    if not origin or own == request.headers.get("host") or cors.is_allowed(policy, origin):
        return ""
    if not own:  # such as a page from a file, whose origin is "null"
        return "the page's origin cannot be allowed: serve it from http://localhost:5173, say"
    return f"the browser refuses this to {origin}: make dev ALLOWED_ORIGINS={','.join((*policy.origins, origin))}"


def _of_answer(request: HttpRequest, response: HttpResponse, tokens: TokenSource) -> str:
    code = _code(response)
    if response.status >= 400 and request.path.startswith("/api/api/"):
        return "/api is there twice: a client's baseUrl is without /api"
    if code == "TOKEN_EXPIRED":
        return f"the token has expired; a new one: {tokens.words}"
    if code == "UNAUTHORIZED" and "authorization" not in request.headers:
        return f'no token came with it: send the header "Authorization: Bearer …"; a token: {tokens.words}'
    if code == "UNAUTHORIZED":
        return f"what is wrong with the token: {tokens.doctor}, and paste it; a good one: {tokens.words}"
    if code:
        return _BY_CODE.get(code, "")
    if response.status == 404 and _PAGES.match(request.path):
        return "this is the API's port; the pages of a front end are at that of its own server (Vite: 5173)"
    if request.path.startswith("/docs/"):  # the gateway's own, and in no template
        return ""
    return "template.yaml has no such route: docs/openapi.yaml has those that are" if response.status == 404 else ""


def _code(response: HttpResponse) -> str:
    """Of an error of the API's; the gateway's own have none."""
    if response.status < 400:
        return ""
    try:
        return str(json.loads(response.body)["error"]["code"])
    except (KeyError, TypeError, ValueError):
        return ""
