"""What people paste, and what the doctor says to it. The verdict is held against the verifier's own."""

import base64
import io
import json
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.__main__ import main
from local.doctor.finding import Health
from local.doctor.token import examine_token
from local.doctor.token_faults import EXPLANATIONS
from local.postgres import developer
from local.tokens.keys import development_key, public_key_set
from local.tokens.mint import mint
from shared.core.auth.settings import DEVELOPMENT_SECRET
from shared.core.auth.verifier import build_verifier
from shared.core.environment import load_settings
from shared.core.errors import ApiError
from tests.unit.core.auth import tokens as forge
from tests.unit.core.auth.key_server import KeyServer, running_key_server

APP = "https://app.example.com"
SECRET = {"AUTH_SECRET": forge.SECRET}
USER = "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cD1fG"
COGNITO = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE"


@pytest.fixture(scope="module")
def keys_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(autouse=True)
def _keys_of_these_tests(keys_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for function in (development_key, public_key_set):
        monkeypatch.setattr(function, "__defaults__", (keys_home,))


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with running_key_server() as running:
        running.publishes(json.dumps(public_key_set()))
        yield running


def key_set(**more: str) -> dict[str, str]:
    return {"AUTH_JWKS": json.dumps(public_key_set()), "AUTH_ISSUER": APP, "AUTH_AUDIENCE": APP, **more}


def issued(
    algorithm: str = "EdDSA", lifetime_s: int = 900, claims: Mapping[str, object] | None = None, **more: Any
) -> str:
    """A token of an issuer whose keys are those of `key_set()`."""
    addressed = {"iss": APP, "aud": APP, **more, **(claims or {})}
    return mint(USER, lifetime_s=lifetime_s, claims=addressed, key=development_key(algorithm))


def shared_secret(header: Mapping[str, Any] | None = None, **claims: Any) -> str:
    now = int(time.time())
    chosen = {"sub": USER, "iat": now, "exp": now + 900} | claims
    return forge.signed({"alg": "HS256", **(header or {})}, {k: v for k, v in chosen.items() if v is not None})


def printed(pasted: str, environ: Mapping[str, str]) -> str:
    return "\n".join(str(finding) for finding in examine_token(pasted, environ))


def faults(pasted: str, environ: Mapping[str, str]) -> list[str]:
    return [finding.text for finding in examine_token(pasted, environ) if finding.health is Health.BAD]


def fault(pasted: str, environ: Mapping[str, str]) -> str:
    (only,) = faults(pasted, environ)
    return only


def is_called_good(pasted: str, environ: Mapping[str, str]) -> bool:
    return any(finding.health is Health.GOOD for finding in examine_token(pasted, environ))


# What is no JWT


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "there is no token"),
        ("  \n", "there is no token"),
        ("Bearer ", "there is no token"),
        ("2TEXuTiSsIt29Mjcaor1B6x8jBF0s47j", "this is Better Auth's session token"),
        ("2TEXuTiSsIt29Mjcaor1B6x8jBF0s47j.G0PPO50ozW%2FE8uwlKXE9gV6Tl8cJ32ZexcLfWYttXDQ%3D", "as the cookie holds it"),
        ("2TEXuTiSsIt29Mjcaor1B6x8jBF0s47j.G0PPO50ozW/E8uwlKXE9gV6Tl8cJ32ZexcLfWYttXDQ=", "as the cookie holds it"),
        ("better-auth.session_token=2TEXuTiSsIt29Mjcaor1B6x8.abc%3D; Path=/", "session cookie (session token)"),
        ("__Secure-better-auth.session_data=eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "session cookie (session cache)"),
        (forge.encoded({"session": {}, "expiresAt": 1, "signature": "x"}), "session cache (a cookie, not a JWT)"),
        (forge.encoded({"alg": "dir", "enc": "A256CBC-HS512"}) + ".." + "a.b.c", "Better Auth's session cookie"),
        (
            forge.encoded({"alg": "dir", "enc": "A256GCM", "iss": "https://x.auth0.com/"}) + "..a.b.c",
            "ask for an `audience`",
        ),
        ("Fz3-kq_0Yx1o9", "an opaque token"),
        ("a.b", "an opaque token"),
        ("sk_test_notarealone", "secret key"),
        ("sess_2abc", "send what getToken() gives"),
        ("860dc360-609f-4b7d-9e70-ec93fe6414d3", "a UUID"),
        ("undefined", "a variable that held no token"),
        ("[object Object]", "a variable that held no token"),
        (forge.encoded({"alg": "EdDSA"}), "its end is missing"),
        (forge.encoded({"alg": "EdDSA"}) + "." + forge.encoded({}), "its end is missing"),
        (forge.encoded({"alg": "none"}) + "." + forge.encoded({}) + ".", "has no signature"),
    ],
)
def test_what_is_no_jwt_is_called_by_its_name(pasted: str, words: str) -> None:
    assert words in fault(pasted, key_set())


