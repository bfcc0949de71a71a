"""Databases for tests: each finds a migrated, empty one.

To copy one costs more than most tests do, so the last one is emptied and used again, unless a test changed more than
rows: its schema (an event trigger tells), its revision, very many rows, or somebody is still connected to it.
"""

from itertools import count
from typing import Any

import psycopg

from local.postgres.server import EmbeddedPostgres
from local.revisions import newest_revision

LARGE_BYTES = 4 * 1024 * 1024
# In a schema of its own, out of sight of whoever looks at `public`.
_WATCH = """
create schema watch;
create table watch.changes (command text);
create function watch.note() returns event_trigger language plpgsql security definer as $$
begin
  insert into watch.changes values (tg_tag);
end $$;
create event trigger made on ddl_command_end execute function watch.note();
create event trigger dropped on sql_drop execute function watch.note();
"""
_IS_AS_IT_WAS = """
select not exists (select from watch.changes)
  and (select array_agg(version_num::text) from alembic_version) = array[%(revision)s]
  and (select sum(pg_total_relation_size(oid)) from pg_class where relnamespace = 'public'::regnamespace) < %(large)s
  and not exists (select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid())
"""
_TABLES = """
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname in ('public', 'retention') and tablename <> 'alembic_version'
"""


class Databases:
    """The databases of one test process, copied from `template`."""

    def __init__(self, server: EmbeddedPostgres, template: str, owner: str) -> None:
        self._server, self._template, self._owner = server, template, owner
        self._watched = f"{template}_watched"
        self._numbers = count()
        # The last one, and a connection to it: to open another for each test takes as long as to empty it.
        self._last: str | None = None
        self._connection: psycopg.Connection[Any] | None = None
        server.create_database(self._watched, owner, template=template)
        with psycopg.connect(server.url(self._watched), autocommit=True) as connection:
            connection.execute(_WATCH)

    def empty(self) -> str:
        """The name of one. It stays until the server goes: dropping it would cost each test a checkpoint."""
        if self._last is None or not self._emptied(self._last):
            self.close()
            self._last = f"test_{next(self._numbers)}"
            self._server.create_database(self._last, self._owner, template=self._watched)
        return self._last

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _emptied(self, name: str) -> bool:
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._server.url(name), autocommit=True)
            found = self._connection.execute(_IS_AS_IT_WAS, {"revision": newest_revision(), "large": LARGE_BYTES})
            if found.fetchone() != (True,):
                return False
            tables = [table for (table,) in self._connection.execute(_TABLES).fetchall()]
            self._connection.execute("; ".join(f"delete from {table}" for table in tables).encode())
        except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
            return False  # a test has ended all connections, or dropped the database, or the table of revisions
        return True
