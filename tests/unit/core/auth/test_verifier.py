"""The verifier's own checks, in the order of auth.md; forged signatures and keys are in test_auth_forgeries.py."""

import hashlib
import json

import pytest

from shared.core.auth.jose import Key
from shared.core.auth.settings import AuthSettings
from shared.core.auth.verifier import Caller, Verifier, build_verifier
from shared.core.errors import ApiError, BadRequest, MissingToken, ServiceUnavailable, TokenExpired, Unauthorized
from shared.core.fingerprint import fingerprint
from shared.core.settings import ConfigurationError
from tests.unit.core.auth import tokens as forge
from tests.unit.core.auth.tokens import AUDIENCE, CALLER, CLAIMS, ISSUER, NOW, SECRET, bearer, signed, token

VERIFIER = forge.secret_verifier()


class NoKeys:
    """A key set that remembers whether it was asked."""

    def __init__(self, error: ApiError | None = None) -> None:
        self.asked: list[tuple[str | None, str]] = []
        self._error = error

    def find(self, kid: str | None, alg: str, /) -> Key | None:
        self.asked.append((kid, alg))
        if self._error:
            raise self._error
        return None


def refusal(value: str, verifier: Verifier = VERIFIER) -> Unauthorized:
    """The error for a token; its reason names the check, the fingerprint, and nothing else."""
    with pytest.raises(Unauthorized) as caught:
        verifier.verify(bearer(value))
    assert caught.value.reason is not None
    assert caught.value.reason.endswith(f" token={fingerprint(value)}")
    assert caught.value.public_message == type(caught.value).message
    return caught.value


def failed_check(value: str, verifier: Verifier = VERIFIER) -> str:
    error = refusal(value, verifier)
    assert type(error) is Unauthorized
    return str(error.reason).split()[0]


# 1. The header


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    assert VERIFIER.verify([f"{scheme} {token()}"]) == CALLER


def test_no_header_is_a_missing_token() -> None:
    with pytest.raises(MissingToken):
        VERIFIER.verify([])


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(bearer(token()) * 2, id="the same twice"),
        pytest.param([*bearer(token()), "Basic dTpw"], id="two schemes"),
        pytest.param([*bearer(token()), ""], id="an empty second"),
        pytest.param([f"Bearer {token()},Bearer {token()}"], id="joined by API Gateway"),
        pytest.param([f"Bearer {token()}, "], id="joined with an empty one"),
        pytest.param([","], id="two empty ones joined"),
    ],
)
def test_two_headers_are_a_bad_request(headers: list[str]) -> None:
    with pytest.raises(BadRequest):
        VERIFIER.verify(headers)


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer  {}",
        " Bearer {}",
        "Bearer {} ",
        "Bearer\t{}",
        "Bearer\u00a0{}",
        "Bearer {} {}",
        "Bearer{}",
        "Basic {}",
        "Token {}",
        "DPoP {}",
        "{}",
        "Bearer: {}",
        "B\u0435arer {}",  # a Cyrillic letter
        "\u017fbearer {}",
    ],
)
def test_anything_but_bearer_one_space_and_a_token_is_refused(header: str) -> None:
    with pytest.raises(Unauthorized) as caught:
        VERIFIER.verify([header.replace("{}", token())])
    assert caught.value.reason == "scheme"
    assert not isinstance(caught.value, MissingToken)


