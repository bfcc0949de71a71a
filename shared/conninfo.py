"""From a DATABASE_URL to libpq's connection parameters."""

from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SCHEMES = ("postgres", "postgresql")


def database_url_faults(url: str) -> list[str]:
    """What is wrong with a DATABASE_URL, a line each, without ever showing it: it holds a password."""
    if not url:
        return ["DATABASE_URL is not set: give the connection string of a PostgreSQL 18 database"]
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return ["DATABASE_URL cannot be read as a URL; special characters in the password must be percent-encoded"]
    if parts.scheme not in SCHEMES:
        return ["DATABASE_URL must begin with postgresql:// (or postgres://)"]
    return []


def connection_parameters(url: str) -> dict[str, str]:
    """Keyword parameters for `psycopg.connect`."""
    parts = urlsplit(url)
    return _from_authority(parts) | dict(parse_qsl(parts.query, keep_blank_values=True))


def _from_authority(parts: SplitResult) -> dict[str, str]:
    fields = {
        "host": parts.hostname,
        "port": str(parts.port) if parts.port else None,
        "user": parts.username,
        "password": parts.password,
        "dbname": parts.path.removeprefix("/"),
    }
    return {name: unquote(value) for name, value in fields.items() if value}
