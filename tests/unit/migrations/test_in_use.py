"""A column's check is parted from it; what comes out is SQL, without a database."""

import io
from collections.abc import Iterator

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from migrations.in_use import add_columns, add_index, check_columns


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(autouse=True)
def _operations(written: io.StringIO) -> Iterator[None]:
    options = {"as_sql": True, "output_buffer": written, "transaction_per_migration": True}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with context.begin_transaction(_per_migration=True), Operations.context(context):
        yield


@pytest.mark.parametrize(
    ("definition", "column", "rule"),
    [
        ("integer", "integer", None),
        ("integer not null default 3 check (n > 1)", "integer not null default 3", "(n > 1)"),
        ("integer CHECK (n > 1)", "integer", "(n > 1)"),
        ("integer\n  Check(n > (1 + 1))", "integer", "(n > (1 + 1))"),
        ("text default ' check (x)'", "text default ' check (x)'", None),
        ("text default 'a '' check ' check (n <> ' check ) ')", "text default 'a '' check '", "(n <> ' check ) ')"),
        ('text collate " check " not null', 'text collate " check " not null', None),
        ("text default unchecked", "text default unchecked", None),
    ],
)
def test_a_check_is_what_the_keyword_begins(
    definition: str, column: str, rule: str | None, written: io.StringIO
) -> None:
    add_columns("tasks", {"n": definition})
    check_columns("tasks", {"n": definition})

    sql = written.getvalue()
    assert f"alter table tasks add column if not exists n {column};" in sql
    assert ("validate constraint tasks_n_check" in sql) is (rule is not None)
    assert rule is None or f"add constraint tasks_n_check check {rule} not valid" in sql


@pytest.mark.parametrize(
    "definition",
    [
        "integer check (n > 1) check (n < 3)",
        "integer check (n > 1) not null",
        "integer check (n > 1) default (2)",
        "integer check n > 1",
        "integer check (n > 1",
        "integer check",
        "integer check ()) (",
    ],
)
def test_what_cannot_be_parted_is_refused(definition: str, written: io.StringIO) -> None:
    with pytest.raises(ValueError, match="one check, in brackets, and nothing behind it"):
        add_columns("tasks", {"n": definition})
    assert "alter table" not in written.getvalue()


def test_what_stops_nobody_waits_and_nothing_after_it_does(written: io.StringIO) -> None:
    check_columns("tasks", {"n": "integer check (n > 1)"})
    add_index("tasks_n", "tasks (n)")
    limits = [line for line in written.getvalue().splitlines() if line.startswith(("set", "alter", "create", "drop"))]
    assert [line.split(" ")[0] for line in limits] == ["set", "alter", "set", "set", "drop", "create", "set"]
    assert [line for line in limits if line.startswith("set")] == [
        *("set lock_timeout = 0;", "set lock_timeout = 500;"),
        *("set lock_timeout = 0;", "set lock_timeout = 500;"),
    ]
