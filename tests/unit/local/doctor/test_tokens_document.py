"""docs/tokens.md says what the code does: its values are accepted, and the doctor says what is quoted."""

import inspect
import re
import secrets
import shlex

import pytest

from local.doctor import token_faults, token_kind, token_text
from shared.core.environment import load_settings
from tests.unit.template.source import ROOT

DOCUMENT = (ROOT / "docs" / "tokens.md").read_text()
PRESETS: list[str] = re.findall(r"^```sh\n(AUTH_.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
ISSUERS = ["Better Auth", "Neon Auth", "Auth0", "Amazon Cognito", "Clerk", "A shared secret (HS256)"]


def section(title: str) -> str:
    return DOCUMENT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def settings_in(block: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(block) if word.startswith("AUTH_"))


@pytest.mark.parametrize("issuer", ISSUERS)
def test_every_issuer_has_a_complete_set_of_values(issuer: str) -> None:
    assert any(block in section(issuer) for block in PRESETS)


@pytest.mark.parametrize("block", PRESETS)
def test_the_values_are_accepted(block: str) -> None:
    given = settings_in(block)
    if "AUTH_SECRET" in given:  # the document shows none that would do
        given["AUTH_SECRET"] = secrets.token_urlsafe(48)
    load_settings({"DATABASE_URL": "postgresql://u@127.0.0.1/d", **given})


@pytest.mark.parametrize("line", re.findall(r"^make dev .*AUTH_JWKS_URL.*$", DOCUMENT, re.MULTILINE))
def test_the_values_for_make_dev_are_accepted(line: str) -> None:
    load_settings({"DATABASE_URL": "postgresql://u@127.0.0.1/d", **settings_in(line)})


def test_every_issuer_has_a_bound_for_the_life_of_its_tokens_that_is_accepted() -> None:
    rows = [row.split("|") for row in section("How long a token lives").splitlines() if re.search(r"\| \d+ \|", row)]

    assert {name for row in rows for name in re.split(", ", row[1].strip())} == {*ISSUERS[:-1], "a shared secret"}
    for row in rows:
        bound = row[2].strip()
        given = {"AUTH_JWKS_URL": "https://a.example", "AUTH_ISSUER": "a", "AUTH_AUDIENCE": "a"}
        settings = load_settings({"DATABASE_URL": "postgresql://u@127.0.0.1/d", **given, "AUTH_MAX_LIFETIME": bound})
        assert settings.auth.max_lifetime == int(bound)


def test_the_doctor_says_what_is_quoted_of_it() -> None:
    sources = "".join(
        re.sub(r'"\s*\n\s*f?"', "", inspect.getsource(module)) for module in (token_faults, token_kind, token_text)
    )
    rows = [row for row in section("What the doctor says").splitlines() if row.startswith("| `")]
    quoted = [words for row in rows for words in re.findall(r"`([^`]+)`", row.split("|")[1])]

    assert len(quoted) >= len(rows) > 10
    # What it fills in is cut off: the values of an example.
    assert [words for words in quoted if re.split(r" http", words)[0] not in sources] == []
