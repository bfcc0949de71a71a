"""The operations for clients that keep a copy of a resource: the feed of changes, and batches of operations."""

from local.openapi import parameters, refusals
from local.openapi.operation import Operation, Success
from local.openapi.owned import conflicts
from local.openapi.owned.exchanges import answer_to_batch, batch_of, changes_of, feed_cursor
from local.openapi.parameters import Said
from local.openapi.resource import Resource
from shared.core.resource.batch import BATCH_LIMITS


def operations_of_copies(resource: Resource) -> dict[str, Operation]:
    """By the names that their functions have: `list_task_changes`, `batch_tasks`."""
    return {f"list_{resource.singular}_changes": _changes(resource), f"batch_{resource.name}": _batch(resource)}


def _changes(resource: Resource) -> Operation:
    changes = changes_of(resource.name, resource.singular, resource.examples.item)
    none = changes_of(resource.name, resource.singular)
    return Operation(
        resource.name,
        f"List changes of {resource.plural_words}",
        f"What has changed since a cursor, oldest first: each {resource.words} once, as it is now, and deletions. "
        "Without a cursor, everything that there is. Each answer has a cursor for the next request, also one without "
        "changes; it is good for 90 days.",
        (Success(200, "Changes.", examples={"changes": changes, "none": none}),),
        (refusals.BAD_FEED_CURSOR, conflicts.CURSOR_EXPIRED, refusals.BAD_QUERY),
        parameters={
            "limit": Said("ChangesLimit", "Most changes in the answer.", 100),
            "after": Said(
                f"{resource.title}ChangesAfter",
                "`meta.cursor` of the answer before. Opaque: send it as it was answered.",
                feed_cursor(resource.name),
                parameters.FEED_CURSOR,
            ),
        },
    )


def _batch(resource: Resource) -> Operation:
    return Operation(
        resource.name,
        f"Do many operations on {resource.plural_words}",
        "In their order, in one request; done once, however often it is sent. A client numbers its batches from 1, and "
        "sends the same one until it is answered before it sends the next. Each operation counts as a request; a batch "
        f"that was done before, as one. The body may have {BATCH_LIMITS.size // 1024} KiB.",
        (Success(200, "What became of each operation.", examples={"done": answer_to_batch(resource.examples)}),),
        (
            refusals.BAD_JSON,
            conflicts.SUPERSEDED,
            conflicts.UNKNOWN_CLIENT,
            refusals.TOO_LARGE_BATCH,
            refusals.bad_batch(resource),
            refusals.TOO_MANY_OPERATIONS,
        ),
        request={"operations": batch_of(resource.examples)},
        writes=True,
    )
