"""Clients that send one request after the other, about what they saw when they looked last."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.api import Answer
from tests.sync.devices import Setting
from tests.sync.network import Network
from tests.sync.replica import NoAnswer
from tests.sync.requests import Request
from tests.sync.vocabulary import Own, Vocabulary

VERBS = ("create", "patch", "delete", "update", "own", "restore", "many")
VERBS_BEFORE = ("create", "delete", "update", "own")


@dataclass
class Plain:
    """`verbs`, and `own` of them, are what its deployment serves. `look` gives what is there, each with its version,
    and what was deleted."""

    user: str
    setting: Setting
    network: Network
    verbs: tuple[str, ...]
    own: tuple[Own, ...]
    look: Callable[[], tuple[dict[str, int], list[str]]]
    seen: dict[str, int] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    # Sent without an answer: once more, for the server can tell.
    again: Request | None = None

    def act(self) -> None:
        request = self.again or self._choose()
        self.again = None
        try:
            self._read(self.network.send(request))
        except NoAnswer:
            self.again = request if request.says_once and "if-match" not in request.headers else None

    def _read(self, answer: Answer) -> None:
        item = answer.data if answer.text and answer.status < 300 else None
        if isinstance(item, dict) and "version" in item:
            self.seen[item["id"]] = item["version"]

    def _choose(self) -> Request:
        rng = self.setting.rng
        if rng.random() < 0.5:
            self.seen, self.gone = self.look()
        verb = self.setting.choose(self.verbs)
        if not self.seen and verb not in ("create", "restore", "many"):
            verb = "create"
        request: Request = getattr(self, f"_{verb}")()
        return request

    def _request(self, method: str, tail: str, body: Any = None, headers: Any = None, **query: Any) -> Request:
        path = f"/api/{self.setting.vocabulary.collection}" + (f"/{tail}" if tail else "")
        return Request(self.user, method, path, query, body, headers or {})

    def _item(self) -> tuple[str, dict[str, str]]:
        """One that it knows, and perhaps the version that it knows."""
        item_id = self.setting.rng.choice(sorted(self.seen))
        return item_id, {"if-match": f'"{self.seen[item_id]}"'} if self.setting.rng.random() < 0.6 else {}

    def _create(self) -> Request:
        rng, body = self.setting.rng, self.setting.vocabulary.new(self.setting.numbers())
        key = {"idempotency-key": str(self.setting.numbers())} if rng.random() < 0.5 else {}
        if not key and "patch" in self.verbs:  # as old as ids of the client's own making
            body["id"] = self.setting.new_id()
        return self._request("POST", "", body, key)

    def _update(self) -> Request:
        item_id, condition = self._item()
        return self._request("PUT", item_id, self.setting.vocabulary.whole(self.setting.numbers()), condition)

    def _patch(self) -> Request:
        item_id, condition = self._item()
        patch = self.setting.vocabulary.some(self.setting.numbers(), self.setting.rng)
        return self._request("PATCH", item_id, patch, condition)

    def _delete(self) -> Request:
        item_id, condition = self._item()
        return self._request("DELETE", item_id, headers=condition)

    def _own(self) -> Request:
        """What this resource alone has."""
        if not self.own:
            return self._update()
        item_id, condition = self._item()
        own = self.setting.rng.choice(self.own)
        headers = condition if own.is_about_an_item else {}
        return Request(self.user, own.method, own.path.replace("{id}", item_id), {}, own.body, headers)

    def _restore(self) -> Request:
        known = self.gone or sorted(self.seen) or [self.setting.new_id()]
        return self._request("POST", f"{self.setting.rng.choice(known)}/restore")

    def _many(self) -> Request:
        filters = self.setting.vocabulary.filters
        name = self.setting.rng.choice(sorted(filters)) if filters else None
        return self._request("DELETE", "", **{name: filters[name]}) if name else self._restore()


def everything(network: Network, user: str, words: Vocabulary) -> dict[str, dict[str, Any]]:
    """All items, by their ids, as the list has them."""
    items: dict[str, dict[str, Any]] = {}
    cursor: dict[str, str] = {}
    while True:
        request = Request(user, "GET", f"/api/{words.collection}", {"limit": 100, **cursor})
        answer = network.send(request)
        if answer.status == 503:
            raise NoAnswer
        page = answer.json
        items |= {item["id"]: item for item in page["data"]}
        if (next_cursor := page.get("meta", {}).get("next_cursor")) is None:
            return items
        cursor = {"cursor": next_cursor}
