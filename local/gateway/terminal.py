"""What `make dev` says while it serves: a line for each request, and what is to be done where something went wrong."""

import base64
import json
import os
import sys
from collections.abc import Mapping
from typing import IO

from local.gateway.payload import HttpRequest
from local.gateway.response import HttpResponse
from local.logs.log import printable

SLOW_MS = 500
_LONGEST_USER = 40
_DIM, _RED, _YELLOW, _PLAIN = "\x1b[2m", "\x1b[31m", "\x1b[33m", "\x1b[0m"


class Terminal:
    def __init__(self, stream: IO[str], *, colours: bool = False) -> None:
        self._stream = stream
        self._colours = colours

    @classmethod
    def of_process(cls, environ: Mapping[str, str]) -> "Terminal":
        """Standard error, in colours where somebody sees it who has not declined them (https://no-color.org)."""
        return cls(sys.stderr, colours=sys.stderr.isatty() and not environ.get("NO_COLOR"))

    def say(self, text: str) -> None:
        self._print(text, _DIM)

    def warn(self, text: str) -> None:
        self._print(text, _RED)

    def request(self, request: HttpRequest, response: HttpResponse, ms: float) -> None:
        """Method, path, status, time and user; never the query, which may hold a token, nor more of a token."""
        marks = ["ERROR"] if response.status >= 500 else []
        # The document is made by importing all functions, which no deployment does.
        marks += ["SLOW"] if ms >= SLOW_MS and request.path != "/openapi.json" else []
        columns = [f"{request.method:<6}", f"{request.target:<40}", str(response.status), f"{ms:>7.1f} ms"]
        # As the token says: that it was verified is what a status other than 401 means.
        columns += [user] if response.status != 401 and (user := _user(request)) else []
        colour = _RED if response.status >= 500 else _YELLOW if marks or response.status >= 400 else ""
        self._print("  ".join([*columns, *marks]), colour)

    def cure(self, text: str) -> None:
        self._print(f"       {text}", _YELLOW)

    def _print(self, text: str, colour: str) -> None:
        shown = "\n".join(printable(line) for line in text.splitlines())
        print(f"{colour}{shown}{_PLAIN}" if self._colours and colour else shown, file=self._stream, flush=True)


SILENT = Terminal(open(os.devnull, "w"))  # noqa: SIM115, PTH123  # for the life of the process


def _user(request: HttpRequest) -> str:
    """The subject of the request's token, unverified."""
    payload = request.headers.get("authorization", "").partition(" ")[2].split(".")[1:2]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload[0] + "=="))
        return printable(str(claims["sub"])[:_LONGEST_USER])
    except (IndexError, KeyError, TypeError, ValueError):
        return ""
