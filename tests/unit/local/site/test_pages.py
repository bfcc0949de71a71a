"""Each link of a document leads to a page of the site."""

from pathlib import Path, PurePosixPath

import pytest

from local.site.build import missing_in
from local.site.pages import Pages, SiteError


def site(tmp_path: Path, **documents: str) -> dict[str, str | bytes]:
    """The pages of a clone that has these documents, and a source and a picture to link to."""
    for folder in ("docs/decisions", "functions"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "functions" / "health.py").write_text("app = 1\n")
    (tmp_path / "docs" / "picture.svg").write_text("<svg/>")
    for name, text in documents.items():
        (tmp_path / f"{name.replace('__', '/')}.md").write_text(text)
    pages = Pages(tmp_path)
    pages.add(sorted(tmp_path.rglob("*.md")))
    return {str(place): content for place, content in pages.made.items()}


def test_the_readme_is_the_first_page_and_documents_stand_at_the_top(tmp_path: Path) -> None:
    pages = site(tmp_path, README="[on](docs/api.md#errors)", docs__api="[up](../README.md) [here](#errors)")
    assert pages["index.md"] == "[on](api.md#errors)"
    assert pages["api.md"] == "[up](index.md) [here](#errors)"


def test_a_source_is_a_page_in_its_language(tmp_path: Path) -> None:
    pages = site(tmp_path, docs__decisions__one="[it](../../functions/health.py)")
    assert pages["decisions/one.md"] == "[it](../source/functions/health.py.md)"
    assert pages["source/functions/health.py.md"] == "# functions/health.py\n\n````python\napp = 1\n````\n"


def test_a_folder_is_a_page_of_what_is_in_it(tmp_path: Path) -> None:
    pages = site(tmp_path, README="[all](functions)")
    assert pages["index.md"] == "[all](source/functions.md)"
    assert "- `health.py`" in str(pages["source/functions.md"])


def test_a_document_beside_docs_comes_along_with_what_it_links_to(tmp_path: Path) -> None:
    pages = site(tmp_path, README="[rules](RULES.md)", RULES="[back](README.md)")
    assert pages["index.md"] == "[rules](project/RULES.md)"
    assert pages["project/RULES.md"] == "[back](../index.md)"


def test_what_is_hidden_in_the_clone_is_not_in_the_site(tmp_path: Path) -> None:
    (tmp_path / ".editor").mkdir()
    (tmp_path / ".editor" / "launch.json").write_text("{}")
    assert site(tmp_path, README="[it](.editor/launch.json)")["index.md"] == "[it](source/editor/launch.json.md)"


def test_a_picture_is_taken_as_it_is(tmp_path: Path) -> None:
    assert site(tmp_path, README="![it](docs/picture.svg)")["picture.svg"] == b"<svg/>"


def test_addresses_stay(tmp_path: Path) -> None:
    text = "[there](https://example.com/a.md)"
    assert site(tmp_path, README=text)["index.md"] == text


def test_a_link_that_leads_nowhere_is_named_with_its_document(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"docs/api\.md links to gone\.md, which is not there"):
        site(tmp_path, docs__api="[gone](gone.md)")


def test_a_document_that_the_navigation_lacks_is_named() -> None:
    everything = [{"One": ["index.md"]}, *(path.name for path in Path("docs").glob("*.md"))]
    assert missing_in(everything) == set()
    assert missing_in([{"One": everything[2:]}]) == {str(everything[1])}


def test_places_are_those_of_the_site_not_of_the_machine(tmp_path: Path) -> None:
    assert all(not PurePosixPath(place).is_absolute() for place in site(tmp_path, README="[f](functions)"))