def of_length(length: int) -> str:
    for padding in range(length):
        value = signed('{"alg":"HS256"}', {**CLAIMS, "pad": "x" * (padding + length // 2)})
        if len(value) >= length:
            return value
    raise AssertionError


def test_a_token_of_8192_characters_is_accepted_and_a_longer_one_is_not() -> None:
    longest, longer = of_length(8192), of_length(8193)
    assert (len(longest), len(longer)) == (8192, 8193)
    assert VERIFIER.verify(bearer(longest)) == CALLER
    assert failed_check(longer) == "length"


# 2. Shape, base64url, JSON


@pytest.mark.parametrize(
    "value",
    [
        "a",
        "a.b",
        ".a.b",
        "a..b",
        "a.b.",
        "a.b.c.d",
        "a.b.c.d.e",
        f"{token()}.",
        f".{token()}",
        f"{token()}=",
        f"{token()}\n",
        f"\n{token()}",
        f"{token()}\x00",
        token().replace(".", "\u3002"),
        token().replace(".", ".\u200b"),
        token()[:-1] + "\u0430",
        token()[:-1] + "+",
        token()[:-1] + "/",
        token()[:-1] + "\u0661",
        token()[:-1] + "%",
        json.dumps({"payload": "e30", "signatures": []}).replace(",", ";").replace(" ", ""),
        "." * 8000,
    ],
)
def test_only_three_segments_of_base64url_are_a_token(value: str) -> None:
    assert failed_check(value) == "shape"


@pytest.mark.parametrize("segment", [0, 1, 2])
def test_padding_is_refused_in_each_segment(segment: int) -> None:
    segments = token().split(".")
    segments[segment] += "=" * (-len(segments[segment]) % 4 or 4)
    assert failed_check(".".join(segments)) == "shape"


@pytest.mark.parametrize("segment", [0, 1, 2])
def test_a_segment_of_impossible_length_is_refused(segment: int) -> None:
    segments = token().split(".")
    segments[segment] = segments[segment][: len(segments[segment]) // 4 * 4] + "A"
    assert failed_check(".".join(segments)) == "base64url"


def test_spare_bits_are_refused_though_the_bytes_are_the_same() -> None:
    # given a signature of 32 bytes, whose last character carries two spare bits
    good = token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(good[-1])
    # when each of the other three spellings is tried, then none is a token
    assert [failed_check(good[:-1] + alphabet[last + spare]) for spare in (1, 2, 3)] == ["base64url"] * 3


@pytest.mark.parametrize("padding", [1, 2])
@pytest.mark.parametrize("segment", ["header", "payload"])
def test_spare_bits_are_refused_also_when_they_are_signed(segment: str, padding: int) -> None:
    # given a segment that needs `padding` characters of it, with a spare bit set, signed as it stands
    content = {"header": '{"alg":"HS256"}', "payload": json.dumps(dict(CLAIMS))}
    content[segment] += " " * ((-padding - len(content[segment])) % 3)
    spoiled = {name: forge.encoded(text) for name, text in content.items()}
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spoiled[segment] = spoiled[segment][:-1] + alphabet[alphabet.index(spoiled[segment][-1]) + 1]
    signing_input = f"{spoiled['header']}.{spoiled['payload']}"
    signature = forge.algorithm("HS256").sign(signing_input.encode(), SECRET.encode())
    assert failed_check(f"{signing_input}.{forge.b64(signature)}") == "base64url"


HEADER = '{"alg":"HS256"}'
PAYLOAD = json.dumps(dict(CLAIMS))
NOT_STRICT_JSON = {
    "empty object of nothing": "",
    "array": "[]",
    "array of an object": '[{"alg":"HS256"}]',
    "string": '"x"',
    "number": "1",
    "null": "null",
    "true": "true",
    "invalid UTF-8": b'{"a":"\xff"}',
    "overlong UTF-8": b'{"a":"\xc0\x80"}',
    "UTF-8 of a surrogate": b'{"a":"\xed\xa0\x80"}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "UTF-16 without BOM": '{"a":1}'.encode("utf-16-le"),
    "UTF-32": '{"a":1}'.encode("utf-32"),
    "BOM": b'\xef\xbb\xbf{"a":1}',
    "NaN": '{"a":NaN}',
    "Infinity": '{"a":Infinity}',
    "minus Infinity": '{"a":-Infinity}',
    "5000 digits": '{"a":' + "9" * 5000 + "}",
    "deep nesting": '{"a":' + "[" * 5000,
    "deep objects": '{"a":' * 900,
    "trailing comma": '{"a":1,}',
    "single quotes": "{'a':1}",
    "comment": '{"a":1}//',
    "two objects": '{"a":1}{"a":1}',
    "trailing NUL": '{"a":1}\x00',
    "control character in a string": '{"a":"\x01"}',
    "leading zero": '{"a":01}',
    "duplicate": '{"a":1,"a":1}',
    "duplicate by escape": '{"a":1,"\\u0061":2}',
    "duplicate inside": '{"b":{"a":1,"a":2}}',
    "duplicate in a list": '{"b":[{"a":1,"a":2}]}',
}


@pytest.mark.parametrize("content", NOT_STRICT_JSON.values(), ids=NOT_STRICT_JSON.keys())
def test_a_segment_that_is_not_strict_json_is_refused_whoever_signed_it(content: str | bytes) -> None:
    assert failed_check(signed(content, PAYLOAD)) in ("json", "shape")
    assert failed_check(signed(HEADER, content)) in ("json", "shape")


@pytest.mark.parametrize("member", sorted(CLAIMS))
def test_a_claim_that_stands_twice_is_refused_even_if_both_are_alike(member: str) -> None:
    again = json.dumps({member: CLAIMS[member]})
    assert failed_check(signed(HEADER, f"{PAYLOAD[:-1]},{again[1:]}")) == "json"


@pytest.mark.parametrize("header", ['{"alg":"HS256","alg":"none"}', '{"alg":"none","alg":"HS256"}'])
def test_an_algorithm_that_stands_twice_is_refused(header: str) -> None:
    assert failed_check(signed(header, PAYLOAD)) == "json"


def test_white_space_and_escapes_in_json_are_accepted() -> None:
    header = '\r\n{ "\\u0061lg" :\t"HS\\u003256" }\n'
    assert VERIFIER.verify(bearer(signed(header, f" {PAYLOAD} "))) == CALLER


# 3. Header


@pytest.mark.parametrize("typ", ["JWT", "jwt", "Jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+JWT"])
def test_the_types_of_access_tokens_are_accepted(typ: str) -> None:
    assert VERIFIER.verify(bearer(token("HS256", {"typ": typ}))) == CALLER


@pytest.mark.parametrize(
    "typ",
    [None, "", 1, True, [], ["JWT"], {}, "JWT ", " JWT", "JWE", "JOSE", "JOSE+JSON", "application/jwt", "id+jwt",
     "dpop+jwt", "logout+jwt", "secevent+jwt", "refresh+jwt", "jwt\u0000", "\u212awt", "at+jwt;v=1", "JWT,at+jwt"],
)  # fmt: skip
def test_other_types_are_refused(typ: object) -> None:
    assert failed_check(token("HS256", {"typ": typ})) == "typ"


@pytest.mark.parametrize(
    "alg",
    ["none", "None", "NONE", "nOnE", "", " ", "hs256", "Hs256", "HS256 ", "HS384", "HS512", "RS256", "ES256", "EdDSA",
     "dir", "A128KW", "HS256\u0000", None, 1, True, [], ["HS256"], {}, {"alg": "HS256"}],
)  # fmt: skip
def test_an_algorithm_that_is_not_listed_is_refused(alg: object) -> None:
    assert failed_check(token("HS256", {"alg": alg})) == "alg"


def test_a_header_without_an_algorithm_is_refused() -> None:
    assert failed_check(signed({"typ": "JWT"}, dict(CLAIMS))) == "alg"


@pytest.mark.parametrize(
    "member",
    [
        {"crit": ["exp"], "exp": NOW},
        {"crit": []},
        {"crit": None},
        {"crit": ["b64"], "b64": True},
        {"crit": ["http://example.com/UNDEFINED"], "http://example.com/UNDEFINED": True},  # RFC 7515, appendix E
        {"b64": True},
        {"b64": False},
        {"b64": None},
        {"zip": "DEF"},
        {"zip": None},
        {"enc": "A256GCM"},
        {"enc": ""},
    ],
)
def test_headers_that_change_what_is_signed_are_refused(member: dict[str, object]) -> None:
    assert failed_check(token("HS256", member)) == "header"


@pytest.mark.parametrize("kid", [None, 1, 1.5, True, [], {}, ["k1"], "k" * 201])
def test_a_kid_that_is_not_a_string_of_at_most_200_is_refused(kid: object) -> None:
    assert failed_check(token("HS256", {"kid": kid})) == "kid"


@pytest.mark.parametrize(
    "kid", ["", "k" * 200, "../../dev/null", "' OR 1=1 --", "http://evil.example", "\u0000", "\ud800"]
)
def test_with_a_shared_secret_any_other_kid_is_ignored(kid: str) -> None:
    assert VERIFIER.verify(bearer(token("HS256", {"kid": kid}))) == CALLER


# 4. Cheap refusals


@pytest.mark.parametrize(
    ("value", "check"),
    [
        pytest.param("junk", "shape", id="junk"),
        pytest.param(token("EdDSA", {"alg": "HS256"}), "alg", id="another algorithm"),
        pytest.param(token("EdDSA", {"typ": "dpop+jwt"}), "typ", id="another type"),
        pytest.param(token("EdDSA", iss="https://evil.example"), "iss", id="another issuer"),
        pytest.param(token("EdDSA", iss=[ISSUER]), "iss", id="a list of issuers"),
        pytest.param(token("EdDSA", iss=ISSUER + "/"), "iss", id="nearly the issuer"),
        pytest.param(token("EdDSA", iss=ISSUER.upper()), "iss", id="the issuer shouted"),
        pytest.param(token("EdDSA", iss=None), "iss", id="no issuer"),
        pytest.param(token("EdDSA", exp=None), "exp", id="no exp"),
        pytest.param(token("EdDSA", exp=str(NOW + 900)), "exp", id="exp as a string"),
        pytest.param(token("EdDSA", exp=True), "exp", id="exp as a boolean"),
    ],
)
def test_junk_is_refused_without_a_key_look_up(value: str, check: str) -> None:
    keys = NoKeys()
    verifier = Verifier(
        AuthSettings(jwks="{}", issuer=ISSUER, audiences=(AUDIENCE,), algorithms=("EdDSA",)), keys, clock=lambda: NOW
    )
    assert failed_check(value, verifier) == check
    assert keys.asked == []


def test_a_long_expired_token_is_called_expired_without_a_key_look_up() -> None:
    keys = NoKeys()
    verifier = Verifier(AuthSettings(jwks="{}", algorithms=("EdDSA",)), keys, clock=lambda: NOW)
    assert type(refusal(token("EdDSA", exp=NOW - 3600, aud=None), verifier)) is TokenExpired
    assert keys.asked == []


def test_a_token_that_expired_lately_and_is_forged_is_not_called_expired() -> None:
    forged = signed({"alg": "HS256"}, {**CLAIMS, "exp": NOW - 3599}, key=b"another secret of more than 32 bytes")
    assert failed_check(forged) == "signature"


# 5. Key


def test_a_token_whose_key_is_unknown_is_refused() -> None:
    keys = NoKeys()
    verifier = Verifier(AuthSettings(jwks="{}", issuer=ISSUER, algorithms=("EdDSA",)), keys, clock=lambda: NOW)
    assert failed_check(token("EdDSA"), verifier) == "key"
    assert failed_check(signed({"alg": "EdDSA"}, dict(CLAIMS), "EdDSA"), verifier) == "key"
    assert keys.asked == [("k1", "EdDSA"), (None, "EdDSA")]


def test_keys_out_of_reach_are_not_the_tokens_fault() -> None:
    outage = ServiceUnavailable(reason="jwks network", retry_after=7)
    verifier = Verifier(AuthSettings(jwks="{}", algorithms=("EdDSA",)), NoKeys(outage), clock=lambda: NOW)
    with pytest.raises(ServiceUnavailable) as caught:
        verifier.verify(bearer(token("EdDSA")))
    assert caught.value.retry_after == 7


# 6. Signature: see test_auth_forgeries.py


# 7. Claims


@pytest.mark.parametrize("aud", [AUDIENCE, [AUDIENCE], [AUDIENCE, "https://other.example"], ["other", AUDIENCE]])
def test_an_audience_that_names_us_is_accepted(aud: object) -> None:
    assert VERIFIER.verify(bearer(token(aud=aud))) == CALLER


@pytest.mark.parametrize(
    "aud",
    [None, "", "other", AUDIENCE + "/", AUDIENCE[:-1], AUDIENCE.upper(), f" {AUDIENCE}", f"{AUDIENCE} other", [], [[]],
     [[AUDIENCE]], ["other"], {AUDIENCE: 1}, {"0": AUDIENCE}, 1, True, [AUDIENCE, 1], [AUDIENCE, None], [None]],
)  # fmt: skip
def test_any_other_audience_is_refused(aud: object) -> None:
    assert failed_check(token(aud=aud)) == "aud"


def test_a_null_audience_is_refused() -> None:
    assert failed_check(signed({"alg": "HS256"}, {**CLAIMS, "aud": None})) == "aud"
    assert failed_check(signed({"alg": "HS256"}, {**CLAIMS, "aud": None}), forge.secret_verifier(audiences=())) == "aud"


def test_one_of_several_configured_audiences_is_enough() -> None:
    verifier = forge.secret_verifier(audiences=("https://old.example", AUDIENCE))
    assert verifier.verify(bearer(token())) == CALLER
    assert failed_check(token(aud="https://third.example"), verifier) == "aud"


def test_without_a_configured_audience_only_tokens_that_name_none_are_accepted() -> None:
    verifier = forge.secret_verifier(audiences=())
    assert verifier.verify(bearer(token(aud=None))) == CALLER
    assert failed_check(token(), verifier) == "aud"
    assert failed_check(token(aud=[]), verifier) == "aud"


def test_without_a_configured_issuer_any_is_accepted() -> None:
    verifier = forge.secret_verifier(issuer=None)
    assert verifier.verify(bearer(token(iss=None))) == CALLER
    assert verifier.verify(bearer(token(iss="https://other.example"))) == CALLER


def test_an_issuer_in_a_list_is_refused() -> None:
    assert failed_check(token(iss=[ISSUER])) == "iss"


NOT_TIMES: tuple[object, ...] = (
    "", "1", str(NOW), "2027-01-01T00:00:00Z", True, False, [], [NOW], {}, {"t": NOW}, -1, -0.5, 253402300800, 2**63,
    10**300, 10**4000, 1e308,
)  # fmt: skip


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", NOT_TIMES, ids=lambda value: str(value)[:20])
def test_a_time_that_is_not_a_number_of_seconds_before_the_year_10000_is_refused(claim: str, value: object) -> None:
    assert failed_check(token(**{claim: value})) == claim


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["null", "1e400", "-1e400"])
def test_a_time_that_python_reads_as_none_or_infinity_is_refused(claim: str, value: str) -> None:
    others = json.dumps({name: given for name, given in CLAIMS.items() if name != claim})
    assert failed_check(signed(HEADER, f'{others[:-1]},"{claim}":{value}}}')) == claim


@pytest.mark.parametrize("exp", [NOW + 900.5, NOW - 29, NOW - 29.5, 253402300799, 1.9e9])
def test_a_token_is_good_until_the_leeway_after_its_exp(exp: float) -> None:
    assert VERIFIER.verify(bearer(token(exp=exp))).expires_at == float(exp)


@pytest.mark.parametrize("exp", [NOW - 30, NOW - 31, NOW - 3599, NOW - 3600, NOW - 10**6, 1, 0, -0.0])
def test_a_token_whose_time_ran_out_is_expired(exp: float) -> None:
    assert type(refusal(token(exp=exp))) is TokenExpired


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_token_from_the_future_is_refused_beyond_the_leeway(claim: str) -> None:
    assert VERIFIER.verify(bearer(token(**{claim: NOW + 30}))) == CALLER
    assert VERIFIER.verify(bearer(token(**{claim: 0}))) == CALLER
    assert VERIFIER.verify(bearer(token(**{claim: None}))) == CALLER
    assert failed_check(token(**{claim: NOW + 30.5})) == claim
    assert failed_check(token(**{claim: 253402300799})) == claim


@pytest.mark.parametrize("fault", [{"aud": "other"}, {"sub": ""}, {"nbf": NOW + 60}, {"iat": True}])
def test_an_expired_token_with_another_fault_is_not_called_expired(fault: dict[str, object]) -> None:
    assert failed_check(token(exp=NOW - 60, **fault)) == next(iter(fault))


def test_a_token_may_live_as_long_as_it_is_allowed_and_no_longer() -> None:
    bounded = forge.secret_verifier(max_lifetime=900)

    assert bounded.verify(bearer(token(iat=NOW - 60, exp=NOW + 840))).id == CALLER.id
    assert failed_check(token(iat=NOW - 60, exp=NOW + 841), bounded) == "lifetime"
    assert failed_check(token(iat=NOW - 60, exp=NOW + 840.5), bounded) == "lifetime"
    assert failed_check(token(iat=0, exp=NOW + 60), bounded) == "lifetime"


def test_a_token_that_does_not_say_when_it_was_issued_is_refused_where_its_life_is_bounded() -> None:
    assert failed_check(token(iat=None), forge.secret_verifier(max_lifetime=10**6)) == "lifetime"
    assert VERIFIER.verify(bearer(token(iat=None))) == CALLER


def test_a_token_that_lived_too_long_and_has_expired_is_not_called_expired() -> None:
    assert failed_check(token(iat=NOW - 2000, exp=NOW - 60), forge.secret_verifier(max_lifetime=900)) == "lifetime"


@pytest.mark.parametrize(
    "sub", ["1", "a" * 255, "auth0|5f7c8ec7c33c6c004bbafe82", "d3b0-7384", "!~", "user@example.com"]
)
def test_a_subject_of_visible_ascii_is_the_callers_id(sub: str) -> None:
    assert VERIFIER.verify(bearer(token(sub=sub))).id == sub


@pytest.mark.parametrize(
    "sub",
    [None, "", " ", "a b", "a\n", "\na", "a\x00", "a\x7f", "\u00e9", "\u0430dmin", "a\u200b", "\ud800", "a" * 256, 1,
     1.0, 0, True, [], ["a"], {}, {"id": "a"}],
)  # fmt: skip
def test_any_other_subject_is_refused(sub: object) -> None:
    assert failed_check(token(sub=sub)) == "sub"


def test_a_null_subject_is_refused() -> None:
    assert failed_check(signed({"alg": "HS256"}, {**CLAIMS, "sub": None})) == "sub"


COGNITO = {"aud": None, "client_id": AUDIENCE, "token_use": "access"}


def test_the_client_id_stands_for_the_audience_where_that_is_configured() -> None:
    cognito = forge.secret_verifier(audience_claim="client_id")
    assert cognito.verify(bearer(token(**COGNITO))) == CALLER
    assert cognito.verify(bearer(token(**{**COGNITO, "aud": AUDIENCE}))) == CALLER


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"client_id": None}, "client_id"),
        ({"client_id": "other"}, "client_id"),
        ({"client_id": [AUDIENCE]}, "client_id"),
        ({"client_id": {}}, "client_id"),
        ({"token_use": "id"}, "token_use"),
        ({"token_use": None}, "token_use"),
        ({"token_use": ["access"]}, "token_use"),
        ({"aud": "other"}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": AUDIENCE, "client_id": None, "token_use": "id"}, "client_id"),
    ],
)
def test_with_client_id_any_other_token_is_refused(changed: dict[str, object], check: str) -> None:
    cognito = forge.secret_verifier(audience_claim="client_id")
    assert failed_check(token(**{**COGNITO, **changed}), cognito) == check


