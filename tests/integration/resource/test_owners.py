"""Who has no account has nothing to change, even where one begins the moment after it was looked for."""

import psycopg

from local.samples import sample
from tests.resources import Client, item_for, requests_of

# As a write finds it that has waited for the end of the account: nobody is locked, and then somebody else begins.
NOBODY_TO_LOCK = "create or replace function lock_owner() returns users language sql as 'select null::users'"


def test_a_write_that_found_no_account_to_lock_leaves_the_next_one_alone(alice: Client, served: str) -> None:
    requests = requests_of(alice)
    items = {name: item_for(alice, name, number) for number, name in enumerate(requests)}
    for number in range(2):  # one that each filter finds, too
        alice.update(items["list"] if number else items["search"], sample(alice.resource.update_body, number))
    before = alice.everything()
    with psycopg.connect(served) as connection:
        connection.execute(NOBODY_TO_LOCK)

    answers = {name: send(items[name]) for name, send in requests.items() if not name.startswith(("create", "batch"))}

    assert alice.everything() == before
    assert {name: answer.status for name, answer in answers.items() if answer.status not in (200, 404)} == {}
    counts = [answer.data["count"] for answer in answers.values() if "count" in answer.json.get("data", ())]
    of_many = [*alice.resource.filters, *alice.resource.collective]
    assert counts == [0] * len(of_many)
