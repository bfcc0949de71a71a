"""`make deploy` with a sam that only writes down what it is asked: order, parameters, and what is never printed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import jwt
import psycopg
import pytest
import yaml

from local.__main__ import main
from local.build.built import Built
from local.deploy import steps
from local.deploy.sam import SAM
from local.login.role import PURGE
from local.postgres.server import EmbeddedPostgres
from local.revisions import newest_revision
from tests.conftest import OWNER, login_url
from tests.e2e.fake_aws import FakeAws, fake_aws
from tests.e2e.fake_sam import Call, FakeSam, fake_sam
from tests.e2e.gateway import Served, serving
from tests.unit.template.source import ROOT

PROJECT = ("local", "shared", "migrations", "template.yaml", "samconfig.toml", "pyproject.toml", ".python-version")
SECRET = "q7LxD2vRw9TbN4cYk1HsZfGm6PjUaEo8XtKi3WnBrQ0"
PASSWORD = "the-password"
BUILT = ".aws-sam/build/template.yaml"
# Those whose health knows no commit.
SOURCES = Built(None, newest_revision())


@dataclass
class Run:
    code: int
    output: str
    calls: list[Call]

    @property
    def steps(self) -> list[str]:
        return [call.arguments[0] for call in self.calls]


@dataclass
class Project:
    """Deploys a copy of the project, in this process; `environment` is all that the deployment knows of this one's."""

    directory: Path
    sam: FakeSam
    capfd: pytest.CaptureFixture[str]
    environment: dict[str, str]
    built: Built = SOURCES

    def deploy(self, *arguments: str, **environment: str | None) -> Run:
        given = {"PATH": os.environ["PATH"], **self.environment, **environment}
        self.sam.calls.clear()
        self.sam.database_url = self.environment["DATABASE_URL"]
        self.capfd.readouterr()
        with (
            patch.multiple(steps, ROOT=self.directory, _BUILT=self.directory / BUILT),
            patch.object(steps, "built", lambda: self.built),
            patch.dict(os.environ, {name: value for name, value in given.items() if value is not None}, clear=True),
        ):
            code = main(["deploy", *(arguments or ("default",))])
        return Run(code, "".join(self.capfd.readouterr()), [*self.sam.calls])

    def make_deploy(self, config: str, **environment: str) -> Run:
        """The same as `make deploy` does it: in a process, from the copy and nothing else of ours."""
        self.sam.calls.clear()
        self.sam.database_url = self.environment["DATABASE_URL"]
        ran = subprocess.run(
            [sys.executable, "-m", "local", "deploy", config],
            cwd=self.directory,
            env={"PATH": os.environ["PATH"], **self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return Run(ran.returncode, ran.stdout + ran.stderr, [*self.sam.calls])


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With its bytecode, where there is some: to compile it again would take longer than a deployment."""
    directory = tmp_path_factory.mktemp("project")
    for name in PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, directory / name)
        else:
            shutil.copy2(source, directory / name)
    return directory


@pytest.fixture(scope="module")
def sam(copy: Path) -> Iterator[FakeSam]:
    with fake_sam(copy / SAM) as sam:
        yield sam


@pytest.fixture
def project(
    copy: Path,
    sam: FakeSam,
    postgres: EmbeddedPostgres,
    migrated_template: str,
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
) -> Project:
    """With an empty database, and nobody at the API's address."""
    shutil.rmtree((copy / BUILT).parent, ignore_errors=True)
    name = f"deploy_{abs(hash(request.node.name))}"
    postgres.create_database(name, OWNER)
    urls = {
        "DATABASE_URL": postgres.url(name, OWNER),
        "FUNCTIONS_DATABASE_URL": login_url(postgres, name),
        "PURGE_DATABASE_URL": login_url(postgres, name, PURGE),
    }
    settings = {setting: url.replace("@", f":{PASSWORD}@", 1) for setting, url in urls.items()}
    return Project(copy, sam, capfd, {**settings, "AUTH_SECRET": SECRET, "API_URL": "http://127.0.0.1:9"})


@pytest.fixture(scope="module")
def api(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[Served]:
    """The functions; a smoke test leaves nothing behind."""
    postgres.create_database("deployed", OWNER, template=migrated_template)
    with serving(login_url(postgres, "deployed"), AUTH_SECRET=SECRET) as served:
        yield served


@pytest.fixture
def deployed(project: Project, api: Served) -> Project:
    """The same, with the functions behind the API's address."""
    project.environment["API_URL"] = api.address
    return project


@pytest.fixture
def aws(project: Project) -> Iterator[FakeAws]:
    with fake_aws() as aws:
        project.environment |= aws.environment
        yield aws


def tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    return found[0] if found else -1


def test_builds_migrates_stamps_deploys_and_tests(deployed: Project) -> None:
    run = deployed.make_deploy("prod", PARAMETERS="LogLevel=WARN Architecture=x86_64")

    assert run.code == 0, run.output
    assert run.steps == ["build", "deploy", "list"]
    built, uploaded, _ = run.calls
    assert (built.migrated, uploaded.migrated) == (False, True)
    assert built.arch == "x86_64"
    assert "Architecture=x86_64" in built.arguments
    assert uploaded.stamped
    assert uploaded.called_by_role
    assert uploaded.private
    assert uploaded.arguments[1:3] == ["--config-env", "prod"]
    assert uploaded.parameters == {
        "GradualDeployment": "true",
        "LogRetentionDays": "90",
        "DatabaseUrl": deployed.environment["FUNCTIONS_DATABASE_URL"],
        "PurgeDatabaseUrl": deployed.environment["PURGE_DATABASE_URL"],
        "AuthSecret": SECRET,
        "LogLevel": "WARN",
        "Architecture": "x86_64",
    }
    headings = [line.split()[1] for line in run.output.splitlines() if line.startswith("== ")]
    assert headings == ["logins", "build", "migrate", "stamp", "routes", "deploy", "smoke"]
    assert "all checks passed" in run.output
    assert_nothing_secret(run)


def assert_nothing_secret(run: Run) -> None:
    assert SECRET not in run.output
    assert PASSWORD not in run.output
    for call in run.calls:
        assert SECRET not in str(call.arguments)
        assert PASSWORD not in str(call.arguments)
        assert {SECRET, PASSWORD} & set(re.findall(r"[\w-]+", str(call.environment))) == set()


def test_plan_changes_nothing_and_shows_no_secret(project: Project) -> None:
    run = project.deploy("staging", "--dry-run")

    assert (run.code, run.calls) == (0, [])
    assert [line.split()[0] for line in run.output.splitlines()] == [
        "logins",
        "build",
        "migrate",
        "stamp",
        "routes",
        "deploy",
        "smoke",
    ]
    assert "tasks-api-staging: LogRetentionDays=14 DatabaseUrl=*** PurgeDatabaseUrl=*** AuthSecret=***" in run.output
    assert_nothing_secret(run)
    assert tables(project.environment["DATABASE_URL"]) == 0


@pytest.mark.parametrize(
    ("failing", "steps", "word"),
    [
        ("build", ["build"], "sam build failed"),
        ("deploy", ["build", "deploy"], "sam deploy failed"),
        ("list", ["build", "deploy", "list"], "address of tasks-api"),
    ],
)
def test_step_that_fails_is_the_last(failing: str, steps: list[str], word: str, project: Project) -> None:
    run = project.deploy(FAIL=failing, API_URL="" if failing == "list" else None)

    assert (run.code, run.steps) == (1, steps)
    assert word in run.output
    assert (tables(project.environment["DATABASE_URL"]) > 0) == (failing != "build")
    assert_nothing_secret(run)


def test_migration_that_fails_deploys_nothing(project: Project) -> None:
    with psycopg.connect(project.environment["DATABASE_URL"]) as connection:
        connection.execute("create table tasks (id int)")
    run = project.deploy()

    assert (run.code, run.steps) == (1, ["build"])
    assert "error: the migration failed" in run.output


def test_deployment_that_fails_its_smoke_test_fails(project: Project) -> None:
    run = project.deploy()

    assert (run.code, run.steps) == (1, ["build", "deploy", "list"])
    assert "FAIL health" in run.output


@pytest.mark.parametrize("built", [Built("0" * 40, newest_revision()), Built(None, "9999")])
def test_a_deployment_that_is_not_what_answers_fails(built: Built, deployed: Project) -> None:
    deployed.built = built

    run = deployed.deploy()

    assert run.code == 1
    (line,) = (line for line in run.output.splitlines() if line.startswith("FAIL"))
    assert line == f"FAIL health: it answers as {SOURCES}, and what was deployed is {built}"


def test_without_a_token_or_a_secret_only_open_checks_run(deployed: Project) -> None:
    run = deployed.deploy(
        AUTH_SECRET=None, PARAMETERS="AuthJwksUrl=https://issuer.example/jwks AuthIssuer=i AuthAudience=a"
    )

    assert run.code == 0, run.output
    assert "TOKEN is missing" in run.output
    assert "ok   refuses without token" in run.output


@pytest.mark.parametrize("place", ["PARAMETERS", "environment"])
def test_secret_that_is_named_by_its_arn_is_not_given_as_well(place: str, project: Project) -> None:
    arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/url"
    given = {"FUNCTIONS_DATABASE_URL_ARN": arn} if place == "environment" else {"PARAMETERS": f"DatabaseUrlArn={arn}"}
    run = project.deploy("default", "--dry-run", **given)

    assert run.code == 0, run.output
    assert f" DatabaseUrlArn={arn}" in run.output
    assert " DatabaseUrl=" not in run.output
    assert " PurgeDatabaseUrl=***" in run.output


def test_without_the_owners_url_nothing_can_be_migrated(project: Project) -> None:
    run = project.deploy("default", "--dry-run", DATABASE_URL=None)

    assert run.code == 1
    assert "DATABASE_URL is missing: the migration needs that of the database's owner" in run.output


@pytest.mark.parametrize("arguments", [("default",), ("default", "--dry-run")])
@pytest.mark.parametrize(
    ("setting", "command"),
    [("FUNCTIONS_DATABASE_URL", "`make -s login`"), ("PURGE_DATABASE_URL", "`make -s login ROLE=purge`")],
)
def test_without_a_login_nothing_is_done(
    setting: str, command: str, arguments: tuple[str, ...], project: Project
) -> None:
    run = project.deploy(*arguments, **{setting: None})

    assert (run.code, run.calls) == (1, [])
    assert f"{setting} is missing: {command} prints it" in run.output


@pytest.mark.parametrize("setting", ["FUNCTIONS_DATABASE_URL", "PURGE_DATABASE_URL"])
def test_the_owner_is_never_deployed(setting: str, project: Project) -> None:
    run = project.deploy(**{setting: project.environment["DATABASE_URL"]})

    assert (run.code, run.calls) == (1, [])
    assert f"error: {setting}: it logs in as the user of DATABASE_URL" in run.output
    assert tables(project.environment["DATABASE_URL"]) == 0
    assert_nothing_secret(run)


def test_logins_that_were_mistaken_for_each_other_are_refused(project: Project) -> None:
    run = project.deploy(FUNCTIONS_DATABASE_URL=project.environment["PURGE_DATABASE_URL"])

    assert (run.code, run.calls) == (1, [])
    assert "may not become tasks_api, may become tasks_purge" in run.output


NOWHERE = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "eu-central-1"}


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"FUNCTIONS_DATABASE_URL": "{FUNCTIONS_DATABASE_URL}&port=1"}, "No such file or directory"),
        (
            {"FUNCTIONS_DATABASE_URL_ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:url", **NOWHERE},
            "FUNCTIONS_DATABASE_URL_ARN cannot be read",
        ),
    ],
)
def test_what_cannot_be_looked_at_is_said_in_one_line_and_deployed(
    given: dict[str, str], word: str, project: Project
) -> None:
    urls = {setting: value.format(**project.environment) for setting, value in given.items()}
    run = project.deploy(FAIL="build", **urls)

    assert run.steps == ["build"], run.output
    (line,) = [line for line in run.output.splitlines() if word in line]
    assert line.startswith("the functions: not looked at, since this machine cannot log in as they do: ")
    assert "the purge: a role that may become tasks_purge, and nothing else" in run.output
    assert_nothing_secret(run)


