import subprocess
from pathlib import Path

import pytest

from local.quick.changes import changed_files


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Two commits: one.py, then two.py."""
    git(tmp_path, "init", "--quiet")
    for name in ("one.py", "two.py"):
        (tmp_path / name).touch()
        git(tmp_path, "add", name)
        git(tmp_path, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", name)
    return tmp_path


def git(directory: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=directory, check=True)


def test_with_everything_committed_it_is_the_newest_commit(clone: Path) -> None:
    assert changed_files(clone) == ["two.py"]


def test_what_is_not_committed_comes_before_it_be_it_new_staged_or_changed(clone: Path) -> None:
    (clone / "one.py").write_text("1")
    (clone / "nü.py").touch()
    (clone / "staged.py").touch()
    git(clone, "add", "staged.py")
    assert changed_files(clone) == ["nü.py", "one.py", "staged.py"]


def test_a_removed_file_has_no_tests(clone: Path) -> None:
    (clone / "one.py").unlink()
    (clone / "two.py").write_text("2")
    assert changed_files(clone) == ["two.py"]
