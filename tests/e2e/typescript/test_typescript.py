"""The TypeScript client, compiled by tsc and run by Node against the local gateway."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import ROOT
from local.resources import stores
from local.tokens.mint import mint
from shared.tasks import TaskStore
from tests.e2e.gateway import Served
from tests.e2e.node import why_not_here
from tests.e2e.typescript.conftest import Run
from tests.e2e.typescript.package import CLIENT, FrontEnd, write_types
from tests.unit.markdown import blocks_of
from tests.unit.test_docs import documents, relative

pytestmark = pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here()))

SCENARIOS = "scenarios.ts"
LOCKS = sorted((ROOT / "tests" / "e2e").glob("*/package-lock.json"))
# What the examples of the documents take from the application that they stand in.
OF_THE_READER = """
export {};
declare global {
  const authClient: { token(): Promise<{ data: { token: string } | null }> };
  const session: { user: { id: string } };
  const user: string;
  function showSignIn(): void;
  function getToken(): string | null;
  function note(...what: unknown[]): void;
}
"""


def keys(api: Served) -> list[str]:
    return [exchange.sent["idempotency-key"] for exchange in api.of("POST")]


def template_of(path: str, document: dict[str, Any]) -> str:
    """As API Gateway has it: of the paths that fit, the one with the fewest parameters."""
    fitting = [known for known in document if re.fullmatch(re.sub(r"{\w+}", "[^/]+", known), path)]
    return min(fitting, key=lambda known: known.count("{"))


def as_of_tasks(path: str) -> str:
    """A resource that was added has what tasks have."""
    for store in stores():
        path = path.replace(f"/{store.name}", f"/{TaskStore.name}").replace(f"{{{store.singular}_id}}", "{task_id}")
    return path


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
        "kept": ["users", "deletions", "idempotency_keys", "rate_limits", "sync_clients"],
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
    assert {(method, as_of_tasks(path)) for method, path in operations} == set(used)


def test_an_export_is_every_row_of_every_page(run: Run) -> None:
    assert run("exported") == {"kept": ["Kept"], "joined": ["One", "Two", "Three"], "asked": [None, "next", "next"]}


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


def test_a_key_is_sent_where_the_api_reads_one_and_nowhere_else(run: Run, api: Served) -> None:
    document = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())["paths"]
    keyed = [path for path, item in document.items() if "Idempotency-Key" in str(item.get("post"))]

    run("everyOperation")
    run("everyOperationByUser")

    posted = {exchange.path: "idempotency-key" in exchange.sent for exchange in api.of("POST")}
    expected = {path: template_of(path, document) in keyed for path in posted}
    assert posted == expected
    assert set(posted.values()) == {True, False}


def test_a_list_is_read_to_its_end_and_a_version_is_a_condition(run: Run, api: Served) -> None:
    outcome = run("pagesAndVersions")
    assert outcome == {"titles": [["Two", "Three"], ["Four"]], "stale": "PRECONDITION_FAILED", "gone": True}


def test_what_is_thrown_has_what_the_api_said(run: Run) -> None:
    assert run("thrown") == {
        "name": "TasksError",
        "status": 422,
        "code": "VALIDATION_ERROR",
        "message": "422 VALIDATION_ERROR: The request is not valid.",
        "details": [["title", "string_too_long"]],
        "same": True,
    }


def test_the_compiler_finds_each_mistake(front_end: FrontEnd) -> None:
    compiled = front_end.compile("mistakes.ts")

    lines = (Path(__file__).parent / "mistakes.ts").read_text().splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("// wrong")}
    assert {int(number) for number in re.findall(r"^mistakes\.ts\((\d+),", compiled.stdout, re.MULTILINE)} == wrong
    assert compiled.returncode != 0


def examples_in(document: Path) -> list[str]:
    """But for those with libraries of React: tests/e2e/front_ends has these."""
    found = [block for block in blocks_of("ts", document.read_text()) if 'from "@tasks-api/client' in block]
    return [block for block in found if "react" not in block]


DOCUMENTS = [path for path in documents() if examples_in(path)]


@pytest.fixture(scope="module")
def faults(front_end: FrontEnd) -> list[str]:
    """What the compiler says of the examples of all documents, which are `example_<of the document>_<in it>.ts`."""
    found = enumerate(map(examples_in, DOCUMENTS))
    examples = {f"example_{of}_{number}.ts": text for of, texts in found for number, text in enumerate(texts)}
    return front_end.compile_texts(examples | {"reader.ts": OF_THE_READER}).stdout.splitlines()


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_the_examples_of_a_document_compile(front_end: FrontEnd, faults: list[str], document: Path) -> None:
    own = f"example_{DOCUMENTS.index(document)}_"

    of_others = ("example_", " ")
    assert not [line for line in faults if line.startswith(own) or not line.startswith(of_others)], "\n".join(faults)
    assert len(list(front_end.compiled.glob(f"{own}*.js"))) == len(examples_in(document))


@pytest.mark.usefixtures("faults")
def test_the_quick_start_runs(front_end: FrontEnd, api: Served) -> None:
    given = f"""
    Object.assign(globalThis, {{
      authClient: {{ token: async () => ({{ data: {{ token: "{mint("quick")}" }} }}) }},
      session: {{ user: {{ id: "quick" }} }},
    }});
    """
    example = front_end.compiled / f"example_{DOCUMENTS.index(CLIENT / 'README.md')}_0.js"
    text = given + example.read_text().replace("http://127.0.0.1:3000", api.address)
    (front_end.compiled / "quick_start.js").write_text(text)

    assert front_end.printed("quick_start.js") == "Buy oat milk\ntitle string_too_short\n"


def test_the_types_are_those_of_the_document(tmp_path: Path) -> None:
    made = tmp_path / "schema.ts"
    write_types(ROOT / "docs" / "openapi.yaml", made)
    assert (CLIENT / "src" / "schema.ts").read_text() == made.read_text(), "src/schema.ts is out of date: make types"


@pytest.mark.parametrize("directory", [CLIENT, *(path.parent for path in LOCKS)], ids=relative)
def test_a_lock_file_pins_what_the_package_names_and_names_no_registry(directory: Path) -> None:
    package = json.loads((directory / "package.json").read_text())
    lock = json.loads((directory / "package-lock.json").read_text())["packages"]
    for name, version in (package["dependencies"] | package.get("devDependencies", {})).items():
        # One that has another name here is named with its own: npm:typescript@7.0.2.
        own, _, number = version.removeprefix("npm:").rpartition("@")
        entry = lock[f"node_modules/{name}"]
        assert (entry.get("name", name), entry["version"]) == (own or name, number)
    # Those of other machines too, not just of that on which it was made.
    optional = {name for entry in lock.values() for name in entry.get("optionalDependencies", ())}
    assert {f"node_modules/{name}" for name in optional} <= lock.keys()
    assert all("resolved" not in entry for entry in lock.values())
    assert all("integrity" in entry for path, entry in lock.items() if path)