def test_a_url_that_cannot_be_read_is_named_by_its_setting(project: Project) -> None:
    run = project.deploy(PURGE_DATABASE_URL=f"mysql://u:{PASSWORD}@h/d")

    assert (run.code, run.calls) == (1, [])
    assert "PURGE_DATABASE_URL: it must begin with postgresql://" in run.output
    assert_nothing_secret(run)


@pytest.mark.parametrize(
    ("config", "parameters", "word"),
    [
        ("nowhere", "", "no section 'nowhere'; it has default, preview, staging, prod"),
        ("version", "", "no section"),
        ("default", f"AuthSecret {SECRET}", "write Name=value"),
        ("default", f"AuthSecret='{SECRET}", "write Name=value"),
    ],
)
def test_deployment_that_is_not_described_well_is_refused(
    config: str, parameters: str, word: str, project: Project
) -> None:
    run = project.deploy(config, PARAMETERS=parameters)

    assert (run.code, run.calls) == (1, [])
    assert word in run.output
    assert_nothing_secret(run)


def test_a_name_of_its_own_is_deployed_to_and_asked_for(deployed: Project) -> None:
    run = deployed.deploy("preview", "--stack", "tasks-api-preview-12", "--confirmed", "--migrated")

    assert run.code == 0, run.output
    _, uploaded, listed = run.calls
    assert named(uploaded) == named(listed) == "tasks-api-preview-12"
    assert uploaded.arguments[1:3] == ["--config-env", "preview"]
    assert "--no-confirm-changeset" in uploaded.arguments


