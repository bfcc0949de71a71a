"""What is done for the saves to come, before there is one."""

import asyncio
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import pytest

from local.dev import reload
from local.dev.reload import Reloader


def test_the_libraries_are_held_once_it_has_been_served_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload, "SECONDS_UNTIL_LIBRARIES_ARE_HELD", 0)

    async def run() -> None:
        held = asyncio.Event()
        pool, served = Mock(), Mock()
        pool.code.directories, pool.hold_libraries = (tmp_path,), held.set
        served.path = tmp_path / "template.yaml"
        reloader = Reloader(Mock(), pool, served, tmp_path, cast("Any", None), Mock(), 0)
        running = asyncio.create_task(reloader.run())
        await asyncio.wait_for(held.wait(), 10)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())
