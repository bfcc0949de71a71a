"""The rule of versions: what breaks clients of the last release takes a version that says so."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from local.compat import CompatError
from local.compat.release import Releases, compare, of_the_project
from local.versions import Version

DOCUMENT: dict[str, Any] = {"paths": {"/a": {"get": {"responses": {}}}, "/b": {"get": {"responses": {}}}}}
NARROWER: dict[str, Any] = {"paths": {"/a": {"get": {"responses": {}}}}}
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [{}] - 2026-12-01\n"


def releases(folder: Path, present: str, *released: str, breaks: bool = False) -> Releases:
    (folder / "releases").mkdir()
    for version in released:
        (folder / "releases" / f"openapi-{version}.yaml").write_text(yaml.dump(DOCUMENT))
    today = folder / "openapi.yaml"
    today.write_text(yaml.dump(NARROWER if breaks else DOCUMENT))
    return Releases(Version.read(present), today, folder / "releases")


def test_the_projects_own_document_breaks_nobody() -> None:
    assert compare(of_the_project()).startswith("docs/openapi.yaml: ")


@pytest.mark.parametrize("present", ["0.1.0", "0.1.1", "1.2.3", "1.3.0"])
def test_a_change_that_breaks_takes_a_version_that_says_so(present: str, tmp_path: Path) -> None:
    released, enough = ("0.1.0", "0.2.0") if present < "1" else ("1.2.3", "2.0.0")
    with pytest.raises(CompatError, match=rf"(?s)breaks clients of {released}: .* to {enough}\n  GET /b: removed$"):
        compare(releases(tmp_path, present, released, breaks=True))


@pytest.mark.parametrize(("released", "present"), [("0.1.0", "0.2.0"), ("0.9.0", "1.0.0"), ("1.2.3", "2.0.0")])
def test_such_a_version_may_break(released: str, present: str, tmp_path: Path) -> None:
    assert compare(releases(tmp_path, present, released, breaks=True)).endswith("may break its clients")


def test_the_newest_release_counts_by_number(tmp_path: Path) -> None:
    assert releases(tmp_path, "0.10.0", "0.9.0", "0.10.0", "0.2.0").last == Version(0, 10, 0)


def test_what_was_released_is_not_newer_than_the_code(tmp_path: Path) -> None:
    with pytest.raises(CompatError, match=r"0\.2\.0 was released: raise it"):
        compare(releases(tmp_path, "0.1.0", "0.2.0"))
    with pytest.raises(CompatError, match=r"make release VERSION=0\.1\.0"):
        compare(Releases(Version(0, 1, 0), tmp_path / "openapi.yaml", tmp_path / "nothing"))


def test_a_release_keeps_the_document(tmp_path: Path) -> None:
    today = releases(tmp_path, "0.2.0", "0.1.0", breaks=True)

    kept = today.keep("0.2.0", CHANGELOG.format("0.2.0"))

    assert kept == tmp_path / "releases" / "openapi-0.2.0.yaml"
    assert kept.read_bytes() == today.document.read_bytes()
    assert today.keep("0.2.0", CHANGELOG.format("0.2.0")) == kept, "again, as it is"
    assert today.last == Version(0, 2, 0)


@pytest.mark.parametrize(
    ("version", "changelog", "word"),
    [
        ("0.3.0", CHANGELOG.format("0.3.0"), "the version is 0.2.0"),
        ("", CHANGELOG.format("0.2.0"), "the version is 0.2.0"),
        ("0.2.0", CHANGELOG.format("0.20.0"), r"no heading ## \[0\.2\.0\]"),
    ],
)
def test_a_release_that_is_not_ready_keeps_nothing(version: str, changelog: str, word: str, tmp_path: Path) -> None:
    today = releases(tmp_path, "0.2.0", "0.1.0")
    with pytest.raises(CompatError, match=word):
        today.keep(version, changelog)
    assert today.last == Version(0, 1, 0)


def test_what_was_released_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(CompatError, match="its document says otherwise"):
        releases(tmp_path, "0.1.0", "0.1.0", breaks=True).keep("0.1.0", CHANGELOG.format("0.1.0"))


def test_a_release_that_breaks_what_it_may_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CompatError, match=r"GET /b: removed"):
        releases(tmp_path, "0.1.1", "0.1.0", breaks=True).keep("0.1.1", CHANGELOG.format("0.1.1"))


@pytest.mark.parametrize("text", ["1.2", "1.2.3.4", "v1.2.3", "1.02.3", ""])
def test_a_version_is_three_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="no version"):
        Version.read(text)
