"""`make dev` while its files are saved: of each kind, in each way, and wrongly."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from tests.conftest import OWNER
from tests.database import Databases
from tests.integration.local.dev.copies import Dev, copy_to, serving
from tests.integration.local.dev.test_run import free_port

PAGE = "http://page.test"

pytestmark = pytest.mark.heavy

HEALTH = "functions/health.py"
HEALTH_NOUN = "shared/health.py"
ANSWERS = "shared/core/http/answers.py"


@pytest.fixture(scope="module")
def module_database_url(postgres: EmbeddedPostgres, databases: Databases) -> str:
    return postgres.url(databases.empty(), OWNER)


@pytest.fixture(scope="module")
def dev(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    root = copy_to(tmp_path_factory.mktemp("copy"))
    with serving(root, free_port(), DATABASE_URL=module_database_url) as served:
        yield served
    assert "Traceback" not in "\n".join(served.said)


@pytest.fixture(autouse=True)
def as_it_was(dev: Dev, tmp_path: Path) -> Iterator[None]:
    """Every test begins with the same files, served."""
    kept = {path: path.read_bytes() for path in modules(dev.root)}
    yield
    for path in set(modules(dev.root)) - set(kept):
        path.unlink()
    for path, content in kept.items():
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
    dev.until(lambda: dev.ask("GET", "/api/health").headers.get("x-made") is None)


def modules(root: Path) -> list[Path]:
    folders = [path for name in ("functions", "shared", "migrations") for path in (root / name).rglob("*.py")]
    return [*folders, root / "template.yaml"]


def mark(function: str, value: str) -> str:
    """A function's text that says `value` in a header of each of its answers."""
    return function.replace("handler = lambda_handler(app)", f"served = lambda_handler(app)\n\n{HANDLER % value}")


HANDLER = """
def handler(event, context):
    answer = served(event, context)
    answer["headers"]["x-made"] = %r
    return answer
"""


def made(dev: Dev) -> str | None:
    return header(dev.ask("GET", "/api/health"), "x-made")


def is_made(dev: Dev, value: str) -> bool:
    return made(dev) == value


def header(answer: httpx.Response, name: str) -> str | None:
    return str(answer.headers[name]) if name in answer.headers else None


def write(path: Path, text: str) -> None:
    path.write_text(text)


def rename_over(path: Path, text: str) -> None:
    beside = path.with_name("4913~")
    beside.write_text(text)
    beside.rename(path)


def write_in_parts(path: Path, text: str) -> None:
    with path.open("w") as file:
        for start in range(0, len(text), 50):
            file.write(text[start : start + 50])
            file.flush()
            time.sleep(0.002)


