"""What every workflow must have, whatever it does: read from all of them, so that a new one is held to it."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import ROOT
from local.template import load_document
from tests.e2e.workflows.workflow import WORKFLOWS, all_workflows
from tests.unit.template.source import load_template, resources_of

ALL = all_workflows()
JOBS = [(workflow, name, job) for workflow, content in ALL.items() for name, job in content["jobs"].items()]
STEPS = [(f"{workflow}/{name}", step) for workflow, name, job in JOBS for step in job.get("steps", ())]
USES = [
    (path.name, line.strip())
    for path in sorted(WORKFLOWS.iterdir())
    for line in path.read_text().splitlines()
    if re.match(r"\s*(- )?uses:", line)
]
PINNED = re.compile(r"(- )?uses: [\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
OURS = re.compile(r"uses: \./\.github/workflows/[\w-]+\.yml( # .+)?")
# A longer one belongs into .ci or local, where it is tested.
MOST_LINES = 2


def job_id(job: object) -> str:
    return str(job) if isinstance(job, str) else ""


@pytest.mark.parametrize(("file", "line"), USES)
def test_an_action_is_pinned_by_its_hash_and_says_its_version(file: str, line: str) -> None:
    assert PINNED.fullmatch(line) or OURS.fullmatch(line), f"{file}: {line}"


def test_an_action_has_one_version() -> None:
    versions = {line.partition("uses: ")[2] for _, line in USES if not OURS.fullmatch(line)}
    assert len({version.partition("@")[0] for version in versions}) == len(versions), versions


@pytest.mark.parametrize("workflow", ALL)
def test_a_workflow_may_nothing_that_a_job_does_not_ask_for(workflow: str) -> None:
    assert ALL[workflow]["permissions"] == {}
    assert ALL[workflow]["concurrency"]["group"]


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS, ids=job_id)
def test_a_job_says_what_it_may_and_how_long(workflow: str, name: str, job: dict[str, Any]) -> None:
    assert isinstance(job["permissions"], dict), "by name, not all at once"
    if "uses" not in job:
        assert 0 < job["timeout-minutes"] <= 180
        assert re.fullmatch(r"ubuntu-\d\d\.\d\d", job["runs-on"])


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS, ids=job_id)
def test_a_job_that_may_write_runs_nothing_that_is_not_reviewed(workflow: str, name: str, job: dict[str, Any]) -> None:
    writes = {scope for scope, access in job["permissions"].items() if access == "write"} - {"id-token"}
    if writes:
        run = " ".join(step.get("run", "") for step in job["steps"])
        assert not re.search(r"\b(make|npm|pip|python)\b|\.ci/run", run), run


@pytest.mark.parametrize(("place", "step"), STEPS, ids=job_id)
def test_a_checkout_leaves_no_token_behind(place: str, step: dict[str, Any]) -> None:
    if "actions/checkout@" in step.get("uses", ""):
        assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize(("place", "step"), STEPS, ids=job_id)
def test_what_a_step_runs_is_short_and_takes_values_from_the_environment(place: str, step: dict[str, Any]) -> None:
    run = step.get("run", "")
    assert "${{" not in run
    assert len(run.strip().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("workflow", ALL)
def test_a_shell_stops_at_what_fails(workflow: str) -> None:
    assert ALL[workflow]["defaults"]["run"] == {"shell": "bash"}
    assert not [place for place, step in STEPS if "shell" in step or step.get("continue-on-error")]


@pytest.mark.parametrize("workflow", ALL)
def test_a_strangers_pull_request_never_meets_a_secret(workflow: str) -> None:
    assert "pull_request_target" not in ALL[workflow]["on"]
    assert "workflow_run" not in ALL[workflow]["on"]
    text = yaml.dump({key: value for key, value in ALL[workflow].items() if key != "jobs"})
    assert "secrets." not in text


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS, ids=job_id)
def test_a_secret_is_in_the_environment_of_a_step_and_of_an_environment_of_github(
    workflow: str, name: str, job: dict[str, Any]
) -> None:
    elsewhere = {key: value for key, value in job.items() if key != "steps"}
    elsewhere["steps"] = [{key: value for key, value in step.items() if key != "env"} for step in job.get("steps", ())]
    assert "secrets" not in yaml.dump(elsewhere)
    if "secrets." in yaml.dump(job):
        assert job["environment"]["name"]


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS, ids=job_id)
def test_who_takes_a_role_at_aws_does_so_in_an_environment_and_with_no_key(
    workflow: str, name: str, job: dict[str, Any]
) -> None:
    """The role's trust names the environment, whose rules say who may deploy to it."""
    takes = [step for step in job.get("steps", ()) if "configure-aws-credentials" in step.get("uses", "")]
    assert bool(takes) == (job["permissions"].get("id-token") == "write")
    for step in takes:
        assert job["environment"]["name"]
        assert set(step["with"]) == {"role-to-assume", "aws-region"}