@pytest.mark.parametrize("pasted", ["2TEXuTiSsIt29Mjcaor1B6x8jBF0s47j", "better-auth.session_token=abc"])
def test_better_auths_session_leads_to_the_call_that_gives_a_token(pasted: str) -> None:
    assert "call authClient.token()" in fault(pasted, key_set())


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Bearer ", "", "with `Bearer`"),
        ("Authorization: Bearer ", "\n", "with `Bearer`"),
        ("bearer Bearer ", "", "with `Bearer`"),
        ('"', '"', "quotes around it"),
        ("Bearer '", "'", "with `Bearer`"),
    ],
)
def test_what_came_along_is_taken_away_and_said(before: str, after: str, words: str) -> None:
    pasted = f"{before}{issued()}{after}"
    assert words in printed(pasted, key_set())
    assert is_called_good(pasted, key_set())


def test_white_space_inside_is_taken_away_and_said() -> None:
    token = issued()
    pasted = f"  {token[:50]}\n  {token[50:]}\n"
    assert "broken by white space" in printed(pasted, key_set())
    assert is_called_good(pasted, key_set())


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("eyJhbGciOiJIUzI1NiJ9.%%%.AAAA", "characters that no JWT has"),
        ("eyJhbGciOiJIUzI1NiJ9.e30.AAAAA", "not base64url"),
        (f"{forge.encoded('no json')}.{forge.encoded({})}.AAAA", "not a JSON object"),
        (forge.signed({"alg": "HS256"}, {"pad": "x" * 9000}), "longer than 8192"),
    ],
)
def test_a_jwt_that_cannot_be_read_is_said_to_be_altered(token: str, words: str) -> None:
    assert words in fault(token, key_set())


# Good tokens


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
def test_a_good_token_is_said_to_be_good(algorithm: str) -> None:
    text = printed(issued(algorithm), key_set())
    assert f"the verifier accepts it: {USER} is the caller, for 15 minutes more" in text
    assert "!!" not in text


def test_a_good_token_of_a_shared_secret_is_said_to_be_good() -> None:
    assert is_called_good(shared_secret(), SECRET)


def test_a_token_that_lives_on_leeway_alone_is_good_and_said_to_have_expired() -> None:
    assert "it has expired" in printed(issued(lifetime_s=-5), key_set())


def test_without_settings_the_development_secret_counts_as_with_make_dev() -> None:
    text = printed(mint("alice"), {})
    assert "held against the development secret" in text
    assert "the verifier accepts it: alice" in text


def test_other_settings_do_not_matter() -> None:
    other = dict.fromkeys(("DATABASE_URL", "DATABASE_SSLMODE", "RATE_LIMIT_PER_MINUTE", "PORT"), "nonsense")
    assert is_called_good(issued(), key_set(**other))


# Tokens that are refused


