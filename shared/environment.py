"""What one execution environment keeps between invocations: settings, the token verifier, the database."""

from dataclasses import dataclass
from functools import cache

from shared.auth import Verifier, build_verifier
from shared.config import Settings, load_settings
from shared.connection import ConnectionSource
from shared.conninfo import connection_parameters
from shared.database import Database


@dataclass(frozen=True, slots=True)
class Environment:
    settings: Settings
    verifier: Verifier
    database: Database


@cache
def environment() -> Environment:
    """The environment of this process, made at the first request.

    Raises:
        ConfigurationError: again at every call, until the settings are safe to serve with.
    """
    settings = load_settings()
    source = ConnectionSource(connection_parameters(settings.database_url))
    return Environment(settings, build_verifier(settings.auth), Database(source))
