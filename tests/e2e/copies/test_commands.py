"""Every command that README and the quickstart show is run, on a copy, as whoever reads them would."""

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from local import ROOT
from local.tokens.mint import mint
from tests.e2e.copies.project import _OURS, COPIES, Project, copy_to
from tests.e2e.fake_sam import fake_sam
from tests.e2e.gateway import serving
from tests.unit.markdown import blocks_of

pytestmark = COPIES

README = blocks_of("sh", (ROOT / "README.md").read_text())
QUICKSTART = blocks_of("sh", (ROOT / "docs" / "quickstart.md").read_text())
ADDRESS = "http://127.0.0.1:3000"
# Notes each answer's status, and is curl otherwise.
CURL = """#!/bin/bash
head=$(mktemp)
{curl} -D "$head" "$@"; code=$?
sed -n '1s/^[^ ]* \\([0-9]*\\).*/\\1/p' "$head" >> {statuses}
exit $code
"""


@dataclass
class Shell:
    """A reader's terminals in the clone; `port` is that of their `make dev`."""

    project: Project
    port: int
    statuses: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        return {**kept, "PATH": f"{self.statuses.parent}:{os.environ['PATH']}", "PORT": str(self.port)}

    def run(self, block: str, *, given: str = "", **environment: str) -> str:
        self.statuses.write_text("")
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", block.replace(ADDRESS, f"http://127.0.0.1:{self.port}")],
            cwd=self.project.directory,
            env={**self.environment, **environment},
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout[-6000:]}"
        return done.stdout

    @contextmanager
    def running(self, command: str) -> Iterator[None]:
        """What serves until Ctrl-C; it is there when it answers."""
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.project.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        with process:
            try:
                assert process.stdout is not None
                assert any(line.startswith("curl ") for line in process.stdout)
                yield
            finally:
                os.killpg(process.pid, signal.SIGINT)

    def get(self, path: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {mint('alice')}"}
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=60)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    project, programs = copy_to(tmp_path_factory.mktemp("copy")), tmp_path_factory.mktemp("programs")
    statuses = programs / "statuses"
    (programs / "curl").write_text(CURL.format(curl=shutil.which("curl"), statuses=statuses))
    (programs / "curl").chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return Shell(project, port, statuses)


def expected_statuses(block: str) -> list[str]:
    """What the comment above each request says, or a success."""
    requests = re.findall(r"^((?:#.*\n)*)[^#\n]*\bcurl ", block, flags=re.MULTILINE)
    said = [re.search(r"\b([2-5]\d\d)\b", comment) for comment in requests]
    return [found[1] if found else "2.." for found in said]


def test_there_is_a_test_for_every_block() -> None:
    """They are run by their place: another block wants another test."""
    assert (len(README), len(QUICKSTART)) == (2, 6)


def test_what_is_served_answers_as_the_documents_say(shell: Shell) -> None:
    serve, session = README
    dev, test = (line for line in serve.splitlines() if not line.startswith("#"))
    first, requests, resource, *_ = QUICKSTART
    assert (dev, first.strip()) == ("make dev", "make dev")
    assert test == "make test"
    with shell.running(dev):
        for block in (requests, session):
            shell.run(block)
            statuses = shell.statuses.read_text().split()
            expected = expected_statuses(block)
            assert len(statuses) == len(expected) > 1
            assert all(re.fullmatch(*pair) for pair in zip(expected, statuses, strict=True)), (expected, statuses)

        assert "more in functions/" in shell.run(resource)
        assert shell.get("/api/notes").json() == {"data": [], "meta": {"limit": 50, "next_cursor": None}}


def test_make_test_runs_tests(shell: Shell) -> None:
    assert re.search(r"\d+ passed", shell.run("make test ARGS=tests/unit/local/test_completion.py"))


def test_what_was_made_goes_without_a_trace(shell: Shell) -> None:
    shell.run(QUICKSTART[3])
    assert shell.project.status() == ""


def test_the_example_is_what_make_example_serves() -> None:
    """tests/e2e/example runs it."""
    assert QUICKSTART[-2].strip() == "make example"


def test_the_deployment_ends_with_its_test(shell: Shell, database_url: str, functions_url: str) -> None:
    environment = shell.project.directory / ".venv-sam"
    environment.unlink()
    issuer = "https://app.example.com"
    jwks = subprocess.run(["make", "-s", "jwks"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    settings = {"AUTH_JWKS": jwks.strip(), "AUTH_ISSUER": issuer, "AUTH_AUDIENCE": issuer}
    # What answers are the sources here, whose health knows no commit: a build without git has none either.
    (shell.project.directory / ".git").rename(shell.statuses.parent / "git")
    with fake_sam(environment / "bin" / "sam") as sam, serving(functions_url, **settings) as api:
        sam.database_url = database_url
        said = shell.run(QUICKSTART[-1], given=f"{database_url}\n", API_URL=api.address)

    assert [call.arguments[0] for call in sam.calls] == ["build", "deploy", "list"]
    (parameters,) = (call.parameters for call in sam.calls if call.parameters)
    assert parameters["AllowedOrigins"] == issuer
    assert database_url not in parameters.values()
    assert "ok   health" in said
    assert said.endswith("all checks passed\n")
