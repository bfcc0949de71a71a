"""The checks of one resource: an item is made, read, changed and deleted, and nothing of it is left."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from local.resources import Store, bodies
from local.samples import Field, fields_of, sample
from local.smoke.client import SmokeClient, data_of, expect
from shared.core.resource.schemas import Body

Check = Callable[[], None]


class ResourceChecks:
    """In their order, for each builds on those before. Bodies are samples, marked where a text can hold a mark."""

    def __init__(self, store: Store, client: SmokeClient) -> None:
        self.client = client
        self.collection = f"/api/{store.name}"
        self._models = bodies(store)
        mark = f"smoke test {secrets.token_hex(8)}"
        self._created, self._updated = (_marked(model, number, mark) for number, model in enumerate(self._models))
        self._before: set[str] | None = None
        self._item: dict[str, Any] = {}
        self._tag = ""

    def checks(self) -> list[Check]:
        return [
            self.lists_what_is_there,
            self.creates_once_under_a_key,
            self.lists,
            self.gets_and_knows_the_version,
            self.replaces_one_version_only,
            *self.more(),
            self.hides_what_is_not_there,
            self.refuses_another_users_path,
            self.refuses_a_bad_body,
            self.deletes,
        ]

    def more(self) -> list[Check]:
        """What this resource can do beside; the item is there."""
        return []

    @property
    def path(self) -> str:
        """Of the item that was made."""
        expect(bool(self._item), "no item was made")
        return f"{self.collection}/{self._item['id']}"

    def lists_what_is_there(self) -> None:
        self._before = {item["id"] for item in self._list()}

    def creates_once_under_a_key(self) -> None:
        key = {"idempotency-key": f"smoke-{uuid4()}"}
        made = self.client.ask("POST", self.collection, 201, body=self._created, headers=key)
        item = data_of(made)
        owned = item["user_id"] == self.client.user
        expect(owned and _says(item, self._created), "the item is not what was asked for")
        self._item = item
        again = self.client.ask("POST", self.collection, 201, body=self._created, headers=key)
        expect(data_of(again)["id"] == item["id"], "the same key made a second item")
        expect(again.headers.get("idempotency-replayed") == "true", "a replay is not marked as one")

    def lists(self) -> None:
        items = self._list()
        expect(self.path.rpartition("/")[2] in [item["id"] for item in items], "the new item is not in the list")
        expect({item["user_id"] for item in items} == {self.client.user}, "the list has items of somebody else")

    def gets_and_knows_the_version(self) -> None:
        answer = self.client.ask("GET", self.path, 200)
        self._tag = answer.headers.get("etag", "")
        expect(self._tag != "", "there is no ETag")
        self.client.ask("GET", self.path, 304, headers={"if-none-match": self._tag})

    def replaces_one_version_only(self) -> None:
        body, known = self._updated, {"if-match": self._tag}
        answer = self.client.ask("PUT", self.path, 200, body=body, headers=known)
        expect(_says(data_of(answer), body), "it was not replaced")
        self.client.ask("PUT", self.path, 412, code="PRECONDITION_FAILED", body=body, headers=known)

    def hides_what_is_not_there(self) -> None:
        self.client.ask("GET", f"{self.collection}/{uuid4()}", 404, code="NOT_FOUND")

    def refuses_another_users_path(self) -> None:
        path = self.collection.replace("/api/", "/api/nobody-of-the-smoke-test/")
        self.client.ask("GET", path, 403, code="FORBIDDEN")

    def refuses_a_bad_body(self) -> None:
        self.client.ask("POST", self.collection, 422, code="VALIDATION_ERROR", body={"user_id": "somebody else"})

    def deletes(self) -> None:
        self.client.ask("DELETE", self.path, 204)
        self.client.ask("GET", self.path, 404, code="NOT_FOUND")

    def leaves_nothing_behind(self) -> None:
        """An answer that was lost may have made an item all the same: one that is new, and says what was sent."""
        for item in self._list():
            if item["id"] == self._item.get("id") or self._may_be_ours(item):
                self.client.ask("DELETE", f"{self.collection}/{item['id']}", 204)

    def _may_be_ours(self, item: Mapping[str, Any]) -> bool:
        is_new = self._before is not None and item["id"] not in self._before
        return is_new and (_says(item, self._created) or _says(item, self._updated))

    def _list(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = data_of(self.client.ask("GET", f"{self.collection}?limit=100", 200))
        return items


class TaskChecks(ResourceChecks):
    """Tasks can be completed as well."""

    def more(self) -> list[Check]:
        return [self.completes]

    def completes(self) -> None:
        answer = self.client.ask("PATCH", f"{self.path}/complete", 200, body={"completed": True})
        expect(data_of(answer)["completed"] is True, "the task is not completed")


# What some have more than the five verbs.
_MORE: Mapping[str, type[ResourceChecks]] = {"tasks": TaskChecks}


def checks_of(store: Store, client: SmokeClient) -> ResourceChecks:
    return _MORE.get(store.name, ResourceChecks)(store, client)


def _marked(model: type[Body], number: int, mark: str) -> dict[str, Any]:
    mark = f"{mark} {number}"
    texts = {field.name: mark for field in fields_of(model) if field.kind == "text" and _fits(field, mark)}
    return sample(model, number) | texts


def _fits(field: Field, mark: str) -> bool:
    return len(mark) <= int(field.schema.get("maxLength", len(mark)))


def _says(item: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return all(item.get(name) == value for name, value in body.items())
