"""The checks of one resource: an item is made, read, changed and deleted, and nothing of it is left."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from local.resources import Store, bodies
from local.smoke.bodies import content, marked, says
from local.smoke.client import SmokeClient, data_of, expect
from local.smoke.copies import Feed, batch_once

# What it gives is said of it.
Check = Callable[[], str | None]


class ResourceChecks:
    """In their order, for each builds on those before. Bodies are samples, marked where a text can hold a mark."""

    def __init__(self, store: Store, client: SmokeClient) -> None:
        self.client = client
        self.collection = f"/api/{store.name}"
        self._store = store
        self._models = bodies(store)
        self._mark = f"smoke test {secrets.token_hex(8)}"
        self._created, self._updated = (marked(model, number, self._mark) for number, model in enumerate(self._models))
        self._feed = Feed(client, self.collection)
        self._before: set[str] | None = None
        self._item: dict[str, Any] = {}
        self._tag = ""

    def checks(self) -> list[Check]:
        return [
            self.lists_what_is_there,
            self.begins_the_feed,
            self.creates_once_under_a_key,
            self.lists,
            self.searches_and_sorts,
            self.gets_and_knows_the_version,
            self.replaces_one_version_only,
            self.patches_what_is_sent,
            *self.more(),
            self.feeds_what_is_new,
            self.hides_what_is_not_there,
            self.refuses_another_users_path,
            self.refuses_a_bad_body,
            *([self.deletes_many_by_a_filter_alone] if self._store.query.filters() else []),
            self.deletes,
            self.feeds_what_is_gone,
            self.restores,
            self.does_a_batch_once,
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

    def begins_the_feed(self) -> None:
        self._feed.begin()

    def creates_once_under_a_key(self) -> None:
        key = {"idempotency-key": f"smoke-{uuid4()}"}
        made = self.client.ask("POST", self.collection, 201, body=self._created, headers=key)
        item = data_of(made)
        owned = item["user_id"] == self.client.user
        expect(owned and says(item, self._created), "the item is not what was asked for")
        self._item = item
        again = self.client.ask("POST", self.collection, 201, body=self._created, headers=key)
        expect(data_of(again)["id"] == item["id"], "the same key made a second item")
        expect(again.headers.get("idempotency-replayed") == "true", "a replay is not marked as one")

    def lists(self) -> None:
        items = self._list()
        expect(self.path.rpartition("/")[2] in [item["id"] for item in items], "the new item is not in the list")
        expect({item["user_id"] for item in items} == {self.client.user}, "the list has items of somebody else")

    def searches_and_sorts(self) -> None:
        """The mark is in one text of one item, or in none where no text can hold it."""
        found = [item["id"] for item in self._list(q=self._mark, sort="-updated")]
        wanted = [self._item["id"]] if any(self._mark in str(value) for value in self._created.values()) else []
        expect(found == wanted, f"the search found {len(found)} items")

    def gets_and_knows_the_version(self) -> None:
        answer = self.client.ask("GET", self.path, 200)
        self._tag = answer.headers.get("etag", "")
        expect(self._tag != "", "there is no ETag")
        self.client.ask("GET", self.path, 304, headers={"if-none-match": self._tag})

    def replaces_one_version_only(self) -> None:
        body, known = self._updated, {"if-match": self._tag}
        answer = self.client.ask("PUT", self.path, 200, body=body, headers=known)
        self._item, self._tag = data_of(answer), answer.headers.get("etag", "")
        expect(says(self._item, body), "it was not replaced")
        stale = self.client.ask("PUT", self.path, 412, code="PRECONDITION_FAILED", body=body, headers=known)
        expect(stale.json()["error"]["current"] == self._item, "the refusal does not say how it is now")

    def patches_what_is_sent(self) -> None:
        shared = [name for name in self._updated if name in self._created]
        patch = {name: self._created[name] for name in shared[:1]}
        merge = {"if-match": self._tag, "content-type": "application/merge-patch+json"}
        self._item = data_of(self.client.ask("PATCH", self.path, 200, body=patch, headers=merge))
        expect(says(self._item, self._updated | patch), "it was not changed, or more than was sent")

    def feeds_what_is_new(self) -> None:
        self._feed.tells(self._item["id"], deleted=False)

    def hides_what_is_not_there(self) -> None:
        self.client.ask("GET", f"{self.collection}/{uuid4()}", 404, code="NOT_FOUND")

    def refuses_another_users_path(self) -> None:
        path = self.collection.replace("/api/", "/api/nobody-of-the-smoke-test/")
        self.client.ask("GET", path, 403, code="FORBIDDEN")

    def refuses_a_bad_body(self) -> None:
        self.client.ask("POST", self.collection, 422, code="VALIDATION_ERROR", body={"user_id": "somebody else"})

    def deletes_many_by_a_filter_alone(self) -> None:
        """Nothing of a user who has more than was made here."""
        self.client.ask("DELETE", self.collection, 422, code="VALIDATION_ERROR")
        if self.client.owns_user:
            name, value = next((name, self._item[name]) for name in sorted(self._store.query.filters()))
            wanted = str(value).lower() if isinstance(value, bool) else value
            answer = self.client.ask("DELETE", f"{self.collection}?{name}={wanted}", 200)
            expect(data_of(answer)["count"] == 1, "another number of items was deleted")
            self.client.ask("POST", f"{self.path}/restore", 200)

    def deletes(self) -> None:
        self.client.ask("DELETE", self.path, 204)
        self.client.ask("GET", self.path, 404, code="NOT_FOUND")

    def feeds_what_is_gone(self) -> None:
        self._feed.tells(self._item["id"], deleted=True)

    def restores(self) -> None:
        restored = self.client.ask("POST", f"{self.path}/restore", 200)
        expect(content(data_of(restored)) == content(self._item), "it came back otherwise than it was")
        self.client.ask("POST", f"{self.path}/restore", 409, code="NOT_DELETED")

    def does_a_batch_once(self) -> None:
        """The item goes with it."""
        batch_once(self.client, self.collection, self._created, self._item["id"])
        self.client.ask("GET", self.path, 404, code="NOT_FOUND")

    def leaves_nothing_behind(self) -> None:
        """An answer that was lost may have made an item all the same: one that is new, and says what was sent."""
        for item in self._list():
            if item["id"] == self._item.get("id") or self._may_be_ours(item):
                self.client.ask("DELETE", f"{self.collection}/{item['id']}", 204)

    def _may_be_ours(self, item: Mapping[str, Any]) -> bool:
        is_new = self._before is not None and item["id"] not in self._before
        return is_new and (says(item, self._created) or says(item, self._updated))

    def _list(self, **query: str) -> list[dict[str, Any]]:
        asked = urlencode({"limit": 100, **query})
        items: list[dict[str, Any]] = data_of(self.client.ask("GET", f"{self.collection}?{asked}", 200))
        return items
