"""Strings that are issued one after the other, on a server that asks for passwords."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import psycopg
import pytest
from moto import mock_aws

from local import ROOT
from local.__main__ import main
from local.login import rotation
from local.login.delivery import DeliveryError, delivery
from local.login.role import FUNCTIONS, KINDS, Kind
from local.login.rotation import LoginError, issue
from local.postgres.server import EmbeddedPostgres
from shared.core.database.settings import DatabaseSettings
from tests.conftest import OWNER
from tests.integration.local.login.conftest import DATABASE, OWNERS_PASSWORD

pytestmark = pytest.mark.heavy


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "PAUSE_S", 0.0)


def issued(owner_url: str, kind: Kind = FUNCTIONS) -> str:
    urls: list[str] = []
    issue(DatabaseSettings(owner_url), kind, urls.append)
    (url,) = urls
    return url


def works(url: str) -> bool:
    try:
        with psycopg.connect(url):
            return True
    except psycopg.OperationalError as error:
        assert "password authentication failed" in str(error)  # noqa: PT017
        return False


def role_of(url: str) -> str:
    return str(urlsplit(url).username)


@pytest.mark.parametrize("kind", KINDS.values())
def test_a_string_works_until_the_second_next_is_issued(owner_url: str, kind: Kind) -> None:
    urls = []
    for number in range(5):
        urls.append(issued(owner_url, kind))
        assert [works(url) for url in urls] == [place >= number - 1 for place in range(number + 1)]

    assert [role_of(url) for url in urls] == [f"{kind.prefix}_{DATABASE}_{suffix}" for suffix in "ababa"]
    assert len({urlsplit(url).password for url in urls}) == 5
    assert min(len(str(urlsplit(url).password)) for url in urls) >= 43


def test_what_is_not_delivered_costs_no_string_that_is_in_use(owner_url: str) -> None:
    def lost(_: str) -> None:
        raise DeliveryError("nobody is at home")

    before = [issued(owner_url), issued(owner_url)]
    for _ in range(3):
        with pytest.raises(DeliveryError):
            issue(DatabaseSettings(owner_url), FUNCTIONS, lost)

    assert [works(url) for url in before] == [False, True]
    assert role_of(issued(owner_url)) == role_of(before[0])


def test_two_at_once_do_not_issue_one_role(owner_url: str) -> None:
    def deliver(_: str) -> None:
        issued(owner_url)

    with pytest.raises(LoginError, match="another make login"):
        issue(DatabaseSettings(owner_url), FUNCTIONS, deliver)


@pytest.mark.parametrize("kind", KINDS.values())
def test_nobody_but_the_owner_keeps_it_from_being_done(owner_url: str, kind: Kind) -> None:
    """Whoever has stolen a string would else go on using it."""
    with psycopg.connect(issued(owner_url, kind)) as thief:
        thief.execute("select pg_advisory_lock(hashtext('make login')), pg_advisory_lock(0)")
        held = ["lock table public.alembic_version in access share mode"]
        held += ["lock table public.alembic_version in share update exclusive mode", "comment on table x is ''"]
        held += ["select from public.alembic_version", f"comment on role {role_of(owner_url)} is ''"]
        for role in ("none", kind.becomes):
            thief.execute(f"set role {role}".encode())
            for statement in held:
                with pytest.raises(psycopg.Error), thief.transaction():
                    thief.execute(statement.replace(" x ", " public.alembic_version ").encode())

        assert works(issued(owner_url, kind))


def test_a_string_that_does_not_log_in_is_not_delivered(owner_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "set_password", lambda *_: None)

    with pytest.raises(LoginError, match=r"tasks_login_tasks_a cannot log in: .*password is wrong"):
        issued(owner_url)


def test_a_pooler_that_remembers_the_password_before_is_asked_again(
    owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, refused = psycopg.connect, list[object]()

    def connect_later(*arguments: object, **options: object) -> object:
        if options.get("user") == "tasks_login_tasks_a" and len(refused) < 2:
            refused.append(options)
            raise psycopg.OperationalError("password authentication failed")
        return connect(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(psycopg, "connect", connect_later)

    assert works(issued(owner_url))
    assert len(refused) == 2


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("alter role {role} createrole", "{role} may create roles"),
        ("alter role {role} bypassrls", "{role} bypasses row security"),
        ("create table theirs (); alter table theirs owner to {role}", "{role} owns theirs"),
        ("grant pg_read_all_data to {role}", "{role} may become pg_read_all_data"),
        ("grant create on schema public to {role}", "{role} may create tables"),
        ("grant create on schema retention to {role}", "{role} may create tables in the schema retention"),
        ("grant create on database {database} to {role}", "{role} may create schemas in the database {database}"),
        ("create view seen as select; alter view seen owner to {role}", "{role} owns view public.seen"),
        ("create schema theirs authorization {role}", "{role} .*owns schema theirs"),
        ("alter function count_request owner to {role}", "{role} owns function public.count_request"),
        ("alter function count_request owner to tasks_api", "{role} owns function public.count_request"),
        ("grant select on tasks to {role}", "{role} has rights of its own on table public.tasks"),
        ("grant select (id) on tasks to {role}", "{role} has rights of its own on column id of table public.tasks"),
        (
            "create policy theirs on tasks to {role} using (true)",
            "{role} is named by policy theirs on table",
        ),
        ("grant tasks_api to {role} with admin true", "{role} may grant tasks_api"),
        (
            "grant tasks_api to public_of with inherit true; grant public_of to {role} with inherit true",
            "{role} has the rights of tasks_api unasked, may become public_of",
        ),
        ("alter role {role} superuser", "permission denied"),
    ],
)
def test_a_role_that_was_given_more_is_not_delivered(
    owner_url: str, server: EmbeddedPostgres, change: str, fault: str
) -> None:
    names = {"role": role_of(issued(owner_url)), "database": DATABASE}
    issued(owner_url)
    with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
        connection.execute("create role public_of")
        connection.execute(change.format(**names).encode())
        try:
            with pytest.raises(LoginError, match=fault.format(**names)):
                issued(owner_url)
        finally:
            connection.execute(f"alter function count_request owner to {OWNER}".encode())
            connection.execute(f"drop owned by {names['role']} cascade; drop role public_of".encode())
            connection.execute(b"drop view if exists seen; drop policy if exists theirs on tasks")


def test_what_a_thief_set_for_the_role_goes_with_its_password(owner_url: str) -> None:
    url = issued(owner_url)
    with psycopg.connect(url, autocommit=True) as connection:
        for place in ("", f"in database {DATABASE} "):
            connection.execute(f"alter role {role_of(url)} {place}set default_transaction_read_only = on".encode())
    issued(owner_url)

    with psycopg.connect(issued(owner_url)) as connection:
        assert connection.execute("show default_transaction_read_only").fetchone() == ("off",)


def test_no_password_stands_in_the_servers_log(owner_url: str, server: EmbeddedPostgres) -> None:
    password = str(urlsplit(issued(owner_url)).password)

    log = (server.home / "log").read_text()
    assert 'alter role "tasks_login_tasks_a" password \'SCRAM-SHA-256$' in log
    assert password not in log


def test_an_unmigrated_database_is_told_what_comes_first(
    owner_url: str, server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LoginError, match="tasks_other is missing: make migrate"):
        issued(owner_url, FUNCTIONS._replace(becomes="tasks_other"))


def test_without_any_table_it_is_told_too(server: EmbeddedPostgres, owner_url: str) -> None:
    with pytest.raises(LoginError, match="not migrated: make migrate"):
        issued(server.url("postgres"))


def test_the_command_prints_the_string_alone(
    owner_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", owner_url)

    for arguments in ([], ["functions"], ["purge"]):
        assert main(["login", *arguments]) == 0
        printed = capsys.readouterr()
        (line,) = printed.out.splitlines()
        assert works(line)
        assert str(urlsplit(line).password) not in printed.err
        assert OWNERS_PASSWORD not in printed.out + printed.err


def test_a_login_of_nobody_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["login", "everybody"]) == 1
    assert capsys.readouterr().err == "error: nobody logs in as 'everybody': it is functions or purge\n"


def test_make_prints_it_alone_too(owner_url: str) -> None:
    (path,) = {str(Path(sys.executable).parent)}
    ran = subprocess.run(
        ["make", "-s", "login", "ROLE=purge", f"PY={sys.executable}"],
        cwd=ROOT,
        env={"PATH": f"{path}:/usr/bin:/bin", "DATABASE_URL": owner_url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    (line,) = ran.stdout.splitlines()
    assert role_of(line) == "tasks_purge_login_tasks_a"
    assert works(line)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "DATABASE_URL is not set"),
        ("postgresql://owner:hidden@127.0.0.1:1/tasks", "nothing listens there"),
        ("postgresql://owner:hidden@h/d#x", "percent-encode"),
    ],
)
def test_what_cannot_work_is_one_line_without_the_secret(
    url: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    assert main(["login"]) == 1
    printed = capsys.readouterr()
    assert (printed.out, len(printed.err.splitlines())) == ("", 1)
    assert words in printed.err
    assert "hidden" not in printed.err


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)


def test_a_string_is_written_to_the_secret_and_not_shown(
    aws: None, owner_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-central-1")
        arn = client.create_secret(Name="database-url", SecretString="before")["ARN"]
        monkeypatch.setenv("DATABASE_URL", owner_url)
        monkeypatch.setenv("SECRET_ARN", arn)

        assert main(["login"]) == 0
        kept = client.get_secret_value(SecretId=arn)["SecretString"]

    assert works(kept)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "issued the connection string of tasks_login_tasks_a into the secret" in printed.err
    assert str(urlsplit(kept).password) not in printed.err


def test_a_secret_that_is_not_there_leaves_everything_as_it_was(
    aws: None, owner_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [issued(owner_url), issued(owner_url)]
    monkeypatch.setenv("DATABASE_URL", owner_url)
    monkeypatch.setenv("SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:none-abcdef")

    with mock_aws():
        assert main(["login"]) == 1

    assert works(before[1])
    printed = capsys.readouterr()
    assert (printed.out, printed.err.startswith("error: the secret was not written: ")) == ("", True)


@pytest.mark.parametrize("secret", ["arn:aws:ssm:eu-central-1:123456789012:parameter/url", "/tasks/url"])
def test_a_parameter_is_no_secret(secret: str) -> None:
    with pytest.raises(DeliveryError, match="Secrets Manager"):
        delivery({"SECRET_ARN": secret})


def test_without_a_secret_nothing_of_aws_is_imported() -> None:
    code = (
        "import sys; from local.login import run, delivery; delivery.delivery({})('x'); print('boto3' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout == "x\nFalse\n"