def named(call: Call) -> str:
    return call.arguments[call.arguments.index("--stack-name") + 1]


def test_the_address_is_handed_on_to_the_steps_that_come_after(deployed: Project, tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.write_text("before=1\n")
    assert deployed.deploy("default", "--migrated", GITHUB_OUTPUT=str(output)).code == 0
    assert output.read_text() == f"before=1\nurl={deployed.environment['API_URL']}\n"


def test_without_being_confirmed_it_may_be_asked_about(deployed: Project) -> None:
    run = deployed.deploy("prod", "--migrated")
    assert "--no-confirm-changeset" not in run.calls[1].arguments


def test_what_is_migrated_by_others_needs_no_owner(deployed: Project) -> None:
    run = deployed.deploy("staging", "--migrated", DATABASE_URL=None)

    assert run.code == 0, run.output
    assert "== migrate" not in run.output
    assert tables(deployed.environment["DATABASE_URL"]) == 0


def test_what_is_migrated_by_others_is_not_migrated_again(project: Project) -> None:
    run = project.deploy("staging", "--migrated", "--dry-run")
    assert run.code == 0
    assert "migrate" not in {line.split()[0] for line in run.output.splitlines()}


@pytest.mark.parametrize("written_in", ["Transform: AWS::Serverless-2016-10-31\n", '{"Transform": "AWS::Serverless"}'])
def test_what_fails_its_smoke_test_makes_way_for_what_was_deployed_before(
    written_in: str, project: Project, aws: FakeAws
) -> None:
    aws.templates["tasks-api-prod"] = written_in
    run = project.deploy(
        "prod", "--roll-back", "--migrated", "--confirmed", GITHUB_OUTPUT=str(project.directory / "output")
    )

    assert (run.code, run.steps) == (1, ["build", "deploy", "list", "deploy"])
    _, new, _, old = run.calls
    assert "--template-file" not in new.arguments
    template = Path(old.arguments[old.arguments.index("--template-file") + 1])
    was, now = (yaml.load(text, yaml.CSafeLoader) for text in (written_in, template.read_text()))  # a safe one
    assert now == was
    assert named(old) == named(new) == "tasks-api-prod"
    # Not with a tenth of the traffic first: what is being replaced is broken
    assert new.parameters is not None
    assert old.parameters == new.parameters | {"GradualDeployment": "false"}
    assert new.parameters["GradualDeployment"] == "true"
    assert "--no-confirm-changeset" in old.arguments
    assert [line for line in run.output.splitlines() if line.startswith("== roll back tasks-api-prod, to what")]
    assert not (project.directory / "output").exists()
    assert_nothing_secret(run)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"FAIL": "list"}, "address of tasks-api-prod cannot be read"),
        ({"API_URL": "http://api.example"}, "URL must be https"),
    ],
)
def test_what_cannot_be_tested_makes_way_as_well(
    given: dict[str, str], word: str, project: Project, aws: FakeAws
) -> None:
    aws.templates["tasks-api-prod"] = "Transform: AWS::Serverless-2016-10-31\n"
    run = project.deploy("prod", "--roll-back", "--migrated", **given)

    assert (run.code, run.steps) == (1, ["build", "deploy", "list", "deploy"])
    assert "--template-file" in run.calls[-1].arguments
    assert word in run.output


