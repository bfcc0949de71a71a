"""CORS as a real browser enforces it: pages of another origin call the API through the local gateway."""

from typing import Any

import pytest

from local.tokens.mint import mint
from tests.e2e.browser.chromium import needs_chromium
from tests.e2e.browser.conftest import Run
from tests.e2e.browser.pages import Pages
from tests.e2e.gateway import Served, serving
from tests.integration.local.dev.test_run import free_port, greeting, started

pytestmark = needs_chromium

# All that a page is told, whatever the browser objects to.
BLOCKED = {"blocked": "TypeError: Failed to fetch"}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
HEADERS = {"authorization", "content-type", "if-match", "if-none-match", "idempotency-key"}
EXPOSED = {
    "etag", "location", "retry-after", "ratelimit", "ratelimit-policy", "www-authenticate", "x-request-id",
    "idempotency-replayed",
}  # fmt: skip
# What a page may read of any answer, by the Fetch standard.
SAFELISTED = {
    "cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma",
}  # fmt: skip
LIST = "return await call('GET', TASKS, {headers: {authorization: `Bearer ${TOKEN}`}})"
ALL_METHODS = """
const authorization = `Bearer ${TOKEN}`;
const json = {authorization, "content-type": "application/json"};
const created = await call("POST", TASKS, {headers: {...json, "idempotency-key": KEY}, body: {title: "Milk"}});
const task = `${TASKS}/${created.json.data.id}`;
const etag = created.headers.etag;
const known = await call("GET", task, {headers: {authorization, "if-none-match": etag}});
const listed = await call("GET", TASKS, {headers: {authorization}});
const updated = await call("PUT", task, {headers: {...json, "if-match": etag}, body: {title: "Bread"}});
const stale = await call("PUT", task, {headers: {...json, "if-match": etag}, body: {title: "Butter"}});
const completed = await call("PATCH", `${task}/complete`, {headers: json, body: {completed: true}});
const deleted = await call("DELETE", task, {headers: {authorization, "if-match": completed.headers.etag}});
return {created, known, listed, updated, stale, completed, deleted};
"""


@pytest.mark.parametrize("tasks", ["/api/tasks", "/api/alice/tasks"])
def test_every_method_with_every_header_is_let_through(api: Served, run: Run, tasks: str) -> None:
    answers = run(api.address, ALL_METHODS, TOKEN=mint("alice"), TASKS=tasks)

    statuses = {name: answer["status"] for name, answer in answers.items()}
    assert statuses == {
        "created": 201, "known": 304, "listed": 200, "updated": 200, "stale": 412, "completed": 200, "deleted": 204,
    }  # fmt: skip
    assert answers["updated"]["json"]["data"]["title"] == "Bread"
    assert answers["stale"]["json"]["error"]["code"] == "PRECONDITION_FAILED"
    assert {exchange.method for exchange in api.exchanges} == METHODS | {"OPTIONS"}
    sent = {name for exchange in api.exchanges if exchange.method != "OPTIONS" for name in exchange.sent}
    assert sent >= HEADERS


def test_preflights_are_the_gateways_and_are_remembered(api: Served, run: Run, pages: Pages) -> None:
    run(api.address, ALL_METHODS)

    preflights = api.of("OPTIONS")
    assert {exchange.status for exchange in preflights} == {204}
    assert {exchange.answered["access-control-allow-origin"] for exchange in preflights} == {pages.by_address}
    assert all("authorization" in exchange.sent["access-control-request-headers"] for exchange in preflights)
    assert not any("authorization" in exchange.sent for exchange in preflights)
    # Before anything else is sent to a path; and once for all methods, as the answer names them all and is kept.
    # (Chromium asks each time for requests with If-Match or If-None-Match, as those go around its caches.)
    assert {api.on(exchange.path)[0] for exchange in api.exchanges} == {"OPTIONS"}
    assert api.on("/api/tasks") == ["OPTIONS", "POST", "GET"]
    # And none reached a function.
    assert len(api.invoked) == len(api.exchanges) - len(preflights)
    assert not any(invocation.startswith("OPTIONS") for invocation in api.invoked)


def test_exactly_the_listed_headers_can_be_read(functions_url: str, pages: Pages, run: Run) -> None:
    script = """
    const headers = {authorization: `Bearer ${TOKEN}`, "content-type": "application/json", "idempotency-key": KEY};
    const create = () => call("POST", TASKS, {headers, body: {title: "Milk"}});
    const answers = [await call("GET", TASKS), await create(), await create()];
    while (answers.at(-1).status === 201) answers.push(await create());
    return answers;
    """
    with serving(functions_url, pages.by_address, RATE_LIMIT_PER_MINUTE="2") as api:
        answers = run(api.address, script)

    anonymous, created, replayed, *_, limited = answers
    assert [answer["status"] for answer in (anonymous, created, replayed, limited)] == [401, 201, 201, 429]
    assert anonymous["headers"]["www-authenticate"].startswith("Bearer ")
    assert created["headers"]["location"] == f"/api/tasks/{created['json']['data']['id']}"
    assert replayed["headers"]["idempotency-replayed"] == "true"
    assert int(limited["headers"]["retry-after"]) >= 1

    on_the_wire = [exchange.answered for exchange in api.exchanges if exchange.method != "OPTIONS"]
    for answer, sent in zip(answers, on_the_wire, strict=True):
        assert answer["headers"] == {name: sent[name] for name in sent.keys() & (SAFELISTED | EXPOSED)}
        assert {"strict-transport-security", "content-security-policy", "apigw-requestid"} <= sent.keys()
    assert {name for answer in answers for name in answer["headers"]} >= EXPOSED


