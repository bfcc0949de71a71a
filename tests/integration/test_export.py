"""The export: everything that is kept of the caller, page by page, and nothing of anybody else."""

import base64
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from shared import export
from shared.core.resource import export as pages
from shared.core.resource.export import Export, ExportCursor, ExportTable
from shared.tables.export import EXPORT
from tests.api import Answer, Api
from tests.integration.kept import kept_of, use_everything
from tests.minutes import limit
from tests.proxy import Proxy
from tests.walls import row_security

# What Lambda takes of an answer, its own JSON around it included.
LAMBDAS_MOST = 6 * 1024 * 1024
ENVELOPE = 1000


def page(api: Api, cursor: str | None = None) -> Answer:
    return api.call("export_me", "GET", "/me/export", query={"cursor": cursor} if cursor else "")


def exported(api: Api, between: Callable[[Answer], object] = lambda _: None) -> Iterator[dict[str, Any]]:
    """All pages, joined; in between something may happen."""
    cursor = None
    for _ in range(1000):
        answer = page(api, cursor)
        assert answer.status == 200, answer.text
        yield from answer.data
        if (cursor := answer.json["meta"]["next_cursor"]) is None:
            return
        between(answer)
    pytest.fail("the pages have no end")


def in_any_order(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.fixture
def uncounted(monkeypatch: pytest.MonkeyPatch, served: str) -> None:
    monkeypatch.setenv("RATE_LIMIT_PER_MINUTE", "0")


def test_whatever_is_kept_of_a_user_is_in_it_and_nothing_else(superuser: psycopg.Connection[Any], alice: Api) -> None:
    use_everything("alice")
    use_everything("bob")

    found = list(exported(alice))

    kept = kept_of(superuser, "alice")
    assert all(kept.values()), "the test has to leave something in each table"
    wanted = [{"table": table, "row": row} for table, rows in kept.items() for row in rows]
    assert in_any_order(found) == in_any_order(wanted)


def test_who_has_never_written_has_their_counter(alice: Api) -> None:
    (row,) = exported(alice)

    assert (row["table"], row["row"]["user_id"]) == ("rate_limits", "alice")


@pytest.mark.usefixtures("uncounted")
@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_pages_of_any_length_join_to_the_same(alice: Api, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        use_everything("alice")
    whole = list(exported(alice))
    monkeypatch.setattr(pages, "PAGE_ROWS", rows)

    answers = list[Answer]()
    found = list(exported(alice, answers.append))

    assert found == whole
    assert [len(answer.data) for answer in answers] == [rows] * ((len(whole) - 1) // rows)


@pytest.mark.usefixtures("uncounted")
def test_a_page_has_as_many_rows_as_fit_into_its_bytes(alice: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    use_everything("alice")
    for number in range(1, 30):
        alice.created(f"Task {number}", description='\u00e9"\\\u0001' * number)
    whole = list(exported(alice))
    monkeypatch.setattr(pages, "PAGE_BYTES", 2000)

    answers = list[Answer]()
    found = list(exported(alice, answers.append))

    assert found == whole
    assert len(answers) > 5
    for answer, following in pairwise(answers):
        length = sum(len(_json(row)) for row in answer.data)
        assert len(answer.data) == 1 or length <= 2000
        assert length + len(_json(following.data[0])) > 2000


def _json(row: dict[str, Any]) -> bytes:
    """As the database writes it, which has a few blanks; a page has none, but commas."""
    text = json.dumps(row["row"], ensure_ascii=False, separators=(",", ":"))
    return f'{{"table" : "{row["table"]}", "row" : {text}}}'.encode()


@pytest.mark.usefixtures("uncounted")
@pytest.mark.parametrize("character", ["\x7f", "\x01", '"', "\\", "\u00e9", "\u4e2d", "\U0001f600"])
def test_lambda_takes_a_page_whatever_stands_in_it_and_however_it_is_written(
    superuser: psycopg.Connection[Any], alice: Api, character: str
) -> None:
    alice.created()
    insert = """insert into tasks (user_id, title, description, revision)
      select 'alice', 'x', repeat(%s, 2000), n + 1 from generate_series(1, 600) n"""
    superuser.execute(insert, (character,))

    answer = page(alice)

    assert answer.json["meta"]["next_cursor"], "there is less than a page"
    assert len(answer.text.encode()) <= pages.PAGE_BYTES + ENVELOPE
    given = {"statusCode": answer.status, "headers": answer.headers, "body": answer.text, "isBase64Encoded": False}
    for ascii_only in (True, False):
        assert len(json.dumps(given, ensure_ascii=ascii_only).encode()) < LAMBDAS_MOST


@pytest.mark.usefixtures("uncounted")
def test_a_row_that_is_larger_than_a_page_keeps_nobody_from_the_rest(
    alice: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        alice.created(f"Task {number}")
    monkeypatch.setattr(pages, "PAGE_BYTES", 1)

    found = [row["row"]["title"] for row in exported(alice) if row["table"] == "tasks"]

    assert found == ["Task 0", "Task 1", "Task 2"]


@pytest.mark.usefixtures("uncounted")
def test_what_stays_while_it_is_read_is_in_it_once(alice: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    stays, goes, changes = ([alice.created(f"{kind} {n}")["id"] for n in range(8)] for kind in ("stay", "go", "change"))
    gone = list(goes)
    monkeypatch.setattr(pages, "PAGE_ROWS", 3)

    def write(_: Answer) -> None:
        """Something is made, something before and after the page goes, and something else is changed."""
        alice.created("new")
        for one in {*gone[:1], *gone[-1:]}:
            alice.delete(one)
            gone.remove(one)
        alice.update(changes[len(gone)], {"title": "changed"})

    found = list(exported(alice, write))

    given = Counter(row["row"]["id"] for row in found if row["table"] == "tasks")
    assert {one: given[one] for one in stays + changes} == dict.fromkeys(stays + changes, 1)
    buried = {row["row"]["id"] for row in found if row["table"] == "deletions"}
    assert set(goes) <= buried | given.keys()
    assert max(given.values()) == 1


def test_each_page_is_one_round_trip(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api()
    for _ in range(4):
        api.created()
    monkeypatch.setattr(pages, "PAGE_ROWS", 2)
    before = proxy.flights
    answers = list[Answer]()

    list(exported(api, answers.append))

    assert len(answers) > 1
    assert proxy.flights - before == len(answers) + 1


def test_a_page_counts_as_the_pages_of_a_list_and_leaves_the_rest(alice: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 25)

    answers = [page(alice) for _ in range(3)]

    assert pages.REQUESTS_OF_A_PAGE == 10
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert [re.findall("r=([0-9]+)", answer.headers["ratelimit"])[0] for answer in answers] == ["15", "5", "5"]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60
    assert alice.list().status == 200


def test_under_a_limit_of_fewer_a_page_takes_the_minute(alice: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 3)

    assert [page(alice).status for _ in range(2)] == [200, 429]


def forged(*said: str) -> str:
    packed = "\0".join(said).encode("utf-8", "surrogatepass")
    checksum = zlib.crc32(packed + b"\0alice").to_bytes(4)
    return base64.urlsafe_b64encode(checksum + packed).rstrip(b"=").decode()


KEYED = next(table for table in EXPORT.tables if table.key == ("UUID",))


@pytest.mark.parametrize(
    "cursor",
    [
        *("A", "AAAA", "AAAAAA", "%", "\u00e9", "x" * 9000),
        forged("nothing"),
        forged(""),
        forged(KEYED.name),
        forged(KEYED.name, "1"),
        forged(KEYED.name, "01890000-0000-7000-8000-000000000000", "1"),
        forged(KEYED.name, "01890000-0000-7000-8000-00000000000A"),
        forged("idempotency_keys", "\ud800"),
        forged("users", "alice"),
        EXPORT.encoded(ExportCursor(0, ()), "bob"),
        EXPORT.encoded(ExportCursor(0, ()), "alice") + "=",
    ],
)
def test_a_cursor_that_was_not_answered_to_the_caller_is_400(alice: Api, cursor: str) -> None:
    assert (page(alice, cursor).status, page(alice, cursor).code) == (400, "BAD_REQUEST")


def test_a_cursor_of_any_table_is_read_as_it_was_written() -> None:
    value = {"UUID": "01890000-0000-7000-8000-00000000000a", "TEXT": "k\u00e9y=/"}
    for number, table in enumerate(EXPORT.tables):
        cursor = ExportCursor(number, tuple(value[kind] for kind in table.key))
        assert EXPORT.read(EXPORT.encoded(cursor, "alice"), "alice") == cursor


def test_a_token_is_needed(served: str) -> None:
    assert page(Api(user=None)).status == 401


@pytest.mark.parametrize("table", EXPORT.tables, ids=lambda table: table.name)
def test_either_wall_around_a_table_holds_and_neither_is_too_few(
    served: str, bob: Api, table: ExportTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_everything("alice")

    def shows_anothers() -> bool:
        return "alice" in [row["row"].get("user_id", row["row"].get("id")) for row in exported(bob)]

    assert not shows_anothers()
    row_security(served, "disable", table.name)
    assert not shows_anothers()
    row_security(served, "enable", table.name)
    without, removed = re.subn(rf"\b{table.name}\.\w+ = %\(user_id\)s::\w+", "true", table.rows)
    assert removed == 1
    tables = [one._replace(rows=without) if one is table else one for one in EXPORT.tables]
    monkeypatch.setattr(export, "EXPORT", Export(tuple(tables)))
    assert not shows_anothers()
    row_security(served, "disable", table.name)
    assert shows_anothers()
