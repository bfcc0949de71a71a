"""The documents say what the code does: each setting, route, error code, parameter and column is written down."""

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from shared import errors
from shared.models import Task
from tests.unit.template.source import ROOT, load_template

README = (ROOT / "README.md").read_text()
DATA_MODEL = (ROOT / "docs" / "data-model.md").read_text()
DECISIONS = ROOT / "docs" / "decisions"
FUNCTIONS = sorted(path.stem for path in (ROOT / "functions").glob("*.py") if path.stem != "__init__")
TABLES = Task.metadata.sorted_tables

SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
# In backticks or in a fence: prose may make what it likes.
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
MAKE = re.compile(r"(?<![\w.-])make +(?:-\S+ +)*([a-z][a-z-]*)")
RULE = re.compile(r"^([A-Za-z.][\w.-]*):(?!=)", re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]+)\)")
# At the beginning of a path only: a route or a URL may go on with any of these words.
MACHINE_PATH = re.compile(r"(?<![\w.}/:])/(?:home|Users|root|work|mnt|srv)/\w")
REGISTRY = re.compile(r"https?://[^\s/]*(?:pypi|pythonhosted|npmjs|artifactory|jfrog|nexus)|--(?:extra-)?index-url")


@cache
def tracked_files() -> tuple[Path, ...]:
    """What is, or is about to be, under version control; whoever the clone belongs to."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def documents() -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".md"]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def settings_read_in(source: str) -> set[str]:
    """Names of environment variables: what is looked up in something called `env` or `environ`, however it is done."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call | ast.Subscript | ast.Compare) and re.search(r"\benv(iron)?\b", ast.unparse(node)):
            inner = (child for child in ast.walk(node) if isinstance(child, ast.Constant))
            names |= {child.value for child in inner if isinstance(child.value, str) and len(child.value) > 1}
    return {name for name in names if SETTING.fullmatch(name)} - {"HS256"}


def rows_of(table: str, document: str) -> Iterator[str]:
    """The lines of a Markdown table that has this header's beginning."""
    lines = iter(document.splitlines())
    for line in lines:
        if line.startswith(f"| {table} |"):
            for row in lines:
                if not row.startswith("|"):
                    break
                yield row


def documented_settings() -> set[str]:
    rows = "\n".join(rows_of("setting", README))
    beside = README.partition("Set by AWS and read")[2].partition("\n\n")[0]
    return set(re.findall(r"`([A-Z][A-Z0-9_]*)`", rows + beside))


