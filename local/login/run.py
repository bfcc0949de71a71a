"""`make login`: a connection string for the functions, or for the purge, which replaces the one before the last."""

import sys
from collections.abc import Mapping

from local.login.delivery import delivery
from local.login.role import KINDS
from local.login.rotation import LoginError, issue
from shared.core.database.settings import load_database_settings


def login(kind: str, environ: Mapping[str, str]) -> int:
    """Raises:
    ConfigurationError, LoginError, DeliveryError: no string was issued.
    """
    if kind not in KINDS:
        raise LoginError(f"nobody logs in as {kind!r}: it is {' or '.join(KINDS)}")
    issued = issue(load_database_settings(environ), KINDS[kind], delivery(environ))
    where = " into the secret" if environ.get("SECRET_ARN") else ""
    beside = f"; that of {issued.beside} works until the next make login" if issued.beside else ""
    # Not to standard output, where the string stands alone.
    print(f"issued the connection string of {issued.role}{where}{beside}", file=sys.stderr)
    return 0
