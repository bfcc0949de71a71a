"""What brings a process to its first answer sooner: `begin` before all other imports, `ready` when they are done."""

import gc
import os
from collections.abc import Callable
from typing import Any, TypeVar

from shared.core.startup.archive import import_from_archives

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])


def begin() -> None:
    # What an import makes stays: to look for garbage in it, time and again as it grows, finds nothing.
    gc.disable()
    texts = import_from_archives()
    # Late: they come from the archive, as all that follows.
    from shared.core.startup.deferral import defer_openapi_models  # noqa: PLC0415
    from shared.core.startup.texts import compile_less  # noqa: PLC0415

    compile_less(texts)
    # pydantic would open the metadata of every library to look for plugins.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    defer_openapi_models()


def ready(handler: HandlerT) -> HandlerT:
    """The handler, now that all is imported."""
    from shared.core.startup.texts import compile_as_ever  # noqa: PLC0415

    compile_as_ever()
    # What is there by now is not looked at again, what comes is as ever.
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    return handler