def test_the_client_id_means_nothing_where_it_is_not_configured() -> None:
    assert failed_check(token(**COGNITO)) == "aud"


# 8. The caller


@pytest.mark.parametrize("claim", ["email", "name"])
@pytest.mark.parametrize("value", [None, 1, True, [], {}, "a\x00b", "a\ud800", "\udfff", "x" * 321])
def test_what_postgresql_cannot_hold_or_nobody_is_called_becomes_none(claim: str, value: object) -> None:
    caller = VERIFIER.verify(bearer(token(**{claim: value})))
    assert getattr(caller, claim) is None
    assert caller.id == CALLER.id


@pytest.mark.parametrize(
    ("claim", "value"),
    [("email", "x" * 320), ("name", "x" * 200), ("name", "Zo\u00eb \U0001f600"), ("name", ""), ("name", "\uffff")],
)
def test_other_text_is_kept_as_it_is(claim: str, value: str) -> None:
    assert getattr(VERIFIER.verify(bearer(token(**{claim: value}))), claim) == value


def test_a_name_is_at_most_200_characters() -> None:
    assert VERIFIER.verify(bearer(token(name="x" * 201))).name is None


def test_a_caller_cannot_be_changed() -> None:
    caller = VERIFIER.verify(bearer(token()))
    with pytest.raises(AttributeError):
        caller.id = "someone else"  # type: ignore[misc]


