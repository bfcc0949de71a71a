"""An endpoint's request before it reaches the handler: the contract's order of checks, and the caller's store."""

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute, _effective_route_context_var

from shared.core.auth.verifier import Caller
from shared.core.database.session import Session
from shared.core.deadline import Deadline
from shared.core.environment import environment
from shared.core.errors import Forbidden, PayloadTooLarge, UnsupportedMediaType
from shared.core.http.bodies import BodyLimits, ReadRequest, read_json
from shared.core.http.direct import makers_for, without
from shared.core.http.etag import Tags, read_tags
from shared.core.http.idempotency import read_key
from shared.core.http.query import query_names, read_query

# A pattern of our own: the library's parsers of this header raise on some values and take quadratic time on others.
_MEDIA_TYPE = re.compile(r'([a-z+/-]+)(?:[ \t]*;[ \t]*(?:charset="?(?:utf-?8|us-ascii)"?)?)?', re.IGNORECASE)


class StrictRoute(APIRoute):
    """Reads the whole of a request, and refuses what nobody would read of it, before FastAPI validates any of it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint, names = self.dependant, query_names(self.dependant)
        # Of a router that is included FastAPI takes its own copy of what the endpoint depends on.
        is_included = _effective_route_context_var.get() is not None
        makers = {} if is_included else makers_for(endpoint)
        resolve = super().get_route_handler()
        self.dependant = without(endpoint, makers)
        serve = super().get_route_handler()
        self.dependant = endpoint

        async def checked(request: Request) -> Response:
            await self.admit(request)
            body = await request.body()
            value = read_json(body, _limits(request)) if body and self.body_field else None
            read = ReadRequest(request, body, value)
            read.state.query = read_query(read, names)
            if request.app.dependency_overrides:
                return await resolve(read)
            read.state.made = {name: await make(read) for name, make in makers.items()}
            return await serve(read)

        return checked

    async def admit(self, request: Request) -> None:
        """Let in whoever asks."""


class AuthenticatedRoute(StrictRoute):
    """Checks token, path and body, in this order, before anything is parsed.

    A dependency would come too late: FastAPI reads the body first, so that malformed JSON would be answered to callers
    without a token.
    """

    async def admit(self, request: Request) -> None:
        caller = environment().authenticate(request.headers.getlist("authorization"))
        request.state.caller = caller
        if request.path_params.get("user_id", caller.id) != caller.id:
            raise Forbidden
        _check_body(request, await request.body())


def _limits(request: Request) -> BodyLimits:
    """As `create_app` was told: an app is one endpoint."""
    limits: BodyLimits = request.app.state.body_limits
    return limits


def _check_body(request: Request, body: bytes) -> None:
    limits = _limits(request)
    if len(body) > limits.size:
        raise PayloadTooLarge(f"The body is larger than {limits.size // 1024} KiB.")
    taken = [media_type for media_type in ("application/json", limits.media_type) if media_type]
    if body and _media_type(request.headers.get("content-type", "")) not in taken:
        raise UnsupportedMediaType(f"The body must be {' or '.join(taken)}.")


def _media_type(content_type: str) -> str:
    found = _MEDIA_TYPE.fullmatch(content_type.strip(" \t"))
    return found[1].lower() if found else ""


def _session(request: Request) -> Session:
    """The session of the authenticated caller; the log line and the limit's headers find it in the request's state."""
    caller: Caller = request.state.caller
    current = environment()
    deadline = Deadline.of_invocation(request.scope.get("aws.context"))
    session = Session(
        current.connections,
        caller.id,
        deadline,
        rate_limit=current.settings.rate_limit_per_minute,
        refused=current.refused,
        quotas=current.settings.quotas,
    )
    request.state.session = session
    return session


def callers(store: Callable[[Caller, Session], object]) -> Any:
    """The dependency that makes a store for the caller of this request: the one way to a store."""

    async def make(request: Request) -> object:
        return store(request.state.caller, _session(request))

    return Depends(make)


async def _if_match(request: Request) -> Tags | None:
    return read_tags(_joined(request, "if-match"), weak=False)


async def _if_none_match(request: Request) -> Tags | None:
    return read_tags(_joined(request, "if-none-match"), weak=True)


def _joined(request: Request, name: str) -> str | None:
    """A list header that was sent in several lines is one list."""
    return ",".join(values) if (values := request.headers.getlist(name)) else None


async def _idempotency_key(request: Request) -> str | None:
    return read_key(request.headers.getlist("idempotency-key"))


IfMatch = Annotated[Tags | None, Depends(_if_match)]
IfNoneMatch = Annotated[Tags | None, Depends(_if_none_match)]
IdempotencyKey = Annotated[str | None, Depends(_idempotency_key)]
