import pytest

from local.scaffold.names import ScaffoldError
from local.scaffold.resource import read_resource
from shared.core.http.bodies import BodyLimits

MOST = BodyLimits().members


def test_a_body_has_no_more_fields_than_are_read() -> None:
    words = ["title:text(9)", *(f"field{number}:boolean=false" for number in range(MOST))]

    assert len(read_resource("zebra", "", " ".join(words[:-1])).fields) == MOST
    with pytest.raises(ScaffoldError, match=f"{MOST + 1} members, and {MOST} are read"):
        read_resource("zebra", "", " ".join(words))
