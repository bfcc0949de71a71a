"""The trace of a request, as X-Ray's daemon is sent it."""

import io
import json
from collections.abc import Callable
from inspect import unwrap
from typing import Any
from uuid import uuid4

import pytest

from functions import purge
from local.login.role import PURGE
from local.postgres.server import EmbeddedPostgres
from shared import tasks
from shared.core import observability
from shared.core.fingerprint import fingerprint
from shared.core.tracing import traced
from tests.api import FAR_FUTURE, Answer, Api, LambdaContext, token_for
from tests.conftest import database_of, login_url
from tests.daemon import SAMPLED, SEGMENT, TRACE_ID, Daemon, flags_of, names_of, spans_of
from tests.integration.resource import plans
from tests.minutes import limit
from tests.neon.test_faults import once
from tests.proxy import Fault, Proxy
from tests.unit.core.auth.key_server import running_key_server
from tests.unit.core.auth.tokens import jwk, key_set, signed

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
GATEWAYS = "1-6955b900-2b1e4c7d9a0f3b5c6d7e8f90"


def spans(document: dict[str, Any], name: str) -> list[Any]:
    return [span for span in spans_of(document) if span["name"] == name]


def test_a_request_is_a_tree_of_spans_in_lambdas_segment(alice: Api, daemon: Daemon) -> None:
    assert alice.list().status == 200

    document = daemon.only()
    assert names_of(document) == ("request", ["token", "connect", "batch"])
    assert (document["type"], document["trace_id"], document["parent_id"]) == ("subsegment", TRACE_ID, SEGMENT)
    found = spans_of(document)
    assert len({span["id"] for span in found}) == len(found)
    assert all(len(bytes.fromhex(span["id"])) == 8 for span in found)


def test_spans_lie_one_behind_the_other_and_within_the_request(alice: Api, daemon: Daemon) -> None:
    alice.list()

    document = daemon.only()
    times = [document["start_time"]]
    for span in document["subsegments"]:
        times += [span["start_time"], span["end_time"]]
    times.append(document["end_time"])
    assert times == sorted(times)


def test_a_connection_that_is_there_is_not_waited_for(alice: Api, daemon: Daemon) -> None:
    alice.list()
    alice.list()

    first, second = daemon.received()
    assert names_of(second) == ("request", ["token", "batch"])
    assert spans(first, "connect")[0]["annotations"]["dial_age_ms"] >= 0


