"""From a DATABASE_URL to libpq's connection parameters: what the URL says, and safe, quick defaults where it is silent.

Neon's console hands out `sslmode=require`, which encrypts and does not ask with whom: for every host that is not this
machine it is raised to `verify-full`.
"""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

SCHEMES = ("postgres", "postgresql")
SSLMODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
# Or perhaps so.
UNENCRYPTED = ("disable", "allow", "prefer")
# Let's Encrypt's roots, which Neon's certificates chain to. The whole Mozilla bundle would more than double the CPU
# time of a connect, and `system` finds nothing with the OpenSSL inside psycopg's wheel.
# Not by pathlib: importing that alone takes as long as all of this module and the verifier's.
ROOT_CERTIFICATES = f"{__file__.rpartition('/')[0]}/certificates/isrg_roots.pem"

# The last is this machine as a container of `sam local` sees it.
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "host.docker.internal"})
_TLS = ("require", "verify-ca", "verify-full")
_WHERE = frozenset({"hostaddr", "service", "servicefile"})
# libpq shows a value that it refuses, and that may be half of a password with a raw & in it.
_NUMBERS = frozenset(
    {"connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "port"}
    | {"tcp_user_timeout"}
)
_PROTOCOLS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_CHOICES = {
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer", "require"),
    "load_balance_hosts": ("disable", "random"),
    "ssl_max_protocol_version": _PROTOCOLS,
    "ssl_min_protocol_version": _PROTOCOLS,
    "sslcertmode": ("disable", "allow", "require"),
    "sslnegotiation": ("postgres", "direct"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
}
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_MOST_PORTS = 65535
_DEFAULTS = {
    "application_name": "tasks-api",
    "connect_timeout": "10",  # psycopg's own is 130 s, per address
    "gssencmode": "disable",  # asking for it costs a round trip
    # What is given here, be it nothing, PGHOSTADDR, PGPORT and a service of PGSERVICE cannot say otherwise.
    "hostaddr": "",
    "port": "5432",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",  # ms until data that nobody acknowledges ends the connection
}
_HOST_LIST = "DATABASE_URL names several hosts or ports: name one, for each of a list may be another machine"


def database_url_faults(url: str) -> list[str]:
    """What is wrong with a DATABASE_URL, a line each, without ever showing it: it holds a password."""
    if not url:
        return ["DATABASE_URL is not set: give the connection string of a PostgreSQL 18 database"]
    try:
        parts = urlsplit(url)
        if "," in parts.netloc.rpartition("@")[2]:
            return [_HOST_LIST]
        _ = parts.port
    except ValueError:
        return ["DATABASE_URL cannot be read as a URL; special characters in the password must be percent-encoded"]
    if parts.scheme not in SCHEMES:
        return ["DATABASE_URL must begin with postgresql:// (or postgres://)"]
    if parts.fragment or "@" in parts.path + parts.query:
        return ["DATABASE_URL has a raw #, / or ? before its @: percent-encode special characters in the password"]
    return _parameter_faults(_as_given(parts))


def connection_parameters(url: str, *, sslmode: str | None = None) -> dict[str, str]:
    """Keyword parameters for libpq.

    `sslmode` overrides both the URL and the rule that another machine is verified in full.
    """
    given = _as_given(urlsplit(url))
    # UTF-8 is what the statements are sent in, whatever encoding the database has.
    parameters = _DEFAULTS | given | {"client_encoding": "UTF8", "sslmode": sslmode or _sslmode(given)}
    if parameters["sslmode"] in _TLS:
        parameters.setdefault("sslnegotiation", "direct")  # saves the round trip of asking for TLS
    if parameters["sslmode"].startswith("verify"):
        parameters.setdefault("sslrootcert", ROOT_CERTIFICATES)
    return parameters


def direct_url(url: str) -> str:
    """The same database without Neon's pooler in between, for migrations: `ep-x-pooler.…` is `ep-x.…`."""
    parts = urlsplit(url)
    credentials, at, host = parts.netloc.rpartition("@")
    endpoint, dot, domain = host.partition(".")
    return urlunsplit(parts._replace(netloc=f"{credentials}{at}{endpoint.removesuffix('-pooler')}{dot}{domain}"))


def is_local(parameters: Mapping[str, str]) -> bool:
    """Whether the server is on this machine: loopback, or a unix socket; an address counts for more than a name."""
    hosts = {parameters.get("host", ""), parameters.get("hostaddr") or parameters.get("host", "")}
    return all(host in _LOOPBACK or (host.startswith("/") and "," not in host) for host in hosts)


def _as_given(parts: SplitResult) -> dict[str, str]:
    fields = {
        "host": _host(parts),
        "port": str(parts.port) if parts.port else None,
        "user": parts.username,
        "password": parts.password,
        "dbname": parts.path.removeprefix("/"),
    }
    from_authority = {name: unquote(value) for name, value in fields.items() if value}
    return from_authority | dict(parse_qsl(parts.query, keep_blank_values=True))


def _host(parts: SplitResult) -> str:
    """As it is written: `hostname` is in lower case, which a percent-encoded socket directory does not survive."""
    host = parts.hostname or ""
    start = parts.netloc.lower().rfind(host.lower())
    return parts.netloc[start : start + len(host)]


def _sslmode(given: Mapping[str, str]) -> str:
    return given.get("sslmode", "disable") if is_local(given) else "verify-full"


def _parameter_faults(given: Mapping[str, str]) -> list[str]:
    from psycopg.pq import Conninfo  # noqa: PLC0415  # not before it is needed: checking a URL is not connecting

    if any("," in given.get(name, "") for name in ("host", "port")):
        return [_HOST_LIST]
    faults = [] if given.get("host") else ["DATABASE_URL names no host"]
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    if given.keys() - known - _WHERE:
        # Not its name either: it may be what follows a raw & in the password.
        faults.append("DATABASE_URL has an option that PostgreSQL's client does not know; an & in the password is %26")
    if elsewhere := sorted(_WHERE & given.keys()):
        faults.append(f"DATABASE_URL says with {', '.join(elsewhere)} where to connect: name the host, and it alone")
    faults.extend(
        f"DATABASE_URL has an unknown value of {name}" for name in sorted(given) if not _is_known(name, given)
    )
    if any(option.startswith(("-c", "--")) for option in given.get("options", "").split()):
        faults.append("DATABASE_URL sets start options (-c): a pooler refuses them, and each batch sets its own")
    if given.get("sslmode", "require") not in SSLMODES:
        faults.append(f"DATABASE_URL has an unknown sslmode; known are {', '.join(SSLMODES)}")
    if given.get("sslrootcert") == "system":
        faults.append("DATABASE_URL says sslrootcert=system, which psycopg's own OpenSSL cannot find: leave it out")
    return faults


def _is_known(name: str, given: Mapping[str, str]) -> bool:
    value = given[name]
    if name in _NUMBERS:
        return bool(_WHOLE_NUMBER.fullmatch(value)) and (name != "port" or 0 < int(value) <= _MOST_PORTS)
    return value in _CHOICES.get(name, (value,))