def routes() -> list[tuple[str, str, str]]:
    apps = ((name, importlib.import_module(f"functions.{name}").app) for name in FUNCTIONS)
    return [
        (name, method, route.path)
        for name, app in apps
        for route in app.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def anchors_of(document: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", CODE.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("package", ["shared", "local", "migrations"])
def test_every_setting_is_in_the_readme(package: str) -> None:
    read = {name for path in (ROOT / package).rglob("*.py") for name in settings_read_in(path.read_text())}
    not_for_users = {"DATABASE_URL"} if package == "migrations" else {"PYTHONHASHSEED", "PYTHONUNBUFFERED"}

    assert "DATABASE_URL" in read
    assert read - not_for_users <= documented_settings()


def test_the_readme_names_no_setting_that_nothing_reads() -> None:
    read = {
        name
        for package in ("shared", "local")
        for path in (ROOT / package).rglob("*.py")
        for name in settings_read_in(path.read_text())
    }
    in_first_column = {name for row in rows_of("setting", README) for name in re.findall(r"`([A-Z_]+)`", row[:40])}

    assert in_first_column - {"AUTH_"} <= read


@pytest.mark.parametrize(
    "source",
    [
        'env.get("NEW_SETTING")',
        'os.environ["NEW_SETTING"]',
        '"NEW_SETTING" in env',
        '_number(environ, "NEW_SETTING", 1)',
        'os.environ.get("NEW_SETTING", "on") == "off"',
        '[env.get(name) for name in ("A_B", "NEW_SETTING")] and any(env.get(n) for n in ("NEW_SETTING",))',
    ],
)
def test_a_setting_is_seen_however_it_is_read(source: str) -> None:
    assert "NEW_SETTING" in settings_read_in(source)


@pytest.mark.parametrize(("function", "method", "path"), routes())
def test_every_route_is_in_the_row_of_its_function(function: str, method: str, path: str) -> None:
    rows = [row for row in rows_of("function", README) if f"[{function}](functions/{function}.py)" in row]

    assert len(rows) == 1
    assert f"| `{method} {path}` |" in rows[0]


@pytest.mark.parametrize(("status", "code"), [*errors._STATUS_AND_CODE.values(), errors._INTERNAL_ERROR])
def test_every_error_code_is_in_the_readme(status: int, code: str) -> None:
    assert any(row.startswith(f"| {status} | `{code}` |") for row in rows_of("status", README))


def test_the_readme_names_no_error_code_that_is_never_sent() -> None:
    named = {match[1] for row in rows_of("status", README) if (match := re.search(r"`([A-Z_]+)`", row))}
    assert named == {code for _, code in (*errors._STATUS_AND_CODE.values(), errors._INTERNAL_ERROR)}


@pytest.mark.parametrize("parameter", load_template()["Parameters"])
def test_every_parameter_of_the_template_is_in_the_readme(parameter: str) -> None:
    assert any(f"`{parameter}`" in row for row in rows_of("parameter", README))


@pytest.mark.parametrize("module", sorted(path.name for path in (ROOT / "shared").glob("[!_]*.py")))
def test_every_module_of_the_core_is_in_the_layout(module: str) -> None:
    assert re.search(rf"(?<!\w){re.escape(module)}", README)


@pytest.mark.parametrize("document", documents(), ids=relative)
def test_every_make_target_in_a_document_exists(document: Path) -> None:
    makefiles = (ROOT / "Makefile").read_text() + (ROOT / "build.mk").read_text()
    code = "\n".join(CODE.findall(document.read_text()))

    assert set(MAKE.findall(code)) <= set(RULE.findall(makefiles))


@pytest.mark.parametrize("column", [column for table in TABLES for column in table.columns], ids=str)
def test_every_column_is_in_the_data_model(column: object) -> None:
    table, _, name = str(column).partition(".")
    section = DATA_MODEL.partition(f"## `{table}`")[2].partition("\n## ")[0]
    assert f"| `{name}` |" in section


@pytest.mark.parametrize(
    "name",
    [
        name
        for table in TABLES
        for part in (*table.indexes, *table.constraints)
        if (name := getattr(part, "name", None))
    ],
)
def test_every_named_index_and_check_is_in_the_data_model(name: str) -> None:
    assert f"`{name}`" in DATA_MODEL


@pytest.mark.parametrize("decision", sorted(path.name for path in DECISIONS.glob("[0-9]*.md")))
def test_every_decision_is_in_the_index(decision: str) -> None:
    assert re.fullmatch(r"\d{4}-[a-z-]+\.md", decision)
    assert f"({decision})" in (DECISIONS / "README.md").read_text()


@pytest.mark.parametrize("document", documents(), ids=relative)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = document.parent / name if name else document
        assert linked.exists(), target
        assert linked.resolve().is_relative_to(ROOT), target
        assert not anchor or anchor in anchors_of(linked), target


def test_no_file_holds_a_path_of_one_machine_or_the_address_of_a_registry() -> None:
    found = []
    for path in tracked_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{relative(path)}: {match[0]}" for rule in (MACHINE_PATH, REGISTRY) for match in rule.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (MACHINE_PATH, "see {}home{}someone/clone"),
        (MACHINE_PATH, "'{}root{}x'"),
        (REGISTRY, "https:{}{}files.python" + "hosted.org/x"),
        (REGISTRY, "--index" + "-url x"),
    ],
)
def test_the_rules_see_what_they_forbid(rule: re.Pattern[str], text: str) -> None:
    assert rule.search(text.format("/", "/"))
