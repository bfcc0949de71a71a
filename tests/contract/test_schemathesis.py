"""Schemathesis against the served API, all checks on: what docs/openapi.yaml says is what comes over HTTP."""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from local import ROOT
from local.openapi.file import PATH
from tests.api import token_for
from tests.contract.document import load_document, operations
from tests.integration.local.gateway import toys

pytestmark = pytest.mark.heavy

CONFIG = Path(__file__).with_name("schemathesis.toml")
USERS = ("alice", "bob")


@pytest.fixture
def address(served: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The functions in worker processes, behind the local gateway."""
    monkeypatch.setenv("RATE_LIMIT_PER_MINUTE", "0")
    with toys.served(ROOT / "template.yaml") as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """What schemathesis.toml and schemathesis_hooks.py read."""
    users = [
        {"name": user, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token_for(user)}"}]}
        for user in USERS
    ]
    path = tmp_path / "users.json"
    path.write_text(json.dumps({"auth": users}))
    return {"USERS": str(path), "ANSWERS": str(tmp_path / "answers"), "PYTHONPATH": str(ROOT)}


def run(address: str, environment: Mapping[str, str], document: Path = PATH, *arguments: str) -> tuple[int, str]:
    return start(ROOT, environment, ["--config-file", CONFIG], address, document, *arguments)


def start(
    where: Path,
    environment: Mapping[str, str],
    options: Sequence[str | Path],
    address: str,
    document: Path,
    *arguments: str,
) -> tuple[int, str]:
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [program, *options, "run", document, "--url", address, "--checks", "all", "--no-color", *arguments],
        env={**os.environ, **environment},
        cwd=where,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_served_api_is_as_the_document_says(address: str, environment: Mapping[str, str]) -> None:
    status, output = run(address, environment)

    assert status == 0, output
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}\n" in output
    assert unreached(Path(environment["ANSWERS"])) == set()


def unreached(answers: Path) -> set[str]:
    """The operations that never did what they are for."""
    seen = defaultdict(set)
    for line in answers.read_text().splitlines():
        operation, status = line.split()
        seen[operation].add(status)
    names = {operation["operationId"] for _, _, operation in operations(load_document())}
    return {name for name in names if not {"200", "201", "204"} & seen[name]}


# What no schema can say, so that who reads only the document may be refused all the same: it says so in its
# description. And API Gateway answers for what has no route.
HONEST = (
    ("ST202", "412", '"code":"PRECONDITION_FAILED"'),
    # A cursor is bound to an order, or has a checksum.
    ("ST202", "400", "The cursor is not valid."),
    *(("ST202", "410", f'"code":"{code}"') for code in ("DELETED", "UNKNOWN_CLIENT", "CURSOR_EXPIRED")),
    # Sent before, with another body.
    ("ST202", "422", "is that of another "),
    ("ST202", "422", "was used for another batch"),
    ("ST202", "422", "was used with another body, or for another collection"),
    ("ST202", "422", "one of the filters is required"),
    # To a schema 1.0 is an integer.
    ("ST202", "422", "Input should be a valid integer"),
    ("ST204", "404", '{"message":"Not Found"}'),
    # PUT /api/tasks/batch is that of a task, whose id is no UUID.
    ("ST204", "422", '"code":"VALIDATION_ERROR"'),
)


def findings(output: str) -> list[tuple[str, str, str]]:
    """Code, status and body of each failure that Schemathesis prints."""
    cases = output.split("Test Case ID: ")[1:]
    return [
        (code, found[1], found[2]) if found else (code, "", case)
        for case in cases
        for found in [re.search(r"^\[(\d{3})\][^\n]*\n\n\s+`(.*?)`$", case, re.MULTILINE | re.DOTALL)]
        for code in re.findall(r"^- (ST\d+)", case, re.MULTILINE)
    ]


def is_honest(code: str, status: str, body: str) -> bool:
    return any((code, status) == honest[:2] and honest[2] in body for honest in HONEST)


@pytest.mark.skipif("TEST_ALL" not in os.environ, reason="make test-all, or TEST_ALL=copies make test")
def test_an_outsider_finds_no_request_refused_that_the_document_allows(address: str, tmp_path: Path) -> None:
    """Without a line of ours: no configuration, no hook, only the document and a token."""
    token = f"Authorization: Bearer {token_for('alice')}"
    arguments = ("-H", token, "--max-examples=25", "--generation-deterministic", "--continue-on-failure")

    _, output = start(tmp_path, {}, [], address, PATH, *arguments)

    assert "API Operations:" in output
    assert f"Tested: {len(list(operations(load_document())))}\n" in output
    assert findings(output) or "No issues found" in output
    assert [found for found in findings(output) if not is_honest(*found)] == [], output


def spoiled() -> dict[str, Any]:
    """The document without a status, a header and a field that are answered, and with a limit that is refused."""
    document = load_document()
    del document["paths"]["/api/tasks/{task_id}"]["get"]["responses"]["404"]
    del document["paths"]["/api/tasks"]["post"]["responses"]["201"]["headers"]["ETag"]
    task = document["components"]["schemas"]["TaskPublic"]
    del task["properties"]["completed_at"]
    task["required"].remove("completed_at")
    document["components"]["parameters"]["Limit"]["schema"]["maximum"] = 101
    return document


def test_a_document_that_says_something_else_fails(
    address: str, environment: Mapping[str, str], tmp_path: Path
) -> None:
    wrong = tmp_path / "openapi.json"
    wrong.write_text(json.dumps(spoiled()))
    only = [f"--include-operation-id={name}" for name in ("getTask", "createTask", "listTasks")]

    status, output = run(address, environment, wrong, "--phases=coverage", *only)

    assert status == 1
    for fault in ("Received: 404", "{'etag'}", "'completed_at' was unexpected", "limit=101"):
        assert fault in output
