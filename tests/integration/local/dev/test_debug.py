"""`make dev DEBUG=1`: a debugger stops a function that a request has called."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.local.dev.adapter import Debugger
from tests.integration.local.dev.copies import Dev, copy_to, serving
from tests.integration.local.dev.test_run import failure, free_port

pytestmark = pytest.mark.heavy

CREATE = "functions/create_task.py"
# Longer than a task's creation may take where nothing stops it: in this copy a second.
LONGER_THAN_ANY_S = 2.0


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def dev(database_url: str, tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Dev]:
    root = copy_to(tmp_path_factory.mktemp("copy"))
    deadline = root / "shared" / "core" / "deadline.py"
    deadline.write_text(deadline.read_text().replace("LONGEST_S = 9.5", "LONGEST_S = 1.0"))
    template = root / "template.yaml"
    template.write_text(re.sub(r"\n    Timeout: 10\n", "\n    Timeout: 1\n", template.read_text()))
    with serving(root, free_port(), DATABASE_URL=database_url, DEBUG="1", DEBUG_PORT=str(port)) as served:
        yield served


def create(dev: Dev, title: str) -> tuple[threading.Thread, list[httpx.Response]]:
    answers: list[httpx.Response] = []
    asking = threading.Thread(
        target=lambda: answers.append(dev.ask("POST", "/api/tasks", json={"title": title})), daemon=True
    )
    asking.start()
    return asking, answers


def line_of_the_call(path: Path) -> int:
    lines = path.read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if "tasks.create(" in line)


def test_a_breakpoint_is_hit_and_nothing_times_out_while_it_stops(dev: Dev, port: int) -> None:
    assert f"127.0.0.1:{port}" in dev.says("debugger can attach")
    for title in ("Milk", "Bread"):
        with Debugger(port) as debugger:
            debugger.stop_at(dev.root / CREATE, line_of_the_call(dev.root / CREATE))
            asking, answers = create(dev, title)
            stopped = debugger.event("stopped")
            assert title in debugger.variables(stopped)["task"]
            time.sleep(LONGER_THAN_ANY_S)
            assert asking.is_alive()
            debugger.go_on(stopped)
            asking.join()
            assert (answers[0].status_code, answers[0].json()["data"]["title"]) == (201, title)
        # Saved, so that the next stop is in another process, on the same port.
        said = len(dev.said)
        (dev.root / CREATE).write_text("\n" + (dev.root / CREATE).read_text())
        dev.says("reloaded", after=said)


def test_a_port_that_is_taken_is_one_line(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        code, output = failure(DATABASE_URL=database_url, PORT=str(free_port()), DEBUG="1", DEBUG_PORT=str(taken))
    assert code == 1
    assert output == (
        f"error: port {taken}: Address already in use; choose another, such as: make dev DEBUG_PORT={taken + 1}\n"
    )
