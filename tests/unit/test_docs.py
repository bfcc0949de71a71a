"""The documents say what the code does: its settings, routes, errors, columns, time-outs, log fields and alarms."""

import ast
import importlib
import io
import json
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.routing import APIRoute

from local.deploy.parameters import FROM_ENVIRONMENT
from shared.core import errors, observability
from shared.core.auth.verifier import Caller
from shared.core.database.retry import MAX_ATTEMPTS, Phase, _longest_pause
from shared.tables.tasks import Task
from tests.unit.markdown import blocks_of, cells_of, rows_of, section_of
from tests.unit.template.source import ROOT, load_template, resources_of, schedules_of

README = (ROOT / "README.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()
DEPLOYING = (ROOT / "docs" / "deploying.md").read_text()
DATA_MODEL = (ROOT / "docs" / "data-model.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
DECISIONS = ROOT / "docs" / "decisions"
FUNCTIONS = sorted(path.stem for path in (ROOT / "functions").glob("*.py") if path.stem != "__init__")
APPS = {name: app for name in FUNCTIONS if (app := getattr(importlib.import_module(f"functions.{name}"), "app", None))}
SCHEDULED = sorted(set(FUNCTIONS) - set(APPS))
HOURS = {"minute": 1 / 60, "hour": 1, "day": 24}
ADVERBS = {"hour": "hourly", "day": "daily|nightly"}
HOURS_OF_A_MONTH = 730
CORE = sorted(path.relative_to(ROOT / "shared") for path in (ROOT / "shared").rglob("[!_]*.py"))
TABLES = Task.metadata.sorted_tables
MIGRATIONS = "".join(path.read_text() for path in (ROOT / "migrations" / "versions").glob("*.py"))
TEMPLATE = load_template()
SCHEDULES = schedules_of(TEMPLATE)
CORS = TEMPLATE["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]

SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
# In backticks or in a fence: prose may make what it likes.
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
MAKE = re.compile(r"(?<![\w.-])make +(?:-\S+ +)*([a-z][a-z-]*)")
RULE = re.compile(r"^([A-Za-z.][\w.%-]*):(?!=)", re.MULTILINE)
# What a module calls its waits, ages, pauses and their number.
TIMING = re.compile(r"_?([A-Z_]+_(S|SECONDS|AGE|OFF|DOWN|PAST|PAUSE|LIFETIME|ATTEMPTS)|LEEWAY|[A-Z_]*TIMEOUT[A-Z_]*)")
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


@cache
def settings_read_in(source: str) -> frozenset[str]:
    """Names of environment variables: what is looked up in something called `env` or `environ`, however it is done."""
    names: set[str] = set()
    if "env" not in source:  # to take a module apart takes long
        return frozenset()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call | ast.Subscript | ast.Compare) and re.search(r"\benv(iron)?\b", ast.unparse(node)):
            inner = (child for child in ast.walk(node) if isinstance(child, ast.Constant))
            names |= {child.value for child in inner if isinstance(child.value, str) and len(child.value) > 1}
    return frozenset(name for name in names if SETTING.fullmatch(name)) - {"HS256"}


def hours_between(schedule: str) -> float:
    """The period of `rate(1 day)`, or of `cron(20 0 * * ? *)`; other expressions would need words of their own."""
    if re.fullmatch(r"cron\(\d+ \d+ \* \* \? \*\)", schedule):
        return HOURS["day"]
    match = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", schedule)
    assert match, schedule
    return int(match[1]) * HOURS[match[2]]


def frequency_of(schedule: str) -> str:
    """`rate(1 day)` in words: every day."""
    if hours_between(schedule) == HOURS["day"]:
        return "every day"
    count, unit = schedule.removeprefix("rate(").removesuffix(")").split()
    return f"every {unit}" if count == "1" else f"every {count} {unit}"


def frequencies_in(text: str) -> set[float]:
    """How often something happens, by the words for it; in hours."""
    adverbs = {
        float(HOURS[unit]) for unit, adverb in ADVERBS.items() if re.search(rf"\b{adverb}\b", text, re.IGNORECASE)
    }
    counted = re.findall(r"\bevery (?:(\d+) )?(minute|hour|day)s?\b", text, re.IGNORECASE)
    return adverbs | {float(count or 1) * HOURS[unit.lower()] for count, unit in counted}


def sentences_of(text: str) -> list[str]:
    return re.split(r"(?<=[.]) |\n\n|\n(?=[|#-])", re.sub(r"(?<![\n|])\n(?![\n|#-])", " ", text))


def documented_settings() -> set[str]:
    rows = "\n".join(rows_of("setting", CONFIGURATION))
    beside = CONFIGURATION.partition("Set by AWS and read")[2].partition("\n\n")[0]
    return set(re.findall(r"`([A-Z][A-Z0-9_]*)`", rows + beside))


def row_of_function(function: str) -> list[str]:
    rows = [row for row in rows_of("function", API) if f"| [{function}](../functions/{function}.py) |" in row]
    assert len(rows) == 1, f"docs/api.md, the table of endpoints: {len(rows)} rows of {function}, there has to be one"
    return cells_of(rows[0])


def routes() -> list[tuple[str, str, str]]:
    return [
        (name, method, route.path)
        for name, app in APPS.items()
        for route in app.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def timings_of_the_code() -> set[str]:
    """Each wait that is a constant of the core, as `module.NAME`."""
    named = set()
    for path in CORE:
        module = ".".join(("shared", *path.with_suffix("").parts))
        for node in ast.parse((ROOT / "shared" / path).read_text()).body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            named |= {f"{module}.{name}" for name in names if TIMING.fullmatch(name)}
    defaults = importlib.import_module("shared.core.database.conninfo")._DEFAULTS
    named |= {
        f"shared.core.database.conninfo._DEFAULTS.{name}" for name in defaults if re.search("timeout|keepalives_", name)
    }
    functions = {"Globals.Function": TEMPLATE["Globals"]["Function"]}
    functions |= {
        f"Resources.{name}.Properties": resource["Properties"]
        for name, resource in resources_of(TEMPLATE, "AWS::Serverless::Function").items()
    }
    return named | {f"template.{name}.Timeout" for name, properties in functions.items() if "Timeout" in properties}


def documented_timings() -> dict[str, str]:
    """The values of the table of time-outs, by what sets them."""
    rows = (cells_of(row) for row in rows_of("what | value | set in", OPERATIONS))
    return {
        match[1]: cells[1]
        for cells in rows
        if (match := re.fullmatch(r"`((?:shared|template|migrations)\.[\w.]+)`", cells[2]))
    }


def value_in_the_code(name: str) -> Any:
    """What a dotted name of the table stands for: in a module of the core, or in the template."""
    value: Any = {"template": TEMPLATE}
    parts = name.split(".")
    if parts[0] in ("shared", "migrations"):
        depth = next(n for n in range(len(parts), 0, -1) if is_module(parts[:n]))
        value, parts = importlib.import_module(".".join(parts[:depth])), parts[depth:]
    for part in parts:
        value = value[part] if isinstance(value, Mapping) else getattr(value, part)
    assert not isinstance(value, ModuleType)
    return value


def is_module(parts: list[str]) -> bool:
    path = ROOT.joinpath(*parts)
    return path.is_dir() or path.with_suffix(".py").is_file()


def anchors_of(document: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", CODE.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("package", ["shared", "local", "migrations"])
def test_every_setting_is_in_the_table_of_settings(package: str) -> None:
    read = {name for path in (ROOT / package).rglob("*.py") for name in settings_read_in(path.read_text())}
    not_for_users = (
        {"DATABASE_URL"}
        if package == "migrations"
        else {"PYTHONHASHSEED", "PYTHONUNBUFFERED", "PYDEVD_DISABLE_FILE_VALIDATION"}
    )

    if package == "local":
        read |= set(FROM_ENVIRONMENT)

    assert "DATABASE_URL" in read
    assert read - not_for_users <= documented_settings()


def test_the_table_of_settings_names_none_that_nothing_reads() -> None:
    read = {
        name
        for package in ("shared", "local")
        for path in (ROOT / package).rglob("*.py")
        for name in settings_read_in(path.read_text())
    }
    read |= set(FROM_ENVIRONMENT)
    # One with `_ARN` names where the setting without it is kept.
    read |= {f"{name}_ARN" for name in importlib.import_module("shared.core.secrets").KEPT_APART}
    in_first_column = {
        name for row in rows_of("setting", CONFIGURATION) for name in re.findall(r"`([A-Z_]+)`", cells_of(row)[0])
    }

    assert in_first_column - {"AUTH_"} <= read


@pytest.mark.parametrize("name", importlib.import_module("shared.core.secrets").KEPT_APART)
def test_every_setting_that_can_be_kept_apart_is_in_the_table_of_settings(name: str) -> None:
    assert f"{name}_ARN" in documented_settings()


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
    assert f"`{method} {path}`" in row_of_function(function)[1:3], f"docs/api.md: {function} has no `{method} {path}`"


@pytest.mark.parametrize("function", SCHEDULED)
def test_a_function_without_a_route_is_in_the_table_of_endpoints_with_its_schedule(function: str) -> None:
    assert row_of_function(function)[1] == f"no route: {frequency_of(SCHEDULES[function])}"


@pytest.mark.parametrize("function", SCHEDULED)
@pytest.mark.parametrize("document", documents(), ids=relative)
def test_no_document_says_another_schedule(function: str, document: Path) -> None:
    true = frequencies_in(frequency_of(SCHEDULES[function]))
    said = [sentence for sentence in sentences_of(document.read_text()) if re.search(rf"\b{function}\b", sentence)]
    assert [sentence for sentence in said if not frequencies_in(sentence) <= true] == []


@pytest.mark.parametrize("function", SCHEDULED)
def test_the_operators_document_says_how_often_a_scheduled_function_runs(function: str) -> None:
    schedule = SCHEDULES[function]
    assert section_of(f"## The {function}", OPERATIONS).strip().startswith(f"Runs {frequency_of(schedule)}")
    assert f"the {function}, {round(HOURS_OF_A_MONTH / hours_between(schedule))} runs" in OPERATIONS


@pytest.mark.parametrize(
    "lie", ["The hourly purge wakes it.", "The purge runs\nevery hour.", "| purge | no route: every 5 minutes |"]
)
def test_another_schedule_is_seen(lie: str) -> None:
    (sentence,) = sentences_of(lie)
    assert not frequencies_in(sentence) <= frequencies_in("every day")


def test_the_table_of_endpoints_names_no_route_that_no_function_has() -> None:
    named = {route for row in rows_of("function", API) for route in re.findall(r"`([A-Z]+ /\S+)`", row)}
    assert named == {f"{method} {path}" for _, method, path in routes()}


@pytest.mark.parametrize("header", [*CORS["AllowHeaders"], *CORS["ExposeHeaders"]])
def test_every_header_that_a_browser_may_send_or_read_is_in_the_table_of_headers(header: str) -> None:
    assert f"`{header}" in section_of("### Headers", API).lower()


@pytest.mark.parametrize(("status", "code"), [*errors._STATUS_AND_CODE.values(), errors._INTERNAL_ERROR])
def test_every_error_code_is_in_the_table_of_errors(status: int, code: str) -> None:
    assert any(row.startswith(f"| {status} | `{code}` |") for row in rows_of("status", API))


def test_the_table_of_errors_names_no_code_that_is_never_sent() -> None:
    named = {match[1] for row in rows_of("status", API) if (match := re.search(r"`([A-Z_]+)`", row))}
    assert named == {code for _, code in (*errors._STATUS_AND_CODE.values(), errors._INTERNAL_ERROR)}


def test_the_operators_document_has_the_parameters_of_the_template_and_no_others() -> None:
    rows = rows_of("parameter", OPERATIONS)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", cells_of(row)[0])} == set(TEMPLATE["Parameters"])


@pytest.mark.parametrize("parameter", TEMPLATE["Parameters"].items(), ids=lambda parameter: parameter[0])
def test_the_default_of_every_parameter_is_in_the_operators_document(parameter: tuple[str, dict[str, Any]]) -> None:
    name, definition = parameter
    (cells,) = (cells for row in rows_of("parameter", OPERATIONS) if f"`{name}`" in (cells := cells_of(row))[0])
    assert str(definition["Default"]) in cells[1]


@pytest.mark.parametrize("module", [path for path in CORE if path.parts[0] == "core"], ids=str)
def test_every_module_of_the_core_is_in_the_layout(module: Path) -> None:
    lines = section_of("## Layout", README).splitlines()
    (line,) = (line for line in lines if line.startswith(f"  {module.parent}/ "))
    assert module.stem in re.findall(r"\w+", line)


@pytest.mark.parametrize(
    "directory",
    sorted(
        {place.parts[0] for path in tracked_files() if (place := path.relative_to(ROOT)).parts[1:]} - {".ci", ".vscode"}
    ),
)
def test_every_directory_is_in_the_layout(directory: str) -> None:
    assert re.search(rf"^{directory}/ ", section_of("## Layout", README), re.MULTILINE)


@pytest.mark.parametrize("document", sorted(path.name for path in (ROOT / "docs").glob("*.*")))
def test_every_document_is_linked_from_the_readme(document: str) -> None:
    assert re.search(rf"\]\(docs/{re.escape(document)}[)#]", README)


@pytest.mark.parametrize("timing", sorted(timings_of_the_code()))
def test_every_time_out_is_in_the_operators_document(timing: str) -> None:
    assert timing in documented_timings()


@pytest.mark.parametrize("timing", sorted(set(documented_timings()) - {"shared.core.database.retry._longest_pause"}))
def test_every_time_out_in_the_operators_document_is_the_codes(timing: str) -> None:
    documented, actual = documented_timings()[timing], value_in_the_code(timing)
    if isinstance(actual, str) and " " in actual:  # an interval of the database
        assert documented == actual
    else:
        assert float(documented.split()[0]) == float(actual)


def test_the_pauses_in_the_operators_document_are_the_codes() -> None:
    documented = [cells_of(row)[1] for row in rows_of("what | value | set in", OPERATIONS) if "_longest_pause" in row]
    actual = [
        ", ".join(f"{_longest_pause(phase, attempt):g}" for attempt in range(1, MAX_ATTEMPTS)) + " s"
        for phase in (Phase.UNSENT, Phase.LOST)
    ]
    assert documented == actual
    assert _longest_pause(Phase.ANSWERED, 1) == _longest_pause(Phase.LOST, 1)


def fields_of_a_log_line(error: Exception, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    stream = io.StringIO()
    monkeypatch.setattr(observability.logger.registered_handler, "stream", stream)
    state = {"request_id": "1", "caller": Caller("alice", None, None, 0.0), "error": error}
    scope = {"method": "GET", "route": APIRoute("/", lambda: None), "state": state}
    observability.log_request(scope, status=errors.status_and_code(type(error))[0], ms=1.0)
    return set(json.loads(stream.getvalue()))


def test_every_field_of_the_log_is_in_the_operators_document_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    written = fields_of_a_log_line(RuntimeError("a defect"), monkeypatch)
    written |= fields_of_a_log_line(errors.ServiceUnavailable(reason="a cause"), monkeypatch)
    rows = rows_of("field", section_of("## Reading the log", OPERATIONS))
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", cells_of(row)[0])}

    # `taskName` is of Python 3.12 and later, `xray_trace_id` of Lambda, `client_trace_id` of callers that are traced.
    sometimes = {"taskName", "xray_trace_id", "client_trace_id"}
    assert documented - sometimes == written - sometimes


def test_every_metric_is_in_the_operators_document(monkeypatch: pytest.MonkeyPatch) -> None:
    without = fields_of_a_log_line(RuntimeError("a defect"), monkeypatch)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Test")
    metrics = fields_of_a_log_line(RuntimeError("a defect"), monkeypatch) - without - {"_aws"}

    assert "Errors" in metrics
    assert {name for name in metrics if f"`{name}`" not in section_of("## Reading the log", OPERATIONS)} == set()


def test_there_is_something_to_do_at_each_alarm_and_at_no_other() -> None:
    headings = re.findall(r"^### (.+)$", section_of("## Alarms", OPERATIONS), re.MULTILINE)
    assert headings == list(resources_of(TEMPLATE, "AWS::CloudWatch::Alarm"))


def leading_text(node: ast.expr) -> str:
    """Of a literal, or of an f-string that begins with one; empty where something else stands there."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) else node
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def reasons_of_the_code() -> set[str]:
    """What is given as `reason=`, and the checks that refuse a token, as far as the source spells them out."""
    found = set()
    for path in CORE:
        for node in ast.walk(ast.parse((ROOT / "shared" / path).read_text())):
            if isinstance(node, ast.Call):
                refuses = re.search(r"(Refused|Expired)Error$", ast.unparse(node.func))
                given = [keyword.value for keyword in node.keywords if keyword.arg == "reason"]
                found |= {leading_text(value) for value in (*given, *(node.args if refuses else ()))}
    return found - {""}


@pytest.mark.parametrize("reason", sorted(reasons_of_the_code()))
def test_every_reason_of_the_code_is_in_the_operators_document(reason: str) -> None:
    rows = rows_of("`reason` begins with", OPERATIONS)
    explained = tuple(name for row in rows for name in re.findall(r"`([^`]+)`", cells_of(row)[0]))
    assert reason.startswith(explained), f"docs/operations.md, What a reason means: a row of `{reason}` is missing"


def test_what_a_deployment_takes_of_the_environment_is_in_the_document_of_deploying() -> None:
    (sentence,) = re.findall(r"Of the environment it takes (.+?) and nothing else", DEPLOYING)
    assert set(re.findall(r"`(\w+)`", sentence)) == set(FROM_ENVIRONMENT)


@pytest.mark.parametrize("alarm", resources_of(TEMPLATE, "AWS::CloudWatch::Alarm"))
def test_every_alarm_leads_to_the_operators_document(alarm: str) -> None:
    assert "docs/operations.md" in TEMPLATE["Resources"][alarm]["Properties"]["AlarmDescription"]
    assert re.search(r"^1\. ", section_of(f"### {alarm}", OPERATIONS), re.MULTILINE)


@pytest.mark.parametrize("revision", sorted(re.findall(r'^revision = "(\d+)"$', MIGRATIONS, re.MULTILINE)))
def test_what_taking_a_revision_back_loses_is_in_the_operators_document(revision: str) -> None:
    said = any(cells_of(row)[0] == f"`{revision}`" for row in rows_of("revision", OPERATIONS))
    assert said, f"docs/operations.md, Rolling back: a row | `{revision}` | what taking it back drops | is missing"


@pytest.mark.parametrize("document", documents(), ids=relative)
def test_every_make_target_in_a_document_exists(document: Path) -> None:
    makefiles = (ROOT / "Makefile").read_text() + (ROOT / "build.mk").read_text()
    code = "\n".join(CODE.findall(document.read_text()))

    assert set(MAKE.findall(code)) <= set(RULE.findall(makefiles))


@pytest.mark.parametrize("column", [column for table in TABLES for column in table.columns], ids=str)
def test_every_column_is_in_the_data_model(column: object) -> None:
    table, _, name = str(column).partition(".")
    section = DATA_MODEL.partition(f"## `{table}`")[2].partition("\n## ")[0]
    assert f"| `{name}` |" in section, f"docs/data-model.md, `{table}`: a row of `{name}` is missing"


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for table in TABLES
        for part in (*table.indexes, *table.constraints)
        if (name := getattr(part, "name", None))
    ),
)
def test_every_named_index_and_check_is_in_the_data_model(name: str) -> None:
    assert f"`{name}`" in DATA_MODEL, f"docs/data-model.md does not name `{name}`, which the database has"


@pytest.mark.parametrize("index", sorted(str(index.name) for table in TABLES for index in table.indexes))
def test_every_index_is_in_the_table_of_indexes(index: str) -> None:
    named = any(cells_of(row)[0] == f"`{index}`" for row in rows_of("index", DATA_MODEL))
    assert named, f"docs/data-model.md has no row of `{index}` in its table of indexes"


@pytest.mark.parametrize(
    "name",
    [
        *(f"{table.name}_owner" for table in TABLES if table.schema is None),
        *re.findall(r"create policy ([a-z_]+) on", MIGRATIONS),
        *re.findall(r"create role ([a-z_]+) ", MIGRATIONS),
        *(f"{name}(" for name in re.findall(r"create function ([a-z_]+)\(", MIGRATIONS)),
    ],
)
def test_every_policy_role_and_function_is_in_the_data_model(name: str) -> None:
    assert f"`{name}" in DATA_MODEL, f"docs/data-model.md does not name `{name}`, which the migrations make"


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


# What somebody pastes, into an interactive zsh perhaps: it takes a comment behind a command for arguments, and what
# follows a `;` in a comment for a command.
@pytest.mark.parametrize("document", documents(), ids=relative)
def test_comments_stand_on_lines_of_their_own(document: Path) -> None:
    lines = [line.strip() for block in blocks_of("sh", document.read_text()) for line in block.splitlines()]
    assert [line for line in lines if re.search(r"\S\s+#\s", line)] == []
    assert [line for line in lines if line.startswith("#") and re.search(r"[;&|`$<>]", line)] == []
