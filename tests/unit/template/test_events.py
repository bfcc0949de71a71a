"""The events serve `make replay`, `sam local invoke -e` and the tests of the package: they must be true to life."""

import base64
import json
import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

import jwt
import pytest

from shared.core import errors
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.http.endpoint import IfMatch
from shared.core.resource.batch import BatchResult
from tests.unit.template.source import ROOT, Route, functions_of, load_template, modules_of, routes_of, schedules_of

EVENTS = ROOT / "events"
NAMES = sorted(path.stem for path in EVENTS.glob("*.json"))
TEMPLATE = load_template()
# The others are requests: they have a route, a caller and an answer.
SCHEDULED = list(schedules_of(TEMPLATE))
REQUESTS = [name for name in NAMES if name not in SCHEDULED]
ROUTES = {route.key: route for route in routes_of(TEMPLATE)}
MODULES = modules_of(TEMPLATE)
# Whose path says which one is meant; the others are about a collection or about the caller.
WITH_ID = [route for route in ROUTES.values() if re.search(r"\{(?!user_id\})\w+\}", route.path)]
USERS = {"alice", "bob", "carol", "dora"}
YEAR_2100 = 4102444800
PLACEHOLDERS = {"<uuid>", "<time>", "<request_id>", "<cursor>", "<any>"}
FAILURES = {
    "no_token": 401,
    "expired_token": 401,
    "forged_token": 401,
    "of_another": 404,
    "missing": 404,
    "forbidden_user": 403,
    "malformed_json": 400,
    "bad_cursor": 400,
    "unknown_field": 422,
    "blank_title": 422,
    "bad_limit": 422,
    "bad_id": 422,
    "wrong_media_type": 415,
    "bad_key": 400,
    "key_reused": 422,
    "bad_tag": 400,
    "stale": 412,
    "rate_limited": 429,
    "known": 200,
    "id_reused": 422,
    "id_deleted": 410,
    "not_deleted": 409,
    "expired_cursor": 410,
    "superseded": 409,
    "unknown_client": 410,
    "seq_reused": 422,
    "no_filter": 422,
}
# What needs other settings, a fault, a body too large for a file, or a request that API Gateway hands to nobody.
WITHOUT_AN_EVENT = {
    errors.MethodNotAllowed,
    errors.PayloadTooLarge,
    errors.QuotaExceeded,
    errors.ServiceUnavailable,
    errors.OutcomeUnknown,
}


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def event_of(name: str) -> dict[str, Any]:
    return read(EVENTS / f"{name}.json")


def expected_of(name: str) -> dict[str, Any]:
    return read(EVENTS / "expected" / f"{name}.json")


def route_of(name: str) -> Route:
    return ROUTES[event_of(name)["routeKey"]]


def bearer_of(event: dict[str, Any]) -> str | None:
    authorization: str | None = event["headers"].get("authorization")
    return authorization.removeprefix("Bearer ") if authorization else None


def test_every_event_has_an_expectation_and_the_other_way_round() -> None:
    assert sorted(path.stem for path in (EVENTS / "expected").glob("*.json")) == NAMES


def test_every_route_has_an_event_that_succeeds() -> None:
    succeeding = {event_of(name)["routeKey"] for name in REQUESTS if expected_of(name)["status"] < 300}
    without = sorted(set(ROUTES) - succeeding)
    assert not without, f"no file of events/ succeeds with {', '.join(without)}"


@pytest.mark.parametrize(("suffix", "status"), FAILURES.items())
def test_main_failures_have_events(suffix: str, status: int) -> None:
    names = [name for name in REQUESTS if name.endswith(f"_{suffix}")]
    assert names
    assert {expected_of(name)["status"] for name in names} == {status}


def test_every_error_that_a_request_can_meet_has_an_event() -> None:
    met = {body["error"]["code"] for name in REQUESTS if (body := expected_of(name)["body"]) and "error" in body}
    assert met == {code for error, (_, code) in errors._STATUS_AND_CODE.items() if error not in WITHOUT_AN_EVENT}


def test_every_outcome_of_an_operation_in_a_batch_has_an_event() -> None:
    answered = [expected_of(name)["body"].get("data", []) for name in REQUESTS if name.startswith("batch_")]
    met = {result["status"] for results in answered for result in results}
    (status,) = (field.annotation for name, field in BatchResult.model_fields.items() if name == "status")
    assert met == set(get_args(status)) - {"quota"}


@pytest.mark.parametrize("suffix", ["of_another", "forbidden_user"])
def test_every_endpoint_with_an_id_is_tried_against_another_users(suffix: str) -> None:
    wanted = {MODULES[route.function] for route in WITH_ID}
    assert wanted
    missing = sorted(f"events/{name}_{suffix}.json" for name in wanted if f"{name}_{suffix}" not in NAMES)
    assert not missing, f"missing: {', '.join(missing)}"


def takes_a_condition(module: str) -> bool:
    (route, *_) = import_module(f"functions.{module}").app.routes
    return IfMatch in get_type_hints(route.endpoint, include_extras=True).values()


def test_every_change_of_a_task_is_tried_with_a_tag_that_is_stale() -> None:
    stale = {name.removesuffix("_stale") for name in REQUESTS if name.endswith("_stale")}
    conditional = {module for module in MODULES.values() if module not in SCHEDULED and takes_a_condition(module)}
    missing = sorted(f"events/{module}_stale.json" for module in conditional - stale)
    assert not missing, f"missing: {', '.join(missing)}"
    assert stale == conditional
    changing = {MODULES[route.function] for route in WITH_ID if route.method in ("PUT", "PATCH", "DELETE")}
    assert conditional >= changing, f"without If-Match: {', '.join(sorted(changing - conditional))}"
    assert {event_of(f"{name}_stale")["headers"]["if-match"] for name in stale} == {'"7"'}


