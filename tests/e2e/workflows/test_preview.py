"""A preview with the real commands: made, renewed and taken away by the workflow's own steps, with stand-ins around.

What the stand-ins stand for: sam, AWS, Neon's API (whose branches are databases of the tests' server), gh.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from psycopg import sql

from local import ROOT
from local.__main__ import main
from local.deploy import steps
from local.deploy.sam import SAM
from local.postgres.server import EmbeddedPostgres
from local.preview import run as preview
from local.preview import stack
from tests.conftest import OWNER, login_url
from tests.e2e.fake_aws import FakeAws, fake_aws
from tests.e2e.fake_sam import FakeSam, fake_sam
from tests.e2e.gateway import serving
from tests.e2e.workflows.runner import Runner, path_of
from tests.e2e.workflows.stand_ins import StandIns
from tests.e2e.workflows.test_jobs import pull_request
from tests.e2e.workflows.workflow import Contexts, all_workflows
from tests.fake_neon import KEY, PROJECT, FakeNeon, fake_neon
from tests.unit.template.translation import BOUNDARY_ARN

PARTS = ("local", "shared", "functions", "migrations", "template.yaml", "samconfig.toml", "pyproject.toml")
MAKE = ("Makefile", "build.mk", ".python-version")
AUTH_SECRET = "q7LxD2vRw9TbN4cYk1HsZfGm6PjUaEo8XtKi3WnBrQ0"
PASSWORD = "hidden-of-the-owner"
LOGS = {"/aws/lambda/tasks-api-preview-12", "/aws/apigateway/tasks-api-preview-12"}


@dataclass
class World:
    """All that is around; `filled` is done to what Neon's default branch has, so that users have rows in it."""

    directory: Path
    sam: FakeSam
    aws: FakeAws
    neon: FakeNeon
    postgres: EmbeddedPostgres
    template: str
    api: str
    filled: str = ""
    migrated_by_make: bool = False

    def make(self, branch: str) -> str:
        self.postgres.create_database(branch, OWNER, template=self.template if self.migrated_by_make else "template1")
        url = self.postgres.url(branch, OWNER).replace("@", f":{PASSWORD}@", 1)
        self.sam.database_url = url
        if self.filled:
            with psycopg.connect(url) as connection:
                connection.execute(self.filled.encode())
        return url

    @property
    def environment(self) -> dict[str, str]:
        return {**self.aws.environment, "NEON_API_URL": self.neon.address, "API_URL": self.api}

    def command(self, *arguments: str, **environment: str) -> int:
        """`python -m local preview` in this process."""
        given = {**self.environment, **self.neon.environment, "AUTH_SECRET": AUTH_SECRET, **environment}
        with (
            patch.multiple(steps, ROOT=self.directory, _BUILT=self.directory / ".aws-sam/build/template.yaml"),
            patch.object(preview, "ROOT", self.directory),
            patch.object(stack, "ROOT", self.directory),
            patch.dict(os.environ, {"PATH": os.environ["PATH"], **given}, clear=True),
        ):
            return main(["preview", *arguments])

    @property
    def asked_of_sam(self) -> list[str]:
        return [call.arguments[0] for call in self.sam.calls]

    @property
    def changed_at_neon(self) -> list[str]:
        return [asked for asked in self.neon.asked if not asked.startswith("GET")]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as checked out, and installed: nothing that make would have to make."""
    directory = tmp_path_factory.mktemp("checkout")
    for name in PARTS:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, directory / name)
    for path in [*map(ROOT.joinpath, MAKE), *ROOT.glob("requirements*.txt")]:
        shutil.copy2(path, directory / path.name)
        os.utime(directory / path.name, (0, 0))
    (directory / ".venv").symlink_to(ROOT / ".venv")
    return directory


@pytest.fixture(scope="module")
def api(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    postgres.create_database("previewed", OWNER, template=migrated_template)
    with serving(login_url(postgres, "previewed"), AUTH_SECRET=AUTH_SECRET) as served:
        yield served.address


@pytest.fixture
def world(copy: Path, postgres: EmbeddedPostgres, migrated_template: str, api: str) -> Iterator[World]:
    shutil.rmtree(copy / ".venv-sam", ignore_errors=True)
    with fake_sam(copy / SAM) as sam, fake_aws() as aws, fake_neon() as neon:
        world = World(copy, sam, aws, neon, postgres, migrated_template, api)
        neon.make, neon.drop = world.make, postgres.drop_database
        yield world
        for branch in neon.urls.keys() & neon.branches.keys():
            postgres.drop_database(neon.branches[branch])


@pytest.fixture
def quick(world: World) -> World:
    """What it makes is migrated already: most tests are about something else."""
    world.migrated_by_make = True
    return world


def work(runner: Runner, world: World, event: dict[str, Any]) -> None:
    github = {"event": event, "repository": "owner/tasks", "token": "hidden-github-token"}
    secrets = {"NEON_API_KEY": KEY, "AUTH_SECRET": AUTH_SECRET}
    variables = {"PREVIEWS": "true", "NEON_PROJECT_ID": PROJECT, "AWS_REGION": "eu-central-1"}
    variables["PARAMETERS"] = f"PermissionsBoundaryArn={BOUNDARY_ARN}"
    runner.run(all_workflows()["preview"], Contexts(github, secrets, variables))


def test_it_comes_with_a_pull_request_and_goes_with_it(world: World, tmp_path: Path) -> None:
    programs = StandIns(tmp_path / "stand-ins")
    programs.write("gh", scripts=[])
    runner = Runner(world.directory, path_of(programs.bin), tmp_path, world.environment)

    # When it is opened: a branch that is migrated, a stack on it as a login that owns nothing, a comment
    work(runner, world, pull_request("opened"))
    assert runner.results == {"up": "success", "comment": "success", "down": "skipped"}, said(runner)
    assert world.changed_at_neon == ["POST /branches"]
    assert world.asked_of_sam == ["build", "deploy", "list"]
    _, upload, _ = world.sam.calls
    assert upload.migrated
    assert upload.arguments[upload.arguments.index("--stack-name") + 1] == "tasks-api-preview-12"
    assert upload.parameters is not None
    assert upload.parameters["PermissionsBoundaryArn"] == BOUNDARY_ARN
    assert re.match(r"postgresql://tasks_login_preview-pr-12_[ab]:", upload.parameters["DatabaseUrl"])
    assert re.match(r"postgresql://tasks_purge_login_preview-pr-12_[ab]:", upload.parameters["PurgeDatabaseUrl"])
    assert "all checks passed" in runner.step("up", "Branch, migrate, deploy, test").output
    assert programs.calls[-1].line.endswith(f"is at {world.api}")

    # When it is pushed to: the same again, on the same branch
    work(runner, world, pull_request("synchronize"))
    assert runner.results["up"] == "success", said(runner)
    assert world.changed_at_neon == ["POST /branches"]
    assert world.asked_of_sam == ["build", "deploy", "list"] * 2

    # When it is closed: nothing is left
    world.aws.log_groups |= LOGS | {"/aws/lambda/tasks-api-prod"}
    work(runner, world, pull_request("closed"))
    assert runner.results == {"up": "skipped", "comment": "skipped", "down": "success"}, said(runner)
    gone = world.sam.calls[-1].arguments
    assert gone[0] == "delete"
    assert gone[gone.index("--stack-name") + 1] == "tasks-api-preview-12"
    assert "--no-prompts" in gone
    assert world.aws.log_groups == {"/aws/lambda/tasks-api-prod"}
    assert world.neon.branches == {"br-main": "main"}

    # And of what is hidden nothing was seen on the way
    for hidden in (KEY, AUTH_SECRET, PASSWORD):
        assert hidden not in said(runner)
        assert not [call.arguments for call in world.sam.calls if hidden in str(call.arguments)]
        assert not [call.arguments for call in world.sam.calls if hidden in str(call.environment)]
        assert not [call.line for call in programs.calls if hidden in str(call)]


def said(runner: Runner) -> str:
    return "\n".join(step.output for step in runner.ran)


@pytest.mark.parametrize("gone", ["nothing", "branch", "logs", "all"])
def test_what_is_gone_already_is_no_failure(gone: str, quick: World) -> None:
    quick.neon.branches |= {} if gone in ("branch", "all") else {"br-12": "preview-pr-12"}
    quick.neon.drop = lambda name: name
    quick.aws.log_groups |= set() if gone in ("logs", "all") else LOGS

    assert quick.command("down", "12") == 0
    assert quick.asked_of_sam == ["delete"]
    assert (quick.neon.branches, quick.aws.log_groups) == ({"br-main": "main"}, set())


@pytest.mark.parametrize("stays", ["stack", "logs"])
def test_while_something_is_left_the_branch_is_there_to_tell_of_it(stays: str, quick: World) -> None:
    quick.neon.branches["br-12"] = "preview-pr-12"
    quick.aws.refuses = stays == "logs"

    assert quick.command("down", "12", FAIL="delete" if stays == "stack" else "") == 1
    assert "br-12" in quick.neon.branches


# Where users' rows may be: in the tables of any schema, and in what was made of them.
FILLED = {
    "anything": "create table anything as select 1 as row",
    "hidden": "create schema others; create table others.hidden as select 1 as row",
    "part": "create table whole (row int) partition by list (row); "
    "create table part partition of whole default; insert into whole values (1)",
    "viewed": "create materialized view viewed as select 1 as row",
    "alembic_version": "create schema others; create table others.alembic_version as select 1 as row",
}


@pytest.mark.parametrize("table", FILLED)
def test_a_project_with_users_is_refused_and_its_copy_deleted(
    table: str, quick: World, capsys: pytest.CaptureFixture[str]
) -> None:
    quick.filled = FILLED[table]

    assert quick.command("up", "12") == 1
    assert f"has rows in {table}: previews need a project of their own" in capsys.readouterr().err
    assert quick.changed_at_neon == ["POST /branches", "DELETE /branches/br-preview-pr-12"]
    assert quick.asked_of_sam == []


@pytest.mark.parametrize("copied", [False, True])
def test_a_branch_that_is_there_is_looked_at_unless_it_was_when_it_was_made(
    copied: bool, quick: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Made by somebody else, or by a run that was cut off; a copy of another preview has that one's mark."""
    mark = None
    if copied:
        quick.command("up", "11", FAIL="build")
        with psycopg.connect(quick.sam.database_url) as connection:
            (mark,) = connection.execute(preview._SEEN).fetchone() or (None,)
        assert mark
    quick.filled = FILLED["anything"]
    quick.neon.branches["br-12"] = "preview-pr-12"
    quick.neon.urls["br-12"] = quick.make("preview-pr-12")
    with psycopg.connect(quick.sam.database_url) as connection:
        connection.execute(sql.SQL("comment on database {} is {}").format(sql.Identifier("preview-pr-12"), mark))
    quick.sam.calls.clear()
    quick.neon.asked.clear()

    assert quick.command("up", "12") == 1
    assert "the branch preview-pr-12 has rows in anything" in capsys.readouterr().err
    assert (quick.asked_of_sam, quick.changed_at_neon) == ([], [])


