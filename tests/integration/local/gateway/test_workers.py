import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.gateway.worker_process import HandlersError, WorkerError, start_worker
from local.gateway.workers import WorkerPool
from local.template import Function, read_template
from tests.integration.local.gateway.toys import environment_for, write_bundle


def test_handlers_that_cannot_be_imported_are_named_with_their_cause(tmp_path: Path) -> None:
    path = write_bundle(tmp_path)
    (tmp_path / "toys" / "bad.py").write_text("value = 1\n")
    (tmp_path / "toys" / "worse.py").write_text("import does_not_exist\n")
    names = ["toys.all.echo", "toys.none.handler", "toys.all.none", "toys.bad.value", "toys.worse.handler"]
    with pytest.raises(HandlersError) as caught:
        asyncio.run(start_worker(names, environment_for(path)))
    assert caught.value.faults == {
        "toys.none.handler": "ModuleNotFoundError: No module named 'toys.none'",
        "toys.all.none": "AttributeError: module 'toys.all' has no attribute 'none'",
        "toys.bad.value": "value is of type int, which cannot be called",
        "toys.worse.handler": "ModuleNotFoundError: No module named 'does_not_exist'",
    }


def test_module_that_ends_the_process_at_import_is_an_error(tmp_path: Path) -> None:
    path = write_bundle(tmp_path)
    (tmp_path / "toys" / "bad.py").write_text("raise SystemExit(1)\n")
    with pytest.raises(WorkerError):
        asyncio.run(start_worker(["toys.bad.handler"], environment_for(path)))


def test_worker_that_died_while_idle_is_replaced_unseen(tmp_path: Path) -> None:
    template = read_template(write_bundle(tmp_path))
    slow = Function("Slow", "toys.all.slow", 20, 128)
    event = {"queryStringParameters": {"s": "0"}}

    async def serve() -> list[str]:
        pool = WorkerPool(template.handlers, 1, environment_for(tmp_path / "template.yaml"))
        first = (await pool.invoke(slow, event))["body"]
        os.kill(int(first), signal.SIGKILL)
        await asyncio.sleep(0.1)
        second = (await pool.invoke(slow, event))["body"]
        await pool.close()
        return [first, second]

    first, second = asyncio.run(serve())
    assert first != second


PARENT = """
import asyncio, os, sys
from local.gateway.worker_process import start_worker

async def main():
    worker = await start_worker(["toys.all.slow"], dict(os.environ))
    print(worker._process.pid, flush=True)
    event = {"queryStringParameters": {"s": "60"}}
    context = {"function_name": "f", "memory_limit_in_mb": 1, "aws_request_id": "1", "timeout_s": 60}
    await worker.exchange({"handler": "toys.all.slow", "event": event, "context": context})

asyncio.run(main())
"""


def test_worker_ends_with_its_killed_parent_even_in_an_invocation(tmp_path: Path) -> None:
    path = write_bundle(tmp_path)
    environment = {**environment_for(path), "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path.cwd())])}
    with subprocess.Popen([sys.executable, "-c", PARENT], env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    assert wait_until_gone(worker)


def wait_until_gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
