"""What one execution environment keeps between invocations: settings, the token verifier, the connection."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from shared.auth import Caller, Verifier, build_verifier
from shared.config import Settings, load_settings
from shared.connection import ConnectionSource
from shared.dialling import connection_source
from shared.errors import Unauthorized
from shared.secrets import with_secrets

# A wrong signature may mean that the secret was rotated; more often it is junk, which must not buy a look-up each.
RENEWAL_PAUSE_S = 30.0


@dataclass(slots=True)
class Environment:
    settings: Settings
    verifier: Verifier
    connections: ConnectionSource
    clock: Callable[[], float] = time.monotonic
    _renewed_at: float = -RENEWAL_PAUSE_S

    def authenticate(self, authorization: Sequence[str]) -> Caller:
        """As `Verifier.verify`; a secret that was rotated since it was read is noticed by the signature."""
        try:
            return self.verifier.verify(authorization)
        except Unauthorized as refusal:
            if not (refusal.reason or "").startswith("signature") or not self._renew_secret():
                raise
        return self.verifier.verify(authorization)

    def _renew_secret(self) -> bool:
        """Whether there is another secret than before."""
        if self.settings.auth.secret is None or not os.environ.get("AUTH_SECRET_ARN"):
            return False
        if self.clock() - self._renewed_at < RENEWAL_PAUSE_S:
            return False
        self._renewed_at = self.clock()
        auth = load_settings(with_secrets(os.environ, fresh=True)).auth
        if auth == self.settings.auth:
            return False
        self.settings = replace(self.settings, auth=auth)
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