@pytest.mark.parametrize(
    ("neon", "sam", "asked"),
    [("POST", "", []), ("GET /connection_uri", "", []), ("", "build", ["build"]), ("", "deploy", ["build", "deploy"])],
)
def test_what_fails_is_the_last(neon: str, sam: str, asked: list[str], quick: World, tmp_path: Path) -> None:
    quick.neon.refused = neon or quick.neon.refused
    output = tmp_path / "output"

    assert quick.command("up", "12", FAIL=sam, GITHUB_OUTPUT=str(output)) == 1
    assert quick.asked_of_sam == asked
    assert not output.exists()


def test_a_sweep_takes_what_is_known_to_be_closed(quick: World, tmp_path: Path) -> None:
    states = {"1": "OPEN", "2": "CLOSED", "3": "MERGED"}
    quick.neon.branches |= {f"br-{number}": f"preview-pr-{number}" for number in (*states, "of-somebody")}
    answers = gh(tmp_path, "".join(f"{number}) echo {state};; " for number, state in states.items()))

    assert quick.command("sweep", PATH=answers) == 0
    assert sorted(quick.neon.branches.values()) == ["main", "preview-pr-1", "preview-pr-of-somebody"]
    assert [call.arguments[4] for call in quick.sam.calls] == ["tasks-api-preview-2", "tasks-api-preview-3"]


def test_without_an_answer_of_github_a_sweep_takes_nothing(quick: World, tmp_path: Path) -> None:
    quick.neon.branches["br-1"] = "preview-pr-1"
    assert quick.command("sweep", PATH=gh(tmp_path, "*) exit 1;; ")) == 1
    assert (quick.asked_of_sam, quick.changed_at_neon) == ([], [])


def gh(directory: Path, answers: str) -> str:
    """A path with a gh that answers `gh pr view NUMBER`."""
    program = directory / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\ncase "$3" in {answers}esac\n')
    program.chmod(0o755)
    return path_of(program.parent)


@pytest.mark.parametrize("arguments", [("up",), ("down",), ("down", "0")])
def test_which_is_meant_must_be_said(arguments: tuple[str, ...], quick: World) -> None:
    assert quick.command(*arguments) == 1
    assert (quick.asked_of_sam, quick.neon.asked) == ([], [])