def test_a_keyed_post_is_tried_new_again_and_with_another_body() -> None:
    keys = {name: event_of(name)["headers"].get("idempotency-key") for name in REQUESTS}
    assert keys["create_task_replayed"] == keys["create_task_key_reused"] != keys["create_task_keyed"]
    replayed = {
        name: expected_of(name)["headers"]["idempotency-replayed"]
        for name, key in keys.items()
        if key and expected_of(name)["status"] == 201
    }
    # null: the header must not be there
    assert replayed == {"create_task_keyed": None, "create_task_key_expired": None, "create_task_replayed": "true"}


def test_a_function_with_a_schedule_has_an_event() -> None:
    assert SCHEDULED
    assert set(SCHEDULED) <= set(NAMES)


@pytest.mark.parametrize("name", SCHEDULED)
def test_scheduled_event_is_what_eventbridge_sends(name: str) -> None:
    event = event_of(name)
    assert set(event) == {
        "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"
    }  # fmt: skip
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
    (rule,) = event["resources"]
    ids = {module: logical_id for logical_id, module in MODULES.items()}
    (trigger,) = functions_of(TEMPLATE)[ids[name]]["Events"]
    # As CloudFormation names what SAM makes: stack, function and event, and something random.
    assert re.fullmatch(
        rf"arn:aws:events:{event['region']}:{event['account']}:rule/tasks-api-{ids[name]}{trigger}-[0-9A-Z]+", rule
    )
    assert set(expected_of(name)) == {"result"}


@pytest.mark.parametrize("name", REQUESTS)
def test_expectation_has_the_headers_of_what_it_answers(name: str) -> None:
    """One row comes with its version as its tag, and whatever reached the database with what is left to the caller."""
    expected, module = expected_of(name), MODULES[route_of(name).function]
    if expected["status"] != 304:
        row = (expected["body"] or {}).get("data")
        version = row.get("version") if isinstance(row, dict) and module != "health" else None
        assert expected["headers"].get("etag") == (version and f'"{version}"')
    counted = module != "health" and (
        expected["status"] in (200, 201, 204, 304, 404, 409, 410, 412, 429) or name.endswith("reused")
    )
    assert ("ratelimit" in expected["headers"]) == counted
    assert (expected["headers"].get("ratelimit-policy") == '"default";q=300;w=60') == counted


@pytest.mark.parametrize("name", REQUESTS)
def test_event_is_a_payload_2_0_of_a_route_in_the_template(name: str) -> None:
    event, route = event_of(name), route_of(name)
    context, http = event["requestContext"], event["requestContext"]["http"]
    parameters = event.get("pathParameters", {})

    assert event["version"] == "2.0"
    assert context["stage"] == "$default"
    assert context["routeKey"] == event["routeKey"]
    assert (http["method"], http["path"]) == (route.method, event["rawPath"])
    assert route.path.format(**parameters) == event["rawPath"]
    query = "&".join(f"{key}={value}" for key, value in event.get("queryStringParameters", {}).items())
    assert event["rawQueryString"] == query
    assert all(header == header.lower() for header in event["headers"])
    assert ("body" in event) == ("content-length" in event["headers"])
    if "body" in event:
        body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
        assert len(body) == int(event["headers"]["content-length"])


@pytest.mark.parametrize("name", REQUESTS)
def test_event_is_named_after_its_function(name: str) -> None:
    module = MODULES[route_of(name).function]
    assert name == module or name.startswith(f"{module}_")


@pytest.mark.parametrize("name", [name for name in REQUESTS if not name.endswith(("_no_token", "_forged_token"))])
def test_token_verifies_with_the_development_secret_for_long(name: str) -> None:
    token = bearer_of(event_of(name))
    if token is None:
        assert route_of(name).path == "/api/health"
        return
    claims = jwt.decode(token, DEVELOPMENT_SECRET, algorithms=["HS256"], options={"verify_exp": False})

    assert claims["sub"] in USERS
    assert claims["email"] == f"{claims['sub']}@example.com"
    expired = name.endswith("_expired_token")
    assert (claims["exp"] < YEAR_2100) == expired
    assert claims["iat"] < claims["exp"]


def test_forged_token_does_not_verify() -> None:
    token = bearer_of(event_of("list_tasks_forged_token"))
    assert token is not None
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, DEVELOPMENT_SECRET, algorithms=["HS256"])


def test_every_request_id_is_one_of_its_own() -> None:
    ids = Counter(event_of(name)["requestContext"]["requestId"] for name in REQUESTS)
    twice = [request_id for request_id, events in ids.items() if events > 1]
    assert not twice, f"the requestId of more than one file of events/: {', '.join(twice)}"


@pytest.mark.parametrize("name", REQUESTS)
def test_expectation_is_in_the_contracts_shape(name: str) -> None:
    expected = expected_of(name)

    assert set(expected) == {"status", "headers", "body"}
    assert all(header == header.lower() for header in expected["headers"])
    if expected["status"] in (204, 304):
        assert expected["body"] is None
    elif expected["status"] < 300:
        assert set(expected["body"]) <= {"data", "meta", "current"}
    else:
        assert set(expected["body"]) == {"error"}
        current = {"current"} if expected["status"] == 412 else set()
        assert set(expected["body"]["error"]) == {"code", "message", "details", "request_id"} | current
    unknown = {text for text in strings_in(expected) if text.startswith("<")} - PLACEHOLDERS
    assert not unknown


def strings_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(strings_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(strings_in, value))
    return {value} if isinstance(value, str) else set()
