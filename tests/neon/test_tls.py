"""TLS as Neon has it: verified in full, negotiated directly, and what is wrong is refused without being retried."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.environment import environment
from tests.api import Api
from tests.neon.certificates import Certificates, make_certificates
from tests.neon.pgbouncer import PgBouncer
from tests.neon.tls_front import TlsFront
from tests.proxy import Proxy

Serve = Callable[..., None]


@pytest.fixture
def serve(functions_url: str, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Point the functions at a port of this machine, with these TLS options."""
    monkeypatch.setenv("AUTH_SECRET", DEVELOPMENT_SECRET)
    parts = urlsplit(functions_url)

    def point_at(port: int, *, host: str = "localhost", **options: object) -> None:
        query = "&".join(f"{name}={value}" for name, value in options.items())
        monkeypatch.setenv("DATABASE_URL", f"postgresql://{parts.username}@{host}:{port}{parts.path}?{query}")

    return point_at


def test_a_verified_server_is_served_with_direct_negotiation(
    serve: Serve, tls_front: TlsFront, certificates: Certificates
) -> None:
    serve(tls_front.port, sslmode="verify-full", sslrootcert=certificates.authority)

    assert Api().created()["title"] == "Buy milk"
    assert tls_front.handshakes == 1


def test_direct_negotiation_saves_the_round_trip_of_asking(
    serve: Serve, tls_front: TlsFront, certificates: Certificates, pgbouncer: PgBouncer
) -> None:
    def flights(port: int, negotiation: str) -> int:
        # Held back for longer than a busy machine keeps the client from its next message: after the handshake the
        # server sends tickets that no one waits for.
        proxy = Proxy(("127.0.0.1", port), delay_s=0.1)
        try:
            serve(proxy.port, sslmode="verify-full", sslrootcert=certificates.authority, sslnegotiation=negotiation)
            environment.cache_clear()
            Api().created()
            environment().connections.close()
            return proxy.flights
        finally:
            proxy.close()

    # A machine that is busy all the same adds flights, and never takes one away.
    fewest = {
        name: min(flights(port, negotiation) for _ in range(3))
        for name, port, negotiation in (("direct", tls_front.port, "direct"), ("asked", pgbouncer.port, "postgres"))
    }

    # TLS 1.3 handshake, start-up, batch; and one more to ask whether TLS is wanted.
    assert fewest == {"direct": 3, "asked": 4}


@pytest.mark.parametrize("fault", ["another name", "another authority", "packaged roots"])
def test_a_server_that_cannot_prove_itself_gets_nothing(
    serve: Serve, tls_front: TlsFront, certificates: Certificates, tmp_path: Path, fault: str
) -> None:
    options = {"sslmode": "verify-full", "sslrootcert": certificates.authority}
    if fault == "another authority":
        options["sslrootcert"] = make_certificates(tmp_path).authority
    if fault == "packaged roots":
        del options["sslrootcert"]
    serve(tls_front.port, host="127.0.0.1" if fault == "another name" else "localhost", **options)

    answer = Api().create({"title": "Buy milk"})

    assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"]
    assert "certificate" not in answer.text
