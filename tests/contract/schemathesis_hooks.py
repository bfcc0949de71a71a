"""What Schemathesis, in its own process, has to know of this API beside the document."""

import os
from itertools import count
from pathlib import Path
from typing import Any

import schemathesis

# Of HTTP itself, of the gateway and of uvicorn.
_OF_THE_SERVER = frozenset({"apigw-requestid", "connection", "content-length", "content-type", "date"})
_ANSWERS = Path(os.environ["ANSWERS"])
_numbers = count()
_WIDTH = 6


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Two things are refused that no schema can say: an Idempotency-Key used again with another body, and 1.0.

    Half of the conditions are true of whatever is there: else nearly all answers would be 412.
    """
    if isinstance(case.body, dict):
        case.body = {name: _whole(value) for name, value in case.body.items()}
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    number, headers = next(_numbers), case.headers or {}
    if isinstance(key := headers.get("Idempotency-Key"), str):
        headers["Idempotency-Key"] = f"{number:0{_WIDTH}}{key[_WIDTH:]}"
    if "If-Match" in headers and number % 2:
        headers["If-Match"] = "*"


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """For the test, which looks whether each operation was reached."""
    with _ANSWERS.open("a") as file:
        file.write(f"{case.operation.definition.raw['operationId']} {response.status_code}\n")


@schemathesis.check
def no_undeclared_header(ctx: Any, response: Any, case: Any) -> None:
    """Schemathesis' own check sees to those that are declared."""
    declared = case.operation.responses.find_by_status_code(response.status_code)
    if declared is not None:
        names = {name.lower() for name, _ in declared.headers.items()}
        undeclared = {name.lower() for name in response.headers} - names - _OF_THE_SERVER
        assert not undeclared, f"undeclared headers: {undeclared}"
