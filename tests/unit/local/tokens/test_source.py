"""Where a developer is sent for a token."""

import re
from pathlib import Path

import pytest

from local import ROOT
from local.tokens.source import DEVELOPMENT, JUDGED_BY, token_source
from shared.core.auth.settings import DEVELOPMENT_SECRET

AUTH0 = {
    "AUTH_JWKS_URL": "https://a.test/.well-known/jwks.json",
    "AUTH_ISSUER": "https://a.test/",
    "AUTH_AUDIENCE": "my api",
}


@pytest.mark.parametrize("environ", [{}, {"AUTH_SECRET": DEVELOPMENT_SECRET}])
def test_development_tokens_are_made_here(environ: dict[str, str]) -> None:
    assert token_source(environ) == DEVELOPMENT


def test_an_issuers_are_had_of_it_and_judged_by_the_same_settings() -> None:
    source = token_source({**AUTH0, "AUTH_TOKEN": "not ours"})
    assert source.words == "of your issuer, https://a.test/"
    assert source.doctor == (
        "AUTH_JWKS_URL=https://a.test/.well-known/jwks.json AUTH_ISSUER=https://a.test/ AUTH_AUDIENCE='my api' "
        "make doctor TOKEN=-"
    )
    assert source.commands == ()


def test_a_secret_is_not_repeated() -> None:
    source = token_source({"AUTH_SECRET": "a secret of somebody's own"})
    assert "somebody" not in f"{source}"
    assert "make -s token" not in source.words


def test_better_auth_is_asked_at_its_own_address() -> None:
    source = token_source({**AUTH0, "AUTH_JWKS_URL": "http://127.0.0.1:3001/api/auth/jwks"})
    sign_in, token = source.commands
    assert "http://127.0.0.1:3001/api/auth/sign-in/email" in sign_in
    assert token.startswith("TOKEN=$(curl")


def test_each_setting_that_judges_a_token_is_handed_on() -> None:
    text = Path(ROOT, "shared", "core", "auth", "settings.py").read_text()
    read = set(re.findall(r'env\.get\("(AUTH_\w+)"', text))
    assert read - {"AUTH_SECRET", "AUTH_JWKS"} == set(JUDGED_BY)
