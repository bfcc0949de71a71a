"""`make docs`."""

import re

import pytest

from local.site.build import build

pytestmark = pytest.mark.heavy


def test_the_site_is_made_without_a_warning_and_loads_nothing_from_outside() -> None:
    first = build()

    pages = list(first.parent.rglob("*.html"))
    assert first in pages
    loaded = re.compile(r'<(?:script|link|img)[^>]*(?:src|href)="?https?:')
    assert [str(page) for page in pages if loaded.search(page.read_text())] == []
