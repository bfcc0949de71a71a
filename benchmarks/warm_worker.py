"""A process with one handler: for each line that it reads it invokes it some times, and writes the median of them."""

import importlib
import os
import statistics
import sys
import time

from benchmarks.exchanges import events, is_answered
from local.gateway.context import LambdaContext


def main() -> None:
    module, request, user, times = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    # What the handler logs goes nowhere.
    results = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    handler, requests = importlib.import_module(module).handler, events(request, user)
    for _ in sys.stdin:
        taken = []
        for _ in range(times):
            event = next(requests)
            started = time.perf_counter()
            answer = handler(event, LambdaContext(request, 1024, "benchmark", 10))
            taken.append((time.perf_counter() - started) * 1000)
            if not is_answered(request, answer):
                raise SystemExit(f"not what is measured: {answer}")
        print(statistics.median(taken), file=results, flush=True)


if __name__ == "__main__":
    main()
