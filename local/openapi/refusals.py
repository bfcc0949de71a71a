"""The refusals that there are; local.openapi.operations says which of them each operation can give."""

from local.openapi.refusal import Refusal
from shared.core import errors
from shared.core.errors import FieldError, ValidationFailed


def _invalid(*details: tuple[str, str]) -> ValidationFailed:
    return ValidationFailed(details=tuple(FieldError(field, message) for field, message in details))


_TWO_TOKENS = {"twoTokens": errors.BadRequest("There must be one Authorization header.")}
_JSON = {"malformedJson": errors.BadRequest("The body is not valid JSON.")}
_TAGS = {"badTag": errors.BadRequest("If-Match and If-None-Match take entity tags, such as an ETag that was answered.")}
_CURSOR = {"badCursor": errors.BadRequest("The cursor is not valid.")}
_KEY = {"badKey": errors.BadRequest("Idempotency-Key takes 1 to 255 visible ASCII characters.")}
_ID = {"badId": _invalid(("task_id", "Input should be a valid UUID, invalid length: expected 32 digits, found 1"))}
_TITLE = {"badTitle": _invalid(("title", "String should have at least 1 character"))}
_FIELD = {"badField": _invalid(("title", "Field required"), ("owner", "Extra inputs are not permitted"))}
_KEY_REUSED = {"keyReused": ValidationFailed("The Idempotency-Key was used with another body.")}
_FLAG = {"badCompletion": _invalid(("completed", "Input should be a valid boolean"))}
_QUERY = {"badQuery": _invalid(("limit", "Input should be less than or equal to 100"))}

UNREADABLE = Refusal("Unreadable", "The request is not one that can be read.", {"unreadable": errors.BadRequest()})
TWO_TOKENS = Refusal("TwoTokens", "There is more than one Authorization header.", _TWO_TOKENS)
BAD_CURSOR = Refusal("BadCursor", "The cursor is none that was answered.", {**_CURSOR, **_TWO_TOKENS})
BAD_KEY_OR_JSON = Refusal(
    "BadKeyOrJson", "The body is no JSON, or the Idempotency-Key no key.", {**_JSON, **_KEY, **_TWO_TOKENS}
)
BAD_TAG = Refusal("BadTag", "The condition is no list of entity tags.", {**_TAGS, **_TWO_TOKENS})
BAD_TAG_OR_JSON = Refusal(
    "BadTagOrJson", "The body is no JSON, or the condition no list of entity tags.", {**_JSON, **_TAGS, **_TWO_TOKENS}
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
NOT_FOUND = Refusal("NotFound", "The caller has no such task.", {"noTask": errors.NotFound()}, quota="sometimes")
STALE = Refusal(
    "Stale",
    "The task has none of the versions in If-Match.",
    {"stale": errors.PreconditionFailed("The task was changed since the version named in If-Match.")},
    quota="sometimes",
)
TOO_LARGE = Refusal("TooLarge", "The body is larger than 64 KiB.", {"tooLarge": errors.PayloadTooLarge()})
NOT_JSON = Refusal(
    "NotJson", "There is a body, and it is not JSON in UTF-8.", {"notJson": errors.UnsupportedMediaType()}
)
BAD_QUERY = Refusal("BadQuery", "A parameter is against its rules.", _QUERY)
BAD_ID = Refusal("BadId", "`task_id` is no UUID.", _ID)
BAD_NEW_TASK = Refusal(
    "BadNewTask",
    "The task is against the rules, or the Idempotency-Key was used with another body.",
    {**_TITLE, **_FIELD, **_KEY_REUSED},
    quota="sometimes",
)
BAD_TASK = Refusal("BadTask", "The task is against the rules, or `task_id` is no UUID.", {**_TITLE, **_FIELD, **_ID})
BAD_COMPLETION = Refusal("BadCompletion", "`completed` is no boolean, or `task_id` no UUID.", {**_FLAG, **_ID})
TOO_MANY = Refusal(
    "TooMany",
    "The caller has no request left in this minute.",
    {"limited": errors.RateLimited(retry_after=42)},
    quota="always",
)
INTERNAL = Refusal(
    "Internal", "A defect. The request id finds the log line.", {"defect": RuntimeError()}, quota="sometimes"
)
_UNAVAILABLE = {"unavailable": errors.ServiceUnavailable(retry_after=2)}
UNAVAILABLE = Refusal("Unavailable", "The database or the key set is out of reach.", _UNAVAILABLE)
UNAVAILABLE_OR_UNKNOWN = Refusal(
    "UnavailableOrUnknown",
    "The database or the key set is out of reach, and nothing was changed; or, with OUTCOME_UNKNOWN and no "
    "Retry-After, the answer to a write was lost, and it may have been made.",
    {**_UNAVAILABLE, "unknown": errors.OutcomeUnknown()},
    quota="sometimes",
)