def test_the_fingerprint_is_the_beginning_of_the_tokens_sha_256() -> None:
    value = token(sub="")
    assert fingerprint(value) == hashlib.sha256(value.encode()).hexdigest()[:8]


# The factory


def test_a_secret_makes_a_verifier_of_hs256() -> None:
    verifier = build_verifier(AuthSettings(secret=SECRET, issuer=ISSUER, audiences=(AUDIENCE,)))
    assert verifier.verify(bearer(token(exp=4_000_000_000, iat=None))) == Caller(
        CALLER.id, CALLER.email, CALLER.name, 4_000_000_000
    )


def test_a_secret_that_is_not_utf_8_is_used_byte_for_byte() -> None:
    # given the bytes as os.environ shows them
    raw = b"\xff\xfe" + SECRET.encode()
    verifier = build_verifier(AuthSettings(secret=raw.decode("utf-8", "surrogateescape")))
    value = signed({"alg": "HS256"}, {"sub": "a", "exp": 4_000_000_000}, key=raw)
    assert verifier.verify(bearer(value)).id == "a"


def test_an_inline_key_set_makes_a_verifier_that_needs_no_network() -> None:
    settings = AuthSettings(
        jwks=forge.key_set(forge.jwk("EdDSA")), issuer=ISSUER, audiences=(AUDIENCE,), algorithms=("EdDSA",)
    )
    assert build_verifier(settings).verify(bearer(token("EdDSA", exp=4_000_000_000, iat=None))).id == CALLER.id


@pytest.mark.parametrize("jwks_url", [None, "https://app.example.com/api/auth/jwks"])
def test_an_inline_key_set_without_a_usable_key_is_a_configuration_fault(jwks_url: str | None) -> None:
    settings = AuthSettings(jwks=forge.key_set(forge.jwk("EdDSA", use="enc")), jwks_url=jwks_url, algorithms=("EdDSA",))
    with pytest.raises(ConfigurationError) as caught:
        build_verifier(settings)
    assert caught.value.faults == ["AUTH_JWKS holds no usable key: key 1: its use is not sig"]
