"""What `make dev` is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.gateway.provocation import Provocation

DEFAULT_PORT = 3000
DEFAULT_DEBUG_PORT = 5678
DEFAULT_WORKERS = 4
_MOST_WORKERS = 64
_LAST_PORT = 65535


class DevError(Exception):
    """The server cannot start; the text is for the developer."""


@dataclass(frozen=True, slots=True)
class Options:
    """`origins` None: the template's, and those of `LOCAL_ORIGINS`. `debug_port` None: nothing waits for a debugger."""

    port: int
    workers: int
    debug_port: int | None
    origins: str | None
    provocation: Provocation
    traced: bool = False

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Options":
        """
        Raises:
            DevError, ProvocationError: a setting is none.
        """
        debugged = environ.get("DEBUG", "") not in ("", "0")
        return cls(
            port=_number(environ, "PORT", DEFAULT_PORT, _LAST_PORT),
            workers=_number(environ, "LOCAL_WORKERS", DEFAULT_WORKERS, _MOST_WORKERS),
            debug_port=_number(environ, "DEBUG_PORT", DEFAULT_DEBUG_PORT, _LAST_PORT) if debugged else None,
            origins=environ.get("ALLOWED_ORIGINS"),
            provocation=Provocation.read(environ),
            traced=environ.get("TRACE", "") not in ("", "0"),
        )


def _number(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise DevError(f"{name}={text} is not a number from 1 to {most}")
    return int(text)
