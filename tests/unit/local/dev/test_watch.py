"""Whatever is saved is told, also what was saved before anybody watched."""

import asyncio
import os
import time
from pathlib import Path

from local.dev.watch import saved_files

SECONDS = 30


def next_told(directory: Path, since: float) -> set[Path]:
    async def told() -> set[Path]:
        async with asyncio.timeout(SECONDS):
            return await anext(saved_files([directory], since))

    return asyncio.run(told())


def test_what_was_saved_before_the_watch_was_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "before.py").touch()
    time.sleep(0.05)  # files count time in steps
    since = time.time()
    time.sleep(0.05)
    (tmp_path / "written.py").touch()
    # With the times of the file that it was made as.
    (tmp_path / "draft").touch()
    os.utime(tmp_path / "draft", (0, 0))
    (tmp_path / "draft").rename(tmp_path / "renamed.py")
    (tmp_path / "words.txt").touch()

    assert next_told(tmp_path, since) == {tmp_path / "written.py", tmp_path / "renamed.py"}


def test_what_is_saved_later_is_told_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "before.py").touch()

    async def told() -> set[Path]:
        saves = saved_files([tmp_path], time.time() + 1000)
        waiting = asyncio.ensure_future(anext(saves))
        async with asyncio.timeout(SECONDS):
            while not waiting.done():
                await asyncio.sleep(0.2)
                (tmp_path / "saved.py").write_text(str(time.time()))
            return await waiting

    assert asyncio.run(told()) == {tmp_path / "saved.py"}