def test_refusals_can_be_read_as_well(api: Served, run: Run) -> None:
    script = """
    const headers = {authorization: `Bearer ${TOKEN}`, "content-type": "application/json"};
    return [
      await call("POST", TASKS, {headers, body: {title: ""}}),
      await call("GET", TASKS, {headers: {authorization: `Bearer ${EXPIRED}`}}),
      await call("GET", "/api/nobody/tasks", {headers}),
      await call("GET", "/api/nowhere", {headers}),
    ];
    """
    answers = run(api.address, script, EXPIRED=mint("alice", lifetime_s=-3600))

    assert [answer["status"] for answer in answers] == [422, 401, 403, 404]
    assert [answer["json"].get("error", {}).get("code") for answer in answers] == [
        "VALIDATION_ERROR", "TOKEN_EXPIRED", "FORBIDDEN", None,
    ]  # fmt: skip
    assert answers[3]["json"] == {"message": "Not Found"}


def test_an_unlisted_origin_gets_nothing_and_does_nothing(api: Served, run: Run, pages: Pages) -> None:
    token = mint("victim")
    script = """
    const headers = {authorization: `Bearer ${TOKEN}`, "content-type": "application/json"};
    return {
      read: await call("GET", TASKS, {headers}),
      written: await call("POST", TASKS, {headers, body: {title: "Planted"}}),
      simple: await call("GET", "/api/health"),
    };
    """
    answers = run(api.address, script, pages.by_name, TOKEN=token)

    assert answers == dict.fromkeys(("read", "written", "simple"), BLOCKED)
    assert {exchange.sent["origin"] for exchange in api.exchanges} == {pages.by_name}
    assert [exchange.method for exchange in api.exchanges] == ["OPTIONS", "OPTIONS", "GET"]
    assert not [name for exchange in api.exchanges for name in exchange.answered if name.startswith("access-control-")]
    # A request that needs no preflight is made; only its answer is kept from the page.
    assert api.invoked == ["GET HealthFunction"]
    assert run(api.address, script, TOKEN=token)["read"]["json"]["data"] == []


def test_a_page_without_an_origin_is_a_stranger(api: Served, run: Run) -> None:
    script = """
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame.srcdoc = `<script>
      fetch("${API}/api/health").then(() => "read", (error) => error.name).then((it) => parent.postMessage(it, "*"));
    </` + `script>`;
    const said = new Promise((resolve) => addEventListener("message", (event) => resolve(event.data)));
    document.documentElement.append(frame);
    return await said;
    """
    assert run(api.address, script) == "TypeError"
    assert [exchange.sent["origin"] for exchange in api.exchanges] == ["null"]


@pytest.mark.parametrize(
    ("method", "options"),
    [("GET", {"headers": {"x-unlisted": "1"}}), ("QUERY", {}), ("GET", {"credentials": "include"})],
    ids=["header", "method", "credentials"],
)
def test_what_is_not_listed_is_blocked(api: Served, run: Run, method: str, options: dict[str, Any]) -> None:
    answer = run(api.address, "return await call(METHOD, '/api/health', OPTIONS)", METHOD=method, OPTIONS=options)

    assert answer == BLOCKED
    assert [exchange.method for exchange in api.exchanges] == ["GET" if "credentials" in options else "OPTIONS"]
    assert not [name for exchange in api.exchanges for name in exchange.answered if "credentials" in name]


def test_each_origin_of_the_list_is_let_in(functions_url: str, pages: Pages, run: Run) -> None:
    with serving(functions_url, f"{pages.by_address}, {pages.by_name}") as api:
        for origin in (pages.by_address, pages.by_name):
            assert run(api.address, LIST, origin)["status"] == 200
            assert api.exchanges[-1].answered["access-control-allow-origin"] == origin


def test_make_dev_takes_the_list_from_allowed_origins(database: str, pages: Pages, run: Run) -> None:
    port = free_port()
    with started(DATABASE_URL=database, PORT=str(port), ALLOWED_ORIGINS=pages.by_name) as process:
        greeting(process)
        address = f"http://127.0.0.1:{port}"
        assert run(address, LIST, pages.by_name)["status"] == 200
        assert run(address, LIST, pages.by_address) == BLOCKED