def test_a_key_pairs_token_against_a_shared_secret_leads_to_the_key_set() -> None:
    token = forge.signed({"alg": "EdDSA", "kid": "k"}, {"iss": APP, "aud": APP, "sub": USER}, "EdDSA")
    text = fault(token, SECRET)
    assert "the token is EdDSA" in text
    assert "Better Auth's secret never signs these tokens" in text
    assert f"AUTH_JWKS_URL={APP}/api/auth/jwks, AUTH_ISSUER={APP} and AUTH_AUDIENCE={APP}" in text


@pytest.mark.parametrize(
    ("issuer", "address"),
    [
        ("http://localhost:3000", "http://localhost:3000/api/auth/jwks"),
        ("https://tenant.auth0.com/", "https://tenant.auth0.com/.well-known/jwks.json"),
        (COGNITO, f"{COGNITO}/.well-known/jwks.json"),
        ("https://clerk.example.com", "https://clerk.example.com/.well-known/jwks.json"),
        (
            "https://ep-x.neonauth.eu.aws.neon.tech",
            "https://ep-x.neonauth.eu.aws.neon.tech/neondb/auth/.well-known/jwks.json",
        ),
    ],
)
def test_the_address_of_the_keys_is_guessed_from_the_issuer(issuer: str, address: str) -> None:
    token = forge.signed({"alg": "EdDSA"}, {"iss": issuer}, "EdDSA")
    assert f"AUTH_JWKS_URL={address}," in fault(token, SECRET)


def test_a_development_key_pairs_token_leads_to_its_own_key_set() -> None:
    assert 'AUTH_JWKS="$(python -m local jwks)"' in fault(issued(), SECRET)


def test_a_shared_secrets_token_against_a_key_set_is_said_to_be_one() -> None:
    assert "signed with a shared secret (HS256), and a key set is configured" in fault(shared_secret(), key_set())


def test_a_development_token_is_recognized_wherever_it_goes() -> None:
    token = mint("alice")
    assert "a development token (`make token`)" in fault(token, key_set())
    assert "it is a development token (`make token`)" in fault(token, SECRET)
    deployed = {"AUTH_SECRET": DEVELOPMENT_SECRET, "AWS_LAMBDA_FUNCTION_NAME": "f"}
    assert "refused in AWS" in fault(token, deployed)
    assert not is_called_good(token, deployed)


def test_an_algorithm_that_is_not_listed_is_said_with_the_list() -> None:
    assert "alg is ES256, accepted are EdDSA, RS256" in fault(issued("ES256"), key_set(AUTH_ALGORITHMS="EdDSA,RS256"))


def test_an_unsigned_token_is_said_to_be_one() -> None:
    token = f"{forge.encoded({'alg': 'none'})}.{forge.encoded({'sub': USER})}.AAAA"
    assert "alg is none" in fault(token, key_set())


def test_an_audience_that_differs_is_said_with_both() -> None:
    text = fault(issued(aud="http://localhost:3000"), key_set())
    assert text == f"aud is http://localhost:3000, expected {APP}"


def test_an_issuer_that_differs_is_said_with_both() -> None:
    assert fault(issued(iss="http://localhost:3000"), key_set()) == f"iss is http://localhost:3000, expected {APP}"


def test_a_slash_at_the_end_of_the_issuer_is_pointed_at() -> None:
    assert "they differ in the slash at the end" in fault(issued(iss=f"{APP}/"), key_set())
    assert "slash" not in fault(issued(iss="https://other.example.com"), key_set())


def test_a_token_without_issuer_or_audience_is_said_to_have_none() -> None:
    assert "iss is missing" in fault(issued(iss=None), key_set())
    assert "aud is missing" in fault(issued(aud=None), key_set())


def test_an_audience_nobody_expects_is_said() -> None:
    assert "AUTH_AUDIENCE is not set" in fault(shared_secret(aud="somebody"), SECRET)


def test_an_expired_token_is_said_to_be_with_when_and_how_long_ago() -> None:
    text = fault(issued(lifetime_s=-1200), key_set())
    assert re.search(r"it expired at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, 20 minutes ago: get a new one", text)


