"""The pool of workers, forked for toy functions."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from local.template import Function, read_template
from local.workers import pool as pool_module
from local.workers.errors import HandlersError, WorkerError
from local.workers.pool import WorkerPool
from tests.integration.local.gateway.toys import environment_for, write_bundle
from tests.processes import is_gone

SLOW = Function("Slow", "toys.all.slow", 20, 128)
AT_ONCE = {"queryStringParameters": {"s": "0"}}
Result = TypeVar("Result")


def with_pool(path: Path, act: Callable[[WorkerPool], Awaitable[Result]], *handlers: str, size: int = 1) -> Result:
    async def run() -> Result:
        names = handlers or read_template(path).handlers
        pool = WorkerPool(names, size, environment_for(path), root=path.parent)
        try:
            return await act(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


def test_handlers_that_cannot_be_imported_are_named_with_their_cause(tmp_path: Path) -> None:
    path = write_bundle(tmp_path)
    (tmp_path / "toys" / "bad.py").write_text("value = 1\n")
    (tmp_path / "toys" / "worse.py").write_text("import does_not_exist\n")
    (tmp_path / "toys" / "unfinished.py").write_text("\ndef handler(\n")
    (tmp_path / "toys" / "ends.py").write_text("raise SystemExit(1)\n")
    names = ["all.echo", "none.handler", "all.none", "bad.value", "worse.handler", "unfinished.handler", "ends.handler"]
    with pytest.raises(HandlersError) as caught:
        with_pool(path, WorkerPool.warm_up, *(f"toys.{name}" for name in names))
    assert caught.value.faults == {
        "toys.none.handler": "ModuleNotFoundError: No module named 'toys.none'",
        "toys.all.none": "AttributeError: module 'toys.all' has no attribute 'none'",
        "toys.bad.value": "value is of type int, which cannot be called",
        "toys.worse.handler": "toys/worse.py, line 1: ModuleNotFoundError: No module named 'does_not_exist'",
        "toys.unfinished.handler": "toys/unfinished.py, line 2: SyntaxError: '(' was never closed",
        "toys.ends.handler": "toys/ends.py, line 1: SystemExit: 1",
    }


def test_module_that_ends_the_process_at_import_is_an_error(tmp_path: Path) -> None:
    path = write_bundle(tmp_path)
    (tmp_path / "toys" / "bad.py").write_text("import os\nos._exit(1)\n")
    with pytest.raises(WorkerError):
        with_pool(path, WorkerPool.warm_up, "toys.bad.handler")


def test_worker_that_died_while_idle_is_replaced_unseen(tmp_path: Path) -> None:
    async def serve(pool: WorkerPool) -> list[str]:
        first = (await pool.invoke(SLOW, AT_ONCE))["body"]
        os.kill(int(first), signal.SIGKILL)
        await asyncio.sleep(0.1)
        return [first, (await pool.invoke(SLOW, AT_ONCE))["body"]]

    first, second = with_pool(write_bundle(tmp_path), serve)
    assert first != second


def test_servers_that_died_are_started_anew(tmp_path: Path) -> None:
    """Requests that meet the dead ones fail; those after them are served."""

    async def serve(pool: WorkerPool) -> Any:
        first = int((await pool.invoke(SLOW, AT_ONCE))["body"])
        os.killpg(os.getpgid(first), signal.SIGKILL)
        for _ in range(600):
            try:
                return (await pool.invoke(SLOW, AT_ONCE))["statusCode"]
            except WorkerError:
                await asyncio.sleep(0.05)
        return None

    assert with_pool(write_bundle(tmp_path), serve) == 200


def test_a_request_that_meets_half_a_file_waits_for_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "SETTLED_S", 60.0)
    path = write_bundle(tmp_path)
    module = tmp_path / "toys" / "all.py"
    whole = module.read_text()

    async def serve(pool: WorkerPool) -> Any:
        await pool.invoke(SLOW, AT_ONCE)
        module.write_text(whole[: len(whole) // 2])
        pool.renew([module])
        asked = asyncio.create_task(pool.invoke(SLOW, AT_ONCE))
        while not pool._crew.generation.idle:  # the worker that has tried it
            await asyncio.sleep(0.01)
        assert not asked.done()
        module.write_text(whole.replace("str(os.getpid())", "'whole'"))
        pool.renew([module])
        return await asked

    assert with_pool(path, serve, size=2)["body"] == "whole"


@pytest.mark.parametrize(("held", "imports"), [(False, [1, 2]), (True, [2, 2])], ids=["not held", "held"])
def test_libraries_that_are_held_are_not_imported_when_the_core_is_saved(
    held: bool, imports: list[int], tmp_path: Path
) -> None:
    path, core = write_bundle(tmp_path), tmp_path / "shared" / "core"
    core.mkdir(parents=True)
    for package in (core, core.parent):
        (package / "__init__.py").write_text("")
    (tmp_path / "library.py").write_text(f"import os, pathlib\npathlib.Path('{core}', str(os.getpid())).touch()\n")
    (core / "one.py").write_text("import library\n")

    async def serve(pool: WorkerPool) -> list[int]:
        seen = []
        if held:
            pool.hold_libraries()
        for _ in range(2):
            await pool.invoke(SLOW, AT_ONCE)
            if held:
                async with asyncio.timeout(30):
                    while len(imported()) < 2:
                        await asyncio.sleep(0.01)
            seen.append(len(imported()))
            pool.renew([core / "one.py"])
        return seen

    def imported() -> list[Path]:
        return [found for found in core.iterdir() if found.name.isdigit()]

    assert with_pool(path, serve) == imports


def test_a_fork_server_has_one_thread_and_no_connection(tmp_path: Path) -> None:
    async def serve(pool: WorkerPool) -> tuple[int, list[str]]:
        worker = int((await pool.invoke(SLOW, AT_ONCE))["body"])
        server = os.getpgid(worker)
        opened = [str(path.readlink()) for path in Path(f"/proc/{server}/fd").iterdir()]
        return len(list(Path(f"/proc/{server}/task").iterdir())), [name for name in opened if "socket" in name]

    threads, sockets = with_pool(write_bundle(tmp_path), serve)
    assert threads == 1
    assert len(sockets) == 1  # to the gateway


PARENT = """
import asyncio, os, sys
from pathlib import Path
from local.template import Function
from local.workers.pool import WorkerPool

async def main():
    pool = WorkerPool(("toys.all.slow",), 1, dict(os.environ), root=Path(sys.argv[1]))
    function = Function("Slow", "toys.all.slow", 60, 128)
    print((await pool.invoke(function, {"queryStringParameters": {"s": "0"}}))["body"], flush=True)
    await pool.invoke(function, {"queryStringParameters": {"s": "60"}})

asyncio.run(main())
"""


def test_what_was_forked_ends_with_the_killed_gateway_even_in_an_invocation(tmp_path: Path) -> None:
    path = write_bundle(tmp_path)
    with subprocess.Popen([sys.executable, "-c", PARENT, tmp_path], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        server = os.getpgid(worker)
        parent.kill()
    assert path.exists()
    assert is_gone(worker)
    assert is_gone(server)
