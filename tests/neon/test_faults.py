"""One fault at a time, between the functions and PostgreSQL: what is answered is true of the database."""

import threading
import time
from collections.abc import Callable

import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from shared.core.database.connection import ConnectionSource
from shared.core.database.retry import Attempts
from shared.core.deadline import Deadline
from shared.core.environment import environment
from shared.core.errors import ServiceUnavailable
from tests.api import Answer, Api, LambdaContext
from tests.proxy import Fault, Proxy


def once(fault: Fault) -> Callable[[], Fault]:
    """This fault for the next flight, and none after it."""
    faults = iter([fault])
    return lambda: next(faults, Fault.NONE)


def rows(server: EmbeddedPostgres, url: str, query: str = "select title from tasks order by id") -> list[str]:
    with psycopg.connect(server.url(url.split("@/")[1].split("?", maxsplit=1)[0])) as connection:
        return [title for (title,) in connection.execute(query.encode())]


LOST = [Fault.LOSE_REQUEST, Fault.LOSE_ANSWER, Fault.RESET_BEFORE, Fault.RESET_AFTER]
REPEATABLE: dict[str, Callable[[Api, str], Answer]] = {
    "list": lambda api, _: api.list(),
    "get": lambda api, task: api.get(task),
    "update": lambda api, task: api.update(task, {"title": "Changed"}),
    "complete": lambda api, task: api.complete(task, {"completed": True}),
}


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("endpoint", REPEATABLE)
def test_what_is_safe_to_repeat_is_repeated_once(proxy: Proxy, fault: Fault, endpoint: str) -> None:
    api = Api()
    task = api.created()["id"]
    proxy.fault = once(fault)

    answer = REPEATABLE[endpoint](api, task)

    assert answer.status == 200
    assert proxy.connections == 2


@pytest.mark.parametrize("fault", LOST)
def test_an_unkeyed_create_is_never_repeated(
    proxy: Proxy, fault: Fault, postgres: EmbeddedPostgres, database_url: str
) -> None:
    api = Api()
    api.created("First")
    proxy.fault = once(fault)

    answer = api.create({"title": "Second"})

    assert (answer.status, answer.code) == (503, "OUTCOME_UNKNOWN")
    assert "retry-after" not in answer.headers
    done = fault in (Fault.LOSE_ANSWER, Fault.RESET_AFTER)
    assert rows(postgres, database_url) == (["First", "Second"] if done else ["First"])
    assert api.created("Third")["title"] == "Third"


@pytest.mark.parametrize("fault", LOST)
def test_a_keyed_create_is_repeated_and_makes_one_task(
    proxy: Proxy, fault: Fault, postgres: EmbeddedPostgres, database_url: str
) -> None:
    api = Api()
    api.created("First")
    proxy.fault = once(fault)

    answer = api.create({"title": "Second"}, headers={"idempotency-key": "k"})

    assert answer.status == 201
    assert proxy.connections == 2
    assert rows(postgres, database_url) == ["First", "Second"]
    assert api.get(answer.data["id"]).data == answer.data


@pytest.mark.parametrize("fault", LOST)
def test_a_conditional_write_is_never_repeated(proxy: Proxy, fault: Fault) -> None:
    """Its own first run would be what makes the second one stale."""
    api = Api()
    task = api.created()["id"]
    proxy.fault = once(fault)

    answer = api.update(task, {"title": "Changed"}, headers={"if-match": '"1"'})

    assert answer.code == "OUTCOME_UNKNOWN"


@pytest.mark.parametrize("fault", LOST)
def test_a_toggle_is_never_repeated(proxy: Proxy, fault: Fault) -> None:
    api = Api()
    task = api.created()["id"]
    proxy.fault = once(fault)

    assert api.complete(task).code == "OUTCOME_UNKNOWN"
    assert api.get(task).data["completed"] == (fault in (Fault.LOSE_ANSWER, Fault.RESET_AFTER))


def test_a_delete_whose_answer_was_lost_has_happened(proxy: Proxy) -> None:
    api = Api()
    task = api.created()["id"]
    proxy.fault = once(Fault.LOSE_ANSWER)

    assert api.delete(task).status == 404
    assert api.list().data == []


def test_a_write_that_is_lost_twice_may_have_happened(proxy: Proxy) -> None:
    api = Api()
    task = api.created()["id"]
    proxy.fault = lambda: Fault.LOSE_REQUEST

    assert api.update(task, {"title": "Changed"}).code == "OUTCOME_UNKNOWN"
    assert proxy.connections == 2