def test_a_token_from_the_future_points_at_the_clocks() -> None:
    ahead = int(time.time()) + 600
    assert "a clock is wrong" in fault(issued(iat=ahead), key_set())
    assert "not valid yet" in fault(issued(nbf=ahead), key_set())


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["soon", True, 1e300, {}])
def test_a_time_that_is_none_is_refused_with_its_name(claim: str, value: object) -> None:
    assert any(line.startswith((claim, "it ")) for line in faults(issued(claims={claim: value}), key_set()))
    assert not is_called_good(issued(claims={claim: value}), key_set())


def test_a_missing_or_odd_subject_is_said() -> None:
    assert "sub is missing" in fault(issued(sub=None), key_set())
    assert "visible ASCII" in fault(issued(sub="a b"), key_set())


def test_a_key_that_is_not_in_the_set_is_said_with_those_that_are() -> None:
    token = forge.signed({"alg": "EdDSA", "kid": "gone"}, {"iss": APP, "aud": APP, "sub": USER, "exp": 4e9}, "EdDSA")
    text = fault(token, key_set())
    assert "no key gone for EdDSA" in text
    assert development_key("ES256").kid in text


def test_a_token_without_key_name_is_said_when_no_single_key_fits() -> None:
    token = forge.signed({"alg": "EdDSA"}, {"iss": APP, "aud": APP, "sub": USER, "exp": 4e9}, "EdDSA")
    assert "names no key (kid)" in fault(token, {**key_set(), "AUTH_JWKS": forge.key_set(forge.jwk("ES256"))})


def test_a_wrong_signature_is_said_to_be_one() -> None:
    header, _, signature = issued().split(".")
    payload = issued(role="admin").split(".")[1]
    assert "the signature is wrong" in fault(f"{header}.{payload}.{signature}", key_set())


def test_a_secret_that_nearly_fits_is_pointed_at() -> None:
    assert "without the quotes" in fault(shared_secret(), {"AUTH_SECRET": f'"{forge.SECRET}"'})
    encoded = base64.b64encode(forge.SECRET.encode()).decode()
    assert "decoded from base64" in fault(shared_secret(), {"AUTH_SECRET": encoded})
    assert "another secret" in fault(shared_secret(), {"AUTH_SECRET": "Tn5wJ8qYc2VxLk7ZrB0mHd4GsPfEa9UoXi1KtW6vRQ3"})


def test_another_kind_of_jwt_is_refused_by_its_type() -> None:
    token = shared_secret({"typ": "better-auth.session-cache+jwt"})
    assert "session cache" in printed(token, SECRET)
    assert "a token for something else" in fault(token, SECRET)


def test_a_mails_token_is_recognized() -> None:
    now = int(time.time())
    token = forge.signed({"alg": "HS256"}, {"email": "a@example.com", "iat": now, "exp": now + 3600})
    for environ in (SECRET, key_set()):
        assert "the token of a mail by Better Auth" in printed(token, environ)
        assert not is_called_good(token, environ)


def test_an_id_token_is_told_from_an_access_token() -> None:
    token = issued("RS256", aud="client-1", nonce="n")
    assert "an ID token, which tells a client who signed in" in printed(token, key_set())
    assert "send the access token" in fault(token, key_set())


def test_clerks_missing_audience_leads_to_its_dashboard() -> None:
    token = issued("RS256", aud=None, azp="http://localhost:3000", sid="sess_1", sub="user_1")
    assert "a session token of Clerk" in printed(token, key_set())
    assert "Customize session token" in fault(token, key_set())


def test_cognitos_missing_audience_leads_to_the_setting_for_it() -> None:
    token = issued("RS256", iss=COGNITO, aud=None, client_id="client-1", token_use="access")
    cognito = key_set(AUTH_ISSUER=COGNITO, AUTH_AUDIENCE="client-1")
    assert "AUTH_AUDIENCE_CLAIM=client_id and AUTH_AUDIENCE=client-1" in fault(token, cognito)
    assert is_called_good(token, cognito | {"AUTH_AUDIENCE_CLAIM": "client_id"})


