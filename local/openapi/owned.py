"""The operations of an owned resource: the same five of each, in its own words."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.openapi import parameters, refusals
from local.openapi.examples import in_envelope, page
from local.openapi.headers import location
from local.openapi.operation import Operation, Success
from local.openapi.parameters import Said
from local.openapi.resource import Resource, camel, listed
from shared.core.resource.schemas import Body


def owned_operations(resource: Resource) -> dict[str, Operation]:
    """By the names that their functions have: `list_tasks`, `create_task` and so on."""
    singular = resource.singular
    return {
        f"list_{resource.name}": _list(resource),
        f"create_{singular}": _create(resource),
        f"get_{singular}": _get(resource),
        f"update_{singular}": _update(resource),
        f"delete_{singular}": _delete(resource),
    }


def id_parameter(resource: Resource) -> dict[str, Said]:
    example = resource.examples.item["id"]
    return {resource.item_id: Said(camel(resource.item_id), f"The {resource.words}'s id.", example)}


def _list(resource: Resource) -> Operation:
    first, last = page(resource.examples.item), page()
    return Operation(
        resource.name,
        f"List {resource.plural_words}",
        f"The caller's {resource.plural_words}, newest first, a page at a time.",
        (Success(200, "A page.", examples={"first": first, "last": last}),),
        (refusals.BAD_CURSOR, refusals.BAD_QUERY),
        parameters={**parameters.OF_PAGES, **{name: _filter(resource, name) for name in resource.filters}},
    )


def _filter(resource: Resource, name: str) -> Said:
    description = parameters.BY_HAND.get((resource.name, name), f"Only {resource.plural_words} whose `{name}` is this.")
    return Said(resource.title + camel(name), description, resource.filters[name])


def _create(resource: Resource) -> Operation:
    answer = Success(
        201,
        f"The new {resource.words}, or the one that the Idempotency-Key has made before.",
        ("ETag", "Idempotency-Replayed"),
        {resource.singular: in_envelope(resource.examples.item)},
        own={"Location": location(resource.name, resource.words, resource.examples.item["id"])},
        item_id=resource.item_id,
    )
    return Operation(
        resource.name,
        f"Create {resource.one}",
        "With an Idempotency-Key it is made once, however often the request is sent.",
        (answer,),
        (refusals.BAD_KEY_OR_JSON, refusals.full(resource), refusals.bad_new(resource)),
        request=_requests(resource.create, resource.examples.new),
        headers=(parameters.IDEMPOTENCY_KEY_HEADER,),
        writes=True,
    )


def _get(resource: Resource) -> Operation:
    words, item = resource.words, resource.examples.item
    return Operation(
        resource.name,
        f"Get {resource.one}",
        f"Another user's {words}, a deleted one and one that never was are answered alike.",
        (
            Success(200, f"The {words}.", ("ETag",), {resource.singular: in_envelope(item)}),
            Success(304, f"The {words} has one of the versions in If-None-Match.", ("ETag",)),
        ),
        (refusals.NOT_FOUND, refusals.BAD_TAG, refusals.bad_id(resource)),
        parameters=id_parameter(resource),
        headers=(parameters.IF_NONE_MATCH,),
    )


def _update(resource: Resource) -> Operation:
    changed = {resource.singular: in_envelope(resource.examples.changed)}
    return Operation(
        resource.name,
        f"Replace {resource.one}",
        _what_is_left_out(resource),
        (Success(200, f"The {resource.words} as it is now.", ("ETag",), changed),),
        (refusals.NOT_FOUND, refusals.stale(resource), refusals.BAD_TAG_OR_JSON, refusals.bad(resource)),
        request=_requests(resource.update, resource.examples.change),
        parameters=id_parameter(resource),
        headers=(parameters.IF_MATCH,),
        writes=True,
    )


def _delete(resource: Resource) -> Operation:
    return Operation(
        resource.name,
        f"Delete {resource.one}",
        "For good.",
        (Success(204, "It is gone."),),
        (refusals.NOT_FOUND, refusals.stale(resource), refusals.BAD_TAG, refusals.bad_id(resource)),
        parameters=id_parameter(resource),
        headers=(parameters.IF_MATCH,),
        writes=True,
    )


def _requests(body: type[Body], whole: Mapping[str, Any]) -> dict[str, Any]:
    """The least that can be sent, and everything."""
    least = {name: whole[name] for name, field in body.model_fields.items() if field.is_required()}
    name = f"{camel(next(iter(least)))}Only" if len(least) == 1 else "least"
    return {name[0].lower() + name[1:]: least, "whole": whole} if least != whole else {"whole": whole}


def _what_is_left_out(resource: Resource) -> str:
    """Of a field that has a default, and of one that is kept: `exclude_if` is what leaves it out of the statement."""
    optional = {name: field for name, field in resource.update.model_fields.items() if not field.is_required()}
    kept = [name for name, field in optional.items() if field.exclude_if]
    cleared = [name for name, field in optional.items() if field.default is None and name not in kept]
    as_new = [name for name in optional if name not in kept and name not in cleared]
    said = (
        _left_out(cleared, "is cleared", "are cleared"),
        _left_out(as_new, f"is as in a new {resource.words}", f"are as in a new {resource.words}"),
        _left_out(kept, "stays as it is", "stay as they are"),
    )
    return f"{text}." if (text := "; ".join(filter(None, said))) else "The whole of it is sent."


def _left_out(names: Sequence[str], one: str, several: str) -> str:
    if not names:
        return ""
    return f"{listed([f'`{name}`' for name in names])} left out {one if len(names) == 1 else several}"
