"""What becomes of a path between the wire and the route: API Gateway decodes it once, and nobody once more."""

import re

import pytest

from tests.api import Api
from tests.contract.document import load_document
from tests.gateway import send

NO_ROUTE = {"message": "Not Found"}


def spelled(subject: str) -> str:
    """Every character percent-encoded: the spelling with the most to decode."""
    return "".join(f"%{byte:02X}" for byte in subject.encode())


@pytest.mark.parametrize(
    "subject", ["ab", "a%62", "%61b", "100%", "auth0|5f7c", "a?b#c", "a+b", "a;b=c", "..", "~!$&'()*"]
)
def test_a_subject_is_admitted_to_its_own_path_in_any_spelling(alice: Api, subject: str) -> None:
    assert send("GET", f"/api/{spelled(subject)}/tasks", user=subject).status_code == 200


@pytest.mark.parametrize("path", ["a%2562", "%2561b", "%25%36%31b", "a%252562"])
def test_a_path_that_is_encoded_twice_names_another_user(alice: Api, path: str) -> None:
    answer = send("GET", f"/api/{path}/tasks", user="ab")

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


def test_an_id_that_is_encoded_twice_is_no_id(alice: Api) -> None:
    task = alice.created()["id"]
    encoded, twice = task.replace("-", "%2D"), task.replace("-", "%252D")

    assert send("GET", f"/api/tasks/{encoded}").status_code == 200
    assert send("GET", f"/api/tasks/{twice}").status_code == 422


@pytest.mark.parametrize("subject", ["a/b", "https://issuer.example/users/1"])
@pytest.mark.parametrize("spell", [spelled, lambda subject: subject.replace("/", "%2F")], ids=["all", "slashes"])
def test_a_subject_with_a_slash_has_no_path_of_its_own_and_the_token_is_enough(
    alice: Api, subject: str, spell: object
) -> None:
    assert callable(spell)
    answer = send("GET", f"/api/{spell(subject)}/tasks", user=subject)

    assert (answer.status_code, answer.json()) == (404, NO_ROUTE)
    assert send("GET", "/api/tasks", user=subject).status_code == 200


def test_a_slash_that_is_encoded_twice_names_another_user(alice: Api) -> None:
    assert send("GET", "/api/a%252Fb/tasks", user="a/b").status_code == 403


@pytest.mark.parametrize("host", ["[::1]:3000", "[::1]", "localhost", "127.0.0.1:3000"])
def test_each_name_of_this_machine_reaches_the_function(alice: Api, host: str) -> None:
    assert send("GET", "/api/health", user=None, host=host).status_code == 200
    assert send("GET", "/api/tasks", host=host).status_code == 200


def test_the_document_says_that_no_slash_is_in_such_a_path() -> None:
    said = load_document()["components"]["parameters"]["UserId"]

    assert re.fullmatch(said["schema"]["pattern"], "auth0|5f7c")
    assert not re.fullmatch(said["schema"]["pattern"], "a/b")
    assert "404" in said["description"]
