import json
from pathlib import Path

import jwt
import pytest

from local.__main__ import main
from local.tokens import keys as development_keys
from local.tokens.keys import development_key, public_key_set
from local.tokens.mint import DEFAULT_ISSUER, DEFAULT_LIFETIME_S, ClaimError, addressed, mint, read_claims
from shared.core.auth.settings import DEVELOPMENT_SECRET, SUPPORTED_ALGORITHMS, AuthSettings
from shared.core.auth.verifier import Caller, build_verifier
from shared.core.environment import load_settings


@pytest.fixture(autouse=True)
def keys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys of this test alone, so that those of the clone stay as they are."""
    home = tmp_path / "keys"
    for function in (development_key, public_key_set):
        monkeypatch.setattr(function, "__defaults__", (home,))
    return home


def claims_of(token: str) -> dict[str, object]:
    return jwt.decode(
        token, DEVELOPMENT_SECRET, algorithms=["HS256"], options={"verify_exp": False, "verify_aud": False}
    )


def printed_token(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["token", *arguments]) == 0
    return capsys.readouterr().out.removesuffix("\n")


def caller_of(token: str, **environment: str) -> Caller:
    """Who the functions take the bearer for, with these settings."""
    settings = load_settings({"DATABASE_URL": "postgresql://u@127.0.0.1/d", **environment})
    return build_verifier(settings.auth).verify([f"Bearer {token}"])


def test_token_is_accepted_by_the_verifier() -> None:
    caller = build_verifier(AuthSettings(secret=DEVELOPMENT_SECRET)).verify([f"Bearer {mint('alice')}"])
    assert (caller.id, caller.email, caller.name) == ("alice", "alice@example.com", "Alice")


def test_token_lives_no_longer_than_the_settings_allow(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTH_MAX_LIFETIME", "900")
    settings = {"AUTH_SECRET": DEVELOPMENT_SECRET, "AUTH_MAX_LIFETIME": "900"}
    assert caller_of(printed_token(capsys, "alice"), **settings).id == "alice"


def test_token_lives_for_as_long_as_asked() -> None:
    claims = claims_of(mint("alice", lifetime_s=-60))
    assert claims["exp"] == claims["iat"] - 60  # type: ignore[operator]
    claims = claims_of(mint("alice"))
    assert claims["exp"] == claims["iat"] + DEFAULT_LIFETIME_S  # type: ignore[operator]


def test_claims_are_added_replaced_and_left_out() -> None:
    claims = claims_of(mint("alice", claims={"iss": "me", "name": "A", "email": None}))
    assert (claims["iss"], claims["name"], "email" in claims) == ("me", "A", False)


def test_ill_typed_claims_are_minted_for_those_who_test_their_client() -> None:
    token = mint("alice", claims={"iss": 7, "exp": "tomorrow"})
    assert jwt.decode_complete(token, options={"verify_signature": False})["payload"]["exp"] == "tomorrow"


def test_command_prints_the_token_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "bob"]) == 0
    printed = capsys.readouterr().out
    assert claims_of(printed.removesuffix("\n"))["sub"] == "bob"
    assert printed.count("\n") == 1


def test_command_takes_lifetime_and_claims(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--lifetime", "-60", "--claim", "role=admin", "--claim", 'aud=["a","b"]', "--claim", "email=null")
    claims = claims_of(printed_token(capsys, "alice", *options))
    assert claims["exp"] == claims["iat"] - 60  # type: ignore[operator]
    assert (claims["role"], claims["aud"], "email" in claims) == ("admin", ["a", "b"], False)


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("a=text", "text"),
        ("a=7", 7),
        ('a="7"', "7"),
        ("a=true", True),
        ("a=null", None),
        ("a=x=y", "x=y"),
        ("a=", ""),
        ('a={"b":[1]}', {"b": [1]}),
    ],
)
def test_a_claim_is_json_where_it_can_be_and_text_otherwise(assignment: str, value: object) -> None:
    assert read_claims([assignment]) == {"a": value}


@pytest.mark.parametrize("assignment", ["role", "=admin", ""])
def test_a_claim_without_name_or_equals_sign_is_one_line(assignment: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ClaimError):
        read_claims([assignment])
    assert main(["token", "alice", "--claim", assignment]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "write name=value" in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("algorithm", SUPPORTED_ALGORITHMS)
def test_a_token_of_each_algorithm_verifies_with_the_printed_key_set(
    algorithm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    token = printed_token(capsys, "alice", "--algorithm", algorithm)
    assert main(["jwks"]) == 0
    key_set = capsys.readouterr().out

    caller = caller_of(token, AUTH_JWKS=key_set, AUTH_ISSUER=DEFAULT_ISSUER, AUTH_AUDIENCE=DEFAULT_ISSUER)

    assert caller.id == "alice"
    assert jwt.get_unverified_header(token)["alg"] == algorithm


def test_a_token_carries_the_issuer_and_audience_that_are_configured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"AUTH_ISSUER": "https://issuer.test", "AUTH_AUDIENCE": "first, second"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    token = printed_token(capsys, "alice", "--algorithm", "RS256")

    assert caller_of(token, AUTH_JWKS=json.dumps(public_key_set()), **settings).id == "alice"
    assert caller_of(printed_token(capsys, "alice"), AUTH_SECRET=DEVELOPMENT_SECRET, **settings).id == "alice"


def test_a_token_names_its_client_as_cognitos_do_where_that_is_configured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"AUTH_ISSUER": "https://issuer.test", "AUTH_AUDIENCE": "client", "AUTH_AUDIENCE_CLAIM": "client_id"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    token = printed_token(capsys, "alice", "--algorithm", "RS256")

    assert caller_of(token, AUTH_JWKS=json.dumps(public_key_set()), **settings).id == "alice"


def test_without_settings_only_key_pairs_give_an_issuer() -> None:
    assert addressed({}, with_key=False) == {"iss": None, "aud": None}
    assert addressed({}, with_key=True) == {"iss": DEFAULT_ISSUER, "aud": DEFAULT_ISSUER}


def test_keys_stay_the_same_and_are_their_owners_only(keys_home: Path) -> None:
    first, second = public_key_set(), public_key_set()

    assert first == second
    assert keys_home.stat().st_mode & 0o777 == 0o700
    files = list(keys_home.iterdir())
    assert {path.name for path in files} == {f"{name}.pem" for name in SUPPORTED_ALGORITHMS}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_the_key_set_holds_no_private_member() -> None:
    assert {name for key in public_key_set()["keys"] for name in key} <= {
        "kty",
        "crv",
        "x",
        "y",
        "n",
        "e",
        "kid",
        "alg",
        "use",
    }


def test_another_key_has_another_name(keys_home: Path) -> None:
    before = development_key("EdDSA").kid
    (keys_home / "EdDSA.pem").unlink()
    assert development_key("EdDSA").kid != before


def test_of_two_commands_at_once_both_use_one_key(keys_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    winner = development_key("EdDSA")
    monkeypatch.setattr(Path, "exists", lambda _: False)  # this one looked before the other had made its key
    assert development_key("EdDSA").kid == winner.kid
    assert len(list(keys_home.iterdir())) == 1


def test_keys_live_where_git_does_not_look() -> None:
    assert development_keys.HOME.parts[-2:] == (".local", "keys")