def test_a_write_that_was_done_and_then_limited_is_not_called_refused(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lost attempt was counted too, so that its repetition is one too many."""
    api = Api()
    task = api.created()["id"]
    environment().settings = environment().settings._replace(rate_limit_per_minute=1)
    proxy.fault = once(Fault.LOSE_ANSWER)

    answer = api.update(task, {"title": "Changed"})

    assert (answer.status, answer.code) == (503, "OUTCOME_UNKNOWN")
    environment().settings = environment().settings._replace(rate_limit_per_minute=0)
    assert api.get(task).data["title"] == "Changed"


def test_a_write_that_was_done_before_the_secret_was_out_of_reach_may_have_happened(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Api()
    task = api.created()["id"]
    proxy.fault = once(Fault.LOSE_ANSWER)

    def out_of_reach(*_: object) -> None:
        raise ServiceUnavailable(reason="DATABASE_URL_ARN cannot be read")

    monkeypatch.setattr(ConnectionSource, "_connect", out_of_reach)

    assert api.update(task, {"title": "Changed"}).code == "OUTCOME_UNKNOWN"


def test_a_read_that_is_lost_twice_did_nothing(proxy: Proxy) -> None:
    api = Api()
    api.created()
    proxy.fault = lambda: Fault.LOSE_REQUEST

    answer = api.list()

    assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
    assert int(answer.headers["retry-after"]) > 0


def test_a_connection_closed_while_idle_costs_nothing_but_a_new_one(proxy: Proxy) -> None:
    api = Api()
    api.created()
    proxy.close_connections()
    time.sleep(0.05)
    before = proxy.flights

    answer = api.create({"title": "After"})

    assert answer.status == 201
    assert proxy.connections == 2
    assert proxy.flights - before == 2  # connect, batch


def test_the_first_request_is_the_connect_and_one_round_trip(proxy: Proxy) -> None:
    Api().created()

    assert (proxy.connections, proxy.flights) == (1, 2)


def test_a_black_hole_is_answered_within_the_deadline(proxy: Proxy) -> None:
    api = Api(context=LambdaContext(remaining_ms=2000))
    api.created()
    proxy.fault = once(Fault.BLACK_HOLE)
    started = time.monotonic()

    answer = api.create({"title": "Swallowed"})

    assert (answer.status, answer.code) == (503, "OUTCOME_UNKNOWN")
    assert time.monotonic() - started < 2.0  # the invocation's own limit, not a performance figure
    assert api.create({"title": "After"}).status == 201


def test_a_black_hole_under_a_read_did_nothing(proxy: Proxy) -> None:
    api = Api(context=LambdaContext(remaining_ms=2000))
    api.created()
    proxy.fault = once(Fault.BLACK_HOLE)

    assert api.list().code == "SERVICE_UNAVAILABLE"
    assert api.list().status == 200


def test_a_server_that_sleeps_is_waited_for(proxy: Proxy) -> None:
    proxy.connect_delay_s = 1.0

    assert Api().created()["title"] == "Buy milk"
    assert proxy.connections == 1


def test_a_server_that_sleeps_too_long_is_503_and_the_next_request_finds_it_awake(proxy: Proxy) -> None:
    proxy.connect_delay_s = 2.0
    answer = Api(context=LambdaContext(remaining_ms=2000)).create({"title": "Too early"})
    assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"]

    assert Api().created("In time")["title"] == "In time"
    assert proxy.connections == 1  # the dial that was under way has served


def test_a_server_that_refuses_for_a_moment_is_tried_again(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy.refuse()
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            proxy.listen_again()

    monkeypatch.setattr(Attempts.__init__, "__kwdefaults__", {"sleep": sleep, "jitter": lambda _, most: most})

    assert Api().created()["title"] == "Buy milk"
    assert pauses == [0.25, 1.0]


def test_a_server_that_keeps_refusing_is_503(proxy: Proxy) -> None:
    proxy.refuse()
    answer = Api(context=LambdaContext(remaining_ms=3000)).create({"title": "x"})
    assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")

    proxy.listen_again()
    time.sleep(int(answer.headers["retry-after"]))
    assert Api().create({"title": "x"}).status == 201


def test_a_session_killed_while_idle_is_not_noticed(served: str, postgres: EmbeddedPostgres) -> None:
    api = Api()
    api.created("Before")
    kill_all(postgres)
    time.sleep(0.05)

    assert api.create({"title": "After"}).status == 201


def kill_all(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url()) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename like 'tasks\\_login%'")


SLOW = """create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(20); return new; end $$;
create trigger slow before insert on tasks for each row execute function slow()"""
FULL = """create function full_disk() returns trigger language plpgsql as
$$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
create trigger full_disk before insert on tasks for each row execute function full_disk()"""


def test_a_statement_past_its_time_is_ended_by_the_server(served: str, postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(served) as connection:
        connection.execute(SLOW)

    answer = Api(context=LambdaContext(remaining_ms=2500)).create({"title": "Slow"})

    assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
    assert environment().connections.connected  # it was an answer: the connection is as good as before
    assert rows(postgres, served) == []


def test_a_full_disk_is_503_and_not_our_fault(served: str) -> None:
    with psycopg.connect(served) as connection:
        connection.execute(FULL)

    answer = Api().create({"title": "No room"})

    assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
    assert Api().list().data == []


def test_a_session_killed_in_flight_may_have_done_it(served: str, postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(served) as connection:
        connection.execute(SLOW)
    killer = threading.Timer(0.5, kill_all, [postgres])
    killer.start()

    answer = Api().create({"title": "Killed"})
    killer.join()

    assert (answer.status, answer.code) == (503, "OUTCOME_UNKNOWN")
    assert rows(postgres, served) == []


def test_nothing_leaks_after_any_of_these(proxy: Proxy) -> None:
    """After each fault another user's request on the same process is that user's alone."""
    alice, bob = Api("alice", context=LambdaContext(remaining_ms=1800)), Api("bob")
    alice.created("Of alice")
    for fault in Fault:
        proxy.fault = once(fault)
        alice.create({"title": "Of alice"})
        assert bob.list().data == []
    connection = environment().connections.get(Deadline.after(5))
    row = connection.execute(
        "select current_user = session_user as itself, coalesce(current_setting('app.user_id', true), '') as caller,"
        " current_setting('statement_timeout') as timeout, current_setting('transaction_read_only') as read_only"
    ).fetchone()
    assert row == {"itself": True, "caller": "", "timeout": "0", "read_only": "off"}
