"""What somebody pasted: the token in it, and what it is when it is no signed JWT."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

CALL_TOKEN = "call authClient.token() and send what it gives"
PARTS_OF_A_JWT, PARTS_OF_A_JWE = 3, 5

_PREFIX = re.compile(r"(?:authorization\s*:\s*)?(?:bearer(?:\s+|$))+", re.IGNORECASE)
_QUOTES = "\"'`“”‘’"  # noqa: RUF001 - chats and word processors turn quotes into these
# Whatever its name begins with: to look for that too takes a minute in a long text.
_COOKIE = re.compile(r"session_(token|data)(?:\.\d+)?=")
_SESSION_TOKEN = re.compile(r"[A-Za-z0-9]{32}")
_SESSION_COOKIE = re.compile(r"[A-Za-z0-9]{32}\.(?:[A-Za-z0-9+/_=-]|%[0-9A-Fa-f]{2})+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NO_VALUES = ("undefined", "null", "none", "nan", "[objectobject]")
_KEYS_OF_CLERK = {
    "sk_": "a secret key (Clerk's and others' begin so): it belongs on a server only; replace it if it left one",
    "pk_": "a publishable key (Clerk's and others' begin so), which names an application and no user",
    "sess_": "the id of a Clerk session: send what getToken() gives",
    "user_": "the id of a Clerk user: send what getToken() gives",
    "oat_": "an opaque access token of Clerk, which only Clerk can check: send what getToken() gives",
}


def unwrap(pasted: str) -> tuple[str, list[str]]:
    """The token without what came along with it, and a remark for each thing that had to be taken away."""
    remarks = []
    text = pasted.strip().strip(_QUOTES).strip()
    if text != pasted.strip():
        remarks.append("there were quotes around it: they must not be in the header")
    if prefix := _PREFIX.match(text):
        text = text[prefix.end() :].strip().strip(_QUOTES).strip()
        remarks.append("it came with `Bearer`: the header has that word once, and the token is what follows it")
    whole = "".join(text.split())
    if whole != text and not _COOKIE.search(text):
        remarks.append("it was broken by white space, which is left out here and must not be in the header")
        text = whole
    return text, remarks


def what_it_is(text: str) -> str | None:
    """What a text is that is no JWT, and what to send instead; None for what looks like a signed JWT."""
    if not text:
        return "there is no token: an empty header, or a variable that is not set"
    return next(_guesses(text), None)


def _guesses(text: str) -> Iterator[str]:
    yield from _of_better_auth(text)
    yield from (meaning for prefix, meaning in _KEYS_OF_CLERK.items() if text.startswith(prefix))
    if _UUID.fullmatch(text):
        yield "this is a UUID: the id of a user or of a session, not a token"
    if text.lower() in _NO_VALUES:
        yield f"this is the word {text}: the client sent a variable that held no token (is the user signed in?)"
    yield from _of_parts(text.split("."))


def _of_better_auth(text: str) -> Iterator[str]:
    if cookie := _COOKIE.search(text):
        name = "session token" if cookie[1] == "token" else "session cache"
        yield f"this is Better Auth's session cookie ({name}), which is for Better Auth alone: {CALL_TOKEN}"
    if _SESSION_TOKEN.fullmatch(text):
        yield f"this is Better Auth's session token, or another opaque one of 32 characters, and no JWT: {CALL_TOKEN}"
    if _SESSION_COOKIE.fullmatch(text):
        yield f"this is Better Auth's session token with its signature, as the cookie holds it: {CALL_TOKEN}"
    if "session" in _json(text):
        yield f"this is Better Auth's session cache (a cookie, not a JWT): {CALL_TOKEN}"


def _of_parts(parts: list[str]) -> Iterator[str]:
    if len(parts) == PARTS_OF_A_JWE:
        yield _encrypted(_json(parts[0]))
    if len(parts) < PARTS_OF_A_JWT and "alg" in _json(parts[0]):
        yield "this is the beginning of a JWT, its end is missing: it was cut off when it was copied or stored"
    if len(parts) == PARTS_OF_A_JWT and not parts[-1]:
        yield "this JWT has no signature: anybody could have written it"
    if len(parts) != PARTS_OF_A_JWT:
        yield (
            "this is not a JWT, which has three parts with dots between them, but an opaque token that only its issuer "
            "can read. Auth0 gives one when the client did not ask for an `audience`"
        )


def _encrypted(header: dict[str, Any]) -> str:
    if header.get("alg") == "dir" and header.get("enc") == "A256CBC-HS512":
        return f"this is an encrypted JWT, such as Better Auth's session cookie (strategy jwe): {CALL_TOKEN}"
    return (
        "this is an encrypted JWT (five parts), which only its issuer can read. Auth0 gives one when the client did "
        "not ask for an `audience`: ask for that of this API"
    )


def _json(segment: str) -> dict[str, Any]:
    try:
        value = json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
