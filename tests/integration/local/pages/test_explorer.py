"""What `make dev` serves beside the API: the page to try it on, without a function behind it."""

import asyncio
import re
import sys
from pathlib import Path
from typing import Any, cast

import httpx
import jwt
import pytest

from local import ROOT
from local.gateway.application import Gateway
from local.openapi.file import document
from local.pages.document import Document, DocumentError
from local.pages.explorer import pages
from local.template import read_template
from local.workers.pool import WorkerPool
from shared.core.auth.settings import DEVELOPMENT_SECRET

DEVELOPMENT = {"AUTH_SECRET": DEVELOPMENT_SECRET}


def get(target: str, *, environ: dict[str, str] = DEVELOPMENT, made: Document | None = None) -> httpx.Response:
    gateway = Gateway(
        read_template(ROOT / "template.yaml"),
        cast("WorkerPool", None),  # no function is asked
        pages=pages(environ, made or Document()),
    )

    async def sent() -> httpx.Response:
        transport = httpx.ASGITransport(app=cast("Any", gateway))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(target)

    return asyncio.run(sent())


def test_the_first_address_leads_to_the_page() -> None:
    answer = get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/docs")


def test_the_page_loads_what_is_served_beside_it_and_nothing_else() -> None:
    page = get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert [address for address in loaded if not address.startswith(("/docs/", "data:,"))] == []
    assert {get(address).status_code for address in loaded if address.startswith("/")} == {200}
    assert {
        get(address).headers["content-type"].partition(";")[0] for address in loaded if address.endswith(".js")
    } == {"text/javascript"}


def test_the_document_is_that_of_the_code_and_asks_where_it_came_from() -> None:
    assert get("/openapi.json").json() == {**document(), "servers": [{"url": "/"}]}


@pytest.mark.parametrize("user", ["alice", "auth0|bob", "é & ü"])
def test_a_token_of_whoever_one_wants_to_be(user: str) -> None:
    token = get(f"/docs/token?{httpx.QueryParams(user=user)}").json()["token"]
    assert jwt.decode(token, DEVELOPMENT_SECRET, algorithms=["HS256"])["sub"] == user


@pytest.mark.parametrize("query", ["", "?user=", f"?user={'a' * 256}"])
def test_a_user_that_can_be_none_gets_no_token(query: str) -> None:
    assert get(f"/docs/token{query}").status_code == 400


def test_where_tokens_are_an_issuers_there_is_none_of_ours() -> None:
    answer = get("/docs/token?user=alice", environ={"AUTH_JWKS_URL": "https://example.com/jwks"})
    assert answer.status_code == 404
    assert "paste a token" in answer.json()["message"]


def clone(tmp_path: Path, says: str) -> Document:
    """A document that is what the function's file says, made by a program that notes each time it runs."""
    (tmp_path / "functions").mkdir(exist_ok=True)
    (tmp_path / "functions" / "one.py").write_text(says)
    for name in ("shared", "local/openapi"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    (tmp_path / "template.yaml").touch()
    program = "import sys; open('made', 'a').write('.'); exec(open('functions/one.py').read())"
    return Document(tmp_path, (sys.executable, "-c", program))


def test_the_document_is_made_again_only_when_a_file_has_changed(tmp_path: Path) -> None:
    made = clone(tmp_path, "print('{\"title\": 1}')")
    assert [get("/openapi.json", made=made).json()["title"] for _ in range(3)] == [1, 1, 1]
    clone(tmp_path, "print('{\"title\": 22}')")
    assert get("/openapi.json", made=made).json()["title"] == 22
    assert (tmp_path / "made").read_text() == ".."


def test_code_without_a_document_is_said_in_words(tmp_path: Path) -> None:
    made = clone(tmp_path, "raise SystemExit('functions/one.py does not import')")
    answer = get("/openapi.json", made=made)
    assert answer.status_code == 503
    assert answer.json()["message"] == "there is no document: functions/one.py does not import"
    with pytest.raises(DocumentError):
        asyncio.run(made.current())
