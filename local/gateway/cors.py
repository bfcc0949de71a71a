"""CORS as an HTTP API does it: the gateway answers preflights itself and takes no CORS header from a function.

It sends no `vary: origin`, and answers a preflight from a stranger with 204 and nothing in it.
"""

from collections.abc import Mapping

from local.template import Cors

PREFIX = "access-control-"


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    return method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def preflight_headers(cors: Cors, origin: str) -> dict[str, str]:
    allowed = _allowed_origin(cors, origin)
    if allowed is None:
        return {}
    headers = {
        "access-control-allow-origin": allowed,
        "access-control-allow-methods": ",".join(cors.methods),
        "access-control-allow-headers": ",".join(cors.headers),
        "access-control-max-age": "" if cors.max_age_s is None else str(cors.max_age_s),
    }
    return {name: value for name, value in headers.items() if value}


def response_headers(cors: Cors, origin: str | None) -> dict[str, str]:
    """What is added to the answer of a request from `origin`."""
    allowed = None if origin is None else _allowed_origin(cors, origin)
    if allowed is None:
        return {}
    exposed = {"access-control-expose-headers": ",".join(cors.exposed)} if cors.exposed else {}
    return {"access-control-allow-origin": allowed, **exposed}


def is_allowed(cors: Cors, origin: str) -> bool:
    return _allowed_origin(cors, origin) is not None


def _allowed_origin(cors: Cors, origin: str) -> str | None:
    if "*" in cors.origins:
        return "*"
    scheme = origin.partition("://")[0]
    return origin if {origin, f"{scheme}://*"} & set(cors.origins) else None
