"""Migrations that would break the code that serves, or stop its writes, are named; those of the guides are not."""

import sys
from pathlib import Path

import pytest

from local.revisions import newest_revision
from local.scaffold.migration import dropping_migration, migration, next_revision
from local.scaffold.resource import read_resource
from local.squawk import SquawkError
from local.squawk.lint import faults
from local.squawk.sql import Migration, migrations
from local.versions import RELEASES, Version, kept_document, released_without
from tests.guides import migration_of_the_field, quoted, step

RELEASED = [Version(0, 1, 0), Version(0, 3, 0)]
CONTRACTIONS = [
    "alter table tasks drop column title",
    "drop table tasks",
    "drop function create_task(jsonb)",
    "drop schema retention cascade",
    "alter table tasks alter column description set not null",
    "alter table tasks alter column completed drop default",
    "alter table tasks rename column title to name",
    "alter table tasks rename to jobs",
    "alter function create_task rename to make_task",
    "revoke insert on tasks from tasks_api",
    "revoke tasks_api from tasks_login",
    "drop policy tasks_owner on tasks",
    "drop trigger counting on tasks",
    "drop sequence numbers",
    "drop materialized view counts",
    "alter table tasks disable row level security",
    "alter table tasks no force row level security",
    "alter table tasks disable trigger counting",
    "alter policy tasks_owner on tasks using (false)",
    "alter table tasks set schema retention",
]
LOCKS = [
    "alter table tasks alter column title type varchar(300)",
    "alter table tasks add column priority integer not null default 3 check (priority between 1 and 5)",
    "alter table tasks add column number uuid default gen_random_uuid()",
    "alter table tasks add column priority integer not null",
    "alter table tasks add constraint short check (length(title) < 9)",
    "alter table tasks add foreign key (user_id) references users (id)",
    "alter table tasks add constraint one unique (user_id, title)",
    "create index tasks_title on tasks (title)",
    "create index concurrently tasks_title on tasks (title)",
    "drop index tasks_owner_completed",
    "lock table tasks in exclusive mode",
    "cluster tasks using tasks_pkey",
    "vacuum (full) tasks",
    "refresh materialized view counts",
    "truncate tasks",
    "delete from tasks",
    "delete from tasks where true",
    "update tasks set title = 'where'",
    "with gone as (delete from tasks returning id) select from gone",
]
# In any of these a statement is still run.
AROUND = [
    "{};",
    "-- a comment; of two\n{};",
    "/* a comment; */ {};",
    "{} -- a comment\n;",
    "select 'a; '';\n'; {};",
    "select 'ä'; {};",
    "do $$ begin {}; end $$;",
    "do language plpgsql $x$ begin\n  if true then\n    -- é\n    {};\n  end if; end $x$;",
    "do $$ begin execute $x${}$x$; end $$;",
    "do $$ begin execute format($x${}$x$); end $$;",
]
HARMLESS = [
    "alter table tasks add column priority integer not null default 3",
    "alter table tasks add constraint short check (length(title) < 9) not valid",
    "create table notes (id uuid primary key, text text check (text <> '')); create index notes_text on notes (text)",
    "create table notes (id uuid primary key);\nalter table notes add column n uuid default gen_random_uuid()",
    "create or replace function lock_notes() returns int language sql as $$ select 1 $$",
    "commit; create index concurrently tasks_title on tasks (title); begin",
    "select 'lock table tasks; truncate tasks'; -- lock table tasks;\ncomment on table tasks is 'x;\ntruncate tasks'",
    "update tasks set title = 'a' where title = 'b'",
    "create table notes (id uuid); alter table notes enable row level security, force row level security",
    "create table notes (id uuid); truncate notes; lock table notes; update notes set id = null",
    "create function f() returns int language sql begin atomic delete from tasks; select 1; end",
    "create function f() returns void language plpgsql as $$ begin truncate tasks; end $$",
    "do $$ begin execute format('grant select on %I to tasks_api', 'tasks'); end $$",
    "refresh materialized view concurrently counts",
    "vacuum tasks",
    "grant select on tasks to tasks_api",
]

INDEX = """
from migrations.in_use import add_index

revision = "{revision}"
down_revision = "{previous}"


def upgrade() -> None:
    {statement}
"""


def of(*statements: str, contracts_after: str | None = None) -> list[str]:
    sql = "".join(f"{statement};\n\n" for statement in ("begin", *statements, "commit"))
    return list(faults([Migration(Path("1504_x.py"), sql, contracts_after)], RELEASED))


def test_the_projects_own_only_add() -> None:
    assert list(faults(migrations(), RELEASED)) == []


@pytest.mark.parametrize("statement", CONTRACTIONS)
def test_a_contraction_names_the_release_whose_code_does_without(statement: str) -> None:
    found = of(statement)
    assert found
    for fault in found:
        assert fault.startswith("migrations/versions/1504_x.py: ")
        assert fault.endswith(f"({statement}): see CONTRACTS_AFTER in CONTRIBUTING.md")
    assert of(statement, contracts_after="0.3.0") == []
    (early,) = of(statement, contracts_after="0.4.0")
    assert "CONTRACTS_AFTER = '0.4.0', which was not released yet" in early


