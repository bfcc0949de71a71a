import grimp
import pytest

from local import ROOT
from local.quick.selection import MOST_FILES, Imports, select

FAST = "tests/unit/core/test_core.py"
OF_FILES = "tests/unit/test_docs.py"
INTEGRATION = "tests/integration/test_tasks.py"
CHAOS = "tests/neon/test_chaos.py"
HEAVY = "tests/unit/test_translation.py"


@pytest.fixture
def imports() -> Imports:
    """shared.core <- a fast test, and shared.tasks <- three others; nothing of it in the fifth."""
    graph = grimp.ImportGraph()
    tests = ("tests.integration.test_tasks", "tests.neon.test_chaos", "tests.unit.test_translation")
    fast = ("tests.unit.core.test_core", "tests.unit.test_docs")
    for module in ("shared", "shared.core", "shared.tasks", "tests.neon.conftest", *fast, *tests):
        graph.add_module(module)
    graph.add_import(importer="shared.tasks", imported="shared.core")
    graph.add_import(importer="tests.unit.core.test_core", imported="shared.core")
    for test in tests:
        graph.add_import(importer=test, imported="shared.tasks")
    return Imports(graph, frozenset({HEAVY}))


def test_what_uses_the_change_indirectly_is_run_beside_the_tests_of_files(imports: Imports) -> None:
    assert select(["shared/core.py"], imports).files == (INTEGRATION, FAST, OF_FILES)
    assert select(["shared/tasks.py"], imports).files == (INTEGRATION, OF_FILES)


def test_what_takes_many_seconds_is_named_and_left_to_make_test(imports: Imports) -> None:
    remark = select(["shared/core.py"], imports).remarks[-1]
    assert remark == f"left to make test, for each takes many seconds: {CHAOS}, {HEAVY}"


@pytest.mark.parametrize("path", [CHAOS, HEAVY])
def test_a_test_that_was_changed_is_run_whatever_it_takes(path: str, imports: Imports) -> None:
    assert set(select([path], imports).files) == {path, OF_FILES}
    assert select([path], imports).remarks == (f"changed: {path}",)


@pytest.mark.parametrize("path", ["README.md", "shared/removed.py", "tests/unit/answers.json"])
def test_what_no_test_imports_is_for_all_fast_ones(path: str, imports: Imports) -> None:
    assert select([path], imports).files == (FAST, OF_FILES)
    assert select([path, "shared/tasks.py"], imports).files == (INTEGRATION, FAST, OF_FILES)


def test_a_conftest_concerns_the_tests_below_it(imports: Imports) -> None:
    assert CHAOS in select(["tests/neon/conftest.py"], imports).remarks[-1]
    assert imports.tests_of("tests/conftest.py") == imports.tests


def test_too_many_are_not_run_and_that_is_said(imports: Imports) -> None:
    for number in range(MOST_FILES):
        imports.graph.add_import(importer=f"tests.integration.test_{number}", imported="shared.tasks")

    selection = select(["shared/tasks.py"], imports)

    assert selection.files == (OF_FILES,)
    assert f"{MOST_FILES + 1} files of slower tests use that" in selection.remarks[1]


def test_of_this_project_a_handler_concerns_those_who_call_it_by_name_and_not_every_test() -> None:
    imports = Imports.of(ROOT)

    concerned = imports.tests_of("functions/get_task.py")

    assert {"tests/integration/test_tasks.py", "tests/contract/test_routes.py"} <= concerned
    assert concerned < imports.tests
    assert "tests/contract/test_schemathesis.py" in imports.heavy
    assert "tests/unit/test_docs.py" in select([], imports).files
