"""The refusals that there are; each operation says which of them it can give. Functions make those of a resource."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from local.openapi.refusal import Refusal
from local.openapi.resource import Resource, camel
from shared.core import errors
from shared.core.errors import FieldError, ValidationFailed
from shared.core.http.bodies import MERGE_PATCH
from shared.core.resource.batch import BATCH_LIMITS, Batch
from shared.core.resource.schemas import Body


def _invalid(*details: tuple[str, str, str]) -> ValidationFailed:
    return ValidationFailed(details=tuple(FieldError(*detail) for detail in details))


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
    "keyReused": _invalid(
        ("Idempotency-Key", "key_reused", "was used with another body, or for another collection"),
    )
}
_UNASKED = {"unknownParameter": _invalid(("limt", "unknown_parameter", "is not a parameter of this request"))}
_QUERY = {"badQuery": _invalid(("limit", "less_than_equal", "Input should be less than or equal to 100"))}

UNREADABLE = Refusal("Unreadable", "The request is not one that can be read.", {"unreadable": errors.BadRequest()})
TWO_TOKENS = Refusal("TwoTokens", "There is more than one Authorization header.", _TWO_TOKENS)
BAD_CURSOR = Refusal(
    "BadPageCursor", "The cursor is none that was answered, or is of another order.", {**_CURSOR, **_TWO_TOKENS}
)
BAD_FEED_CURSOR = Refusal(
    "BadFeedCursor", "The cursor is none that was answered for this collection.", {**_CURSOR, **_TWO_TOKENS}
)
BAD_JSON = Refusal("BadJson", "The body is no JSON.", {**_JSON, **_TWO_TOKENS})
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
TOO_LARGE_BATCH = Refusal(
    "TooLargeBatch",
    f"The body is larger than {BATCH_LIMITS.size // 1024} KiB.",
    {"tooLarge": errors.PayloadTooLarge(f"The body is larger than {BATCH_LIMITS.size // 1024} KiB.")},
)
NOT_JSON = Refusal(
    "NotJson", "There is a body, and it is not JSON in UTF-8.", {"notJson": errors.UnsupportedMediaType()}
)
NO_PATCH = Refusal(
    "NoPatch",
    f"There is a body, and it is neither JSON nor {MERGE_PATCH.media_type}, in UTF-8.",
    {"notJson": errors.UnsupportedMediaType(f"The body must be application/json or {MERGE_PATCH.media_type}.")},
)
BAD_QUERY = Refusal(
    "BadQuery",
    "A parameter is against its rules, is given twice, or is none of the operation's.",
    {**_QUERY, **_UNASKED, "repeatedParameter": _invalid(("limit", "repeated_parameter", "must be given once"))},
)
UNKNOWN_PARAMETER = Refusal("UnknownParameter", "The query has a parameter, and the operation takes none.", _UNASKED)
TOO_MANY = Refusal(
    "TooMany",
    "The caller has no request left in this minute.",
    {"limited": errors.RateLimited(retry_after=42)},
    allowance="always",
)
TOO_MANY_OPERATIONS = Refusal(
    "TooManyOperations",
    "The caller has fewer requests left in this minute than the batch has operations; none was done.",
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
    "Retry-After, the answer to a write was lost, and it may have been made, or may be yet in a moment.",
    {**_UNAVAILABLE, "unknown": errors.OutcomeUnknown()},
    allowance="sometimes",
)
# Size and media type are checked wherever there is a body, also where none is expected.
WITH_TOKEN = (UNAUTHORIZED, TOO_LARGE, NOT_JSON, TOO_MANY, INTERNAL)


def stale(resource: Resource) -> Refusal:
    message = f"The {resource.words} was changed since the version named in If-Match."
    changed = errors.PreconditionFailed(message, current=resource.examples.changed)
    description = f"The {resource.words} has none of the versions in If-Match; `error.current` is how it is now."
    return Refusal(
        f"Stale{resource.title}", description, {"stale": changed}, "sometimes", current=resource.public.__name__
    )


def bad_id(resource: Resource) -> Refusal:
    return Refusal(
        f"Bad{camel(resource.item_id)}", f"`{resource.item_id}` is no UUID, or there is a query.", _bad_id(resource)
    )


def bad_new(resource: Resource) -> Refusal:
    return Refusal(
        f"BadNew{resource.title}",
        f"The {resource.words} is against the rules, there is a query, the Idempotency-Key was for another body or "
        f"another collection, or the id is that of another {resource.words} of the caller's.",
        {**_bad_body(resource.create, resource.examples.new), **_KEY_REUSED, **_id_taken(resource), **_UNASKED},
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
    wrong = _invalid((flag, "bool_type", "Input should be a valid boolean"))
    return Refusal(name, description, {f"bad{camel(flag)}": wrong, **_bad_id(resource)})


def bad_filters(resource: Resource) -> Refusal:
    names = list(resource.filters)
    missing = ("missing", "Field required")
    if len(names) > 1:
        missing = ("filter_required", "one of the filters is required")
    return Refusal(
        f"BadFilterOf{camel(resource.name)}",
        "There is no filter, or a parameter is against its rules, is given twice, or is none of the operation's.",
        {
            "noFilter": _invalid(*((name, *missing) for name in names)),
            **_UNASKED,
            "repeatedParameter": _invalid((names[0], "repeated_parameter", "must be given once")),
        },
    )


def bad_batch(resource: Resource) -> Refusal:
    missing = [(f"operations.0.create.{name}", rule, message) for name, rule, message in _faults(resource.create, {})]
    return Refusal(
        f"BadBatchOf{camel(resource.name)}",
        "The batch is against the rules, `seq` was used for another batch, there are more operations than may be in a "
        "minute, or there is a query. Nothing was done, and the `seq` of a bad batch can be used again.",
        {
            "badOperation": _invalid(*missing),
            "badSeq": _invalid(*(fault for fault in _faults(Batch, {"seq": 0}) if fault[0] == "seq")),
            "seqReused": _invalid(("seq", "seq_reused", "was used for another batch")),
            "tooMany": _invalid(
                ("operations", "too_many_operations", "must not be more than 60, which are allowed in a minute")
            ),
            **_UNASKED,
        },
        allowance="sometimes",
    )


def _id_taken(resource: Resource) -> dict[str, ValidationFailed]:
    return {"idTaken": _invalid(("id", "id_taken", f"is that of another {resource.words} of yours"))}


def _bad_id(resource: Resource) -> dict[str, ValidationFailed]:
    message = "Input should be a valid UUID, invalid length: expected 32 digits, found 1"
    return {"badId": _invalid((resource.item_id, "uuid_parsing", message)), **_UNASKED}


def _bad_body(model: type[Body], good: Mapping[str, Any]) -> dict[str, ValidationFailed]:
    """What is really said to a wrong value of the first field that can have one, and to other fields than these."""
    faults = {name: _faults(model, {**good, name: ""}) for name in model.model_fields}
    wrong = {f"bad{camel(name)}": _invalid(*found) for name, found in faults.items() if found}
    return {**dict([*wrong.items()][:1]), "badField": _invalid(*_faults(model, {"owner": "bob"}))}


def _faults(model: type[Body], body: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    try:
        model.model_validate(body)
    except ValidationError as error:
        return [
            (".".join(map(str, fault["loc"])), fault["type"], fault["msg"].removeprefix("Value error, "))
            for fault in error.errors()
        ]
    return []
