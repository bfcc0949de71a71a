"""The AUTH_* settings as `make dev` understands them, whatever the other settings are."""

from collections.abc import Mapping

from shared.core.settings import DEVELOPMENT_SECRET, AuthSettings, ConfigurationError, load_settings

_KEYS = ("AUTH_SECRET", "AUTH_JWKS", "AUTH_JWKS_URL")
_OF_INTEREST = ("AUTH_", "AWS_")
_ANY_DATABASE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1/none"}


def names_no_key(environ: Mapping[str, str]) -> bool:
    """Whether nothing says what to verify tokens with; `make dev` takes the development secret then."""
    return not any(environ.get(name) for name in _KEYS)


def read_auth_settings(environ: Mapping[str, str]) -> AuthSettings:
    """Check them as the functions do.

    Raises:
        ConfigurationError: with every fault of theirs, and with none of the database's.
    """
    if environ.get("AUTH_SECRET_ARN") and not environ.get("AUTH_SECRET"):
        raise ConfigurationError(["AUTH_SECRET_ARN is not read here: set AUTH_SECRET to that secret for this check"])
    default = {"AUTH_SECRET": DEVELOPMENT_SECRET} if names_no_key(environ) else {}
    chosen = {name: value for name, value in environ.items() if name.startswith(_OF_INTEREST)}
    return load_settings({**chosen, **default, **_ANY_DATABASE}).auth
