"""`TOKEN=... make export URL=... FILE=...`: everything that an API keeps of a user, as one document of JSON.

`{"data": [{"table": …, "row": …}, …]}`, a row on each line: for people to read, and for programs to load.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import httpx

from local.smoke.run import SmokeError, base_address

_PATH = "/api/me/export"
_SECONDS = 30
_WAITED_FOR = (429, 503)
# A limit is of a minute, a database that wakes is of seconds: who has waited so often for one page waits in vain.
MOST_WAITS, LONGEST_WAIT_S = 5, 60.0


class ExportError(Exception):
    """There is no export, or not all of it; the text is for whoever wants it."""


def run(url: str, token: str, file: str) -> int:
    """Write it to the file, or else to standard output; what is left of a failure is no JSON, and no file.

    Raises:
        ExportError: it could not be had.
    """
    if not token:
        raise ExportError(
            'TOKEN is missing: take one from your issuer; of make dev TOKEN="$(make -s token USER=alice)"'
        )
    try:
        base = base_address(url)
    except SmokeError as error:
        raise ExportError(str(error)) from None
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=base, headers=headers, timeout=_SECONDS) as client, _opened(file) as out:
        rows = write(client, out)
    print(f"{rows} rows", file=sys.stderr)
    return 0


def write(client: httpx.Client, out: TextIO, sleep: Callable[[float], None] = time.sleep) -> int:
    """Gives the number of rows."""
    rows, before = 0, '{"data": ['
    for row in _rows(client, sleep):
        out.write(f"{before}\n{json.dumps(row, ensure_ascii=False)}")
        rows, before = rows + 1, ","
    out.write(f"{before if not rows else ''}\n]}}\n")
    return rows


def _rows(client: httpx.Client, sleep: Callable[[float], None]) -> Iterator[Any]:
    cursor: dict[str, str] | None = {}
    while cursor is not None:
        page = _page(client, cursor, sleep)
        yield from page["data"]
        following = page["meta"]["next_cursor"]
        cursor = None if following is None else {"cursor": following}


def _page(client: httpx.Client, cursor: dict[str, str], sleep: Callable[[float], None]) -> Any:
    for waits in range(MOST_WAITS + 1):
        try:
            answer = client.get(_PATH, params=cursor)
        except httpx.HTTPError as error:
            raise ExportError(f"no answer: {type(error).__name__} {error}") from error
        if answer.is_success:
            return answer.json()
        if answer.status_code not in _WAITED_FOR or "retry-after" not in answer.headers or waits == MOST_WAITS:
            break
        sleep(min(float(answer.headers["retry-after"]), LONGEST_WAIT_S))
    raise ExportError(f"{_PATH} gave {answer.status_code}: {answer.text[:200]}")


@contextmanager
def _opened(file: str) -> Iterator[TextIO]:
    """The file is there when all of it is, and for nobody else to read."""
    if not file:
        yield sys.stdout
        return
    path = Path(file)
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            yield out
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
