import pytest

from shared.core.errors import BadRequest
from shared.core.http.etag import Tags, entity_tag, read_tags


def test_a_version_is_a_strong_tag() -> None:
    assert entity_tag(7) == '"7"'


@pytest.mark.parametrize(
    ("header", "strong", "weak"),
    [
        ('"1"', {1}, {1}),
        ('W/"1"', set(), {1}),
        ('"1", "2"', {1, 2}, {1, 2}),
        ('"1",W/"2" ,\t"3"', {1, 3}, {1, 2, 3}),
        ('"1",', {1}, {1}),
        (', "1" ,\t, "2"', {1, 2}, {1, 2}),
        ('"abc"', set(), set()),
        ('""', set(), set()),
        ('"01"', set(), set()),
        ('"0"', set(), set()),
        ('"-1"', set(), set()),
        ('"' + "9" * 19 + '"', set(), set()),
        ('"1\xe9"', set(), set()),
    ],
)
def test_tags_name_versions(header: str, strong: set[int], weak: set[int]) -> None:
    assert read_tags(header, weak=False) == Tags(frozenset(strong))
    assert read_tags(header, weak=True) == Tags(frozenset(weak))


def test_a_star_is_every_version() -> None:
    tags = read_tags(" * ", weak=False)
    assert tags is not None
    assert 1 in tags
    assert 10**17 in tags


def test_no_header_is_no_condition() -> None:
    assert read_tags(None, weak=False) is None


@pytest.mark.parametrize(
    "header",
    [
        *("", "1", '"1', "W/1", 'w/"1"', '"1" "2"', ",", ", ,", "*, *", "*,", '"a\x00b"', '"a\nb"'),
        *('"1",' * 900 + '"1"', "," * 1999, '"' * 1999),
    ],
)
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    with pytest.raises(BadRequest):
        read_tags(header, weak=False)
