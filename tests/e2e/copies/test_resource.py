"""`make resource` in a copy of the project: everything is green with no hand on it, and it goes without a trace."""

import os
import shutil
from pathlib import Path

import pytest

from local.revisions import newest_revision
from local.scaffold.migration import next_revision
from tests.e2e.copies.project import COPIES, Project, copy_to

pytestmark = COPIES
NEEDS_NPM = pytest.mark.skipif(shutil.which("npm") is None, reason="the client's types need npm")
# Every type of a field, and names that the code and the functions in the database use for something else.
FIELDS = (
    "text:text(9000) body:text(100)? pinned:boolean=false done:boolean? due_at:timestamp? key:text(20)=none "
    "state:enum(open|in-work|done)=open rank:integer(1..5) amount:integer? owner:integer=0 caller:enum(a|b)? "
    "total:integer? name:text(50)? seq:integer=1 patch:boolean=false deleted:boolean?"
)
TESTS = (
    "tests/contract/test_openapi.py",
    "tests/contract/test_openapi_owned.py",
    "tests/contract/test_events.py",
    "tests/contract/test_routes.py",
    "tests/unit/template/test_events.py",
    "tests/unit/template/test_template.py",
    "tests/unit/template/test_size.py",
    "tests/unit/local/scaffold/test_functions.py",
    "tests/unit/test_docs.py",
    "tests/unit/test_architecture.py",
    "tests/integration/test_catalogue.py",
    "tests/integration/test_migrations.py",
)
# Which `make check` has just done.
LINTED = "tests/unit/template/test_template.py::test_template_is_lint_clean"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_to(tmp_path_factory.mktemp("copy"))
    project.make("resource", "NAME=note", f"FIELDS={FIELDS}")
    return project


@NEEDS_NPM
def test_it_is_checked_and_tested_with_no_hand_on_it(made: Project) -> None:
    made.make("check")
    made.tests(*TESTS, "--deselect", LINTED)
    # Its own part of what holds for all resources.
    made.tests("tests/integration/resource", "-k", "notes")


@NEEDS_NPM
def test_every_event_is_answered_as_expected(made: Project) -> None:
    assert "all as expected" in made.make("replay")


@NEEDS_NPM
def test_what_was_changed_by_hand_is_named_and_stays(made: Project) -> None:
    before = made.read("shared/notes.py")
    made.write("shared/notes.py", before + "\n# Mine.\n")

    said = made.make("resource", "NAME=note", "REMOVE=1", status=2)

    assert "changed by hand since it was written, so take it away by hand: shared/notes.py" in said
    assert (made.directory / "functions/list_notes.py").exists()
    made.write("shared/notes.py", before)


@NEEDS_NPM
def test_it_goes_without_a_trace_from_the_local_database_too(made: Project) -> None:
    """The last one that uses this copy."""
    assert next_revision() in made.make("migrate")

    said = made.make("resource", "NAME=note", "REMOVE=1")

    assert "stepping the local database down" in said
    assert made.git("status", "--porcelain") == ""
    assert newest_revision() in made.make("migrate")


@NEEDS_NPM
def test_once_committed_it_goes_by_a_migration_that_drops_it(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    # A long name, and no filter; as it stands in the README but for the name.
    project.make("resource", "NAME=shopping_list", "FIELDS=text:text(10000)")
    project.make("check")
    project.tests("tests/integration/resource", "-k", "shopping_lists")
    project.tests("tests/unit/local", "tests/integration/migrating")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "feat: shopping lists")

    project.make("resource", "NAME=shopping_list", "REMOVE=1")

    made = int(next_revision())
    assert "drop_owned_table" in project.read(f"migrations/versions/{made + 1}_no_shopping_lists.py")
    assert (project.directory / f"migrations/versions/{made}_shopping_lists.py").exists()
    assert not (project.directory / "shared/shopping_lists.py").exists()
    project.tests("tests/integration/test_catalogue.py", "tests/unit/test_docs.py")
    project.run(".venv/bin/python", "-m", "ruff", "check")
    project.run(".venv/bin/python", "-m", "ruff", "format", "--check")


@NEEDS_NPM
@pytest.mark.skipif(os.environ.get("TEST_ALL") != "whole", reason="make test-all: all tests, with one resource more")
def test_all_tests_pass_with_it(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    project.make("resource", "NAME=note", f"FIELDS={FIELDS}")

    project.make("test")
