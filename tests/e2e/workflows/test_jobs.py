"""Each workflow's jobs, run step by step in a shell with stand-ins: what is asked in which order, and by whom.

Jobs and steps are read from the workflows. Each step fails once; what is hidden must reach the step that it is for.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local import ROOT
from tests.e2e.workflows.runner import OWN_VARIABLES, ROLE, Runner, path_of
from tests.e2e.workflows.stand_ins import Call, StandIns
from tests.e2e.workflows.workflow import SECRET, Contexts, all_workflows

OWN = {"full_name": "owner/tasks"}
ALL = all_workflows()


def pull_request(
    action: str, *, repository: str = "owner/tasks", user: str = "User", branch: str = "mine"
) -> dict[str, Any]:
    head = {"sha": "0" * 40, "ref": branch, "repo": {"full_name": repository}}
    return {
        "action": action,
        "pull_request": {"number": 12, "head": head, "user": {"type": user}},
        "repository": {"default_branch": "main"},
    }


# What has to be tried, of each workflow: a name, and the event. A workflow without one fails below.
EVENTS: dict[str, dict[str, dict[str, Any]]] = {
    "check": {"push": {}},
    "deploy": {"push": {}},
    "nightly": {"schedule": {}},
    "preview": {"opened": pull_request("opened"), "closed": pull_request("closed")},
}
CASES = [(workflow, event) for workflow, events in EVENTS.items() for event in events]


def steps_of(workflow: str) -> list[tuple[str, str]]:
    return [(name, step["name"]) for name, job in ALL[workflow]["jobs"].items() for step in job.get("steps", ())]


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> StandIns:
    stand_ins = StandIns(tmp_path_factory.mktemp("runner"))
    scripts = [f".ci/{path.name}" for path in (ROOT / ".ci").iterdir() if path.stat().st_mode & 0o100]
    stand_ins.write("make", "gh", "git", "npm", "sam", "aws", scripts=scripts)
    return stand_ins


@pytest.fixture
def runner(stand_ins: StandIns, tmp_path: Path) -> Runner:
    stand_ins.forget()
    return Runner(stand_ins.workspace, path_of(stand_ins.bin), tmp_path)


@pytest.fixture(scope="module")
def everything(stand_ins: StandIns, tmp_path_factory: pytest.TempPathFactory) -> tuple[Runner, list[Call]]:
    """All events of all workflows, once."""
    stand_ins.forget()
    runner = Runner(stand_ins.workspace, path_of(stand_ins.bin), tmp_path_factory.mktemp("everything"))
    for workflow, event in CASES:
        run(runner, workflow, EVENTS[workflow][event])
    return runner, stand_ins.calls


def run(runner: Runner, workflow: str, event: Mapping[str, Any], **variables: str) -> None:
    github = {
        "event": event,
        "repository": "owner/tasks",
        "ref": "refs/heads/main",
        "token": f"{SECRET}github-token",
    }
    on = {"PREVIEWS": "true", "DEPLOY": "true", **variables}
    runner.run(ALL[workflow], Contexts(github, variables=on))


def assert_nothing_is_seen_that_is_hidden(runner: Runner, calls: list[Call]) -> None:
    for call in calls:
        assert SECRET not in call.line
    for step in runner.ran:
        assert SECRET not in step.output


def test_every_workflow_is_tried() -> None:
    assert set(EVENTS) == set(ALL)


def test_all_succeeds_and_each_secret_is_in_the_step_that_names_it(everything: tuple[Runner, list[Call]]) -> None:
    runner, calls = everything
    assert {step.outcome for step in runner.ran} == {"success"}, runner.ran
    assert {"check", "staging", "production", "up", "comment", "down", "lock", "propose", "sweep"} <= {
        step.job for step in runner.ran
    }
    assert_nothing_is_seen_that_is_hidden(runner, calls)
    for call in calls:
        assert secrets_of(call) <= set(call.environment[OWN_VARIABLES].split()), call.line


def secrets_of(call: Call) -> set[str]:
    """Names of what is hidden; the role is of all steps that come after it was taken."""
    return {name for name, value in call.environment.items() if SECRET in value} - set(ROLE)


def test_every_step_is_run_by_some_event(everything: tuple[Runner, list[Call]]) -> None:
    ran = {(step.job, step.name) for step in everything[0].ran}
    assert {step for workflow in ALL for step in steps_of(workflow)} <= ran


@pytest.mark.parametrize(
    ("workflow", "event", "job", "step"),
    [(workflow, event, *step) for workflow, event in CASES for step in steps_of(workflow)],
)
def test_a_step_that_fails_is_the_last_of_its_job_and_of_those_that_need_it(
    workflow: str, event: str, job: str, step: str, runner: Runner, stand_ins: StandIns
) -> None:
    runner.failing = f"{job}/{step}"
    run(runner, workflow, EVENTS[workflow][event])

    assert_nothing_is_seen_that_is_hidden(runner, stand_ins.calls)
    if runner.results[job] == "skipped":  # of the other event
        return
    assert runner.results[job] == "failure"
    mine = [ran.outcome for ran in runner.ran if ran.job == job]
    names = [ran.name for ran in runner.ran if ran.job == job]
    place = names.index(step)
    assert mine == ["success"] * place + ["failure"] + ["skipped"] * (len(mine) - place - 1)
    lines = [call.line for call in stand_ins.calls]
    for forbidden in FORBIDDEN.get(f"{workflow}/{job}", ()):
        assert not any(line.startswith(forbidden) for line in lines), lines


# Once a step of the job has failed, nothing that begins so may be asked: written down apart from their `needs`.
FORBIDDEN = {
    "deploy/staging": ("make deploy CONFIG=prod",),
    "preview/up": ("gh",),
    "nightly/lock": (".ci/propose",),
}


def test_without_a_check_nothing_is_deployed(runner: Runner, stand_ins: StandIns) -> None:
    runner.failing = "check/Check and test"
    run(runner, "deploy", {})
    assert [call.line for call in stand_ins.calls] == [".ci/run"]


def test_staging_is_migrated_deployed_and_tested_before_production(runner: Runner, stand_ins: StandIns) -> None:
    run(runner, "deploy", {})
    assert [call.line for call in stand_ins.calls] == [
        ".ci/run",
        "make install .venv-sam",
        "make migrate",
        "make deploy CONFIG=staging MIGRATED=1 CONFIRMED=1",
        "make install .venv-sam",
        "make migrate",
        "make deploy CONFIG=prod MIGRATED=1 CONFIRMED=1 ROLL_BACK=1",
    ]


def test_the_databases_owner_is_known_where_it_is_migrated_and_nowhere_else(
    everything: tuple[Runner, list[Call]],
) -> None:
    knowing = {call.line for call in everything[1] if f"{SECRET}DATABASE_URL" in call.environment.values()}
    assert knowing == {"make migrate"}


def test_the_key_of_neon_is_known_to_previews_alone(everything: tuple[Runner, list[Call]]) -> None:
    knowing = {call.line for call in everything[1] if f"{SECRET}NEON_API_KEY" in call.environment.values()}
    assert knowing == {"make preview UP=12", "make preview DOWN=12", "make preview SWEEP=1"}


def test_what_runs_a_pull_requests_code_has_no_token_of_github(runner: Runner, stand_ins: StandIns) -> None:
    run(runner, "preview", EVENTS["preview"]["opened"])
    knowing = {call.program for call in stand_ins.calls if f"{SECRET}github-token" in call.environment.values()}
    assert knowing == {"gh"}


@pytest.mark.parametrize(
    "event",
    [
        pull_request("opened", repository="stranger/tasks"),
        pull_request("synchronize", repository="stranger/tasks"),
        pull_request("closed", repository="stranger/tasks"),
        *(pull_request(action, user="Bot") for action in ("opened", "synchronize", "closed")),
        # Pushed to by somebody, or opened by hand: what it installs is as new.
        *(pull_request(action, branch="nightly/dependencies") for action in ("opened", "synchronize", "closed")),
    ],
)
def test_a_pull_request_of_a_fork_or_of_a_program_has_no_preview(
    event: dict[str, Any], runner: Runner, stand_ins: StandIns
) -> None:
    run(runner, "preview", event)
    assert stand_ins.calls == []
    assert set(runner.results.values()) == {"skipped"}


def test_a_copy_that_is_not_set_up_is_checked_and_no_more(runner: Runner, stand_ins: StandIns) -> None:
    for workflow, event in CASES:
        run(runner, workflow, EVENTS[workflow][event], PREVIEWS="", DEPLOY="")
    assert not [call.line for call in stand_ins.calls if "deploy" in call.line or "preview" in call.line]
    assert not [call for call in stand_ins.calls if "AWS_SESSION_TOKEN" in call.environment]


def test_new_locks_are_handed_on_before_anything_of_them_runs() -> None:
    """The job that pushes them takes what was handed on."""
    names = [
        step.get("uses", step.get("run", "")).partition("@")[0] for step in ALL["nightly"]["jobs"]["lock"]["steps"]
    ]
    locked = names.index("make lock")
    assert names[locked + 1].startswith("git diff ")
    assert names[locked + 2 :] == ["actions/upload-artifact", ".ci/run"]


def test_the_address_is_said_in_one_comment(runner: Runner, stand_ins: StandIns) -> None:
    run(runner, "preview", EVENTS["preview"]["opened"])
    assert stand_ins.calls[-1].line == (
        f"gh pr comment 12 --edit-last --create-if-none --body The preview of {'0' * 40} is at https://api.example"
    )


def test_a_step_whose_program_fails_within_a_pipe_has_failed(runner: Runner, stand_ins: StandIns) -> None:
    """The runner of these tests is as strict as GitHub's."""
    workflow = {"jobs": {"one": {"steps": [{"name": "pipe", "run": "make a | cat\nmake b"}]}}}
    runner.failing = "one/pipe"
    runner.run(workflow, Contexts({}))
    assert runner.results == {"one": "failure"}
    assert [call.line for call in stand_ins.calls] == ["make a"]
