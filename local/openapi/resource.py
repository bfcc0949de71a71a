"""What the document has to know of an owned resource: its words, its models and what an example of it looks like."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from local.openapi import OpenApiError
from local.openapi.examples import BY_HAND, Examples, sampled, samples_of
from local.resources import Store
from shared.core.resource.schemas import Body, Public
from shared.core.resource.store import OwnedStore, words


@dataclass(frozen=True, slots=True)
class Resource:
    """A store as its documents see it; `create` and `update` are the bodies that it takes.

    `filters` are those of its list, with an example of each; `sorts` are its orders.
    """

    name: str
    singular: str
    create: type[Body]
    update: type[Body]
    public: type[Public]
    filters: Mapping[str, Any]
    sorts: Sequence[str]
    examples: Examples

    @property
    def plural_words(self) -> str:
        return words(self.name)

    @property
    def words(self) -> str:
        return words(self.singular)

    @property
    def one(self) -> str:
        """With its article: `a task`."""
        return f"{'an' if self.singular[0] in 'aeiou' else 'a'} {self.words}"

    @property
    def title(self) -> str:
        """As part of a component's name: `task_list` -> `TaskList`"""
        return camel(self.singular)

    @property
    def item_id(self) -> str:
        """The parameter of paths that takes its id."""
        return f"{self.singular}_id"


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def listed(names: Sequence[str]) -> str:
    """`a, b and c`"""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def resource_of(store: Store) -> Resource:
    create, update, public = _models(store)
    examples = BY_HAND.get(store.name) or sampled(create, update, public)
    filters = {
        name: examples.item.get(name, value)
        for name, value in samples_of(store.query).items()
        if name in store.query.filters()
    }
    return Resource(store.name, store.singular, create, update, public, filters, store.query.sorts(), examples)


def resources_of(stores: Iterable[Store]) -> Mapping[str, Resource]:
    """By their names."""
    return {store.name: resource_of(store) for store in stores}


def _models(store: Store) -> tuple[Any, ...]:
    """What the store's base is parametrized with."""
    for base in (base for cls in store.__mro__ for base in getattr(cls, "__orig_bases__", ())):
        models = get_args(base)
        if get_origin(base) is OwnedStore and all(isinstance(model, type) for model in models):
            return models
    raise OpenApiError(f"{store.__name__} names no models: derive it from OwnedStore[CreateBody, UpdateBody, Public]")
