"""A connection string with another user and password in it; host, database and parameters stay as they are written."""

from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

# These win over what stands before the host.
_CREDENTIALS = ("user", "password")


def with_login(url: str, user: str, password: str | None, database: str) -> str:
    """`database` is written into a string that names none: without it, libpq would take the user's name."""
    parts = urlsplit(url)
    given = [(pair, unquote_plus(pair.partition("=")[0])) for pair in parts.query.split("&") if pair]
    named = parts.path.strip("/") or any(name == "dbname" for _, name in given)
    secret = "" if password is None else f":{quote(password, safe='')}"
    return urlunsplit(
        parts._replace(
            netloc=f"{quote(user, safe='')}{secret}@{parts.netloc.rpartition('@')[2]}",
            path=parts.path if named else f"/{quote(database, safe='')}",
            query="&".join(pair for pair, name in given if name not in _CREDENTIALS),
        )
    )
