"""The operations of all functions: those of stores, and by hand those that no store explains."""

from collections.abc import Mapping

from local.openapi import examples, parameters, refusals
from local.openapi.operation import Operation, Success
from local.openapi.owned.account import operations_of_account
from local.openapi.owned.collection import operations_of_collection
from local.openapi.owned.copies import operations_of_copies
from local.openapi.owned.item import operations_of_item
from local.openapi.owned.words import id_parameter
from local.openapi.resource import Resource, listed


def operations_of(resources: Mapping[str, Resource]) -> Mapping[str, Operation]:
    """By the function's name."""
    found = _others() | operations_of_account(listed([resource.plural_words for resource in resources.values()]))
    for resource in resources.values():
        for of_each in (operations_of_collection, operations_of_item, operations_of_copies):
            found |= of_each(resource)
    if "tasks" in resources:
        found["complete_task"] = _complete_task(resources["tasks"])
        found["complete_all_tasks"] = _complete_all_tasks(resources["tasks"])
    return found


def _complete_task(tasks: Resource) -> Operation:
    return Operation(
        tasks.name,
        "Complete a task",
        "Without a body it toggles. With one it sets, which is safe to repeat.",
        (Success(200, "The task as it is now.", ("ETag",), {"task": examples.A_COMPLETED_TASK}),),
        (
            refusals.NOT_FOUND,
            refusals.stale(tasks),
            refusals.BAD_TAG_OR_JSON,
            refusals.bad_flag("BadCompletion", "completed", tasks),
        ),
        request={"complete": {"completed": True}, "reopen": {"completed": False}},
        parameters=id_parameter(tasks),
        headers=(parameters.IF_MATCH,),
        writes=True,
    )


def _complete_all_tasks(tasks: Resource) -> Operation:
    return Operation(
        tasks.name,
        "Complete all tasks",
        "All that are open. Each has a new version, as if it had been completed alone.",
        (Success(200, "How many were open.", examples={"count": examples.COUNTED}),),
        (refusals.TWO_TOKENS, refusals.UNKNOWN_PARAMETER),
        writes=True,
    )


def _others() -> dict[str, Operation]:
    return {
        "health": Operation(
            "health",
            "Check that the API runs",
            "Needs no token, and never wakes the database.",
            (Success(200, "It runs.", examples={"ok": examples.HEALTH}),),
            (refusals.UNREADABLE, refusals.UNKNOWN_PARAMETER),
            public=True,
        ),
    }
