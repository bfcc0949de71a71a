"""What was truly done, noted by the database itself: triggers that no statement of ours can pass by.

From it the truth is told, against which answers are held: for each user every row, every tombstone, every revision.
"""

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from local.resources import stores

# Of the superuser, so that whoever serves can neither read nor change it.
_JOURNAL = """
create schema journal;
create table journal.entries (
  n bigint generated always as identity primary key, transaction xid8 not null default pg_current_xact_id(),
  user_id text not null, what text not null, collection text, id uuid, revision bigint, version bigint, content jsonb
);
create index on journal.entries (user_id, n);
create function journal.note_row() returns trigger language plpgsql security definer set search_path = journal as $$
begin
  insert into entries (user_id, what, collection, id, revision, version, content)
    values (new.user_id, 'written', tg_table_name, new.id, new.revision, new.version, to_jsonb(new));
  return null;
end $$;
create function journal.note_deletion() returns trigger language plpgsql security definer
set search_path = journal as $$
declare
  d public.deletions := case tg_op when 'DELETE' then old else new end;
begin
  insert into entries (user_id, what, collection, id, revision, version, content)
    values (d.user_id, case tg_op when 'DELETE' then 'forgotten' else 'buried' end, d.collection, d.id, d.revision,
      (d.content->>'version')::bigint, d.content);
  return null;
end $$;
create function journal.note_end() returns trigger language plpgsql security definer set search_path = journal as $$
begin
  insert into entries (user_id, what) values (old.id, 'ended');
  return null;
end $$;
create trigger noted after insert or delete on public.deletions for each row execute function journal.note_deletion();
create trigger noted after delete on public.users for each row execute function journal.note_end();
"""
_OF_ROWS = "create trigger noted after insert or update on {} for each row execute function journal.note_row()"
# Not those after a number: what began earlier may come later.
_NEW = """
select n, transaction::text, user_id, what, collection, id::text, revision, version, content from journal.entries
  where user_id = any(%s) and n > %s and n <> all(%s) order by n
"""


class Entry(NamedTuple):
    """`what` is `written`, `buried` (a tombstone came), `forgotten` (it went) or `ended` (the account did)."""

    n: int
    transaction: str
    user_id: str
    what: str
    collection: str | None
    id: str
    revision: int
    version: int
    content: dict[str, Any]

    @property
    def changes(self) -> bool:
        """Whether it is a change of a row, which has a revision of its own."""
        return self.what in ("written", "buried")


def keep_journal(superuser: psycopg.Connection[Any]) -> None:
    superuser.execute(_JOURNAL)
    for store in stores():
        superuser.execute(_OF_ROWS.format(f"public.{store.name}").encode())


@dataclass
class Truth:
    """One user's collection and tombstones, as the journal has them."""

    revision: int = 0
    rows: dict[str, Entry] = field(default_factory=dict)
    tombstones: dict[str, Entry] = field(default_factory=dict)
    # Those that went without being restored, and the last of them.
    forgotten: set[str] = field(default_factory=set)
    trimmed: int = 0
    # How often the account has ended.
    epoch: int = 0

    def add(self, entry: Entry) -> None:
        """What the entry says; it must be what comes next."""
        if entry.what == "ended":
            self.revision, self.trimmed, self.epoch = 0, 0, self.epoch + 1
            self.rows.clear()
            self.tombstones.clear()
        elif entry.what == "forgotten":
            self.tombstones.pop(entry.id, None)
            if entry.id not in self.rows:
                self.forgotten.add(entry.id)
                self.trimmed = max(self.trimmed, entry.revision)
        else:
            self._change(entry.id, entry)

    def _change(self, item_id: str, entry: Entry) -> None:
        assert entry.revision > self.revision, f"revision {entry.revision} was committed after {self.revision}"
        self.revision = entry.revision
        before = self.rows.pop(item_id, None)
        if entry.what == "buried":
            assert before is not None, "what is not there was deleted"
            assert entry.version == before.version, "a tombstone of another version than the row was"
            self.tombstones[item_id] = entry
        else:
            known = before or self.tombstones.get(item_id)
            assert entry.version == (known.version if known else 0) + 1, f"{known} became {entry}"
            self.rows[item_id] = entry


class Journal:
    """Read by one history, of the users that are its own."""

    def __init__(self, superuser: psycopg.Connection[Any], users: list[str]) -> None:
        self._cursor = superuser.cursor(row_factory=class_row(Entry))
        self._users = users
        self._read: list[int] = []
        ((self._begun,),) = superuser.execute("select coalesce(max(n), 0) from journal.entries").fetchall()

    def new(self) -> list[Entry]:
        """What was committed since it was read the last time."""
        found = self._cursor.execute(_NEW, (self._users, self._begun, self._read)).fetchall()
        self._read += [entry.n for entry in found]
        # A statement changes its rows in whatever order it finds them, and gives them revisions in another.
        groups = groupby(found, key=lambda entry: (entry.transaction, entry.changes))
        return [
            entry for (_, changes), group in groups for entry in (sorted(group, key=_revision) if changes else group)
        ]


def _revision(entry: Entry) -> int:
    return entry.revision
