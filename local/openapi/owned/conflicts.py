"""The refusals of good requests that what is stored does not allow: 409, 410, and a 404 of its own."""

from local.openapi.refusal import Refusal
from local.openapi.resource import Resource, camel
from shared.core import errors
from shared.core.database.quotas import Quotas

NOTHING_DELETED = Refusal(
    "NothingDeleted",
    "The caller has deleted nothing of this id, or so long ago that it is not kept.",
    {"nothing": errors.NotFound()},
    allowance="sometimes",
)
DELETED = Refusal("Deleted", "What this id was given to is deleted.", {"deleted": errors.Deleted()}, "sometimes")
CURSOR_EXPIRED = Refusal(
    "CursorExpired",
    "Deletions since then may be missing: the cursor is too old, or of an account that was deleted, or of another "
    "database. Begin without one.",
    {"expired": errors.CursorExpired()},
    "sometimes",
)
SUPERSEDED = Refusal(
    "Superseded", "A later batch of this client was done.", {"superseded": errors.Superseded()}, "sometimes"
)
UNKNOWN_CLIENT = Refusal(
    "UnknownClient",
    "`seq` is not 1, and the batch before it is not known: there is a gap, or the client was away for too long. Begin "
    "as a new client.",
    {"unknown": errors.UnknownClient()},
    "sometimes",
)


def full(resource: Resource) -> Refusal:
    """The messages name the limits that are set."""
    keys = f"No more than {Quotas().key_quota} Idempotency-Keys can be used in a day."
    return Refusal(
        f"TooMany{camel(resource.name)}",
        f"The caller has as many {resource.plural_words} as may be, or has used as many keys today.",
        {"tooManyRows": _too_many(resource), "tooManyKeys": errors.QuotaExceeded(keys)},
        allowance="sometimes",
    )


def not_deleted(resource: Resource) -> Refusal:
    live = errors.NotDeleted(f"The {resource.words} was not deleted.")
    return Refusal(
        f"NotDeletedOrTooMany{camel(resource.name)}",
        f"The {resource.words} is there, or the caller has as many {resource.plural_words} as may be.",
        {"notDeleted": live, "tooManyRows": _too_many(resource)},
        allowance="sometimes",
    )


def _too_many(resource: Resource) -> errors.QuotaExceeded:
    return errors.QuotaExceeded(f"No more than {Quotas().row_quota} {resource.plural_words} can be kept: delete some.")