def token(**claims: object) -> str:
    return jwt.encode(claims, SECRET, algorithm="HS256")


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("given", "word"),
    [
        (SECRET, "TOKEN is not a JWT with a subject"),
        (token(exp=2**40), "TOKEN is not a JWT with a subject"),
        (token(sub="smoke", exp=1), "TOKEN has expired"),
        (token(sub="smoke"), "TOKEN has expired, or never does"),
    ],
)
def test_a_token_that_can_test_nothing_is_refused_before_anything_is_changed(
    given: str, word: str, dry: list[str], project: Project
) -> None:
    run = project.deploy("prod", *dry, TOKEN=given)

    assert (run.code, run.calls) == (1, [])
    assert word in run.output
    assert_nothing_secret(run)


def test_a_build_has_no_role_at_aws_and_a_deployment_has(project: Project) -> None:
    role = {"AWS_SESSION_TOKEN": "a", "AWS_SECRET_ACCESS_KEY": "b", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "c"}
    run = project.deploy(FAIL="deploy", **role)

    built, uploaded = run.calls
    assert not [name for name in built.environment if name.startswith(("AWS_", "ACTIONS_"))]
    assert role.items() <= uploaded.environment.items()
    assert built.arch == "arm64"


def test_what_passes_its_smoke_test_stays(deployed: Project, aws: FakeAws) -> None:
    aws.templates["tasks-api-prod"] = "Transform: AWS::Serverless-2016-10-31\n"
    run = deployed.deploy("prod", "--roll-back", "--migrated")
    assert (run.code, run.steps) == (0, ["build", "deploy", "list"])