def test_cognitos_other_tokens_are_said_to_be_others() -> None:
    cognito = key_set(AUTH_ISSUER=COGNITO, AUTH_AUDIENCE="client-1", AUTH_AUDIENCE_CLAIM="client_id")
    of_another = issued("RS256", iss=COGNITO, aud=None, client_id="client-2", token_use="access")
    assert "client_id is client-2, expected client-1" in fault(of_another, cognito)
    id_token = issued("RS256", iss=COGNITO, aud="client-1", token_use="id")
    assert "this is an ID token" in fault(id_token, cognito)
    refresh = issued("RS256", iss=COGNITO, aud=None, client_id="client-1", token_use="refresh")
    assert "token_use is refresh, expected access" in fault(refresh, cognito)
    both = issued("RS256", iss=COGNITO, aud=None, client_id="client-2", token_use="refresh")
    assert [line.split()[0] for line in faults(both, cognito)] == ["client_id", "token_use"]


def test_all_faults_of_a_token_are_said_at_once() -> None:
    token = issued("ES256", lifetime_s=-7200, iss="http://localhost:3000", aud="http://localhost:3000")
    said = faults(token, key_set(AUTH_ALGORITHMS="EdDSA"))
    assert [line.split()[0] for line in said] == ["alg", "iss", "it", "aud"]


# The key set's address


def test_the_key_set_is_fetched_from_its_address(server: KeyServer) -> None:
    settings = {"AUTH_JWKS_URL": server.url, "AUTH_ISSUER": APP, "AUTH_AUDIENCE": APP}
    assert is_called_good(issued(), settings)
    assert fault(issued(aud="other"), settings) == f"aud is other, expected {APP}"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, "{}", "the address is wrong"),
        (429, "{}", "asked too often"),
        (200, "<html>", "no key set"),
        (500, "", "500"),
    ],
)
def test_a_key_set_that_cannot_be_had_is_said_with_why(server: KeyServer, status: int, body: str, words: str) -> None:
    server.publishes(body, status)
    text = fault(issued(), {"AUTH_JWKS_URL": server.url, "AUTH_ISSUER": APP, "AUTH_AUDIENCE": APP})
    assert server.url in text
    assert words in text


def test_an_address_where_nothing_listens_is_said() -> None:
    settings = {"AUTH_JWKS_URL": "http://127.0.0.1:1/jwks", "AUTH_ISSUER": APP, "AUTH_AUDIENCE": APP}
    assert "nothing answers there" in fault(issued(), settings)


def test_wrong_settings_are_said_and_nothing_is_called_good() -> None:
    said = faults(issued(), {"AUTH_JWKS": json.dumps(public_key_set())})
    assert len(said) == 2
    assert all("is not set" in line for line in said)


def test_a_secret_that_is_kept_elsewhere_is_not_replaced_by_the_development_secret() -> None:
    text = fault(mint("alice"), {"AUTH_SECRET_ARN": "/tasks/secret"})
    assert "AUTH_SECRET_ARN is not read here" in text


# The doctor and the verifier agree


TOKENS = {
    "good": issued,
    "expired": lambda: issued(lifetime_s=-60),
    "long expired": lambda: issued(lifetime_s=-99999),
    "on leeway": lambda: issued(lifetime_s=-3),
    "other audience": lambda: issued(aud=["a", 7]),
    "other issuer": lambda: issued(iss=[APP]),
    "no subject": lambda: issued(sub=None),
    "kid of another kind": lambda: forge.signed({"alg": "EdDSA", "kid": 7}, {}, "EdDSA"),
    "crit": lambda: forge.signed({"alg": "EdDSA", "crit": []}, {}, "EdDSA"),
    "terminal's colours": lambda: issued(iss="\x1b[31m\n!!"),
    "shared secret": shared_secret,
    "development": lambda: mint("alice"),
    "empty claims": lambda: forge.signed({"alg": "HS256"}, {}),
}


