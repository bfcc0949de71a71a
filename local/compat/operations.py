"""What a client of one document would miss in another: routes, parameters, bodies, answers, tokens, addresses.

Requests may only be taken more widely. Answers may have more than before and must have what there was.
"""

from collections.abc import Iterator
from typing import Any

from local.compat.change import Change
from local.compat.codes import listed, shown
from local.compat.document import Document, Node
from local.compat.schemas import Containment

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_FIRST_ERROR = 400
# What is for people to read: bearerFormat is a hint, as OpenAPI has it.
_FOR_READERS = {"description", "bearerFormat", "deprecated"}


class Comparison:
    """The document of a release with a newer one."""

    def __init__(self, old: Document, new: Document) -> None:
        self._old, self._new = old, new
        self._requests = Containment(old, new, answers=False)
        self._answers = Containment(new, old, answers=True)

    def breaking(self) -> Iterator[Change]:
        """The changes that can break a client."""
        for path, old in self._old.content["paths"].items():
            new = self._new.content["paths"].get(path, {})
            for method in (method for method in _METHODS if method in old):
                where = f"{method.upper()} {path}"
                if method not in new:
                    yield Change(where, "removed")
                else:
                    yield from self._of_operation(self._whole(old, method), self._whole(new, method), where)

    @staticmethod
    def _whole(path: Node, method: str) -> Node:
        """The operation, with what it shares with others of its path."""
        shared = {"servers": path["servers"]} if "servers" in path else {}
        operation = {**shared, **path[method]}
        return {**operation, "parameters": [*path.get("parameters", ()), *operation.get("parameters", ())]}

    def _of_operation(self, old: Node, new: Node, where: str) -> Iterator[Change]:
        if old.get("operationId") != new.get("operationId"):
            yield Change(where, f"operationId was {old.get('operationId')}, is {new.get('operationId')}")
        yield from self._of_security(old, new, where)
        yield from self._of_servers(old, new, where)
        yield from self._of_parameters(old, new, where)
        yield from self._of_request(old, new, where)
        yield from self._of_responses(old, new, where)

    def _of_security(self, old: Node, new: Node, where: str) -> Iterator[Change]:
        before = old.get("security", self._old.content.get("security", [])) or [{}]
        now = new.get("security", self._new.content.get("security", [])) or [{}]
        if {} not in now:
            yield from (Change(where, f"no longer with the security {one}") for one in before if one not in now)
            for name in sorted({name for one in before if one in now for name in one}):
                was, is_ = (_scheme(document, name) for document in (self._old, self._new))
                if was != is_:
                    yield Change(where, f"the security {name} was {was}, is {is_}")

    def _of_servers(self, old: Node, new: Node, where: str) -> Iterator[Change]:
        before, now = (
            [_for_programs(server) for server in operation.get("servers") or document.content.get("servers") or []]
            for document, operation in ((self._old, old), (self._new, new))
        )
        yield from (Change(where, f"no longer at the server {one}") for one in before if one not in now)

    def _of_parameters(self, old: Node, new: Node, where: str) -> Iterator[Change]:
        before, now = _by_name(self._old, old), _by_name(self._new, new)
        for name, parameter in now.items():
            if parameter.get("required", False) and not before.get(name, {}).get("required", False):
                yield Change(f"{where} {name}", "now required")
        for name, parameter in before.items():
            if name not in now:
                yield Change(f"{where} {name}", "removed")
                continue
            for key in ("style", "explode", "allowReserved"):
                if parameter.get(key) != now[name].get(key):
                    yield Change(f"{where} {name}", f"{key} was {parameter.get(key)}, is {now[name].get(key)}")
            yield from self._requests.changes(parameter["schema"], now[name]["schema"], f"{where} {name}")

    def _of_request(self, old: Node, new: Node, where: str) -> Iterator[Change]:
        before, now = (
            document.resolve(operation["requestBody"]) if "requestBody" in operation else None
            for document, operation in ((self._old, old), (self._new, new))
        )
        if now and now.get("required", False) and not (before or {}).get("required", False):
            yield Change(f"{where} body", "now required")
        if before is None:
            return
        if now is None:
            yield Change(f"{where} body", "removed")
            return
        for kind, media in before["content"].items():
            if kind not in now["content"]:
                yield Change(f"{where} body", f"no longer as {kind}")
            else:
                schemas = media.get("schema", {}), now["content"][kind].get("schema", {})
                yield from self._requests.changes(*schemas, f"{where} body")

    def _of_responses(self, old: Node, new: Node, where: str) -> Iterator[Change]:
        for status in new["responses"]:
            if status not in old["responses"] and _is_success(status):
                yield Change(f"{where} {status}", "a success that no client knows")
        for status, response in old["responses"].items():
            if status not in new["responses"]:
                yield Change(f"{where} {status}", "removed")
                continue
            before, now = self._old.resolve(response), self._new.resolve(new["responses"][status])
            yield from self._of_headers(before, now, f"{where} {status}")
            yield from self._of_codes(before, now, f"{where} {status}")
            for kind, media in before.get("content", {}).items():
                if kind not in now.get("content", {}):
                    yield Change(f"{where} {status}", f"no longer as {kind}")
                else:
                    schemas = now["content"][kind].get("schema", {}), media.get("schema", {})
                    yield from self._answers.changes(*schemas, f"{where} {status}")

    def _of_codes(self, old: Node, new: Node, where: str) -> Iterator[Change]:
        before, now = (list(response.get("content", {}).values()) for response in (old, new))
        gone = _listed(self._old, before) - _listed(self._new, now)
        yield from (Change(f"{where}{place}", f"no longer {code!r}") for place, code in sorted(gone))
        # An example may move to another answer.
        if not_here := shown(before) - shown(now) - {code for _, code in gone}:
            yield from (
                Change(where, f"no example has {code!r} any more")
                for code in sorted(not_here - shown(self._new.content))
            )

    def _of_headers(self, old: Node, new: Node, where: str) -> Iterator[Change]:
        for name, header in old.get("headers", {}).items():
            if name not in new.get("headers", {}):
                yield Change(f"{where} {name}", "removed")
                continue
            before, now = self._old.resolve(header), self._new.resolve(new["headers"][name])
            if before.get("required", False) and not now.get("required", False):
                yield Change(f"{where} {name}", "no longer required")
            yield from self._answers.changes(now["schema"], before["schema"], f"{where} {name}")


def _by_name(document: Document, operation: Node) -> dict[str, Node]:
    found = (document.resolve(parameter) for parameter in operation["parameters"])
    return {f"{parameter['in']} {parameter['name']}": parameter for parameter in found}


def _is_success(status: str) -> bool:
    return status.isdigit() and int(status) < _FIRST_ERROR


def _listed(document: Document, bodies: list[Node]) -> set[tuple[str, str]]:
    return set().union(*(listed(document, media.get("schema", {})) for media in bodies))


def _scheme(document: Document, name: str) -> Any:
    schemes = document.content.get("components", {}).get("securitySchemes", {})
    return _for_programs(document.resolve(schemes[name])) if name in schemes else None


def _for_programs(node: Any) -> Any:
    if isinstance(node, list):
        return [_for_programs(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {key: _for_programs(value) for key, value in node.items() if key not in _FOR_READERS}
