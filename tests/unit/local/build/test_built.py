"""What a build says of itself: the commit, and that it was not quite that."""

import subprocess
import sys
from pathlib import Path

import pytest

from local.build import built as module
from local.build.built import Built, built
from local.revisions import newest_revision
from shared.core import __version__
from shared.health import Health, current_health

GIT = ("git", "-c", "safe.directory=*", "-c", "user.name=test", "-c", "user.email=test@example.com")


def git(directory: Path, *arguments: str) -> str:
    return subprocess.run([*GIT, *arguments], cwd=directory, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "one")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


def test_the_commit_is_named_and_what_is_not_committed_makes_it_dirty(clone: Path) -> None:
    commit = git(clone, "rev-parse", "HEAD")
    assert built() == Built(commit, newest_revision())
    (clone / "new").touch()
    assert built() == Built(f"{commit}-dirty", newest_revision())


def test_without_git_no_commit_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    assert built() == Built(None, newest_revision())
    monkeypatch.setattr(module, "_GIT", ("no-such-git",))
    assert built() == Built(None, newest_revision())


@pytest.fixture
def _asked_anew() -> None:
    current_health.cache_clear()


@pytest.mark.usefixtures("_asked_anew")
def test_health_says_what_the_build_has_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert current_health() == Health(version=__version__, commit=None, schema_revision=newest_revision())

    (tmp_path / "built.py").write_text(Built("abc-dirty", "1501").source)
    monkeypatch.syspath_prepend(tmp_path)
    current_health.cache_clear()
    try:
        assert current_health() == Health(commit="abc-dirty", schema_revision="1501")
    finally:
        sys.modules.pop("built", None)
        current_health.cache_clear()
