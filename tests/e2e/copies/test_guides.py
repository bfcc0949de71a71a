"""CONTRIBUTING.md's guides, performed on a copy word by word: what is in them is what is done."""

import re
import textwrap
from pathlib import Path

import pytest

from tests.e2e.copies.project import COPIES, Project, copy_to
from tests.guides import add_the_field, blocks, guide, quoted, step

pytestmark = COPIES


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The field of the guide, on tasks."""
    project = copy_to(tmp_path_factory.mktemp("field"))
    add_the_field(project)
    project.make("replay", "UPDATE=1")
    project.make("openapi")
    return project


def test_a_field_is_there_and_everything_agrees(field: Project) -> None:
    field.make("format")
    field.run(".venv/bin/python", "-m", "ruff", "check")
    field.run(".venv/bin/python", "-m", "mypy", "functions", "shared", "migrations")
    assert "all as expected" in field.make("replay")
    assert '"priority": 3' in field.read("events/expected/create_task.json")
    assert "priority:" in field.read("docs/openapi.yaml")


def test_a_field_breaks_no_test(field: Project) -> None:
    field.tests(
        "tests/unit/test_docs.py",
        "tests/contract/test_openapi.py",
        "tests/contract/test_events.py",
        "tests/integration/test_catalogue.py",
        "tests/integration/test_migrations.py",
        "tests/integration/test_tasks.py",
        "tests/integration/resource/test_items.py",
        "tests/integration/resource/test_keys.py",
        "tests/integration/resource/test_patches.py",
        "tests/integration/resource/test_restore.py",
        "tests/integration/resource/test_server.py",
    )


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The endpoint of the guide, as far as the function: what is left, checks have to name."""
    project = copy_to(tmp_path_factory.mktemp("endpoint"))
    body, method = blocks(step("An endpoint", 1), "python")
    tasks = project.read("shared/tasks.py")
    tasks = tasks.replace("class TaskCompletion(Body):", f"{body}\n\nclass TaskCompletion(Body):")
    tasks = tasks.replace("\n\nCallersTasks =", f"\n{textwrap.indent(method, '    ')}\n\nCallersTasks =")
    project.write("shared/tasks.py", tasks)
    (function,) = blocks(step("An endpoint", 2), "python")
    project.write("functions/rename_task.py", function)
    return project


def test_an_endpoint_is_made_step_by_step_and_each_step_is_named_until_it_is_done(endpoint: Project) -> None:
    # The template
    said = endpoint.tests("tests/contract/test_routes.py", status=1)
    assert "rename_task" in said
    said = endpoint.make("openapi", status=2)
    assert "template.yaml has no function for functions/rename_task.py" in said
    (entry,) = blocks(step("An endpoint", 4), "yaml")
    template = endpoint.read("template.yaml")
    entry = textwrap.indent(entry, "  ") if not entry.startswith("  ") else entry
    endpoint.write("template.yaml", template.replace("  GetMeFunction:", f"{entry}\n  GetMeFunction:", 1))
    endpoint.tests("tests/contract/test_routes.py")
    # The document
    said = endpoint.make("openapi", status=2)
    assert "functions/rename_task.py" in said
    assert "Traceback" not in said
    (operation,) = blocks(step("An endpoint", 3), "python")
    (line,) = (code for code in quoted(step("An endpoint", 3)) if code.startswith("found["))
    operations = endpoint.read("local/openapi/operations.py")
    named = '        found["complete_task"] = _complete_task(resources["tasks"])\n'
    assert named in operations
    operations = operations.replace(named, f"{named}        {line}\n")
    endpoint.write("local/openapi/operations.py", operations.replace("def _others(", f"{operation}\n\ndef _others("))
    endpoint.make("openapi")
    # Events
    said = endpoint.tests("tests/unit/template/test_events.py", "tests/contract/test_events.py", status=1)
    assert "/rename" in said
    for kind in ("", "_by_user", "_of_another", "_forbidden_user", "_stale"):
        event = endpoint.read(f"events/complete_task{kind}.json").replace("/complete", "/rename")
        number = len(kind)
        event = re.sub(r'"requestId": "(....)', f'"requestId": "R{number:02}_', event)
        event = with_body(event, '{"title":"Pay the rent"}')
        endpoint.write(f"events/rename_task{kind}.json", event)
    endpoint.make("replay", "UPDATE=1")
    # The table of endpoints
    said = endpoint.tests("tests/unit/test_docs.py", status=1)
    assert "rename_task" in said
    row = re.search(r"^\| \[complete_task\].*\n", endpoint.read("docs/api.md"), re.MULTILINE)
    assert row is not None
    of_rename = row[0].replace("complete_task", "rename_task").replace("/complete", "/rename")
    endpoint.write("docs/api.md", endpoint.read("docs/api.md").replace(row[0], row[0] + of_rename))
    # And everything agrees
    endpoint.make("format")
    endpoint.run(".venv/bin/python", "-m", "ruff", "check")
    endpoint.run(".venv/bin/python", "-m", "mypy", "functions", "shared", "local")
    endpoint.tests(
        "tests/unit/test_docs.py",
        "tests/unit/template/test_events.py",
        "tests/unit/template/test_template.py",
        "tests/contract/test_openapi.py",
        "tests/contract/test_routes.py",
        "tests/contract/test_events.py",
    )


def with_body(event: str, body: str) -> str:
    """An event that had no body, or another one."""
    escaped = body.replace('"', '\\"')
    event = re.sub(r'\n  "body": ".*",', "", event)
    event = re.sub(r'\n    "content-(length|type)": ".*",', "", event)
    length = f'"content-length": "{len(body)}",\n    "content-type": "application/json",\n    "host"'
    event = event.replace('"host"', length, 1)
    return event.replace('  "isBase64Encoded"', f'  "body": "{escaped}",\n  "isBase64Encoded"')


def test_the_command_of_a_resource_is_one_that_is_taken(tmp_path: Path) -> None:
    (commands,) = blocks(guide("A resource"), "sh")
    (name, fields) = re.findall(r'NAME=(\w+) FIELDS="([^"]+)"', commands)[0]
    project = copy_to(tmp_path)

    project.python(
        "-c",
        "import sys; from local.scaffold.resource import read_resource; read_resource(sys.argv[1], '', sys.argv[2])",
        name,
        fields,
    )
