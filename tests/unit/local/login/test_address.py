import pytest

from local.login.address import with_login
from shared.core.database.conninfo import connection_parameters

LOGIN = {"user": "tasks_login_x_a", "password": "p/w"}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://owner:p%40ss@ep-cool-pooler.eu-central-1.aws.neon.tech/tasks?sslmode=require&channel_binding=require",
        "postgres://owner@127.0.0.1:5433/tasks",
        "postgresql://owner@/tasks?host=%2Ftmp%2Fso+cket&port=5432&sslmode=disable",
        "postgresql:///tasks?host=/tmp&user=owner&password=hidden",
        "postgresql://owner:pw@[::1]:5432/t%C3%A4sks?options=endpoint%3Dep-1",
        "postgresql://owner:pw@host/?dbname=tasks",
    ],
)
def test_nothing_but_user_and_password_is_another(url: str) -> None:
    made = with_login(url, LOGIN["user"], LOGIN["password"], "other")

    assert connection_parameters(made) == connection_parameters(url) | LOGIN
    assert "hidden" not in made


def test_host_and_parameters_stay_as_they_are_written() -> None:
    url = "postgresql://owner:pw@EP-x-pooler.neon.tech/tasks?options=a%20b&sslmode=require"

    assert with_login(url, "me", "p@:/", "tasks") == url.replace("owner:pw", "me:p%40%3A%2F")


def test_a_database_that_was_named_by_the_user_alone_is_written_out() -> None:
    assert with_login("postgresql://owner:pw@host", "me", None, "ow/ner") == "postgresql://me@host/ow%2Fner"
