"""A resource has all that tasks have, in the same form, but for completing them."""

import ast
import re
from functools import cache

import pytest

from local import ROOT
from local.scaffold.documents import insertions
from local.scaffold.endpoints import endpoints
from local.scaffold.functions import functions
from local.scaffold.generated import formatted
from local.scaffold.resource import Resource, read_resource
from local.template import read_template

# Written anew, under the same name.
TASKS = read_resource("task", "", "title:text(200) description:text(2000)? completed:boolean=false")
OF_TASKS_ALONE = {"complete_task", "complete_all_tasks"}
OF_TASKS = {
    route.function.handler.split(".")[1]
    for route in read_template(ROOT / "template.yaml").routes
    if route.path.startswith("/api/tasks")
}


@cache
def written() -> dict[str, str]:
    return formatted(functions(TASKS))


def code(source: str) -> list[str]:
    """Without what is said of it; a new task and a changed one are of two models that have no common name."""
    said, *statements = ast.parse(source.replace("TaskUpdate", "TaskBody")).body
    assert isinstance(said, ast.Expr)
    for statement in statements:
        if isinstance(statement, ast.ImportFrom):
            statement.names.sort(key=lambda imported: imported.name)
    return [ast.unparse(statement) for statement in statements]


def entry(template: str, module: str) -> str:
    """What the template says of a function."""
    found = re.search(
        rf"^  \w+:\n(?:    .*\n)*?      Handler: functions\.{module}\.handler\n(?:    .*\n)*", template, re.M
    )
    assert found, module
    return found[0]


def test_it_has_every_function_that_tasks_have() -> None:
    assert {endpoint.module for endpoint in endpoints(TASKS)} == OF_TASKS - OF_TASKS_ALONE


@pytest.mark.parametrize("module", sorted(OF_TASKS - OF_TASKS_ALONE))
def test_a_function_is_as_that_of_tasks(module: str) -> None:
    path = f"functions/{module}.py"
    assert code(written()[path]) == code((ROOT / path).read_text())


@pytest.mark.parametrize("module", sorted(OF_TASKS - OF_TASKS_ALONE))
def test_the_template_has_it_as_that_of_tasks(module: str) -> None:
    template, *_ = insertions(TASKS, "9999", "9998")
    assert entry(template.block, module) == entry((ROOT / "template.yaml").read_text(), module)


@pytest.mark.parametrize("module", sorted(OF_TASKS - OF_TASKS_ALONE))
def test_the_table_of_endpoints_has_it_as_that_of_tasks(module: str) -> None:
    _, table, *_ = insertions(TASKS, "9999", "9998")
    (row,) = (row for row in table.block.splitlines() if row.startswith(f"| [{module}]"))
    assert row in (ROOT / "docs" / "api.md").read_text().splitlines()


def test_without_a_filter_nothing_is_deleted_by_one() -> None:
    plain = read_resource("zebra", "", "title:text(200) rank:integer?")
    assert [verb for verb in verbs(TASKS) if verb not in verbs(plain)] == ["delete_many"]


def verbs(resource: Resource) -> list[str]:
    return [endpoint.verb for endpoint in endpoints(resource)]
