"""What one execution environment keeps between invocations: settings, the token verifier, the connection."""

from dataclasses import dataclass
from functools import cache

from shared.auth import Verifier, build_verifier
from shared.config import Settings, load_settings
from shared.connection import ConnectionSource
from shared.dialling import connection_source


@dataclass(frozen=True, slots=True)
class Environment:
    settings: Settings
    verifier: Verifier
    connections: ConnectionSource


@cache
def environment() -> Environment:
    """The environment of this process, made at the first request.

    Raises:
        ConfigurationError: again at every call, until the settings are safe to serve with.
    """
    settings = load_settings()
    connections = connection_source(settings.database_url, settings.database_sslmode)
    return Environment(settings, build_verifier(settings.auth), connections)
