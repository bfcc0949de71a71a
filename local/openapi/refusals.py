"""The refusals that there are; each operation says which of them it can give. Functions make those of a resource."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from local.openapi.refusal import Refusal
from local.openapi.resource import Resource, camel
from shared.core import errors
from shared.core.database.quotas import Quotas
from shared.core.errors import FieldError, ValidationFailed
from shared.core.resource.schemas import Body


def _invalid(*details: tuple[str, str]) -> ValidationFailed:
    return ValidationFailed(details=tuple(FieldError(field, message) for field, message in details))


_TWO_TOKENS = {"twoTokens": errors.BadRequest("There must be one Authorization header.")}
_JSON = {
    "malformedJson": errors.BadRequest("The body is not valid JSON."),
    "notUtf8": errors.BadRequest("The body must be JSON in UTF-8."),
    "memberTwice": errors.BadRequest('The body has the member "title" more than once.'),
}
_TAGS = {"badTag": errors.BadRequest("If-Match and If-None-Match take entity tags, such as an ETag that was answered.")}
_CURSOR = {"badCursor": errors.BadRequest("The cursor is not valid.")}
_KEY = {"badKey": errors.BadRequest("Idempotency-Key takes 1 to 255 visible ASCII characters.")}
_KEY_REUSED = {
    "keyReused": ValidationFailed("The Idempotency-Key was used with another body, or for another collection.")
}
_UNASKED = {"unknownParameter": _invalid(("limt", "is not a parameter of this request"))}
_QUERY = {"badQuery": _invalid(("limit", "Input should be less than or equal to 100"))}

UNREADABLE = Refusal("Unreadable", "The request is not one that can be read.", {"unreadable": errors.BadRequest()})
TWO_TOKENS = Refusal("TwoTokens", "There is more than one Authorization header.", _TWO_TOKENS)
BAD_CURSOR = Refusal("BadPageCursor", "The cursor is none that was answered.", {**_CURSOR, **_TWO_TOKENS})
BAD_KEY_OR_JSON = Refusal(
    "BadKeyOrJson", "The body is no JSON, or the Idempotency-Key no key.", {**_JSON, **_KEY, **_TWO_TOKENS}
)
BAD_TAG = Refusal("BadEntityTag", "The condition is no list of entity tags.", {**_TAGS, **_TWO_TOKENS})
BAD_TAG_OR_JSON = Refusal(
    "BadEntityTagOrJson",
    "The body is no JSON, or the condition no list of entity tags.",
    {**_JSON, **_TAGS, **_TWO_TOKENS},
)
UNAUTHORIZED = Refusal(
    "Unauthorized",
    "There is no token, or none that is valid. After TOKEN_EXPIRED, refresh it and try again.",
    {
        "noToken": errors.MissingToken(),
        "badToken": errors.Unauthorized(),
        "expiredToken": errors.TokenExpired(),
    },
)
FORBIDDEN = Refusal("Forbidden", "`user_id` is not the token's subject.", {"anotherUser": errors.Forbidden()})
NOT_FOUND = Refusal(
    "NotFound", "The caller has nothing of this id.", {"nothing": errors.NotFound()}, allowance="sometimes"
)
TOO_LARGE = Refusal("TooLarge", "The body is larger than 64 KiB.", {"tooLarge": errors.PayloadTooLarge()})
NOT_JSON = Refusal(
    "NotJson", "There is a body, and it is not JSON in UTF-8.", {"notJson": errors.UnsupportedMediaType()}
)
BAD_QUERY = Refusal(
    "BadQuery",
    "A parameter is against its rules, is given twice, or is none of the operation's.",
    {**_QUERY, **_UNASKED, "repeatedParameter": _invalid(("limit", "must be given once"))},
)
UNKNOWN_PARAMETER = Refusal("UnknownParameter", "The query has a parameter, and the operation takes none.", _UNASKED)
TOO_MANY = Refusal(
    "TooMany",
    "The caller has no request left in this minute.",
    {"limited": errors.RateLimited(retry_after=42)},
    allowance="always",
)
INTERNAL = Refusal(
    "Internal", "A defect. The request id finds the log line.", {"defect": RuntimeError()}, allowance="sometimes"
)
_UNAVAILABLE = {"unavailable": errors.ServiceUnavailable(retry_after=2)}
UNAVAILABLE = Refusal(
    "Unavailable", "The database or the key set is out of reach.", _UNAVAILABLE, allowance="sometimes"
)
UNAVAILABLE_OR_UNKNOWN = Refusal(
    "UnavailableOrUnknown",
    "The database or the key set is out of reach, and nothing was changed; or, with OUTCOME_UNKNOWN and no "
    "Retry-After, the answer to a write was lost, and it may have been made.",
    {**_UNAVAILABLE, "unknown": errors.OutcomeUnknown()},
    allowance="sometimes",
)
# Size and media type are checked wherever there is a body, also where none is expected.
WITH_TOKEN = (UNAUTHORIZED, TOO_LARGE, NOT_JSON, TOO_MANY, INTERNAL)


def stale(resource: Resource) -> Refusal:
    changed = errors.PreconditionFailed(f"The {resource.singular} was changed since the version named in If-Match.")
    description = f"The {resource.words} has none of the versions in If-Match."
    return Refusal(f"Stale{resource.title}", description, {"stale": changed}, allowance="sometimes")


def bad_id(resource: Resource) -> Refusal:
    return Refusal(
        f"Bad{camel(resource.item_id)}", f"`{resource.item_id}` is no UUID, or there is a query.", _bad_id(resource)
    )


def full(resource: Resource) -> Refusal:
    """The messages name the limits that are set."""
    quotas = Quotas()
    rows = f"No more than {quotas.row_quota} {resource.name} can be kept: delete some."
    keys = f"No more than {quotas.key_quota} Idempotency-Keys can be used in a day."
    return Refusal(
        f"TooMany{camel(resource.name)}",
        f"The caller has as many {resource.plural_words} as may be, or has used as many keys today.",
        {"tooManyRows": errors.QuotaExceeded(rows), "tooManyKeys": errors.QuotaExceeded(keys)},
        allowance="sometimes",
    )


def bad_new(resource: Resource) -> Refusal:
    return Refusal(
        f"BadNew{resource.title}",
        f"The {resource.words} is against the rules, there is a query, or the Idempotency-Key was for another body "
        "or another collection.",
        {**_bad_body(resource.create, resource.examples.new), **_KEY_REUSED, **_UNASKED},
        allowance="sometimes",
    )


def bad(resource: Resource) -> Refusal:
    return Refusal(
        f"Bad{resource.title}",
        f"The {resource.words} is against the rules, `{resource.item_id}` is no UUID, or there is a query.",
        {**_bad_body(resource.update, resource.examples.change), **_bad_id(resource)},
    )


def bad_flag(name: str, flag: str, resource: Resource) -> Refusal:
    """Of a body that is one boolean."""
    description = f"`{flag}` is no boolean, `{resource.item_id}` no UUID, or there is a query."
    wrong = _invalid((flag, "Input should be a valid boolean"))
    return Refusal(name, description, {f"bad{camel(flag)}": wrong, **_bad_id(resource)})


def _bad_id(resource: Resource) -> dict[str, ValidationFailed]:
    message = "Input should be a valid UUID, invalid length: expected 32 digits, found 1"
    return {"badId": _invalid((resource.item_id, message)), **_UNASKED}


def _bad_body(model: type[Body], good: Mapping[str, Any]) -> dict[str, ValidationFailed]:
    """What is really said to a wrong value of the first field that can have one, and to other fields than these."""
    faults = {name: _faults(model, {**good, name: ""}) for name in model.model_fields}
    wrong = {f"bad{camel(name)}": _invalid(*found) for name, found in faults.items() if found}
    return {**dict([*wrong.items()][:1]), "badField": _invalid(*_faults(model, {"owner": "bob"}))}


def _faults(model: type[Body], body: Mapping[str, Any]) -> list[tuple[str, str]]:
    try:
        model.model_validate(body)
    except ValidationError as error:
        return [
            (".".join(map(str, fault["loc"])), fault["msg"].removeprefix("Value error, ")) for fault in error.errors()
        ]
    return []
