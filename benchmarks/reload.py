"""From saving a file to the first answer of the new code, under `make dev`; beside a bare fork and import.

`python -m benchmarks.reload --saves 200`: so many of each kind, by turns.
"""

import argparse
import http.client
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.measure import machine
from benchmarks.report.figures import Figures
from local.postgres.developer import OWNER
from local.postgres.server import temporary_postgres
from local.tokens.mint import mint
from tests.integration.local.dev.copies import Dev, copy_to, serving

_BASE = "a bare fork and import"
_FUNCTION = "functions/list_tasks.py"
_SAVED = {
    "functions/": _FUNCTION,
    "shared/, a noun": "shared/tasks.py",
    "shared/, the core": "shared/core/http/answers.py",
}
_HANDLER = """
def handler(event, context):
    from shared import tasks
    from shared.core.http import answers

    answer = served(event, context)
    answer["headers"]["x-saved"] = f"{SAVED} {tasks.SAVED} {answers.SAVED}"
    return answer
"""
# As one would have it without: libraries held, and the rest imported at each fork.
_BARE = """
import os, sys, time, gc
sys.path.insert(0, os.getcwd())
import fastapi, mangum, psycopg, jwt, sqlmodel, aws_lambda_powertools.logging, aws_lambda_powertools.metrics
gc.freeze()
for line in sys.stdin:
    started = time.perf_counter()
    if (child := os.fork()) == 0:
        import functions.list_tasks
        os.write(1, b"%f\\n" % ((time.perf_counter() - started) * 1000))
        os._exit(0)
    os.waitpid(child, 0)
"""
_PAUSE_S = 0.15


def report(saves: int, kinds: Sequence[str] = tuple(_SAVED)) -> str:
    with tempfile.TemporaryDirectory(prefix="tasks-reload-") as directory, _served(Path(directory)) as dev:
        bare = subprocess.Popen(
            [sys.executable, "-c", _BARE], cwd=dev.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        values: dict[str, list[float]] = {name: [] for name in (_BASE, *kinds)}
        with bare:
            for number in range(saves + 3):
                found = {_BASE: _bare(bare)}
                for name in kinds:
                    found[name] = _save(dev, dev.root / _SAVED[name])
                    time.sleep(_PAUSE_S)
                if number >= 3:  # what only the first few meet is not counted
                    for name, value in found.items():
                        values[name].append(value)
    return _table({name: Figures(tuple(found)) for name, found in values.items()})


@contextmanager
def _served(root: Path) -> Iterator[Dev]:
    copy_to(root)
    for path in _SAVED.values():
        with (root / path).open("a") as file:
            file.write("\nSAVED = 0\n")
    text = (root / _FUNCTION).read_text()
    served = text.replace("handler = lambda_handler(app)", f"served = lambda_handler(app)\n\n{_HANDLER}")
    (root / _FUNCTION).write_text(served)
    with temporary_postgres() as server:
        server.create_role(OWNER)
        server.create_database("reload", OWNER)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        with serving(root, port, DATABASE_URL=server.url("reload", OWNER), LOCAL_WORKERS="4") as dev:
            time.sleep(3)
            yield dev


_numbers = count(1)


def _save(dev: Dev, path: Path) -> float:
    """Milliseconds until an answer says that it is of what was saved."""
    number = next(_numbers)
    text = path.read_text()
    position = list(_SAVED.values()).index(str(path.relative_to(dev.root)))
    saved = (
        "\n".join([f"SAVED = {number}" if line.startswith("SAVED =") else line for line in text.splitlines()]) + "\n"
    )
    connection = http.client.HTTPConnection(urlsplit(dev.address).netloc, timeout=60)
    headers = {"authorization": f"Bearer {mint('alice')}"}
    started = time.perf_counter()
    path.write_text(saved)
    while True:
        connection.request("GET", "/api/tasks", headers=headers)
        answer = connection.getresponse()
        answer.read()
        marks = (answer.headers["x-saved"] or "").split()
        if marks and marks[position] == str(number):
            connection.close()
            return (time.perf_counter() - started) * 1000


def _bare(process: "subprocess.Popen[str]") -> float:
    if process.stdin is None or process.stdout is None:
        raise TypeError("a process with pipes")
    process.stdin.write("\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def _table(figures: dict[str, Figures]) -> str:
    base = figures[_BASE]
    lines = ["| | median, ms | 99th percentile, ms | most, ms | ratio of medians |", "|---|---|---|---|---|"]
    for name, found in figures.items():
        values = sorted(found.values)
        last = values[max(0, -(-len(values) * 99 // 100) - 1)]
        row = f"| {name} | {found.median:.0f} | {last:.0f} | {values[-1]:.0f} | {found.median / base.median:.2f} |"
        lines.append(row)
    return "\n".join(["### From a save to the first answer of the new code", "", *lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reload", description=__doc__)
    parser.add_argument("--saves", type=int, default=200, help="of each kind (default: 200)")
    parser.add_argument("--kinds", nargs="+", choices=tuple(_SAVED), default=tuple(_SAVED), help="default: all")
    options = parser.parse_args()
    print(f"{machine()}; {options.saves} saves of each kind, by turns\n")
    print(report(options.saves, options.kinds))


if __name__ == "__main__":
    main()
