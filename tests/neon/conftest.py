import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.neon.certificates import Certificates, make_certificates
from tests.neon.pgbouncer import PgBouncer
from tests.neon.tls_front import TlsFront
from tests.proxy import Proxy, proxy_to


def socket_directory(url: str) -> str:
    return parse_qs(urlsplit(url).query)["host"][0]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def pgbouncer(functions_url: str, certificates: Certificates, tmp_path: Path) -> Iterator[PgBouncer]:
    if not (shutil.which("pgbouncer") or Path("/usr/sbin/pgbouncer").exists()):
        pytest.skip("pgbouncer is not installed (apt-get install pgbouncer)")
    user = str(urlsplit(functions_url).username)
    with PgBouncer(tmp_path, certificates, socket_directory(functions_url), user, query_wait_timeout=1) as running:
        yield running


@pytest.fixture
def tls_front(database_url: str, certificates: Certificates) -> Iterator[TlsFront]:
    front = TlsFront(certificates, f"{socket_directory(database_url)}/.s.PGSQL.5432")
    yield front
    front.close()


@pytest.fixture
def proxy(functions_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The functions reach their database through this proxy."""
    with proxy_to(functions_url, delay_s=0.002) as (proxy, url):
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("AUTH_SECRET", DEVELOPMENT_SECRET)
        monkeypatch.setenv("RATE_LIMIT_PER_MINUTE", "0")  # the chaos is one user's
        yield proxy
