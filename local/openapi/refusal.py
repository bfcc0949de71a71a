"""A refusal: one status of an operation, and what it is sent for. Codes, headers and bodies are those of errors.py."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from local.openapi.examples import REQUEST_ID
from local.openapi.headers import ALLOWANCE_HEADERS, headers_of_answer
from shared.core.errors import ValidationFailed, response_to


@dataclass(frozen=True, slots=True)
class Refusal:
    """One status of an operation, with an example of each error that it is sent for.

    `allowance`: whether it says what is left to the caller, which it can where the request was counted before.
    `current`: the schema of what its error carries beside the message, where it does.
    """

    name: str
    description: str
    examples: Mapping[str, Exception]
    allowance: Literal["never", "sometimes", "always"] = "never"
    current: str = ""

    @property
    def status(self) -> int:
        (status,) = {response_to(error, "").status for error in self.examples.values()}
        return status

    @property
    def codes(self) -> list[str]:
        return list(dict.fromkeys(response_to(error, "").code for error in self.examples.values()))

    @property
    def schemas(self) -> dict[str, dict[str, Any]]:
        """Of its bodies, by their names: an error of one code is the same wherever it is, but for what it carries."""
        return {
            self.name if self.current else schema_name(code): error_schema(code, self.current) for code in self.codes
        }

    def response(self) -> dict[str, Any]:
        schemas = [{"$ref": f"#/components/schemas/{name}"} for name in self.schemas]
        examples = {name: {"value": _body(error)} for name, error in self.examples.items()}
        content = {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}, "examples": examples}
        return {
            "description": self.description,
            "headers": self._headers(),
            "content": {"application/json": content},
        }

    def _headers(self) -> dict[str, Any]:
        """A header that not every one of the errors has is not always there."""
        found = [response_to(error, "").headers.keys() for error in self.examples.values()]
        names = [name for name in ("WWW-Authenticate", "Retry-After") if any(name.lower() in one for one in found)]
        unusual = {name: False for name in names if not all(name.lower() in one for one in found)}
        if self.allowance == "always":
            unusual |= dict.fromkeys(ALLOWANCE_HEADERS, True)
        return headers_of_answer([*names, *(() if self.allowance == "never" else ALLOWANCE_HEADERS)], required=unusual)


def schema_name(code: str) -> str:
    """`TOKEN_EXPIRED` -> `TokenExpired`"""
    return code.title().replace("_", "")


def error_schema(code: str, current: str = "") -> dict[str, Any]:
    """The error body, with this code; `current` is the schema of the state that it carries."""
    most = 20 if code == response_to(ValidationFailed(), "").code else 0
    details = {"type": "array", "maxItems": most, "items": {"$ref": "#/components/schemas/FieldError"}}
    error = {
        "code": {"type": "string", "const": code},
        "message": {"type": "string", "minLength": 1, "description": "For people; may change."},
        "details": details,
        "request_id": {"type": "string", "description": "As in X-Request-Id."},
        **({"current": {"$ref": f"#/components/schemas/{current}"}} if current else {}),
    }
    return _closed({"error": _closed(error)})


def field_error_schema() -> dict[str, Any]:
    where = {"type": "string", "maxLength": 100, "description": "A dotted path, or the parameter's name."}
    rule = {"type": "string", "pattern": "^[a-z0-9_]+$", "description": "The rule, for programs. Stays as it is."}
    message = {"type": "string", "minLength": 1, "description": "For people; may change."}
    return _closed({"field": where, "code": rule, "message": message})


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _body(error: Exception) -> Any:
    return json.loads(response_to(error, REQUEST_ID).body)
