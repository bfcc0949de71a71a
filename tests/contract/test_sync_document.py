"""docs/sync.md says what the API does: its examples are replayed, its statuses, codes and limits are the code's."""

import json
import re
from typing import Any, NamedTuple, get_args

import pytest

from local import ROOT
from local.gateway.routing import match
from migrations.functions.batch import MOST_CLIENTS
from shared.core import errors
from shared.core.resource.batch import BATCH_LIMITS, MOST_OPERATIONS, BatchResult
from shared.core.resource.changes import CURSOR_LIFETIME_S
from shared.core.resource.schemas import LONGEST_PAGE
from shared.tasks import TaskBatch
from tests.api import Answer, Api
from tests.resources import ROUTES
from tests.unit.markdown import blocks_of, cells_of, rows_of

DOCUMENT = (ROOT / "docs" / "sync.md").read_text()
CODES = {code for _, code in errors._STATUS_AND_CODE.values()}
# Stands for whatever is there: a value, further members, and in a path the cursor of the answer before.
ANYTHING = "…"


class Exchange(NamedTuple):
    method: str
    path: str
    body: Any
    status: int
    answer: Any


def exchanges() -> list[Exchange]:
    """The examples in their order: a request line, perhaps a body, and a status with what is answered."""
    found = re.findall(
        r"^([A-Z]+) (/\S+)\n(.*?)^(\d{3}) (.*?)(?=^[A-Z]+ /|\Z)",
        "\n".join(blocks_of("http", DOCUMENT)),
        re.DOTALL | re.MULTILINE,
    )
    return [
        Exchange(method, path, json.loads(body) if body else None, int(status), json.loads(answer))
        for method, path, body, status, answer in found
    ]


def send(api: Api, exchange: Exchange, cursor: str) -> Answer:
    path, _, query = exchange.path.replace(ANYTHING, cursor).partition("?")
    found = match(ROUTES, exchange.method, path)
    assert found is not None, f"{exchange.method} {path} is no route"
    function = found[0].function.handler.split(".")[1]
    return api.call(function, exchange.method, path.removeprefix("/api"), query=query, body=exchange.body)


def fits(said: Any, true: Any) -> bool:
    if said == ANYTHING:
        return True
    if isinstance(said, dict) and isinstance(true, dict):
        named = said.keys() - {ANYTHING}
        known = named <= true.keys() if ANYTHING in said else named == true.keys()
        return known and all(fits(said[name], true[name]) for name in named)
    if isinstance(said, list) and isinstance(true, list):
        return len(said) == len(true) and all(map(fits, said, true))
    return bool(said == true)


def test_the_examples_are_answered_as_they_stand_there(served: str) -> None:
    api, cursor = Api("reader"), ""
    for exchange in exchanges():
        answer = send(api, exchange, cursor)
        assert answer.status == exchange.status, answer.text
        assert fits(exchange.answer, answer.json), f"{exchange.method} {exchange.path} is answered with {answer.text}"
        cursor = answer.json.get("meta", {}).get("cursor", cursor)


def test_no_example_is_left_out() -> None:
    lines = "\n".join(blocks_of("http", DOCUMENT)).splitlines()
    assert len([line for line in lines if re.match("[A-Z]+ /", line)]) == len(exchanges()) > 0


@pytest.mark.parametrize(
    ("said", "true"),
    [
        ({"id": "1"}, {"id": "1", "title": "x"}),
        ({"id": "1", "title": "x", ANYTHING: ANYTHING}, {"id": "1"}),
        ([1], [1, 2]),
        ({"done": [{"version": 1}]}, {"done": [{"version": 2}]}),
        ({"id": "1"}, None),
    ],
)
def test_what_does_not_fit_is_seen(said: Any, true: Any) -> None:
    assert not fits(said, true)


def test_the_statuses_are_those_of_an_operation() -> None:
    explained = {cells_of(row)[0].strip("`") for row in rows_of("status", DOCUMENT)}
    assert explained - {"---"} == set(get_args(BatchResult.model_fields["status"].annotation))


def test_every_code_is_one_of_the_apis() -> None:
    named = set(re.findall(r"`(?:\d{3} )?([A-Z]+_[A-Z_]+|[A-Z]{7,})`", DOCUMENT))
    assert named - {"QUOTA_ROWS", "RATE_LIMIT_PER_MINUTE"} <= CODES
    assert {"CURSOR_EXPIRED", "UNKNOWN_CLIENT", "SUPERSEDED"} <= named


def test_the_kinds_of_operations_are_those_of_a_batch() -> None:
    (sentence,) = re.findall(r"^Operations are (.+?)\.$", DOCUMENT, re.MULTILINE)
    kinds = TaskBatch.model_json_schema()["properties"]["operations"]["items"]["discriminator"]["mapping"].keys()
    assert {kind for kind in kinds if f"`{kind}`" not in sentence} == set()


def test_the_limits_are_the_codes() -> None:
    assert [cells_of(row)[1] for row in rows_of("limit", DOCUMENT)][1:] == [
        str(MOST_OPERATIONS),
        f"{BATCH_LIMITS.size // 1024} KiB",
        str(LONGEST_PAGE),
        str(MOST_CLIENTS),
        str(CURSOR_LIFETIME_S // (24 * 3600)),
    ]
    assert f"{MOST_OPERATIONS} operations and {BATCH_LIMITS.size // 1024} KiB" in DOCUMENT
