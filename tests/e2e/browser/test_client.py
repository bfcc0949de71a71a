"""The TypeScript client in a page of another origin: what it sends and reads is what CORS lets through."""

import pytest

from local.tokens.mint import mint
from tests.e2e.browser.chromium import needs_chromium
from tests.e2e.browser.conftest import Run
from tests.e2e.gateway import Served
from tests.e2e.node import why_not_here

pytestmark = [
    needs_chromium,
    pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here())),
    pytest.mark.usefixtures("client"),
]


def test_the_client_refreshes_its_token_and_repeats_under_the_same_key(api: Served, run: Run) -> None:
    script = """
    const { createTasksClient, errorCode } = await import("@tasks-api/client");
    let token = EXPIRED, refreshes = 0;
    const client = createTasksClient({
      baseUrl: API,
      getToken: () => token,
      refreshToken: async () => { refreshes += 1; token = TOKEN; },
    });
    const created = await client.POST("/api/tasks", {body: {title: "Milk"}});
    const params = {path: {task_id: created.data.data.id}};
    const etag = created.response.headers.get("etag");
    const updated = await client.PUT("/api/tasks/{task_id}", {
      params: {...params, header: {"If-Match": etag}}, body: {title: "Bread"},
    });
    const stale = await client.DELETE("/api/tasks/{task_id}", {params: {...params, header: {"If-Match": etag}}});
    const listed = await client.GET("/api/tasks");
    return {refreshes, stale: errorCode(stale.error), titles: listed.data.data.map(({title}) => title)};
    """
    outcome = run(api.address, script, TOKEN=mint("alice"), EXPIRED=mint("alice", lifetime_s=-3600))

    assert outcome == {"refreshes": 1, "stale": "PRECONDITION_FAILED", "titles": ["Bread"]}
    refused, repeated = api.of("POST")
    assert (refused.status, repeated.status) == (401, 201)
    assert refused.sent["idempotency-key"] == repeated.sent["idempotency-key"]
