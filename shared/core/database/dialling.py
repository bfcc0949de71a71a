"""Dialling during init: the connect hides behind the imports that follow.

`functions/__init__.py` calls `dial_early` before anything else is imported. It is the one thing that reaches the
network while a function starts, in a thread, and its failure is nobody's: the first request dials again.
"""

import os
from collections.abc import Callable
from importlib import import_module
from threading import Lock, Thread

from shared.core.database.connection import ConnectionSource
from shared.core.database.conninfo import connection_parameters
from shared.core.database.settings import DatabaseSettings, load_database_settings
from shared.core.errors import ServiceUnavailable
from shared.core.secrets import with_secrets
from shared.core.settings import ConfigurationError

_sources: dict[DatabaseSettings, ConnectionSource] = {}
_one_at_a_time = Lock()


def connection_source(settings: DatabaseSettings) -> ConnectionSource:
    """The one source of this process for a database, for whichever thread asks first."""
    with _one_at_a_time:
        if settings not in _sources:
            renewed = _renewed_parameters if os.environ.get("DATABASE_URL_ARN") else None
            _sources[settings] = ConnectionSource(_parameters(settings), renewed=renewed)
        return _sources[settings]


def forget_sources() -> None:
    """Begin anew, as a new process would."""
    _close_sources()
    _sources.clear()


def dial_early() -> None:
    """Start to connect, in a Lambda runtime only: importing a function elsewhere must not touch a database."""
    if "AWS_LAMBDA_RUNTIME_API" not in os.environ or os.environ.get("DATABASE_DIAL_AT_INIT", "on") == "off":
        return
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        _dial_after_restore()
    elif os.environ.get("DATABASE_URL_ARN"):
        Thread(target=_with_source, args=(ConnectionSource.dial,), name="dial", daemon=True).start()
    else:
        _with_source(ConnectionSource.dial)


def _with_source(act: Callable[[ConnectionSource], object]) -> None:
    """Without a usable URL there is nothing to do; the first request says what is wrong with it."""
    try:
        act(connection_source(load_database_settings(with_secrets(os.environ))))
    except (ConfigurationError, ServiceUnavailable):
        return


def _dial_after_restore() -> None:
    """A snapshot cannot hold a connection: close what is open before it is taken, dial when it is woken."""
    hooks = import_module("snapshot_restore_py")  # the managed runtime brings it, and no other does
    hooks.register_before_snapshot(_close_sources)
    hooks.register_after_restore(_with_source, ConnectionSource.dial)


def _close_sources() -> None:
    for source in _sources.values():
        source.close()


def _parameters(settings: DatabaseSettings) -> dict[str, str]:
    return connection_parameters(settings.url, sslmode=settings.sslmode)


def _renewed_parameters() -> dict[str, str]:
    return _parameters(load_database_settings(with_secrets(os.environ, fresh=True)))
