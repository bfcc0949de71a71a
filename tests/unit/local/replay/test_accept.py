import json
from datetime import UTC, datetime, timedelta
from typing import Any

from local.gateway.response import HttpResponse
from local.replay.accept import accepted, accepted_result

OLD_ID = "019b78c9-0a80-7000-8000-000000000001"


def answer(body: Any, status: int = 200, **headers: str) -> HttpResponse:
    return HttpResponse(status, tuple(headers.items()), json.dumps(body).encode())


def accept(expected: dict[str, Any] | None, given: HttpResponse) -> Any:
    return json.loads(accepted(expected, given, "request-1"))


def test_a_placeholder_that_fits_stays_and_what_is_new_is_taken() -> None:
    expected = {
        "status": 200,
        "headers": {"etag": '"1"'},
        "body": {"data": {"id": "<uuid>", "title": "Milk", "old": 1}},
    }
    given = answer({"data": {"id": OLD_ID, "title": "Bread", "priority": 3}}, 201, etag='"2"')

    assert accept(expected, given) == {
        "status": 201,
        "headers": {"etag": '"2"'},
        "body": {"data": {"id": "<uuid>", "title": "Bread", "priority": 3}},
    }


def test_a_header_that_must_not_be_there_is_not_there_still() -> None:
    expected = {"status": 200, "headers": {"idempotency-replayed": None}, "body": None}

    assert accept(expected, answer(None))["headers"] == {"idempotency-replayed": None}


def test_of_a_new_event_what_was_made_just_now_is_a_placeholder() -> None:
    now = datetime.now(UTC)
    made = f"{int(now.timestamp() * 1000):012x}"
    new_id = f"{made[:8]}-{made[8:]}-7000-8000-000000000001"
    body = {"id": new_id, "of": OLD_ID, "at": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}", "then": "2026-01-01T09:00:00Z"}

    taken = accept(None, answer({**body, "request": "request-1"}, location=f"/api/tasks/{new_id}", ratelimit="r=1"))

    assert taken["headers"] == {"location": "/api/tasks/<uuid>", "ratelimit": "<any>"}
    assert taken["body"] == {
        "id": "<uuid>",
        "of": OLD_ID,
        "at": "<time>",
        "then": "2026-01-01T09:00:00Z",
        "request": "<request_id>",
    }


def test_a_cursor_that_says_when_it_was_answered_is_a_placeholder_and_one_of_a_page_is_not() -> None:
    meta = {"cursor": "rd56wREREREREUER", "next_cursor": "AZuDFcKAcACAAAAA"}

    assert accept(None, answer({"meta": meta}))["body"]["meta"] == {**meta, "cursor": "<cursor>"}


def test_rows_that_are_more_or_fewer_are_taken_as_they_are() -> None:
    expected = {"status": 200, "headers": {}, "body": [{"id": "<uuid>"}]}
    given = answer([{"id": OLD_ID}, {"id": OLD_ID}])

    assert accept(expected, given)["body"] == [{"id": "<uuid>"}, {"id": OLD_ID}]


def test_a_result_is_taken_as_it_is() -> None:
    assert json.loads(accepted_result({"keys": 2})) == {"result": {"keys": 2}}


def test_a_time_long_past_is_no_placeholder() -> None:
    then = datetime.now(UTC) - timedelta(hours=2)

    assert accept(None, answer(f"{then:%Y-%m-%dT%H:%M:%SZ}"))["body"] == f"{then:%Y-%m-%dT%H:%M:%SZ}"
