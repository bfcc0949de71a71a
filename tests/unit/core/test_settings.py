from typing import Any

import pytest

from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.database.settings import load_database_settings
from shared.core.environment import load_settings
from shared.core.settings import ConfigurationError

URL = "postgresql://app:hidden-password@db.example.com/tasks"
SECRET = "k3VwQz8fT1nLr6XbYc0JpDs5HuGm7ReA2tKiWqBoN4M"
KEY_SET = {"AUTH_JWKS_URL": "https://a.example/jwks", "AUTH_ISSUER": "https://a.example", "AUTH_AUDIENCE": "tasks"}
IN_LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "tasks"}


def faults_of(**env: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        load_settings({"DATABASE_URL": URL, **env})
    return refused.value.faults


def test_a_shared_secret_is_enough() -> None:
    auth = load_settings({"DATABASE_URL": URL, "AUTH_SECRET": SECRET}).auth

    assert (auth.secret, auth.algorithms, auth.jwks_url) == (SECRET, ("HS256",), None)


def test_a_key_set_comes_with_issuer_and_audiences() -> None:
    auth = load_settings({"DATABASE_URL": URL, **KEY_SET, "AUTH_AUDIENCE": "a, b"}).auth

    assert (auth.issuer, auth.audiences) == ("https://a.example", ("a", "b"))
    assert "HS256" not in auth.algorithms


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({}, "no key to verify"),
        ({"AUTH_SECRET": "short"}, "5 bytes"),
        ({"AUTH_SECRET": "é" * 15}, "30 bytes"),
        ({"AUTH_SECRET": "a" * 64}, "can be guessed"),
        ({"AUTH_SECRET": "a-string-secret-at-least-256-bits-long"}, "openssl rand -base64 48"),
        ({"AUTH_SECRET": SECRET, **KEY_SET}, "both set"),
        ({"AUTH_SECRET": SECRET, "AUTH_ALGORITHMS": "RS256"}, "AUTH_ALGORITHMS"),
        ({"AUTH_SECRET": DEVELOPMENT_SECRET, **IN_LAMBDA}, "refused in AWS"),
        ({"AUTH_SECRET": "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA"}, "a key of a key pair"),
        ({"AUTH_SECRET": SECRET, "AUTH_AUDIENCE_CLAIM": "azp"}, "must be one of aud, client_id"),
        ({"AUTH_SECRET": SECRET, "AUTH_AUDIENCE_CLAIM": "client_id"}, "needs AUTH_AUDIENCE"),
        *(
            ({**KEY_SET, "AUTH_MAX_LIFETIME": value}, "AUTH_MAX_LIFETIME")
            for value in ("0", "-1", "15m", "1e3", "\uff19")
        ),
        ({**KEY_SET, "AUTH_JWKS": "{}"}, "AUTH_JWKS"),
        ({**KEY_SET, "AUTH_JWKS": "not json"}, "AUTH_JWKS is not a JWK set"),
        ({**KEY_SET, "AUTH_ISSUER": ""}, "AUTH_ISSUER is not set"),
        ({**KEY_SET, "AUTH_AUDIENCE": " , "}, "AUTH_AUDIENCE is not set"),
        ({**KEY_SET, "AUTH_JWKS_URL": "http://a.example/jwks"}, "must be https"),
        ({**KEY_SET, "AUTH_JWKS_URL": "file:///etc/passwd"}, "must be https"),
        ({**KEY_SET, "AUTH_JWKS_URL": "https://"}, "no host"),
        ({**KEY_SET, "AUTH_JWKS_URL": "https://[::1/jwks"}, "not a URL"),
        ({**KEY_SET, "AUTH_ALGORITHMS": "RS256,HS256"}, "HS256"),
        ({**KEY_SET, "AUTH_ALGORITHMS": "none"}, "none"),
        ({"AUTH_SECRET": SECRET, "DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"AUTH_SECRET": SECRET, "DATABASE_URL": "mysql://u:hidden-password@h/d"}, "must begin with postgresql://"),
        ({"AUTH_SECRET": SECRET, "DATABASE_URL": "postgresql://u:hidden-password#@h:x/d"}, "cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unsafe_setting_is_one_clear_line(env: dict[str, Any], words: str) -> None:
    faults = faults_of(**env)

    assert len(faults) == 1
    assert words in faults[0]
    assert "\n" not in faults[0]
    assert "hidden-password" not in faults[0]


def test_the_longest_life_of_a_token_is_in_seconds() -> None:
    assert load_settings({"DATABASE_URL": URL, **KEY_SET, "AUTH_MAX_LIFETIME": "900"}).auth.max_lifetime == 900


@pytest.mark.parametrize(
    "name", ["AUTH_MAX_LIFETIME", "AUTH_JWKS", "AUTH_ALGORITHMS", "AUTH_AUDIENCE_CLAIM", "DATABASE_SSLMODE"]
)
def test_an_empty_setting_counts_as_unset(name: str) -> None:
    env = {"DATABASE_URL": URL, "AUTH_SECRET": SECRET}

    assert load_settings({**env, name: ""}) == load_settings(env)


def test_every_fault_is_told_at_once() -> None:
    assert len(faults_of(DATABASE_URL="", AUTH_JWKS="{}", AUTH_ALGORITHMS="none")) >= 4


@pytest.mark.parametrize("env", [{}, {**IN_LAMBDA, "AWS_SAM_LOCAL": "true"}])
def test_the_development_secret_serves_outside_aws(env: dict[str, str]) -> None:
    settings = load_settings({"DATABASE_URL": URL, "AUTH_SECRET": DEVELOPMENT_SECRET, **env})

    assert settings.auth.secret == DEVELOPMENT_SECRET


def test_http_is_for_loopback_only() -> None:
    url = "http://127.0.0.1:3000/api/auth/jwks"

    assert load_settings({"DATABASE_URL": URL, **KEY_SET, "AUTH_JWKS_URL": url}).auth.jwks_url == url


@pytest.mark.parametrize("sslmode", ["disable", "allow", "prefer"])
def test_a_deployed_function_sends_nothing_in_the_clear(sslmode: str) -> None:
    deployed = {"AWS_LAMBDA_FUNCTION_NAME": "list-tasks", "DATABASE_SSLMODE": sslmode}
    elsewhere, here = ({"DATABASE_URL": f"postgresql://u:p@{host}/d"} for host in ("db.example.com", "localhost"))

    with pytest.raises(ConfigurationError, match="in the clear"):
        load_database_settings({**deployed, **elsewhere})
    assert load_database_settings({**deployed, **here}).sslmode == sslmode
    assert load_database_settings({"DATABASE_SSLMODE": sslmode, **elsewhere}).sslmode == sslmode
