"""A process with one handler: for each line that it reads it invokes it some times, and writes the median of them."""

import importlib
import json
import os
import statistics
import sys
import time

from local.gateway.context import LambdaContext
from local.tokens.mint import mint
from tests.api import http_event


def main() -> None:
    module, tasks, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    # What the handler logs goes nowhere.
    results = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    handler = importlib.import_module(module).handler
    headers = {"host": "localhost", "authorization": f"Bearer {mint('alice')}"}
    event = http_event("GET", "/api/tasks", f"limit={tasks}", headers, None)
    for _ in sys.stdin:
        taken = []
        for _ in range(times):
            started = time.perf_counter()
            answer = handler(event, LambdaContext("list", 1024, "benchmark", 10))
            taken.append((time.perf_counter() - started) * 1000)
            body = json.loads(answer["body"])
            if answer["statusCode"] != 200 or len(body["data"] if isinstance(body, dict) else body) != tasks:
                raise SystemExit(f"not what is measured: {answer}")
        print(statistics.median(taken), file=results, flush=True)


if __name__ == "__main__":
    main()
