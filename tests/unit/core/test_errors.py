import json
from collections.abc import Iterator

import pytest

from shared.core import errors
from shared.core.errors import (
    ApiError,
    FieldError,
    MissingToken,
    Unauthorized,
    ValidationFailed,
    response_to,
    status_and_code,
)


def every_error(parent: type[ApiError] = ApiError) -> Iterator[type[ApiError]]:
    for child in parent.__subclasses__():
        yield child
        yield from every_error(child)


@pytest.mark.parametrize("error", list(every_error()))
def test_every_error_has_a_status_and_a_code(error: type[ApiError]) -> None:
    assert status_and_code(error)[1] != "INTERNAL_ERROR"


@pytest.mark.parametrize("error", list(every_error()))
def test_the_tree_in_the_docstring_shows_every_error(error: type[ApiError]) -> None:
    assert f"── {error.__name__} " in f"{errors.__doc__} ".replace("\n", " \n")


def test_codes_are_used_once() -> None:
    rows = list(errors._STATUS_AND_CODE.values())
    assert len({code for _, code in rows}) == len(rows)


def test_an_unexpected_error_tells_nothing() -> None:
    answer = response_to(RuntimeError("select * from secrets"), "r1")

    assert answer.status == 500
    assert json.loads(answer.body) == {
        "error": {
            "code": "INTERNAL_ERROR",
            "message": "An internal error occurred.",
            "details": [],
            "request_id": "r1",
        }
    }


def test_the_reason_stays_inside() -> None:
    assert b"typ" not in response_to(Unauthorized(reason="typ"), "r1").body


def test_a_missing_token_is_challenged_without_an_error() -> None:
    assert response_to(MissingToken(), "r").headers["www-authenticate"] == 'Bearer realm="tasks"'
    assert response_to(Unauthorized(), "r").headers["www-authenticate"] == 'Bearer realm="tasks", error="invalid_token"'


def test_details_survive_what_cannot_be_encoded() -> None:
    answer = response_to(ValidationFailed(details=(FieldError("\ud800", "wrong", "bad"),)), "r")

    assert json.loads(answer.body)["error"]["details"] == [{"field": "?", "code": "wrong", "message": "bad"}]