@pytest.mark.parametrize("environ", [key_set, lambda: SECRET, lambda: key_set(AUTH_ALGORITHMS="ES256")])
@pytest.mark.parametrize("make", TOKENS.values(), ids=TOKENS)
def test_good_is_said_exactly_when_the_verifier_accepts(make: Any, environ: Any) -> None:
    token, settings = make(), environ()
    try:
        build_verifier(load_settings({"DATABASE_URL": "postgresql://u@127.0.0.1/d", **settings}).auth).verify(
            [f"Bearer {token}"]
        )
    except ApiError:
        accepted = False
    else:
        accepted = True

    assert is_called_good(token, settings) is accepted
    assert (faults(token, settings) == []) is accepted


@pytest.mark.parametrize("make", TOKENS.values(), ids=TOKENS)
def test_neither_signature_nor_token_nor_secret_is_printed(make: Any) -> None:
    token = make()
    for environ in (key_set(), SECRET):
        text = printed(token, environ)
        assert token.split(".")[2] not in text
        assert token.split(".")[1] not in text
        assert forge.SECRET not in text
        assert text.isascii()
        assert text.replace("\n", "").isprintable()


def test_every_refusal_of_the_verifier_has_an_explanation() -> None:
    sources = [Path("shared/core/auth", name).read_text() for name in ("verifier.py", "jose.py")]
    refusals = {slug for source in sources for slug in re.findall(r'Error\("(\w+)"\)', source)}
    assert {"alg", "aud", "key", "signature"} <= refusals
    assert refusals | {"nbf", "iat", "scheme"} <= EXPLANATIONS.keys()


def test_a_token_that_lives_longer_than_is_allowed_is_told_by_how_much() -> None:
    text = fault(issued(lifetime_s=901), key_set(AUTH_MAX_LIFETIME="900"))
    assert "it lives 901 s, and AUTH_MAX_LIFETIME is 900" in text
    assert "iat is missing" in fault(issued(claims={"iat": None}), key_set(AUTH_MAX_LIFETIME="900"))


# The command


def test_the_command_exits_with_one_for_a_bad_token_and_with_zero_for_a_good_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in key_set().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TOKEN", issued())
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out.endswith("all is well\n")
    monkeypatch.setenv("TOKEN", issued(aud="other"))
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.endswith("1 thing to mend\n")


@pytest.mark.parametrize("asked", ["argument", "variable"])
def test_the_command_reads_a_token_from_standard_input(
    asked: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{mint('alice')}\n"))
    monkeypatch.setenv("TOKEN", "-" if asked == "variable" else "another")
    assert main(["doctor", *(["-"] if asked == "argument" else [])]) == 0
    assert "alice is the caller" in capsys.readouterr().out


def test_the_command_takes_no_token_that_other_users_of_the_machine_could_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    token = issued()
    with pytest.raises(SystemExit):
        main(["doctor", token])
    line = capsys.readouterr().err
    assert "from standard input (-) or from TOKEN" in line
    assert token not in line


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "no AUTH_* setting names a key"),
        (SECRET, "ok  tokens: a shared secret"),
        ({"AUTH_SECRET": "short"}, "!!  AUTH_SECRET has 5 bytes"),
        (
            {"AUTH_JWKS_URL": f"{APP}/jwks", "AUTH_ISSUER": APP, "AUTH_AUDIENCE": APP},
            f"ok  tokens: the key set {APP}/jwks",
        ),
    ],
)
def test_without_a_token_the_settings_are_examined(
    environ: dict[str, str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(developer, "EMBEDDED_HOME", tmp_path / "none")  # whether or not `make dev` has made one
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert main(["doctor"]) == 1  # there is no DATABASE_URL
    assert words in capsys.readouterr().out
