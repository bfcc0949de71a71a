"""What one execution environment keeps between invocations: settings, the token verifier, the connection."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from shared.core.auth.settings import AuthSettings, load_auth_settings, read_auth_settings
from shared.core.auth.verifier import Caller, Verifier, build_verifier
from shared.core.clocks import Clocks, Moment
from shared.core.database.connection import ConnectionSource
from shared.core.database.dialling import connection_source
from shared.core.database.quotas import Quotas, read_quotas
from shared.core.database.rate_limit import Refused
from shared.core.database.settings import DatabaseSettings, read_database_settings
from shared.core.errors import ServiceUnavailable, Unauthorized
from shared.core.observability import logger
from shared.core.secrets import MAX_AGE_S, with_secrets
from shared.core.settings import ConfigurationError, without_faults
from shared.core.tracing import span

# A wrong signature may mean that the secret was rotated; more often it is junk, which must not buy a look-up each.
RENEWAL_PAUSE_S = 30.0
_WHOLE_NUMBER = re.compile(r"[0-9]{1,6}")


class Settings(NamedTuple):
    database: DatabaseSettings
    auth: AuthSettings
    rate_limit_per_minute: int
    quotas: Quotas


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check all settings of this process; one start shows every fault.

    Raises:
        ConfigurationError: with every fault found, one line each.
    """
    return without_faults(_read_settings, environ)


def _read_settings(env: Mapping[str, str], faults: list[str]) -> Settings:
    auth = read_auth_settings(env, faults)
    database = read_database_settings(env, faults)
    rate_limit = env.get("RATE_LIMIT_PER_MINUTE") or "300"
    if not _WHOLE_NUMBER.fullmatch(rate_limit):
        faults.append("RATE_LIMIT_PER_MINUTE must be a whole number up to 999999; 0 switches the limit off")
        rate_limit = "0"
    return Settings(database, auth, int(rate_limit), read_quotas(env, faults))


@dataclass(slots=True)
class Environment:
    settings: Settings
    verifier: Verifier
    connections: ConnectionSource
    refused: Refused = field(default_factory=Refused)
    clocks: Clocks = field(default_factory=Clocks)
    _read_at: Moment = field(init=False)

    def __post_init__(self) -> None:
        monotonic, wall = self.clocks.now()
        # The first wrong signature may look at once.
        self._read_at = monotonic - RENEWAL_PAUSE_S, wall - RENEWAL_PAUSE_S

    def authenticate(self, authorization: Sequence[str]) -> Caller:
        """As `Verifier.verify`; a secret that was rotated is noticed by a wrong signature, or after a while."""
        with span("token"):
            self._renew_secret(MAX_AGE_S)
            try:
                return self.verifier.verify(authorization)
            except Unauthorized as refusal:
                if not (refusal.reason or "").startswith("signature") or not self._renew_secret(RENEWAL_PAUSE_S):
                    raise
            return self.verifier.verify(authorization)

    def _renew_secret(self, least_age: float) -> bool:
        """Look for another secret, if this one was looked at `least_age` seconds ago; whether there is one.

        What cannot be read, or is not fit to be used, changes nothing: the secret that served goes on serving.
        """
        if not os.environ.get("AUTH_SECRET_ARN") or self.clocks.since(self._read_at) < least_age:
            return False
        self._read_at = self.clocks.now()
        try:
            secrets = with_secrets(os.environ, fresh=True, names=["AUTH_SECRET"])
            auth = load_auth_settings(secrets)
        except (ServiceUnavailable, ConfigurationError) as error:
            logger.warning("secret not renewed", extra={"reason": str(error)})
            return False
        if auth == self.settings.auth:
            return False
        self.settings = self.settings._replace(auth=auth)
        self.verifier = build_verifier(auth)
        return True


@cache
def environment() -> Environment:
    """The environment of this process, made at the first request.

    Raises:
        ConfigurationError: again at every call, until the settings are safe to serve with.
        ServiceUnavailable: a secret cannot be read now.
    """
    settings = load_settings(with_secrets(os.environ))
    return Environment(settings, build_verifier(settings.auth), connection_source(settings.database))
