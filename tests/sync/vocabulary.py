"""What can be said about a resource over HTTP, found by its routes and its models: nothing here names a field."""

from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel

from local.samples import Field, fields_of
from tests.resources import Resource

_OF_EVERY_RESOURCE = frozenset({"get", "update", "patch", "delete", "restore"})
_OF_EVERY_OPERATION = frozenset({"op", "id", "version"})


class Own(NamedTuple):
    """A request that a resource has for itself; `{id}` stands in the path of one about an item."""

    method: str
    path: str
    body: Any

    @property
    def is_about_an_item(self) -> bool:
        return "{id}" in self.path


@dataclass(frozen=True)
class Vocabulary:
    resource: Resource

    @property
    def collection(self) -> str:
        return self.resource.name

    @property
    def singular(self) -> str:
        return self.resource.store.singular

    @cached_property
    def text_field(self) -> str:
        """Holds a text of its own in each write; empty, where a resource has no text that must be there."""
        return next((name for name, field in self._new.items() if field.kind == "text" and field.required), "")

    @cached_property
    def _new(self) -> dict[str, Field]:
        return {field.name: field for field in fields_of(self.resource.create_body) if field.name != "id"}

    @cached_property
    def _changed(self) -> dict[str, Field]:
        return {field.name: field for field in fields_of(self.resource.update_body)}

    def new(self, number: int) -> dict[str, Any]:
        """The fields of a new item."""
        return {name: field.value(number) for name, field in self._new.items()}

    def whole(self, number: int) -> dict[str, Any]:
        """A whole item, for PUT."""
        return {name: field.value(number) for name, field in self._changed.items()}

    def some(self, number: int, rng: Random) -> dict[str, Any]:
        """A patch: the text, or whatever there is, and perhaps other fields; some are cleared."""
        first = self.text_field or rng.choice([*self._changed])
        named = [first, *(name for name in self._changed if name != first and rng.random() < 0.3)]
        return {
            name: None if self._changed[name].nullable and rng.random() < 0.3 else self._changed[name].value(number)
            for name in named
        }

    def texts_of(self, sent: list[dict[str, Any]]) -> set[str]:
        """The texts of bodies, or of operations."""
        fields = [one | one.get("patch", {}) for one in sent]
        return {one[self.text_field] for one in fields if self.text_field in one}

    @cached_property
    def own_operations(self) -> tuple[type[BaseModel], ...]:
        """Those of a batch that this resource alone has."""
        batch = self.resource.body_of(self.resource.function("POST", "/batch"))
        models = _models_within(batch.model_fields["operations"].annotation)
        return tuple(model for model in models if _op(model) not in ("create", "patch", "delete"))

    def own_operation(self, item_id: str, number: int) -> dict[str, Any]:
        """One of these."""
        model = self.own_operations[number % len(self.own_operations)]
        fields = [field for field in fields_of(model) if field.name not in _OF_EVERY_OPERATION]
        return {"op": _op(model), "id": item_id, **{field.name: field.value(number) for field in fields}}

    @cached_property
    def own_requests(self) -> tuple[Own, ...]:
        actions = [action for action in self.resource.every_action if action.name not in _OF_EVERY_RESOURCE]
        of_items = [Own(action.method, f"/api{action.path}", action.body) for action in actions]
        of_many = [Own("POST", f"/api/{self.collection}/{path}", None) for path in self.resource.collective]
        return (*of_items, *of_many)

    @cached_property
    def filters(self) -> dict[str, Any]:
        """A value for each filter of a deletion of many."""
        return {name: values[0] for name, values in self.resource.filters.items()}


def _models_within(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_within(argument)]


def _op(model: type[BaseModel]) -> str:
    return str(get_args(model.model_fields["op"].annotation)[0])
