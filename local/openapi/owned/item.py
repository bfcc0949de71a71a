"""The operations of one item of a resource."""

from local.openapi import parameters, refusals
from local.openapi.examples import in_envelope, later
from local.openapi.operation import Operation, Success
from local.openapi.owned import conflicts
from local.openapi.owned.words import id_parameter, patches, requests, what_is_left_out
from local.openapi.resource import Resource
from shared.core.http.bodies import MERGE_PATCH


def operations_of_item(resource: Resource) -> dict[str, Operation]:
    """By the names that their functions have: `get_task`, `update_task` and so on."""
    singular = resource.singular
    return {
        f"get_{singular}": _get(resource),
        f"update_{singular}": _update(resource),
        f"patch_{singular}": _patch(resource),
        f"delete_{singular}": _delete(resource),
        f"restore_{singular}": _restore(resource),
    }


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
    return Operation(
        resource.name,
        f"Replace {resource.one}",
        what_is_left_out(resource),
        (_changed(resource),),
        (refusals.NOT_FOUND, refusals.stale(resource), refusals.BAD_TAG_OR_JSON, refusals.bad(resource)),
        request=requests(resource.update, resource.examples.change),
        parameters=id_parameter(resource),
        headers=(parameters.IF_MATCH,),
        writes=True,
    )


def _patch(resource: Resource) -> Operation:
    return Operation(
        resource.name,
        f"Change {resource.one}",
        "What is sent is set, null included, and the rest stays as it is (RFC 7396). What changes nothing makes no new "
        "version.",
        (_changed(resource),),
        (
            refusals.NOT_FOUND,
            refusals.stale(resource),
            refusals.BAD_TAG_OR_JSON,
            refusals.NO_PATCH,
            refusals.bad(resource),
        ),
        request=patches(resource),
        media_types=("application/json", MERGE_PATCH.media_type),
        parameters=id_parameter(resource),
        headers=(parameters.IF_MATCH,),
        writes=True,
    )


def _changed(resource: Resource) -> Success:
    changed = {resource.singular: in_envelope(resource.examples.changed)}
    return Success(200, f"The {resource.words} as it is now.", ("ETag",), changed)


def _delete(resource: Resource) -> Operation:
    return Operation(
        resource.name,
        f"Delete {resource.one}",
        "It can be restored for 90 days.",
        (Success(204, "It is gone."),),
        (refusals.NOT_FOUND, refusals.stale(resource), refusals.BAD_TAG, refusals.bad_id(resource)),
        parameters=id_parameter(resource),
        headers=(parameters.IF_MATCH,),
        writes=True,
    )


def _restore(resource: Resource) -> Operation:
    restored = {resource.singular: in_envelope({**resource.examples.item, **later(resource.examples.item)})}
    return Operation(
        resource.name,
        f"Restore {resource.one}",
        f"A deleted {resource.words} is there again, as it was; its version goes on. Deletions are kept for 90 days, "
        f"and at most as many of them as there may be {resource.plural_words}.",
        (Success(200, f"The {resource.words}.", ("ETag",), restored),),
        (
            refusals.TWO_TOKENS,
            conflicts.NOTHING_DELETED,
            conflicts.not_deleted(resource),
            refusals.bad_id(resource),
        ),
        parameters=id_parameter(resource),
        writes=True,
    )
