"""The reference replica in a page, with its store in IndexedDB: what every store stands, and what only pages do."""

from functools import partial
from typing import Any

import pytest

from local.tokens.mint import mint
from tests.e2e.browser.chromium import needs_chromium
from tests.e2e.browser.conftest import Run
from tests.e2e.browser.pages import IMPORTS, Pages
from tests.e2e.gateway import Served
from tests.e2e.node import why_not_here
from tests.e2e.typescript.outcomes import OUTCOMES
from tests.e2e.typescript.package import FrontEnd

pytestmark = [
    needs_chromium,
    pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here())),
    pytest.mark.usefixtures("scenarios"),
]

ALL = """
const { scenarios, kept } = await import("/replica.js");
const { indexedDbStore } = await import("@tasks-api/client/replica");
const outcomes = {};
for (const [name, scenario] of Object.entries(scenarios)) {
  const store = kept((device) => indexedDbStore(`${name} ${device}`));
  outcomes[name] = await scenario({ baseUrl: API, token: TOKENS[name], store }).catch((error) => String(error?.stack));
}
return outcomes;
"""
DEVICE = """
const { Device, lostAnswer, offline, online } = await import("/devices.js");
const { uuid7 } = await import("@tasks-api/client");
const { indexedDbStore } = await import("@tasks-api/client/replica");
const create = (title) => ({ op: "create", id: uuid7(), title });
const device = new Device({ baseUrl: API, token: TOKEN, store: indexedDbStore }, "tasks of the user");
"""
RELOADED = """
if (!sessionStorage.sent) {
  await device.replica.do(create("Milk"));
  device.network = async (request, next) => {
    await next();
    sessionStorage.sent = JSON.stringify(device.sent[0]);
    location.reload();
    return new Promise(() => undefined);
  };
  await device.replica.sync();
}
const shown = await device.titles();
await device.replica.do(create("Bread"));
await device.replica.sync();
const same = sessionStorage.sent === JSON.stringify(device.sent[0]);
return { shown, same, replayed: device.replayed, titles: await device.titles(), agrees: await device.agrees() };
"""
SENT = """
await device.replica.do(create("Milk"));
return new Promise((resolve) => {
  device.network = async (request, next) => {
    await next();
    resolve(device.sent[0]);
    return new Promise(() => undefined);
  };
  void device.replica.sync();
});
"""
SENT_AGAIN = """
const shown = await device.titles();
await device.replica.sync();
const { sent, replayed } = device;
return { shown, sent, replayed, titles: await device.titles(), agrees: await device.agrees() };
"""
STORED = """
const durabilities = new Set(), unfinished = [];
let open = 0;
const transaction = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (...given) {
  const made = transaction.apply(this, given);
  durabilities.add(made.durability);
  open += 1;
  made.addEventListener("complete", () => (open -= 1));
  return made;
};
device.network = async (request, next) => {
  unfinished.push(open);
  return next();
};
await device.replica.do(create("Milk"));
unfinished.push(open);
await device.replica.sync();
return { durabilities: [...durabilities], unfinished };
"""
TABS = """
async function tab() {
  const frame = document.createElement("iframe");
  frame.src = "/tab.html";
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
  document.documentElement.append(frame);
  await loaded;
  return frame.contentWindow.device(API, TOKEN);
}
const tabs = [await tab(), await tab()];
let underWay = 0, most = 0;
for (const { network } of tabs) if (network === online) throw new Error("they are one tab");
for (const one of tabs) {
  one.network = async (request, next) => {
    most = Math.max(most, underWay += 1);
    return next().finally(() => (underWay -= 1));
  };
}
await tabs[0].replica.do(create("Milk"));
const seen = await tabs[1].titles();
for (let round = 0; round < 5; round += 1) {
  const edits = tabs.map((one, number) => one.replica.do(create(`${round} by ${number}`)));
  await Promise.all([...edits, ...tabs.map((one) => one.replica.sync())]);
}
await Promise.all(tabs.map((one) => one.replica.sync()));
const sent = tabs.flatMap((one) => one.sent).sort((a, b) => a.seq - b.seq);
return {
  seen,
  most,
  clients: new Set(sent.map(({ client_id }) => client_id)).size,
  inOrder: sent.every(({ seq }, index) => seq === index + 1),
  replayed: tabs.some((one) => one.replayed.includes(true)),
  operations: sent.flatMap(({ operations }) => operations).length,
  agree: await Promise.all(tabs.map((one) => one.agrees())),
};
"""
TAB = """<!doctype html>
{imports}
<script type="module">
import { Device } from "/devices.js";
import { indexedDbStore } from "@tasks-api/client/replica";
window.device = (baseUrl, token) => new Device({ baseUrl, token, store: indexedDbStore }, "tasks of the user");
</script>
"""
SIGNED_OUT = """
await device.replica.do(create("Milk"));
const other = new Device({ baseUrl: API, token: TOKEN, store: indexedDbStore }, "tasks of the user");
const before = await other.titles();
await new Promise((resolve, reject) => {
  const request = indexedDB.deleteDatabase("tasks of the user");
  request.onsuccess = resolve;
  request.onblocked = reject;
});
return { before, after: [await device.titles(), await other.titles()] };
"""


@pytest.fixture(scope="module")
def scenarios(client: FrontEnd, pages: Pages) -> None:
    for script in client.compiled.glob("*.js"):
        pages.files[f"/{script.name}"] = script.read_bytes()
    pages.files["/tab.html"] = TAB.replace("{imports}", IMPORTS).encode()


@pytest.fixture
def run(run: Run) -> Run:
    """In a profile of its own, whose IndexedDB is on the disk: that of a context is in memory."""
    return partial(run, home="profile")


def test_a_replica_in_indexeddb_stands_all_that_one_in_memory_does(api: Served, run: Run) -> None:
    outcomes: dict[str, Any] = run(api.address, ALL, TOKENS={name: mint(f"of-{name}") for name in OUTCOMES})
    assert outcomes == OUTCOMES


def test_a_reload_in_the_middle_of_a_batch_loses_and_doubles_nothing(api: Served, run: Run) -> None:
    assert run(api.address, DEVICE + RELOADED) == {
        "shown": ["Milk"],
        "same": True,
        "replayed": [True, False],
        "titles": ["Milk", "Bread"],
        "agrees": True,
    }


def test_a_browser_that_is_killed_in_the_middle_of_a_batch_sends_it_again(api: Served, run: Run) -> None:
    token = mint("killed")
    sent = run(api.address, DEVICE + SENT, home="killed", TOKEN=token)

    assert run(api.address, DEVICE + SENT_AGAIN, home="killed", TOKEN=token) == {
        "shown": ["Milk"],
        "sent": [sent],
        "replayed": [True],
        "titles": ["Milk"],
        "agrees": True,
    }


def test_nothing_is_sent_before_it_is_on_the_disk(api: Served, run: Run) -> None:
    assert run(api.address, DEVICE + STORED) == {"durabilities": ["strict"], "unfinished": [0, 0, 0]}


def test_two_tabs_share_one_outbox_and_take_turns(api: Served, run: Run) -> None:
    outcome = run(api.address, DEVICE + TABS)
    assert outcome == {
        "seen": ["Milk"],
        "most": 1,
        "clients": 1,
        "inOrder": True,
        "replayed": False,
        "operations": 11,
        "agree": [True, True],
    }


def test_whoever_signs_out_takes_the_copy_away_from_all_tabs(api: Served, run: Run) -> None:
    assert run(api.address, DEVICE + SIGNED_OUT) == {"before": ["Milk"], "after": [[], []]}
