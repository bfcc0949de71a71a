"""Every answer that tests get through tests/api.py is held against docs/openapi.yaml, whatever the test is about."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from local import ROOT
from local.gateway.routing import match
from local.openapi.headers import headers_of_answer
from local.openapi.refusal import error_schema
from local.template import Template, read_template
from tests.api import Answer
from tests.contract.document import load_document, resolved, validator_of

# Said by `content` and by the length of the body.
_OF_THE_BODY = frozenset({"content-type", "content-length"})
_NOTHING: Mapping[str, Any] = {}
# A function that is asked for another's route answers so. API Gateway never asks; the document leaves them out.
_MISDIRECTED: Mapping[int, tuple[str, frozenset[str]]] = {
    404: ("NOT_FOUND", frozenset()),
    405: ("METHOD_NOT_ALLOWED", frozenset({"allow"})),
}


class Contract:
    """What the document allows each operation to answer."""

    def __init__(self, document: Mapping[str, Any], template: Template) -> None:
        self._document = document
        self._template = template
        # By the identity of a schema that is kept: to write it out would take longer than to check.
        self._validators: dict[int, tuple[Mapping[str, Any], jsonschema_rs.Validator]] = {}
        # By the identity of what a response declares, which is kept too.
        self._headers: dict[int, tuple[Mapping[str, Any], dict[str, Any]]] = {}

    def faults(self, function: str, event: Mapping[str, Any], answer: Answer) -> list[str]:
        """Whatever in this answer is not in the document, or not as it says; a line each."""
        http = event["requestContext"]["http"]
        found = match(self._template.routes, http["method"], event["rawPath"])
        if found is None or found[0].function.handler != f"functions.{function}.handler":
            return self._faults_of_misdirected(answer)
        operation = self._document["paths"][found[0].path][http["method"].lower()]
        response = self._resolved(operation["responses"].get(str(answer.status)))
        if response is None:
            return [f"{operation['operationId']} has no status {answer.status}"]
        return [
            f"{operation['operationId']} {answer.status}: {fault}"
            for fault in (
                *self._header_faults(response.get("headers", _NOTHING), answer),
                *self._body_faults(response.get("content"), answer),
            )
        ]

    def _faults_of_misdirected(self, answer: Answer) -> list[str]:
        if answer.status not in _MISDIRECTED:
            return [f"the router answered {answer.status}"]
        code, own = _MISDIRECTED[answer.status]
        faults = self._header_faults(_headers_of_every_answer(), answer, own)
        return [f"router: {fault}" for fault in (*faults, *self._faults_of_json(_schema_of(code), answer.json))]

    def _header_faults(
        self, declared: Mapping[str, Any], answer: Answer, own: frozenset[str] = frozenset()
    ) -> list[str]:
        headers = self._headers_of(declared)
        faults = [f"undeclared header {name}" for name in answer.headers.keys() - headers.keys() - own - _OF_THE_BODY]
        for name, header in headers.items():
            if name in answer.headers:
                faults += self._faults_of_header(name, header["schema"], answer.headers[name])
            elif header.get("required", False):
                faults.append(f"no header {name}")
        return faults

    def _headers_of(self, declared: Mapping[str, Any]) -> dict[str, Any]:
        if id(declared) not in self._headers:
            headers = {name.lower(): self._resolved(header) for name, header in declared.items()}
            self._headers[id(declared)] = declared, headers
        return self._headers[id(declared)][1]

    def _faults_of_header(self, name: str, schema: Mapping[str, Any], value: str) -> list[str]:
        typed = int(value) if schema["type"] == "integer" and value.isdecimal() else value
        return [f"header {name}: {fault}" for fault in self._faults_of_json(schema, typed)]

    def _body_faults(self, content: Mapping[str, Any] | None, answer: Answer) -> list[str]:
        if content is None:
            return ["there is a body"] if answer.text else []
        media_type = answer.headers.get("content-type", "")
        if media_type not in content:
            return [f"undeclared media type {media_type}"]
        return self._faults_of_json(content[media_type]["schema"], answer.json)

    def _faults_of_json(self, schema: Mapping[str, Any], value: Any) -> list[str]:
        if id(schema) not in self._validators:
            self._validators[id(schema)] = schema, validator_of(self._document, schema)
        _, validator = self._validators[id(schema)]
        # To ask for the errors takes twice as long, and there are none.
        if validator.is_valid(value):
            return []
        return [f"{'.'.join(map(str, e.instance_path))}: {e.message}" for e in validator.iter_errors(value)]

    def _resolved(self, node: Any) -> Any:
        return resolved(self._document, node)


@cache
def _headers_of_every_answer() -> dict[str, Any]:
    return headers_of_answer()


@cache
def _schema_of(code: str) -> dict[str, Any]:
    return error_schema(code)


@cache
def contract() -> Contract:
    return Contract(load_document(), read_template(ROOT / "template.yaml"))


def check(function: str, event: Mapping[str, Any], answer: Answer) -> None:
    """Fail the test that got an answer which the document does not have. An observer of tests.api."""
    faults = contract().faults(function, event, answer)
    assert not faults, "\n".join(["docs/openapi.yaml does not know this answer:", *faults])
