"""One process that writes through faults and tells what it was told: `python -m tests.neon.chaos NAME WRITES`.

Prints a JSON object: the title of each write to the code it was answered with.
"""

import json
import os
import random
import sys
from typing import Any

from tests.api import Answer, Api, LambdaContext

# Short, so that a black hole ends soon.
CONTEXT = LambdaContext(remaining_ms=2500)


def write(api: Api, name: str, writes: int, rng: random.Random) -> dict[str, str]:
    """Half creates, half updates of a task of its own; every title is used once."""
    outcomes = {}
    own = _until_created(api, f"{name} own")
    for number in range(writes):
        if rng.random() < 0.5:
            title = f"{name} create {number}"
            outcomes[title] = _code(api.create({"title": title}))
        else:
            title = f"{name} update {number}"
            answer = api.update(own, {"title": title, "description": title})
            outcomes[title] = _code(answer)
            if outcomes[title] == "SERVICE_UNAVAILABLE" and _read(api, own)["title"] == title:
                outcomes[title] = "a lie: it was done"
            if outcomes[title] == "200" and (lost := _lost(answer.data, _read(api, own), outcomes)):
                outcomes[title] = f"a lie: {lost}"
    return outcomes


def _lost(answered: dict[str, Any], found: dict[str, Any], outcomes: dict[str, str]) -> str | None:
    """What is wrong where an update was answered and something else is found.

    One before it of which nobody knew whether it was done may have been done after it: then the version says so.
    """
    outcome = outcomes.get(found["title"])
    later = found["version"] > answered["version"]
    if found["title"] == answered["title"] or (later and outcome == "OUTCOME_UNKNOWN"):
        return None
    return f"version {answered['version']} was lost, {found['version']} is {found['title']!r} with {outcome}"


def _until_created(api: Api, title: str) -> str:
    """Under a key: after OUTCOME_UNKNOWN a create without one may not be repeated, for it may have been done."""
    key = {"idempotency-key": title.replace(" ", "-")}
    while (answer := api.create({"title": title}, headers=key)).status != 201:
        assert answer.status in (409, 503), answer.text
    return str(answer.data["id"])


def _read(api: Api, task_id: str) -> dict[str, Any]:
    while (answer := api.get(task_id)).status != 200:
        assert answer.status == 503, answer.text
    task: dict[str, Any] = answer.data
    return task


def _code(answer: Answer) -> str:
    return str(answer.status) if answer.status < 300 else answer.code


if __name__ == "__main__":
    process, count = sys.argv[1], int(sys.argv[2])
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
    print(json.dumps(write(Api(process, context=CONTEXT), process, count, random.Random(process))))  # noqa: T201
