"""The endpoints of a resource: what each is called, where it is found, and what it answers."""

from dataclasses import dataclass

from local.scaffold.resource import Resource


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One function. `path` begins after /api, or /api/{user_id}; `success` is what docs/api.md says of it.

    `rare`: so few call it that a tenth of five minutes is no request, from which a canary could tell anything.
    """

    verb: str
    module: str
    method: str
    path: str
    success: str
    rare: bool = False

    @property
    def logical_id(self) -> str:
        return "".join(word.capitalize() for word in self.module.split("_")) + "Function"

    @property
    def of_item(self) -> bool:
        return "{" in self.path


def endpoints(resource: Resource) -> tuple[Endpoint, ...]:
    """In the order in which documents have them; many are deleted at once by filters alone."""
    names = resource.names
    many = f"/{names.plural}"
    item = f"{many}/{{{names.singular}_id}}"
    one = f"200, the {names.one}, `ETag`"

    def endpoint(verb: str, method: str, path: str, success: str, *, rare: bool = False) -> Endpoint:
        return Endpoint(verb, names.functions[verb], method, path, success, rare)

    found = (
        endpoint("list", "GET", many, "200, a page, newest first or as `sort` says"),
        endpoint(
            "create", "POST", many, f"201, the {names.one}, `Location`, `ETag`; or 200, the one that has this `id`"
        ),
        endpoint("get", "GET", item, f"{one}; or 304"),
        endpoint("update", "PUT", item, one),
        endpoint("patch", "PATCH", item, one),
        endpoint("delete", "DELETE", item, "204"),
        endpoint("restore", "POST", f"{item}/restore", f"200, the {names.one} as it was, `ETag`", rare=True),
        endpoint("changes", "GET", f"{many}/changes", "200, what has changed since a cursor, and a new cursor"),
        endpoint("batch", "POST", f"{many}/batch", "200, what became of each operation"),
        endpoint("delete_many", "DELETE", many, "200, `count`", rare=True),
    )
    return tuple(endpoint for endpoint in found if resource.filters or endpoint.verb != "delete_many")
