"""The DATABASE_* settings."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.core.database.conninfo import SSLMODES, UNENCRYPTED, connection_parameters, database_url_faults, is_local
from shared.core.settings import runs_in_lambda, without_faults


class DatabaseSettings(NamedTuple):
    """`sslmode` overrides what the URL says and the rule that another machine is verified in full."""

    url: str
    sslmode: str | None = None


def load_database_settings(environ: Mapping[str, str] | None = None) -> DatabaseSettings:
    """Only what connecting takes, for whoever serves no requests.

    Raises:
        ConfigurationError: with every fault found, one line each.
    """
    return without_faults(read_database_settings, environ)


def read_database_settings(env: Mapping[str, str], faults: list[str]) -> DatabaseSettings:
    """Add to `faults` a line for each fault."""
    url, sslmode = env.get("DATABASE_URL", "").strip(), env.get("DATABASE_SSLMODE") or None
    faults.extend(database_url_faults(url))
    if sslmode is not None and sslmode not in SSLMODES:
        faults.append(f"DATABASE_SSLMODE must be one of {', '.join(SSLMODES)}")
    elif sslmode in UNENCRYPTED and not faults and runs_in_lambda(env) and not is_local(connection_parameters(url)):
        faults.append(f"DATABASE_SSLMODE={sslmode} would send passwords and rows in the clear: refused in AWS")
    return DatabaseSettings(url, sslmode)
