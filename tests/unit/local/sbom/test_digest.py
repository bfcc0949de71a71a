"""The digest of a package: of names and content, and the one that a shell makes."""

import subprocess
from pathlib import Path

import pytest

from local.sbom.digest import digest_of
from tests.unit.template.source import ROOT

FILES = {"b.py": "two", "a/c.py": "three", "a.py": "one", "a-b.py": ""}


def package(directory: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


def test_it_is_what_the_shell_says_by_the_line_in_the_document(tmp_path: Path) -> None:
    directory = package(tmp_path, FILES)
    line = "find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum"
    said = subprocess.run(["sh", "-c", line], cwd=directory, capture_output=True, text=True, check=True).stdout

    assert said.split() == [digest_of(directory), "-"]
    assert line in (ROOT / "SECURITY.md").read_text()


def test_the_order_in_which_files_were_made_and_their_modes_are_not_in_it(tmp_path: Path) -> None:
    one, other = package(tmp_path / "1", FILES), package(tmp_path / "2", dict(reversed(FILES.items())))
    (other / "b.py").chmod(0o755)
    (other / "empty").mkdir()
    assert digest_of(one) == digest_of(other)


@pytest.mark.parametrize("change", [{"b.py": "2"}, {"c.py": "two"}, {"a/d.py": ""}])
def test_any_other_file_is_another_digest(change: dict[str, str], tmp_path: Path) -> None:
    assert digest_of(package(tmp_path / "1", FILES)) != digest_of(package(tmp_path / "2", FILES | change))
