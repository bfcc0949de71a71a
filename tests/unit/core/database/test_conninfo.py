import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from psycopg.conninfo import make_conninfo

from shared.core.database.conninfo import (
    ROOT_CERTIFICATES,
    connection_parameters,
    database_url_faults,
    direct_url,
    is_local,
)

NEON = "postgresql://app:pw@ep-cool-name-123-pooler.eu-central-1.aws.neon.tech/tasks?sslmode=require&channel_binding=require"


def test_neons_own_url_is_raised_to_full_verification() -> None:
    parameters = connection_parameters(NEON)

    assert parameters["sslmode"] == "verify-full"
    assert parameters["sslrootcert"] == ROOT_CERTIFICATES
    assert parameters["sslnegotiation"] == "direct"
    assert parameters["channel_binding"] == "require"
    assert parameters["gssencmode"] == "disable"
    assert (parameters["connect_timeout"], parameters["tcp_user_timeout"], parameters["keepalives"]) == (
        "10", "5000", "1"
    )  # fmt: skip
    make_conninfo("", **parameters)


@pytest.mark.parametrize("sslmode", ["", "?sslmode=disable", "?sslmode=prefer", "?sslmode=verify-ca"])
def test_another_machine_is_always_verified_in_full(sslmode: str) -> None:
    assert connection_parameters(f"postgres://u:p@db.example.com/d{sslmode}")["sslmode"] == "verify-full"


def test_a_setting_overrides_the_verification() -> None:
    parameters = connection_parameters(NEON, sslmode="require")

    assert parameters["sslmode"] == "require"
    assert "sslrootcert" not in parameters


@pytest.mark.parametrize(
    "url",
    ["postgresql://u@localhost/d", "postgresql://u@127.0.0.1:5433/d", "postgresql://u@[::1]/d",
     "postgresql://u@/d?host=/tmp/socket", "postgresql://u@host.docker.internal/d", "postgresql://u@%2Ftmp%2FSocket/d"],
)  # fmt: skip
def test_a_local_server_stays_plain(url: str) -> None:
    parameters = connection_parameters(url)

    assert parameters["sslmode"] == "disable"
    assert "sslnegotiation" not in parameters
    assert "sslrootcert" not in parameters


def test_what_the_url_says_is_kept() -> None:
    url = (
        "postgresql://u:p%40ss%2F@db.example.com:6543/d?sslmode=verify-full&sslrootcert=/a.pem&sslnegotiation=postgres"
    )
    parameters = connection_parameters(f"{url}&connect_timeout=3&application_name=mine")

    assert (parameters["password"], parameters["port"], parameters["host"]) == ("p@ss/", "6543", "db.example.com")
    assert (parameters["sslrootcert"], parameters["sslnegotiation"]) == ("/a.pem", "postgres")
    assert (parameters["connect_timeout"], parameters["application_name"]) == ("3", "mine")


def test_an_encoded_socket_directory_keeps_its_capitals() -> None:
    assert connection_parameters("postgresql://u@%2Ftmp%2FSocket/d")["host"] == "/tmp/Socket"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "not set"),
        ("mysql://u:hidden@h/d", "must begin with"),
        ("postgresql+psycopg://u:hidden@h/d", "must begin with"),
        ("h/d", "must begin with"),
        ("postgresql:///d", "no host"),
        ("postgresql://u:hidden@/d", "no host"),
        ("postgresql://u:hidden@h:port/d", "cannot be read"),
        ("postgresql://u:hid#den@h/d", "percent-encode"),
        ("postgresql://u:1#hidden@h/d", "percent-encode"),
        ("postgresql://u:1/hidden@h/d", "percent-encode"),
        ("postgresql://u:1?hidden@h/d", "percent-encode"),
        ("postgresql://u:hidden@[h/d", "cannot be read"),
        ("postgresql://u:hidden@h/d?options=-c%20search_path%3Dx", "start options"),
        ("postgresql://u:hidden@h/d?options=--search_path%3Dx", "start options"),
        ("postgresql://u:hidden@h/d?pgbouncer=true", "an option that PostgreSQL's client does not know"),
        ("postgresql://u:p@h/d?password=ab&hidden", "an option that PostgreSQL's client does not know"),
        ("postgresql://u:p@h/d?password=ab&hidden=x", "an option that PostgreSQL's client does not know"),
        ("postgresql://u:p@h/d?password=ab&port=hidden", "unknown value of port"),
        ("postgresql://u:p@h/d?port=65536", "unknown value of port"),
        ("postgresql://u:p@h/d?password=ab&connect_timeout=hidden", "unknown value of connect_timeout"),
        ("postgresql://u:p@h/d?password=ab&channel_binding=hidden", "unknown value of channel_binding"),
        ("postgresql://u:p@/db?host=/nowhere,203.0.113.5", "several hosts"),
        ("postgresql://u:p@/db?host=/nowhere%2C203.0.113.5", "several hosts"),
        ("postgresql://u:p@%2Fnowhere,203.0.113.5/db", "several hosts"),
        ("postgresql://u:p@%2Fnowhere%2C203.0.113.5/db", "several hosts"),
        ("postgresql://u:p@localhost:5432,203.0.113.5:5432/db", "several hosts"),
        ("postgresql://u:p@localhost/db?port=5432,5433", "several hosts"),
        ("postgresql://u:hidden@h/d?sslmode=on", "unknown sslmode"),
        ("postgresql://u:hidden@h/d?sslrootcert=system", "sslrootcert=system"),
    ],
)
def test_a_url_that_cannot_work_is_one_clear_line(url: str, words: str) -> None:
    (fault,) = database_url_faults(url)

    assert words in fault
    assert "\n" not in fault
    assert "hid" not in fault