@pytest.mark.parametrize("statement", LOCKS)
def test_what_stops_writes_is_never_allowed(statement: str) -> None:
    for contracts_after in (None, "0.3.0"):
        assert any(
            statement in fault and "CONTRACTS_AFTER" not in fault
            for fault in of(statement, contracts_after=contracts_after)
        )


@pytest.mark.parametrize("around", AROUND)
def test_a_statement_is_found_wherever_it_stands(around: str) -> None:
    alone = ("concurrently", "vacuum")  # which are in no transaction
    for statement in (one for one in (*CONTRACTIONS, *LOCKS) if not any(word in one for word in alone)):
        sql = f"begin;\n\n{around.format(statement)}\n\ncommit;\n"
        found = list(faults([Migration(Path("1504_x.py"), sql, None)], RELEASED))
        assert any(statement[:50] in fault for fault in found), (statement, found)


@pytest.mark.parametrize(
    "block", ["do $$ begin execute 'drop table ' || 'tasks'; end $$", "do language plpython3u $$ run() $$"]
)
def test_a_block_that_cannot_be_read_is_refused(block: str) -> None:
    (fault,) = of(block, contracts_after=None)
    assert "unread-block" in fault


def test_what_is_no_sql_is_named() -> None:
    with pytest.raises(SquawkError, match="cannot read"):
        of("alter tasks")


@pytest.mark.parametrize("made", ["create table tasks (id uuid)", "create table if not exists tasks (id uuid)"])
def test_a_table_excuses_nothing_that_stands_before_it_or_that_may_have_been_there(made: str) -> None:
    change = "alter table tasks add column at timestamptz default clock_timestamp()"
    assert of(change, made)
    assert bool(of(made, change)) is ("not exists" in made)
    assert of("truncate tasks", made)
    assert of("create table notes (id uuid)", "with gone as (delete from tasks) insert into notes select")


def test_before_the_first_migration_nothing_serves() -> None:
    sql = "revoke all on schema public from public; lock table tasks;"
    for is_first in (True, False):
        found = list(faults([Migration(Path("1301_x.py"), sql, None, is_first=is_first)], RELEASED))
        assert len(found) == (1 if is_first else 2)


@pytest.mark.parametrize("statement", HARMLESS)
def test_what_stops_nobody_is_allowed(statement: str) -> None:
    assert of(statement) == []


def test_a_finding_is_of_its_own_statement() -> None:
    made = "create table notes (id uuid primary key)"
    faults = of(
        made, "alter table notes add column n uuid default f()", "alter table tasks add column n uuid default f()"
    )
    (fault,) = faults
    assert "(alter table tasks add column n uuid default f())" in fault


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of migrations, of which one may be written twice in a second: its bytecode would be taken for that of both."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return tmp_path


def test_the_guide_of_a_field_and_a_generated_resource_only_add(versions: Path) -> None:
    path, field = migration_of_the_field()
    first = next_revision()
    second, third = (str(int(first) + later) for later in (1, 2))
    note = read_resource("note", "", "text:text(10000) pinned:boolean=false amount:integer(1..5)? kind:enum(a|b)=a")
    (versions / Path(path).name).write_text(field)
    (versions / f"{second}_notes.py").write_text(migration(note, second, first))
    (index,) = (code for code in quoted(step("A field", 2)) if code.startswith("add_index("))
    (versions / f"{third}_index.py").write_text(INDEX.format(statement=index, revision=third, previous=second))
    every = list(migrations(versions))

    assert [one.path.stem for one in every[-3:]] == [Path(path).stem, f"{second}_notes", f"{third}_index"]
    assert "validate constraint tasks_priority_check" in every[-3].sql
    assert list(faults(every, RELEASED)) == []


def test_the_removal_of_a_resource_waits_for_a_release_without_it(versions: Path) -> None:
    note = read_resource("note", "", "text:text(10000) pinned:boolean=false")
    first = next_revision()
    second = str(int(first) + 1)
    (versions / f"{first}_notes.py").write_text(migration(note, first, newest_revision()))
    for after, early in ((Version(0, 3, 0), False), (Version(0, 4, 0), True)):
        (versions / f"{second}_no_notes.py").write_text(dropping_migration(note, second, first, after))
        assert any("was not released yet" in fault for fault in faults(migrations(versions), RELEASED)) is early


def test_that_release_is_the_last_one_unless_it_serves_the_resource(tmp_path: Path) -> None:
    for version in ("0.1.0", "0.2.0"):
        kept_document(Version.read(version), tmp_path).write_bytes(next(RELEASES.glob("*.yaml")).read_bytes())
    assert released_without("/api/notes", tmp_path) == Version(0, 2, 0)
    assert released_without("/api/tasks", tmp_path) == Version(0, 3, 0)