def test_a_first_deployment_has_nothing_to_go_back_to(project: Project, aws: FakeAws, tmp_path: Path) -> None:
    run = project.deploy("prod", "--roll-back", "--migrated", GITHUB_OUTPUT=str(tmp_path / "output"))
    assert (run.code, run.steps) == (1, ["build", "deploy", "list"])
    assert aws.asked == ["GetTemplate tasks-api-prod"]
    assert not (tmp_path / "output").exists()


def test_without_a_way_back_nothing_is_deployed(project: Project, aws: FakeAws) -> None:
    aws.refuses = True
    run = project.deploy("prod", "--roll-back", "--migrated")
    assert (run.code, run.steps) == (1, ["build"])
    assert "error: what is deployed cannot be read: not authorized" in run.output


@pytest.mark.parametrize("failing", ["build", "deploy"])
def test_what_sam_itself_has_not_deployed_is_not_rolled_back(failing: str, project: Project, aws: FakeAws) -> None:
    """CloudFormation has done that, or CodeDeploy on its alarm."""
    aws.templates["tasks-api-prod"] = "Transform: AWS::Serverless-2016-10-31\n"
    run = project.deploy("prod", "--roll-back", "--migrated", FAIL=failing)
    assert run.steps[-1] == failing
    assert "roll back" not in run.output