def delete_and_make(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


@pytest.mark.parametrize("save", [write, rename_over, write_in_parts, delete_and_make])
def test_a_saved_function_answers(dev: Dev, save: Callable[[Path, str], None]) -> None:
    text = (dev.root / HEALTH).read_text()

    for number in ("1", "2", "3"):  # of the same size and, as files count time, of the same second
        save(dev.root / HEALTH, mark(text, number))
        dev.until(partial(is_made, dev, number))


def test_a_saved_module_of_the_core_is_in_every_answer(dev: Dev) -> None:
    dev.edit(ANSWERS, '"cache-control": "no-store",', '"cache-control": "no-store",\n    "x-made": "core",')

    dev.until(lambda: made(dev) == "core")
    assert dev.ask("GET", "/api/tasks").headers["x-made"] == "core"


def test_a_saved_noun_is_in_its_answers(dev: Dev) -> None:
    dev.edit(HEALTH_NOUN, '"ok"', '"fine"')

    dev.until(lambda: dev.ask("GET", "/api/health").json()["data"]["status"] == "fine")


@pytest.mark.parametrize("name", [HEALTH, HEALTH_NOUN, ANSWERS])
def test_a_file_that_does_not_import_is_named_and_the_rest_goes_on(dev: Dev, name: str) -> None:
    text, said = (dev.root / name).read_text(), len(dev.said)
    (dev.root / name).write_text(text + "\ndef unfinished(\n")
    fault = f"{name}, line {len(text.splitlines()) + 2}: SyntaxError: '(' was never closed"

    dev.says(fault, after=said)
    refused = dev.ask("GET", "/api/health")
    assert (refused.status_code, refused.json()) == (
        503,
        {"message": f"functions.health.handler does not import: {fault}"},
    )
    others = dev.ask("GET", "/api/tasks").status_code
    assert others == (503 if name == ANSWERS else 200)

    (dev.root / name).write_text(text)
    dev.until(lambda: dev.ask("GET", "/api/health").status_code == 200)
    dev.says(f"reloaded {name}", after=said)


def test_a_deleted_function_says_so_and_comes_back(dev: Dev) -> None:
    path = dev.root / HEALTH
    text = path.read_text()
    path.unlink()
    refused = dev.until(lambda: (answer := dev.ask("GET", "/api/health")).status_code == 503 and answer)
    assert refused.json()["message"].endswith("ModuleNotFoundError: No module named 'functions.health'")

    path.write_text(text)
    dev.until(lambda: dev.ask("GET", "/api/health").status_code == 200)


def test_a_request_in_flight_ends_on_the_code_it_began_with(dev: Dev) -> None:
    """It has begun when its file is there, and ends when that is gone: saved in between, and answered anew."""
    text, gate = (dev.root / HEALTH).read_text(), dev.root / "gate"
    waiting = f"import pathlib, time\n    gate = pathlib.Path({str(gate)!r})\n    gate.touch()\n"
    waiting += "    while gate.exists():\n        time.sleep(0.01)\n"
    (dev.root / HEALTH).write_text(mark(text, "old").replace("answer = served", f"{waiting}    answer = served"))
    answers: list[httpx.Response] = []

    def ask() -> None:
        answers.append(dev.ask("GET", "/api/health"))

    asking = threading.Thread(target=ask)
    asking.start()
    # Whoever comes before the reload is answered by the code before, and opens no gate.
    while not gate.exists():
        if not asking.is_alive():
            asking = threading.Thread(target=ask)
            asking.start()
        time.sleep(0.02)

    (dev.root / HEALTH).write_text(mark(text, "new"))
    dev.until(lambda: made_within(dev, 5) == "new")
    assert asking.is_alive()
    gate.unlink()
    asking.join()
    assert answers[-1].headers["x-made"] == "old"


def made_within(dev: Dev, seconds: float) -> str | None:
    """By the other worker, if the old code has taken this request too."""
    try:
        return header(httpx.get(f"{dev.address}/api/health", timeout=seconds), "x-made")
    except httpx.ReadTimeout:
        return None


def test_a_function_that_is_made_is_served_once_the_template_names_it(dev: Dev) -> None:
    text = (dev.root / HEALTH).read_text()
    (dev.root / "functions" / "pulse.py").write_text(text.replace("/api/health", "/api/pulse"))
    dev.edit(
        "template.yaml",
        "Resources:\n",
        "Resources:\n  PulseFunction:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      Handler: functions.pulse.handler\n      Events:\n"
        "        Http: {Type: HttpApi, Properties: {Method: GET, Path: /api/pulse}}\n",
    )

    dev.until(lambda: dev.ask("GET", "/api/pulse").status_code == 200)


def test_origins_and_environment_of_the_template_are_read_again(dev: Dev) -> None:
    assert "access-control-allow-origin" not in dev.ask("GET", "/api/health", headers={"origin": PAGE}).headers
    text = (dev.root / HEALTH).read_text()
    (dev.root / HEALTH).write_text(mark(text, "-").replace("'-'", "__import__('os').environ.get('MADE', 'none')"))
    dev.until(lambda: made(dev) == "none")

    dev.edit("template.yaml", "Default: http://localhost:3000,", f"Default: {PAGE},http://localhost:3000,")
    dev.edit("template.yaml", "SETTINGS_REVISION: none", "MADE: here")

    dev.until(lambda: made(dev) == "here")
    answer = dev.until(lambda: allowed(dev.ask("GET", "/api/health", headers={"origin": PAGE})))
    assert answer == PAGE


def allowed(answer: httpx.Response) -> str | None:
    return header(answer, "access-control-allow-origin")


def test_a_template_that_cannot_be_read_says_so_and_the_one_before_goes_on(dev: Dev) -> None:
    said = len(dev.said)
    (dev.root / "template.yaml").write_text("Resources: {")

    assert "not YAML" in dev.says("what it said before goes on", after=said)
    assert dev.ask("GET", "/api/tasks").status_code == 200


MIGRATION = """
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create table {table} (id integer)")


def downgrade() -> None:
    op.execute("drop table {table}")
"""


def test_a_new_migration_is_applied_and_one_that_fails_says_so(dev: Dev, module_database_url: str) -> None:
    with psycopg.connect(module_database_url, autocommit=True) as connection:
        before = str(connection.execute("select version_num from alembic_version").fetchone()[0])  # type: ignore[index]
        versions, said = dev.root / "migrations" / "versions", len(dev.said)
        (versions / "9001_made.py").write_text(MIGRATION.format(revision="9001", before=before, table="made"))
        dev.says(f"migrated the database from {before} to 9001", after=said)
        assert connection.execute("select count(*) from made").fetchone() == (0,)

        (versions / "9002_made.py").write_text(MIGRATION.format(revision="9002", before="9001", table="made"))
        assert 'relation "made" already exists' in dev.says("the migration failed", after=said)
        assert dev.ask("GET", "/api/tasks").status_code == 200

        connection.execute("drop table made")
        connection.execute("update alembic_version set version_num = %s", (before,))
