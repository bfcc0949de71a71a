"""Dialling during init: the connect hides behind the imports that follow.

`functions/__init__.py` calls `dial_early` before anything else is imported. It is the one thing that reaches the
network while a function starts, in a thread, and its failure is nobody's: the first request dials again.
"""

import os
from functools import cache
from importlib import import_module

from shared.connection import ConnectionSource
from shared.conninfo import connection_parameters, database_url_faults


@cache
def connection_source(url: str, sslmode: str | None) -> ConnectionSource:
    """The one source of this process for a database."""
    return ConnectionSource(connection_parameters(url, sslmode=sslmode))


def dial_early() -> None:
    """Start to connect, in a Lambda runtime only: importing a function elsewhere must not touch a database."""
    if "AWS_LAMBDA_RUNTIME_API" not in os.environ or os.environ.get("DATABASE_DIAL_AT_INIT", "on") == "off":
        return
    url = os.environ.get("DATABASE_URL", "")
    if database_url_faults(url):
        return  # the first request says so
    source = connection_source(url, os.environ.get("DATABASE_SSLMODE") or None)
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        _dial_after_restore(source)
    else:
        source.dial()


def _dial_after_restore(source: ConnectionSource) -> None:
    """A snapshot cannot hold a connection: close what is open before it is taken, dial when it is woken."""
    hooks = import_module("snapshot_restore_py")  # the managed runtime brings it, and no other does
    hooks.register_before_snapshot(source.close)
    hooks.register_after_restore(source.dial)
