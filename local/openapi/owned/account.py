"""The operations on what is kept of the caller."""

from local.openapi import examples, refusals
from local.openapi.operation import Operation, Success
from local.openapi.parameters import Said
from local.openapi.refusal import Refusal
from shared.core import errors
from shared.core.errors import FieldError
from shared.core.resource.export import PAGE_BYTES, PAGE_ROWS, REQUESTS_OF_A_PAGE

_BAD_CURSOR = Refusal(
    "BadExportCursor",
    "The cursor is none that was answered to this caller.",
    {**refusals.BAD_CURSOR.examples},
)
_BAD_QUERY = Refusal(
    "BadExportQuery",
    "The query has a parameter that the operation does not take, or the cursor twice.",
    {
        **refusals.UNKNOWN_PARAMETER.examples,
        "repeatedCursor": errors.ValidationFailed(
            details=(FieldError("cursor", "repeated_parameter", "must be given once"),)
        ),
    },
)
_TOO_MANY = Refusal(
    "TooManyForExport",
    f"The caller has fewer requests left in this minute than the {REQUESTS_OF_A_PAGE} that a page counts as.",
    {"limited": errors.RateLimited(retry_after=42)},
    allowance="always",
)


def operations_of_account(owned: str) -> dict[str, Operation]:
    """By the function's name; `owned`: the names of what callers own."""
    return {
        "get_me": Operation(
            "account",
            "Get the account",
            "Who the caller is, by the token or by what was stored at their first write, and how many tasks they have.",
            (Success(200, "The account.", examples={"account": examples.AN_ACCOUNT}),),
            (refusals.TWO_TOKENS, refusals.UNKNOWN_PARAMETER),
        ),
        "export_me": Operation(
            "account",
            "Export everything that is kept",
            "Each row that the database keeps of the caller, as it is stored, page by page: the account, what they own "
            "and what they have deleted, idempotency keys, clients and counters. A page has at most "
            f"{PAGE_ROWS} rows and {PAGE_BYTES // 1_000_000} MB, and counts as {REQUESTS_OF_A_PAGE} requests. What "
            "stays while the pages are read is in them, once; what changes meanwhile, as it was or as it is.",
            (Success(200, "A page.", examples={"page": examples.AN_EXPORT}),),
            (_BAD_CURSOR, _BAD_QUERY, _TOO_MANY),
            parameters={
                "cursor": Said(
                    "ExportCursor",
                    "`meta.next_cursor` of the page before. Opaque: send it as it was answered.",
                    examples.EXPORT_CURSOR,
                    {"type": "string", "pattern": "^[A-Za-z0-9_-]{7,}$"},
                )
            },
        ),
        "delete_me": Operation(
            "account",
            "Delete the account",
            f"Everything that is kept of the caller goes, their {owned} included. What counts their requests goes with "
            "the next day: else a deletion would give a fresh limit.",
            (Success(204, "It is gone, or there was nothing."),),
            (refusals.TWO_TOKENS, refusals.UNKNOWN_PARAMETER),
            writes=True,
        ),
    }
