"""What brings a process to its first answer sooner: `begin` before all other imports, `ready` when they are done."""

import gc
import os
from collections.abc import Callable
from typing import Any, TypeVar

from shared.core.startup.archive import import_from_archives
from shared.core.startup.deferral import defer_openapi_models

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])


def begin() -> None:
    # What an import makes stays: to look for garbage in it, time and again as it grows, finds nothing.
    gc.disable()
    import_from_archives()
    # pydantic would open the metadata of every library to look for plugins.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    defer_openapi_models()


def ready(handler: HandlerT) -> HandlerT:
    """The handler, now that all is imported."""
    # What is there by now is not looked at again, what comes is as ever.
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    return handler
