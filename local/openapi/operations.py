"""What each function's operation is for, what it takes beside its signature, and all that it can answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.openapi import examples, parameters, refusals
from local.openapi.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Success:
    """A status that is no error; `headers` are those beside the ones of every answer.

    `links`: the functions that take the id of the task in it.
    """

    status: int
    description: str
    headers: tuple[str, ...] = ()
    examples: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """`refusals` are those beside the ones of each operation with a token; `request` are examples of bodies."""

    tag: str
    summary: str
    description: str
    successes: tuple[Success, ...]
    refusals: tuple[Refusal, ...]
    request: Mapping[str, Any] = field(default_factory=dict)
    headers: tuple[dict[str, Any], ...] = ()
    writes: bool = False
    public: bool = False

    def every_refusal(self, *, by_user: bool) -> tuple[Refusal, ...]:
        """Also those that come from the ways through which each request goes; in the order of their statuses."""
        if self.public:
            return self.refusals
        unavailable = refusals.UNAVAILABLE_OR_UNKNOWN if self.writes else refusals.UNAVAILABLE
        path = (refusals.FORBIDDEN,) if by_user else ()
        found = (*self.refusals, *path, *_WITH_TOKEN, unavailable)
        return tuple(sorted(found, key=lambda refusal: refusal.status))


# Size and media type are checked wherever there is a body, also where none is expected.
_WITH_TOKEN = (
    refusals.UNAUTHORIZED,
    refusals.TOO_LARGE,
    refusals.NOT_JSON,
    refusals.TOO_MANY,
    refusals.INTERNAL,
)
_OF_ONE_TASK = (refusals.NOT_FOUND,)
_WITH_IF_MATCH = (*_OF_ONE_TASK, refusals.STALE, refusals.BAD_TAG_OR_JSON)

# By the function's name.
OPERATIONS: Mapping[str, Operation] = {
    "list_tasks": Operation(
        "tasks",
        "List tasks",
        "The caller's tasks, newest first, a page at a time.",
        (Success(200, "A page.", examples={"first": examples.A_PAGE, "last": examples.THE_LAST_PAGE}),),
        (refusals.BAD_CURSOR, refusals.BAD_QUERY),
    ),
    "create_task": Operation(
        "tasks",
        "Create a task",
        "With an Idempotency-Key it is made once, however often the request is sent.",
        (
            Success(
                201,
                "The new task, or the one that the Idempotency-Key has made before.",
                ("Location", "ETag", "Idempotency-Replayed"),
                {"task": examples.A_TASK},
                ("get_task", "update_task", "delete_task", "complete_task"),
            ),
        ),
        (refusals.BAD_KEY_OR_JSON, refusals.BAD_NEW_TASK),
        request={"titleOnly": {"title": examples.NEW_TASK["title"]}, "whole": examples.NEW_TASK},
        headers=(parameters.IDEMPOTENCY_KEY_HEADER,),
        writes=True,
    ),
    "get_task": Operation(
        "tasks",
        "Get a task",
        "Another user's task, a deleted one and one that never was are answered alike.",
        (
            Success(200, "The task.", ("ETag",), {"task": examples.A_TASK}),
            Success(304, "The task has one of the versions in If-None-Match.", ("ETag",)),
        ),
        (*_OF_ONE_TASK, refusals.BAD_TAG, refusals.BAD_ID),
        headers=(parameters.IF_NONE_MATCH,),
    ),
    "update_task": Operation(
        "tasks",
        "Replace a task",
        "A description that is left out is cleared; `completed` left out stays as it is.",
        (Success(200, "The task as it is now.", ("ETag",), {"task": examples.A_CHANGED_TASK}),),
        (*_WITH_IF_MATCH, refusals.BAD_TASK),
        request={"titleOnly": {"title": examples.NEW_TASK["title"]}, "whole": examples.CHANGED_TASK},
        headers=(parameters.IF_MATCH,),
        writes=True,
    ),
    "delete_task": Operation(
        "tasks",
        "Delete a task",
        "For good.",
        (Success(204, "It is gone."),),
        (*_OF_ONE_TASK, refusals.STALE, refusals.BAD_TAG, refusals.BAD_ID),
        headers=(parameters.IF_MATCH,),
        writes=True,
    ),
    "complete_task": Operation(
        "tasks",
        "Complete a task",
        "Without a body it toggles. With one it sets, which is safe to repeat.",
        (Success(200, "The task as it is now.", ("ETag",), {"task": examples.A_COMPLETED_TASK}),),
        (*_WITH_IF_MATCH, refusals.BAD_COMPLETION),
        request={"complete": {"completed": True}, "reopen": {"completed": False}},
        headers=(parameters.IF_MATCH,),
        writes=True,
    ),
    "get_me": Operation(
        "account",
        "Get the account",
        "Who the caller is, by the token or by what was stored at their first write, and how many tasks they have.",
        (Success(200, "The account.", examples={"account": examples.AN_ACCOUNT}),),
        (refusals.TWO_TOKENS,),
    ),
    "delete_me": Operation(
        "account",
        "Delete the account",
        "Everything that is kept of the caller goes, their tasks included.",
        (Success(204, "It is gone, or there was nothing."),),
        (refusals.TWO_TOKENS,),
        writes=True,
    ),
    "health": Operation(
        "health",
        "Check that the API runs",
        "Needs no token, and never wakes the database.",
        (Success(200, "It runs.", examples={"ok": examples.HEALTH}),),
        (refusals.UNREADABLE,),
        public=True,
    ),
}  # fmt: skip
