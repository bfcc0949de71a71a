"""Designs that are wrong, each as a change to what serves: the histories must find them, or they find nothing."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from local.resources import Store, stores
from shared.core.resource.changes import FeedCursor

_SEQUENCE = "create sequence if not exists unlocked; grant usage on unlocked to tasks_api"
_OWNERS_ROW = re.compile(r"update users u set revision = .*?;", re.DOTALL)
_MICROSECONDS = "(extract(epoch from {}) * 1000000)::bigint"


def by_time(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """The feed goes by when a change began."""
    for store in stores():
        changes: dict[str, str] = {}
        for table, time in ((store.name, "updated_at"), ("d", "deleted_at")):
            began = _MICROSECONDS.format(f"{table}.{time}")
            changes |= {f"select {table}.revision": f"select {began}", f"{table}.revision": began}
        _change_feed(monkeypatch, store, changes)


def without_lock(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """A revision is the next of a sequence, and nobody waits for anybody."""

    names = [store.name for store in stores()]
    counted = [f"owner.{name} := (select count(*) from {name} t where t.user_id = owner.id);" for name in names]
    instead = " ".join([";\n  owner.revision := nextval('unlocked') * 1000;", *counted])

    def unlocked(source: str) -> str:
        return _OWNERS_ROW.sub("", source.replace(" for no key update;", instead))

    with psycopg.connect(database_url) as connection:
        connection.execute(_SEQUENCE)
    _change_functions(database_url, unlocked)
    for store in stores():
        _change_feed(monkeypatch, store, {})


def read_without_lock(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """The owner's row is read, and locked only when it is written."""
    _change_functions(database_url, lambda source: source.replace(" for no key update;", ";"))


def forgotten_batches(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """Each batch is done whenever it comes, whatever its number is."""

    def forgetful(source: str) -> str:
        source = re.sub(r"(c\.client_id = batch_\w+\.client_id);", r"\1 and false;", source)
        return source.replace("elsif seq <> coalesce(known.seq, 0) + 1 then", "elsif false then")

    _change_functions(database_url, forgetful)


def without_tombstones(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """What is deleted is gone, and the feed has nothing to tell of it."""
    for store in stores():
        _change_feed(monkeypatch, store, {"from deletions d\n": "from deletions d join (select) none on false\n"})


def untold_trims(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """Tombstones make room for others, and nobody remembers which was the last that did."""
    _change_functions(database_url, lambda source: re.sub(r"update users u set trimmed = [^;]*;", "null;", source))


def eternal_cursors(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """A cursor is good for ever, whatever was purged, trimmed or begun anew since then."""
    monkeypatch.setattr(FeedCursor, "_has_expired", lambda *_: False)


def unheard_conditions(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """A version that is named is not looked at."""
    _change_functions(database_url, lambda source: source.replace("<> all (expected)", "is null"))


def row_before_owner(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """A patch locks the row that it changes before the owner's."""
    lock = "  locked uuid := (select t.id from {0} t where t.user_id = caller and t.id = patch_{1}.id for update);\n"

    def other_way_round(source: str) -> str:
        for store in stores():
            if f"FUNCTION public.patch_{store.singular}(" in source:
                source = source.replace(
                    "  owner users :=", lock.format(store.name, store.singular) + "  owner users :="
                )
        return source

    _change_functions(database_url, other_way_round)


Mutation = Callable[[pytest.MonkeyPatch, str], None]


def _change_feed(monkeypatch: pytest.MonkeyPatch, store: Store, changes: dict[str, str]) -> None:
    """Its head is the last that it tells of, whatever the owner's row says."""
    head = {"coalesce(u.revision, 0)": "coalesce((select max(p._revision) from page p), %(position)s::bigint)"}
    statement = store.statements.changes
    sql: Any = statement.sql
    for old, new in {**head, **changes}.items():
        assert old in sql, f"the feed of {store.name} has no {old!r}"
        sql = sql.replace(old, new)
    monkeypatch.setattr(store, "statements", store.statements._replace(changes=replace(statement, sql=sql)))


def _change_functions(database_url: str, change: Callable[[str], str]) -> None:
    """All of them that it changes; there must be one."""
    query = "select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace"
    with psycopg.connect(database_url) as connection:
        sources = [source for (source,) in connection.execute(query)]
        changed = [change(source) for source in sources if change(source) != source]
        assert changed, "no function is changed by this"
        for source in changed:
            connection.execute(source.encode())
