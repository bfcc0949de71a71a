"""The AUTH_* settings as `make dev` understands them, whatever the other settings are."""

from collections.abc import Mapping

from shared.core.auth.settings import DEVELOPMENT_SECRET, AuthSettings, load_auth_settings
from shared.core.settings import ConfigurationError

_KEYS = ("AUTH_SECRET", "AUTH_JWKS", "AUTH_JWKS_URL")


def names_no_key(environ: Mapping[str, str]) -> bool:
    """Whether nothing says what to verify tokens with; `make dev` takes the development secret then."""
    return not any(environ.get(name) for name in _KEYS)


def auth_settings(environ: Mapping[str, str]) -> AuthSettings:
    """Check them as the functions do.

    Raises:
        ConfigurationError: with every fault of theirs, and with none of the database's.
    """
    if environ.get("AUTH_SECRET_ARN") and not environ.get("AUTH_SECRET"):
        raise ConfigurationError(["AUTH_SECRET_ARN is not read here: set AUTH_SECRET to that secret for this check"])
    default = {"AUTH_SECRET": DEVELOPMENT_SECRET} if names_no_key(environ) else {}
    return load_auth_settings({**environ, **default})
