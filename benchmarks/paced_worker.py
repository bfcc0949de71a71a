"""A process with one handler: for each line with a pause it invokes it some times, with the pause before each.

Writes the mean of the milliseconds that they took: in a median nobody would see that a process is made to wait.
"""

import importlib
import os
import statistics
import sys
import time

from benchmarks.exchanges import events, is_answered
from local.workers.context import LambdaContext


def main() -> None:
    request, user, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
    # What the handler logs goes nowhere.
    results = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    handler, requests = importlib.import_module(f"functions.{request}_tasks").handler, events(request, user)
    for line in sys.stdin:
        taken = []
        for _ in range(times):
            event = next(requests)
            time.sleep(float(line))
            started = time.perf_counter()
            answer = handler(event, LambdaContext(request, 1024, "benchmark", 10))
            taken.append((time.perf_counter() - started) * 1000)
            if not is_answered(request, answer):
                raise SystemExit(f"not what is measured: {answer}")
        print(statistics.mean(taken), file=results, flush=True)


if __name__ == "__main__":
    main()