def test_two_deployments_never_overlap() -> None:
    for workflow in ("deploy", "preview"):
        assert ALL[workflow]["concurrency"]["cancel-in-progress"] is False
    assert ALL["deploy"]["concurrency"]["group"] == "deploy"


def test_what_no_workflow_can_prevent_is_demanded_of_who_sets_it_up() -> None:
    """A fork's workflow in the group of deployments; a preview where APIs, layers and packages of production are."""
    document = (ROOT / "docs" / "deploying.md").read_text()
    assert "**Require approval for all external contributors**" in document
    assert f"`group: {ALL['deploy']['concurrency']['group']}` with `cancel-in-progress: true`" in document
    assert "**Previews must have an AWS account of their own**" in document


def test_the_check_of_workflows_finds_what_is_wrong(tmp_path: Path) -> None:
    """`make check` calls it so; a rule that went silent would not be missed otherwise."""
    (line,) = re.findall(r"\$\(BIN\)/(zizmor .*) \.github$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    text = (WORKFLOWS / "deploy.yml").read_text()
    faults = {
        "unpinned-uses": re.sub(r"checkout@\w+ #.*", "checkout@v7", text, count=1),
        "artipacked": text.replace("persist-credentials: false", "persist-credentials: true", 1),
        "template-injection": text.replace(
            "run: make migrate", 'run: make migrate "${{ github.event.head_commit.message }}"'
        ),
    }
    for fault, changed in faults.items():
        assert changed != text
        (tmp_path / ".github" / "workflows").mkdir(parents=True, exist_ok=True)
        (tmp_path / ".github" / "workflows" / "deploy.yml").write_text(changed)
        command = [str(ROOT / ".venv" / "bin" / "zizmor"), *line.split()[1:], "--color=never", ".github"]
        found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert found.returncode != 0
        assert f"[{fault}]" in found.stdout


ROLE = load_document(ROOT / ".github" / "aws-role.yaml")["Resources"]["Role"]["Properties"]
LAYER = "AWS::Serverless::LayerVersion"
# What SAM makes of functions and routes, besides their own service.
MADE_BY_SAM = {"apigateway", "codedeploy", "events", "lambda"}


def test_the_role_at_aws_is_taken_by_one_environment_of_one_repository() -> None:
    (statement,) = ROLE["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": {"Fn::Sub": "repo:${Repository}:environment:${Environment}"},
        }
    }


def test_the_role_reaches_each_service_of_the_template() -> None:
    allowed = {action.partition(":")[0] for _, actions, _ in statements() for action in actions}
    types = {resource["Type"].split("::")[1].lower() for resource in load_template()["Resources"].values()}
    assert {"iam", "logs"} <= types
    assert (types - {"serverless"}) | MADE_BY_SAM | {"cloudformation", "s3"} <= allowed


def test_the_role_changes_functions_roles_and_stacks_of_its_own_name_alone() -> None:
    named = {"iam", "lambda", "sqs", "sns", "events", "codedeploy"}
    for sid, actions, resources in statements():
        writing = {action for action in actions if not re.search(r":(Get|List|Describe|Validate)", action)}
        if {action.partition(":")[0] for action in writing} & named:
            assert resources
            elsewhere = [resource for resource in resources if "${StackName}" not in resource]
            assert [resource for resource in elsewhere if not resource.endswith(":layer:*Layer*")] == [], sid
            if elsewhere:
                assert all(name.endswith("Layer") for name in resources_of(load_template(), LAYER))


def statements() -> list[tuple[str, list[str], list[str]]]:
    """Of each that allows something its name, its actions and its resources as text."""
    (policy,) = ROLE["Policies"]
    found = []
    for statement in policy["PolicyDocument"]["Statement"]:
        if statement["Effect"] == "Deny":
            continue
        actions, resources = statement["Action"], statement["Resource"]
        actions = [actions] if isinstance(actions, str) else actions
        resources = resources if isinstance(resources, list) else [resources]
        texts = [resource if isinstance(resource, str) else resource["Fn::Sub"] for resource in resources]
        found.append((statement["Sid"], actions, texts))
    return found
