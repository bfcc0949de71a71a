from pathlib import Path

import pytest

from tests.once import directory_of_the_run, made_once


@pytest.fixture
def name(tmp_path: Path) -> str:
    """One that no other run of the test has used."""
    return f"once_{tmp_path.name}"


def test_what_is_made_is_made_once(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    made: list[Path] = []
    first = made_once(tmp_path_factory, name, made.append)
    assert made_once(tmp_path_factory, name, made.append) == first
    assert made == [first]


def test_what_failed_is_tried_anew_from_the_beginning(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    def fail(directory: Path) -> None:
        (directory / "half").touch()
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        made_once(tmp_path_factory, name, fail)
    made: list[Path] = []
    assert not (made_once(tmp_path_factory, name, made.append) / "half").exists()


def test_all_processes_of_a_run_share_a_directory(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path_factory.getbasetemp()
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    assert directory_of_the_run(tmp_path_factory) == own.parent
    monkeypatch.delenv("PYTEST_XDIST_WORKER")
    assert directory_of_the_run(tmp_path_factory) == own
