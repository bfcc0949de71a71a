"""The TypeScript client, compiled by tsc and run by Node against the local gateway."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from local.postgres.server import EmbeddedPostgres
from local.tokens.mint import mint
from tests.conftest import OWNER, login_url
from tests.e2e.gateway import Served, serving
from tests.e2e.node import install, why_not_here
from tests.e2e.typescript.package import BINARIES, CLIENT, FrontEnd, build_front_end

pytestmark = pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here()))

Run = Callable[..., Any]
_numbers = count()


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    install(CLIENT)


@pytest.fixture(scope="module")
def front_end(tmp_path_factory: pytest.TempPathFactory) -> FrontEnd:
    made = build_front_end(tmp_path_factory)
    compiled = made.compile("scenarios.ts")
    assert compiled.returncode == 0, compiled.stdout
    return made


@pytest.fixture(scope="module")
def gateway(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[Served]:
    name = f"typescript_{next(_numbers)}"
    postgres.create_database(name, OWNER, template=migrated_template)
    with serving(login_url(postgres, name)) as served:
        yield served


@pytest.fixture
def api(gateway: Served) -> Served:
    """What is served, nothing on record yet."""
    gateway.exchanges.clear()
    gateway.invoked.clear()
    return gateway


@pytest.fixture
def run(front_end: FrontEnd, api: Served) -> Run:
    """Run a scenario as a user whom no other test is."""

    def in_node(name: str) -> Any:
        user = f"user{next(_numbers)}"
        tokens = {"token": mint(user), "expired": mint(user, lifetime_s=-3600)}
        return front_end.run("scenarios.js", name, {"baseUrl": api.address, "user": user, **tokens})

    return in_node


def keys(api: Served) -> list[str]:
    return [exchange.sent["idempotency-key"] for exchange in api.of("POST")]


def test_every_operation_works(run: Run) -> None:
    outcome = run("everyOperation")
    assert outcome.pop("me").startswith("user")
    assert outcome == {
        "titles": ["Milk", "Milk", "Milk", "Bread", "Butter"],
        "total": 1,
        "completed": [True, True],
        "statuses": [304, 412, 204],
        "stale": "PRECONDITION_FAILED",
        "current": "Bread",
        "changes": [0, True],
        "done": [["done", "stale"], False, False],
        "counts": [1, 1],
        "health": "ok",
    }


def test_every_operation_of_a_named_user_works(run: Run) -> None:
    outcome = run("everyOperationByUser")
    family = [201, 200, 200, 200, 200, 200, 204, 200, 200, 200, 200, 200]
    assert outcome == {"statuses": [*family, 403, 204], "forbidden": "FORBIDDEN"}


def test_the_scenarios_cover_every_operation_of_the_document() -> None:
    schema = (CLIENT / "src" / "schema.ts").read_text()
    paths = schema[: schema.index("export interface components")]
    operations = {
        (method.upper(), path)
        for path, block in re.findall(r'^    "(/[^"]+)": \{\n(.*?)^    \};', paths, re.DOTALL | re.MULTILINE)
        for method in re.findall(r"^        (\w+): operations", block, re.MULTILINE)
    }
    used = re.findall(r'\.(GET|POST|PUT|PATCH|DELETE)\("([^"]+)"', (Path(__file__).parent / "scenarios.ts").read_text())
    assert operations == set(used)


def test_refusals_have_their_codes(run: Run) -> None:
    assert run("refusals") == {"field": "title", "codes": ["VALIDATION_ERROR", "UNAUTHORIZED", "none"]}


def test_five_requests_with_an_expired_token_refresh_it_once(run: Run, api: Served) -> None:
    assert run("fiveAtOnce") == {"refreshes": 1, "statuses": [200] * 5}
    assert sorted(exchange.status for exchange in api.exchanges) == [200] * 5 + [401] * 5


def test_a_refusal_that_arrives_after_the_refresh_starts_no_other(run: Run, api: Served) -> None:
    assert run("lateRefusal") == {"refreshes": 1, "statuses": [200, 200]}


def test_a_refresh_that_does_not_help_is_tried_once_for_each_request(run: Run, api: Served) -> None:
    assert run("uselessRefresh") == {"refreshes": 2, "codes": ["TOKEN_EXPIRED"] * 2}
    assert len(api.exchanges) == 4


def test_a_refresh_that_fails_fails_its_request_and_no_later_one(run: Run) -> None:
    assert run("failedRefresh") == {"refreshes": 2, "thrown": "the session is over", "status": 200}


def test_a_token_is_refreshed_for_no_other_reason(run: Run, api: Served) -> None:
    assert run("noRefresh") == {"refreshes": 0, "codes": ["UNAUTHORIZED", "TOKEN_EXPIRED"]}
    assert len(api.exchanges) == 2


def test_a_repetition_after_a_refresh_has_the_same_key_and_another_request_another(run: Run, api: Served) -> None:
    assert run("keyOutlivesRefresh") == {"refreshes": 1, "titles": ["First", "Second"]}
    refused, repeated, other = keys(api)
    assert refused == repeated != other
    assert re.fullmatch(r"[0-9a-f-]{36}", other)


def test_a_task_whose_answer_was_lost_is_made_once(run: Run, api: Served) -> None:
    assert run("keyOutlivesRetry") == {"ids": 1, "requests": 2, "replayed": "true", "tasks": 1}
    assert len(set(keys(api))) == 1


def test_a_key_of_the_callers_own_is_kept(run: Run, api: Served) -> None:
    assert run("keyOfTheCaller") == {"same": True, "replayed": "true", "other": "VALIDATION_ERROR"}
    assert keys(api) == ["the-caller-s-own"] * 3


def test_only_what_is_safe_and_invited_is_repeated(run: Run) -> None:
    assert run("repetitions") == {
        "default": 1, "get": 3, "post": 3, "put": 1, "delete": 1, "uninvited": 1, "dated": 1,
    }  # fmt: skip


def test_an_abort_ends_the_wait_for_a_repetition(run: Run) -> None:
    assert run("aborted") == {"outcome": "AbortError", "requests": 1}


def test_the_compiler_finds_each_mistake(front_end: FrontEnd) -> None:
    compiled = front_end.compile("mistakes.ts")

    lines = (Path(__file__).parent / "mistakes.ts").read_text().splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("// wrong")}
    assert {int(number) for number in re.findall(r"^mistakes\.ts\((\d+),", compiled.stdout, re.MULTILINE)} == wrong
    assert compiled.returncode != 0


def test_the_example_in_the_readme_compiles(front_end: FrontEnd) -> None:
    (example,) = re.findall(r"^```ts\n(.*?)^```", (CLIENT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    better_auth = "declare const authClient: { token(): Promise<{ data: { token: string } | null }> };\n"

    compiled = front_end.compile("example.ts", better_auth + example)

    assert compiled.returncode == 0, compiled.stdout


def test_the_types_are_those_of_the_document(tmp_path: Path) -> None:
    made = tmp_path / "schema.ts"
    program, *arguments = json.loads((CLIENT / "package.json").read_text())["scripts"]["generate"].split()
    command = [BINARIES / program, *(str(made) if one == "src/schema.ts" else one for one in arguments)]
    subprocess.run(command, cwd=CLIENT, capture_output=True, check=True)
    assert (CLIENT / "src" / "schema.ts").read_text() == made.read_text(), "src/schema.ts is out of date: make types"


def test_the_lock_file_pins_what_the_package_names_and_names_no_registry() -> None:
    package = json.loads((CLIENT / "package.json").read_text())
    lock = json.loads((CLIENT / "package-lock.json").read_text())["packages"]
    for name, version in (package["dependencies"] | package["devDependencies"]).items():
        assert lock[f"node_modules/{name}"]["version"] == version
    assert all("resolved" not in entry for entry in lock.values())
    assert all("integrity" in entry for path, entry in lock.items() if path)
