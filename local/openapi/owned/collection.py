"""The operations of a resource as a whole: its list, a new one, and what goes together."""

from local.openapi import parameters, refusals
from local.openapi.examples import COUNTED, in_envelope, page
from local.openapi.headers import location
from local.openapi.operation import Operation, Success
from local.openapi.owned import conflicts
from local.openapi.owned.words import requests
from local.openapi.parameters import Said
from local.openapi.resource import Resource, camel


def operations_of_collection(resource: Resource) -> dict[str, Operation]:
    """By the names that their functions have: `list_tasks`, `create_task`; `delete_tasks` where there is a filter."""
    found = {f"list_{resource.name}": _list(resource), f"create_{resource.singular}": _create(resource)}
    return found | ({f"delete_{resource.name}": _delete_many(resource)} if resource.filters else {})


def _list(resource: Resource) -> Operation:
    first, last = page(resource.examples.item), page()
    return Operation(
        resource.name,
        f"List {resource.plural_words}",
        f"The caller's {resource.plural_words}, a page at a time; newest first, unless another order is asked for.",
        (Success(200, "A page.", examples={"first": first, "last": last}),),
        (refusals.BAD_CURSOR, refusals.BAD_QUERY),
        parameters={
            **parameters.OF_PAGES,
            "sort": Said(f"{resource.title}Sort", parameters.SORT, resource.sorts[-1]),
            **{name: _filter(resource, name) for name in resource.filters},
        },
    )


def _filter(resource: Resource, name: str) -> Said:
    description = parameters.BY_HAND.get((resource.name, name), f"Only {resource.plural_words} whose `{name}` is this.")
    return Said(resource.title + camel(name), description, resource.filters[name])


def _create(resource: Resource) -> Operation:
    words, whole = resource.words, {resource.singular: in_envelope(resource.examples.item)}
    own = {"Location": location(resource.name, words, resource.examples.item["id"])}
    new = Success(
        201,
        f"The new {words}, or the one that the Idempotency-Key has made before.",
        ("ETag", "Idempotency-Replayed"),
        whole,
        own=own,
        item_id=resource.item_id,
    )
    known = Success(
        200,
        f"An earlier request with this id and body has made it: the {words} as it is now.",
        ("ETag",),
        whole,
        own=own,
        always=("Idempotency-Replayed",),
        body_of=201,
    )
    return Operation(
        resource.name,
        f"Create {resource.one}",
        "With an Idempotency-Key, or with an id of the client's making, it is made once, however often the request is "
        "sent.",
        (new, known),
        (
            refusals.BAD_KEY_OR_JSON,
            conflicts.full(resource),
            conflicts.DELETED,
            refusals.bad_new(resource),
        ),
        request={**requests(resource.create, resource.examples.new), "withId": _with_id(resource)},
        headers=(parameters.IDEMPOTENCY_KEY_HEADER,),
        writes=True,
    )


def _with_id(resource: Resource) -> dict[str, object]:
    return {"id": resource.examples.item["id"], **resource.examples.new}


def _delete_many(resource: Resource) -> Operation:
    return Operation(
        resource.name,
        f"Delete many {resource.plural_words}",
        "All that the filters fit; without a filter, none. Each can be restored, as if it had been deleted alone.",
        (Success(200, "How many have gone.", examples={"count": COUNTED}),),
        (refusals.TWO_TOKENS, refusals.bad_filters(resource)),
        parameters={name: _filter_of_deletion(resource, name) for name in resource.filters},
        writes=True,
    )


def _filter_of_deletion(resource: Resource, name: str) -> Said:
    changed = resource.examples.changed.get(name)
    example = resource.filters[name] if changed is None else changed
    return Said(f"Deleted{resource.title}{camel(name)}", f"Those whose `{name}` is this.", example)