def test_it_says_what_the_line_of_the_log_says(
    alice: Api, daemon: Daemon, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observability, "_is_cold", True)
    answer = alice.call(
        "list_tasks", "GET", "/tasks", headers={"traceparent": TRACEPARENT, "x-amzn-trace-id": f"Root={GATEWAYS}"}
    )

    said, line = daemon.only()["annotations"], json.loads(log.getvalue())
    assert line["xray_trace_id"] == TRACE_ID
    assert said.pop("gateway_trace_id") == GATEWAYS
    assert said == {name: line[name] for name in said}
    assert said["client_trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert said["request_id"] == answer.headers["x-request-id"]
    assert (said["method"], said["route"], said["status"], said["cold_start"]) == ("GET", "/api/tasks", 200, True)
    assert (said["user"], said["db_round_trips"]) == (fingerprint("alice"), 1)


def test_a_batch_has_the_name_of_its_statement(alice: Api, daemon: Daemon) -> None:
    alice.created()

    (batch,) = spans(daemon.only(), "batch")
    assert batch["annotations"] == {"statement": "create_task", "round_trip": 1}


def test_every_statement_that_ships_has_a_name_of_its_own() -> None:
    found = [(part, statement.name) for each in plans.statements().values() for part, statement in each.items()]
    named = {(part.partition(" after ")[0], name) for part, name in found}  # pages of the export are put together
    names = {name for _, name in named}
    assert names
    assert all(names)
    assert len(names) == len(named)


def test_nothing_of_a_request_is_in_its_trace_but_what_the_log_has(alice: Api, daemon: Daemon) -> None:
    """Tokens, passwords and bodies are looked for in each trace of every test, as in the log (tests/log_audit.py)."""
    alice.by_user = True
    task = alice.created("A secret plan")
    for answer in (alice.get(task["id"]), alice.update(task["id"], {"title": ""}), alice.get(str(uuid4()))):
        assert answer.status
    Api("mallory", by_user=True).call("get_task", "GET", "/tasks/1", headers={"authorization": "Bearer nonsense"})

    daemon.received()
    text = "\n".join(daemon.texts)
    assert len(daemon.texts) == 5
    for secret in ("alice", "mallory", task["id"], "A secret plan", "nonsense", "select", token_for("alice")):
        assert secret not in text
    assert "/api/{user_id}/tasks/{task_id}" in text


@pytest.mark.parametrize(
    ("status", "flags", "of_request"),
    [(404, {"error"}, "get"), (422, {"error"}, "create"), (401, {"error"}, "nobody"), (500, {"fault"}, "defect")],
)
def test_a_failure_is_the_callers_or_ours(
    status: int, flags: set[str], of_request: str, alice: Api, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.TaskStore, "list", lambda *_: 1 / 0)
    calls: dict[str, Callable[[], Answer]] = {
        "get": lambda: alice.get(str(uuid4())),
        "create": lambda: alice.create({"title": ""}),
        "nobody": lambda: Api(None).list(),
        "defect": alice.list,
    }
    assert calls[of_request]().status == status

    document = daemon.only()
    assert flags_of(document) == flags
    assert document["http"]["response"] == {"status": status}
    assert [flags_of(token) for token in spans(document, "token")] == [{"error"} if status == 401 else set()]
    assert "cause" not in document


def test_a_caller_who_is_too_fast_is_throttled(alice: Api, daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 1)
    statuses = [alice.list().status for _ in range(2)]

    document = next(each for each in daemon.received() if flags_of(each))
    assert statuses == [200, 429]
    assert flags_of(document) == {"error", "throttle"}
    assert flags_of(spans(document, "batch")[0]) == {"error", "throttle"}


def test_each_attempt_is_a_span(proxy: Proxy, daemon: Daemon) -> None:
    api = Api()
    api.list()
    daemon.received()
    proxy.fault = once(Fault.LOSE_ANSWER)
    assert api.list().status == 200

    document = daemon.only()
    assert names_of(document) == ("request", ["token", "batch", "connect", "batch"])
    lost, repeated = spans(document, "batch")
    assert (flags_of(lost), flags_of(repeated), flags_of(document)) == ({"fault"}, set(), set())
    assert lost["cause"]["exceptions"][0]["type"] == "OperationalError"
    assert [batch["annotations"]["round_trip"] for batch in (lost, repeated)] == [1, 2]


def test_a_connection_that_cannot_be_had_is_a_fault_without_words(
    served: str, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:hidden-password@127.0.0.1:1/d")
    monkeypatch.setattr("shared.core.database.retry.LEAST_BUDGET_S", 9.0)  # one attempt
    assert Api().list().status == 503

    document = daemon.only()
    attempts = spans(document, "connect")
    assert [flags_of(span) for span in (document, *attempts)] == [{"fault"}] * (1 + len(attempts))
    assert attempts
    assert "reason" not in document["annotations"]
    assert all(set(cause) == {"id", "type"} for span in attempts for cause in span["cause"]["exceptions"])


def test_a_key_set_is_a_span_of_the_token_when_it_was_fetched(
    served: str, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = {"iss": "https://issuer.test", "aud": "tasks", "sub": "alice", "exp": FAR_FUTURE}
    token = signed({"alg": "EdDSA", "kid": jwk("EdDSA")["kid"]}, claims, "EdDSA")
    with running_key_server() as server:
        server.publishes(key_set(jwk("EdDSA")))
        settings = {"AUTH_JWKS_URL": server.url, "AUTH_ISSUER": claims["iss"], "AUTH_AUDIENCE": claims["aud"]}
        monkeypatch.delenv("AUTH_SECRET")
        for name, value in settings.items():
            monkeypatch.setenv(name, str(value))
        for _ in range(2):
            sent = {"authorization": f"Bearer {token}"}
            assert Api().call("list_tasks", "GET", "/tasks", headers=sent).status == 200

    trees = [names_of(document)[1][0] for document in daemon.received()]
    assert trees == [("token", ["key set"]), "token"]


def test_a_key_set_that_is_out_of_reach_is_a_fault(
    served: str, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = {"iss": "https://issuer.test", "aud": "tasks", "sub": "alice", "exp": FAR_FUTURE}
    monkeypatch.delenv("AUTH_SECRET")
    settings = {"AUTH_JWKS_URL": "http://127.0.0.1:1/", "AUTH_ISSUER": claims["iss"], "AUTH_AUDIENCE": claims["aud"]}
    for name, value in settings.items():
        monkeypatch.setenv(name, str(value))
    sent = {"authorization": f"Bearer {signed({'alg': 'EdDSA', 'kid': 'a'}, claims, 'EdDSA')}"}
    statuses = [Api().call("list_tasks", "GET", "/tasks", headers=sent).status for _ in range(2)]

    first, second = daemon.received()
    assert statuses == [503, 503]
    assert [flags_of(span) for span in spans_of(first)] == [{"fault"}] * 3
    # In the pause after a fetch that failed none is made.
    assert names_of(second) == ("request", ["token"])


def test_a_secret_that_is_kept_apart_is_a_span(
    functions_url: str, served: str, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL_ARN", "a-secret")
    monkeypatch.setattr("shared.core.secrets._fetch", lambda *_, **__: functions_url)
    assert Api().list().status == 200

    (span,) = spans(daemon.only(), "secret")
    assert span["annotations"] == {"setting": "DATABASE_URL"}


def test_an_event_that_cannot_be_read_is_an_error(daemon: Daemon) -> None:
    from functions.health import handler

    assert traced("request")(unwrap(handler))({}, LambdaContext())["statusCode"] == 400

    document = daemon.only()
    assert (flags_of(document), document["annotations"]["code"]) == ({"error"}, "BAD_REQUEST")


def test_a_run_of_the_purge_is_a_trace(
    served: str, postgres: EmbeddedPostgres, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", login_url(postgres, database_of(served), PURGE))
    traced("purge")(unwrap(purge.handler))({}, LambdaContext())

    assert names_of(daemon.only()) == ("purge", ["connect", "batch"])


def test_a_handler_that_fails_says_with_what_and_fails_all_the_same(daemon: Daemon) -> None:
    @traced("purge")
    def handler(_event: object, _context: object) -> None:
        raise LookupError("a secret")

    with pytest.raises(LookupError):
        handler({}, None)

    document = daemon.only()
    assert (flags_of(document), document["cause"]["exceptions"][0]["type"]) == ({"fault"}, "LookupError")
    assert "a secret" not in daemon.texts[0]


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"Root={TRACE_ID}",
        f"Root={TRACE_ID};Lineage=a87bd80c:1",
        SAMPLED.replace("Sampled=1", "Sampled=0"),
        SAMPLED.replace("Sampled=1", "Sampled=?"),
        SAMPLED.replace("Root=1-", "Root=2-"),
        SAMPLED.replace(SEGMENT, "5"),
        SAMPLED.replace(TRACE_ID, f'{TRACE_ID}","name":"x'),
        "nonsense",
    ],
)
def test_an_invocation_that_lambda_does_not_trace_sends_nothing(
    header: str, alice: Api, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", header)
    assert alice.list().status == 200

    assert daemon.received() == []


def test_where_tracing_is_off_nothing_is_sent(alice: Api, daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACING")
    assert alice.list().status == 200

    assert daemon.received() == []


@pytest.mark.parametrize(
    "address",
    [None, "", "nonsense", "127.0.0.1", "127.0.0.1:", "127.0.0.1:1", "127.0.0.1:99999", "999.0.0.1:2000", "xray:2000"],
)
def test_a_daemon_that_is_not_there_is_nothing_to_a_request(
    address: str | None, alice: Api, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    if address is None:
        monkeypatch.delenv("AWS_XRAY_DAEMON_ADDRESS")
    else:
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", address)
    assert [alice.list().status for _ in range(2)] == [200, 200]


def test_a_trace_that_cannot_be_written_is_nothing_to_a_request(
    alice: Api, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.core.tracing.invocation.datagram", lambda *_: 1 / 0)
    assert alice.list().status == 200
