"""What a client of one document would miss in another: routes, parameters, bodies, answers.

Requests may only be taken more widely. Answers may have more than before and must have what there was.
"""

from collections.abc import Iterator

from local.compat.change import Change
from local.compat.document import Document, Node
from local.compat.schemas import Containment

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_FIRST_ERROR = 400


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
        """The operation, with the parameters that it shares with others of its path."""
        operation = path[method]
        return {**operation, "parameters": [*path.get("parameters", ()), *operation.get("parameters", ())]}

    def _of_operation(self, old: Node, new: Node, where: str) -> Iterator[Change]:
        if old.get("operationId") != new.get("operationId"):
            yield Change(where, f"operationId was {old.get('operationId')}, is {new.get('operationId')}")
        yield from self._of_security(old, new, where)
        yield from self._of_parameters(old, new, where)
        yield from self._of_request(old, new, where)
        yield from self._of_responses(old, new, where)

    def _of_security(self, old: Node, new: Node, where: str) -> Iterator[Change]:
        before = old.get("security", self._old.content.get("security", [])) or [{}]
        now = new.get("security", self._new.content.get("security", [])) or [{}]
        if {} not in now:
            yield from (Change(where, f"no longer with the security {one}") for one in before if one not in now)

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
            for kind, media in before.get("content", {}).items():
                if kind not in now.get("content", {}):
                    yield Change(f"{where} {status}", f"no longer as {kind}")
                else:
                    schemas = now["content"][kind].get("schema", {}), media.get("schema", {})
                    yield from self._answers.changes(*schemas, f"{where} {status}")

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
