"""A stored row as an answer."""

from typing import TypeVar

from fastapi import Response

from shared.core.http.etag import Tags, entity_tag
from shared.core.resource.rows import Stored
from shared.core.resource.schemas import Envelope, Public

PublicT = TypeVar("PublicT", bound=Public)


def answer_with(stored: Stored[PublicT], response: Response) -> Envelope[PublicT]:
    """The row as the body, its version as the ETag."""
    response.headers["ETag"] = entity_tag(stored.data.version)
    return Envelope(data=stored.data)


def answer_created(stored: Stored[PublicT], response: Response) -> Envelope[PublicT]:
    """With where it is from now on, and whether an earlier request with the same key or id has made it."""
    response.headers["Location"] = stored.path
    if stored.known:
        response.status_code = 200
    if stored.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return answer_with(stored, response)


def answer_unless_known(
    stored: Stored[PublicT], known: Tags | None, response: Response
) -> Envelope[PublicT] | Response:
    """304 where the caller has this version already."""
    if known and stored.data.version in known:
        return Response(status_code=304, headers={"ETag": entity_tag(stored.data.version)})
    return answer_with(stored, response)
