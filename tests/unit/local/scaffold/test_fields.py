import json

import pytest

from local.scaffold.fields import fitting_a_batch
from local.scaffold.names import ScaffoldError
from local.scaffold.resource import read_resource
from shared.core.http.bodies import BodyLimits, read_json
from shared.core.resource.batch import BATCH_LIMITS, MOST_OPERATIONS

# Beside the fields of a new one in a batch: the operation's name, and the id.
MEMBERS, OTHERS = BodyLimits().members, 2


def test_a_body_has_no_more_fields_than_are_read() -> None:
    words = ["title:text(9)", *(f"field{number}:boolean=false" for number in range(MEMBERS - OTHERS))]

    assert len(read_resource("zebra", "", " ".join(words[:-1])).fields) == MEMBERS - OTHERS
    with pytest.raises(ScaffoldError, match=f"{MEMBERS + 1} members, and {MEMBERS} are read"):
        read_resource("zebra", "", " ".join(words))


@pytest.mark.parametrize(
    "fields",
    [
        "text:text(12000)",
        "title:text(200) note:text(2000)? done:boolean=false",
        "title:text(9) " + " ".join(f"field{number}:boolean=false" for number in range(MEMBERS - OTHERS - 1)),
    ],
)
def test_a_batch_takes_as_many_of_the_largest_as_is_said(fields: str) -> None:
    resource = read_resource("zebra", "", fields)
    largest = resource.body() | {
        field.name: "\U0001f406" * (field.greatest or 0) for field in resource.fields if field.kind == "text"
    }
    new = {"op": "create", "id": "01890000-0000-7000-8000-000000000000", **largest}
    fitting = fitting_a_batch(resource.fields)
    body = {"client_id": new["id"], "seq": 2**53 - 1, "atomic": False, "operations": [new] * fitting}

    assert 3 <= fitting <= MOST_OPERATIONS
    sent = json.dumps(body, ensure_ascii=False).encode()
    assert len(sent) <= BATCH_LIMITS.size
    assert read_json(sent, BATCH_LIMITS) == body
