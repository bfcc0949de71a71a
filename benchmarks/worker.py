"""Run by its path, with nothing of this project: a process with one handler that waits for events.

    python -I worker.py MODULE DIRECTORY ...

For each line of standard input, a JSON list of events, it writes one line: what each took in milliseconds, and the
answers. What the handler itself writes goes nowhere.
"""

import importlib
import json
import os
import sys
import time


class Context:
    """The second argument of a handler."""

    function_name = "worker"
    function_version = "1"
    memory_limit_in_mb = 1024
    aws_request_id = "worker"
    invoked_function_arn = "arn:aws:lambda:local:000000000000:function:worker"

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


def main() -> None:
    results = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.path[:0] = sys.argv[2:]
    handler = importlib.import_module(sys.argv[1]).handler
    for line in sys.stdin:
        taken, answers = [], []
        for event in json.loads(line):
            started = time.perf_counter()
            answers.append(handler(event, Context()))
            taken.append((time.perf_counter() - started) * 1000)
        print(json.dumps({"ms": taken, "answers": answers}), file=results, flush=True)


if __name__ == "__main__":
    main()