@pytest.mark.parametrize("option", ["hostaddr=203.0.113.5", "service=elsewhere", "servicefile=/a"])
def test_only_the_host_says_where_to_connect(option: str) -> None:
    """`localhost` with an address of another machine would go there, and in the clear."""
    (fault,) = database_url_faults(f"postgresql://u:p@localhost/d?{option}")

    assert option.partition("=")[0] in fault
    assert not is_local({"host": "localhost", "hostaddr": "203.0.113.5"})
    assert is_local({"host": "localhost", "hostaddr": "127.0.0.1"})


@pytest.mark.parametrize("host", ["/nowhere,203.0.113.5", "localhost,203.0.113.5", "", ",", "/a,/b"])
def test_a_list_is_never_taken_for_this_machine(host: str) -> None:
    assert not is_local({"host": host})
    assert not is_local({"host": "localhost", "hostaddr": host or ","})


@pytest.mark.parametrize("variable", ["PGHOSTADDR", "PGPORT", "PGHOST", "PGSERVICE"])
def test_the_environment_does_not_say_where_to_connect(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = tmp_path / "services"
    services.write_text("[elsewhere]\nhost=127.0.0.2\nhostaddr=127.0.0.2\nport=1\nsslmode=disable\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    monkeypatch.setenv(variable, {"PGPORT": "1", "PGSERVICE": "elsewhere"}.get(variable, "127.0.0.2"))
    parameters = connection_parameters("postgresql://u:p@127.0.0.1/d")
    if variable == "PGPORT":
        assert parameters["port"] == "5432"
        return
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
        server.settimeout(5)

        def accept() -> None:
            server.accept()[0].close()

        reached = pool.submit(accept)
        parameters["port"] = str(server.getsockname()[1])
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect("", **parameters)  # type: ignore[arg-type]
        reached.result()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_both_schemes_are_known(scheme: str) -> None:
    assert database_url_faults(f"{scheme}://u:p@h/d") == []


def test_neons_endpoint_option_is_no_start_option() -> None:
    assert database_url_faults("postgresql://u:p@h/d?options=endpoint%3Dep-cool-name") == []


@pytest.mark.parametrize(
    ("url", "direct"),
    [
        (NEON, NEON.replace("-pooler", "")),
        ("postgresql://my-pooler:a-pooler@h.example/d-pooler", "postgresql://my-pooler:a-pooler@h.example/d-pooler"),
        ("postgresql://u@localhost:5432/d", "postgresql://u@localhost:5432/d"),
        ("postgresql://u@/d?host=/tmp/x", "postgresql://u@/d?host=/tmp/x"),
    ],
)
def test_migrations_go_round_the_pooler(url: str, direct: str) -> None:
    assert direct_url(url) == direct


def test_the_packaged_roots_are_lets_encrypts_and_valid() -> None:
    certificates = x509.load_pem_x509_certificates(Path(ROOT_CERTIFICATES).read_bytes())

    names = [certificate.subject.rfc4514_string().split(",")[0] for certificate in certificates]
    assert names == ["CN=ISRG Root X1", "CN=ISRG Root X2"]
    assert all(certificate.issuer == certificate.subject for certificate in certificates)
