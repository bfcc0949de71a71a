"""An endpoint's request before it reaches the handler: the contract's order of checks, and the caller's TaskStore."""

from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from shared.auth import Caller
from shared.database import Session
from shared.deadline import Deadline
from shared.environment import environment
from shared.errors import Forbidden, PayloadTooLarge, UnsupportedMediaType
from shared.tasks import TaskStore

MAX_BODY_BYTES = 64 * 1024


class AuthenticatedRoute(APIRoute):
    """Checks token, path and body, in this order, before FastAPI parses anything.

    A dependency would come too late: FastAPI reads the body first, so that malformed JSON would be answered to callers
    without a token.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        serve = super().get_route_handler()

        async def checked(request: Request) -> Response:
            caller = environment().verifier.verify(request.headers.getlist("authorization"))
            request.state.caller = caller
            if request.path_params.get("user_id", caller.id) != caller.id:
                raise Forbidden
            _check_body(request, await request.body())
            return await serve(request)

        return checked


def _check_body(request: Request, body: bytes) -> None:
    if len(body) > MAX_BODY_BYTES:
        raise PayloadTooLarge
    if body and not _is_json(request.headers.get("content-type", "")):
        raise UnsupportedMediaType


def _is_json(content_type: str) -> bool:
    message = Message()
    message["content-type"] = content_type
    charset = message.get_content_charset("utf-8")
    return message.get_content_type() == "application/json" and charset in ("utf-8", "utf8", "us-ascii")


async def _task_store(request: Request) -> TaskStore:
    caller: Caller = request.state.caller
    deadline = Deadline.of_invocation(request.scope.get("aws.context"))
    session = request.state.session = Session(environment().connections, caller.id, deadline)
    return TaskStore(caller, session)


CallersTasks = Annotated[TaskStore, Depends(_task_store)]
