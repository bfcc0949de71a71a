"""Run by its path in an isolated interpreter: imports a handler from these directories, and answers one event.

    python -I -S first_worker.py '["functions.list_tasks", EVENT, ["DIRECTORY", ...], false]'

With `true` it says what it opened below the directories: files and listings by an audit hook, shared objects by what is
mapped in the end, for the dynamic linker opens those that they need. Writes one line, and does not tear down.
"""

import json
import os
import sys
from typing import Any


class Context:
    """The second argument of a handler."""

    function_name = "first"
    memory_limit_in_mb = 1024
    aws_request_id = "first"
    invoked_function_arn = "arn:aws:lambda:local:000000000000:function:first"

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


module, event, directories, counted = json.loads(sys.argv[1])
opened: list[str] = []


def note(audited: str, arguments: tuple[Any, ...]) -> None:
    if audited in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith(tuple(directories)):
        opened.append(str(arguments[0]))


if counted:
    sys.addaudithook(note)
sys.dont_write_bytecode = True
sys.path[:0] = directories
answer = __import__(module, fromlist=["handler"]).handler(event, Context())
if counted:
    with open("/proc/self/maps") as maps:  # noqa: PTH123  # pathlib may not be loaded yet
        mapped = {line.split()[-1] for line in maps if ".so" in line}
    opened += [name for name in mapped if name.startswith(tuple(directories))]
os.write(1, json.dumps({"answer": answer, "opened": opened}).encode() + b"\n")
os._exit(0)
