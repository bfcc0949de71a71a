from typing import Any

import psycopg
import pytest

from local.login.role import FUNCTIONS, KINDS, PURGE, role_name, set_password
from shared import purge
from shared.core.database.session import Session


class Server:
    """Takes statements, and refuses those with a hash as it is told to."""

    def __init__(self, refusal: str = "") -> None:
        self.refusal = refusal
        self.sent: list[str] = []
        self.pgconn = self

    def encrypt_password(self, password: bytes, user: bytes, method: bytes) -> bytes:
        assert (password, method) == (b"the-password", b"scram-sha-256")
        return b"SCRAM-SHA-256$of-" + user

    def execute(self, statement: Any) -> None:
        self.sent.append(statement.as_string())
        if self.refusal and "SCRAM" in self.sent[-1]:
            raise psycopg.errors.InternalError_(self.refusal)


def test_each_becomes_the_role_that_its_batches_run_as() -> None:
    assert FUNCTIONS.becomes == Session.__dataclass_fields__["role"].default
    assert PURGE.becomes == purge.ROLE


@pytest.mark.parametrize("kind", KINDS.values())
def test_names_carry_the_database(kind: Any) -> None:
    assert role_name(kind, "tasks", "a") == f"{kind.prefix}_tasks_a"


@pytest.mark.parametrize("kind", KINDS.values())
@pytest.mark.parametrize("letter", ["x", "ä"])
def test_long_names_are_cut_and_stay_different(kind: Any, letter: str) -> None:
    names = {role_name(kind, database, suffix) for database in (letter * 31, letter * 30 + "yy") for suffix in "ab"}
    longest = {role_name(kind, f"{letter * 31}{end}"[:63], suffix) for end in ("x" * 40, "y" * 40) for suffix in "ab"}

    assert len(names | longest) == 8
    assert max(len(name.encode()) for name in names | longest) <= 63


def test_a_password_is_sent_as_a_hash() -> None:
    server = Server()
    set_password(server, "me", "the-password")  # type: ignore[arg-type]

    assert server.sent == ["alter role \"me\" password 'SCRAM-SHA-256$of-me'"]


def test_neon_gets_it_in_plain() -> None:
    server = Server('Received HTTP code 400: "Neon only supports being given plaintext passwords."')
    set_password(server, "me", "the-password")  # type: ignore[arg-type]

    assert server.sent[1:] == ["alter role \"me\" password 'the-password'"]


def test_another_refusal_is_none_of_the_hash() -> None:
    server = Server("permission denied to alter role")
    with pytest.raises(psycopg.Error):
        set_password(server, "me", "the-password")  # type: ignore[arg-type]

    assert len(server.sent) == 1
