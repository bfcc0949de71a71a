"""A packaged handler in a process of its own, up to its first answer: how long it takes, and what it opens."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_WORKER = Path(__file__).with_name("first_worker.py")


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    ms: float
    """From before the process is there."""
    answer: Any
    opened: tuple[str, ...]
    """Below the directories: files, listings and shared objects, in no order; none if they were not counted."""


def first_answer(
    module: str, event: Any, directories: Sequence[Path], environment: Mapping[str, str], *, counted: bool = False
) -> FirstAnswer:
    """What `module.handler` makes of the event. Elsewhere than in the sources, and without site-packages.

    Raises:
        RuntimeError: there was no answer; with what the process said.
    """
    arguments = json.dumps([module, event, [*map(str, directories)], counted])
    command = [sys.executable, "-I", "-S", str(_WORKER), arguments]
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd="/", env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = ""
        while not line.startswith('{"answer"'):  # what the function logs comes before it
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(process.stderr.read())
        taken = (time.perf_counter() - started) * 1000
    said = json.loads(line)
    return FirstAnswer(taken, said["answer"], tuple(said["opened"]))


def evict(directories: Sequence[Path]) -> None:
    """Take the files from the page cache, as on a machine that has never read them."""
    for directory in directories:
        for path in directory.rglob("*"):
            if path.is_file():
                file = os.open(path, os.O_RDONLY)
                os.fsync(file)  # what is not written yet would stay
                os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(file)
