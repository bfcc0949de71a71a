"""A share of a core is written where the kernel reads it, and nothing stays of a group that is of no use."""

from pathlib import Path

import pytest

from benchmarks import throttle
from benchmarks.throttle import NoControlGroupError, share_of_a_core


def test_a_share_is_that_part_of_each_period(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").touch()
    throttle._limit(tmp_path, 1024 / 1769)
    assert (tmp_path / "cpu.max").read_text() == "11577 20000"


def test_version_1_has_a_file_for_each(tmp_path: Path) -> None:
    throttle._limit(tmp_path, 0.25)
    assert (tmp_path / "cpu.cfs_period_us").read_text() == "20000"
    assert (tmp_path / "cpu.cfs_quota_us").read_text() == "5000"


def test_nobody_has_more_than_a_core(tmp_path: Path) -> None:
    throttle._limit(tmp_path, 2)
    assert (tmp_path / "cpu.cfs_quota_us").read_text() == "20000"


def test_where_no_group_limits_processors_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_MOUNTS", (tmp_path, tmp_path / "absent"))
    with pytest.raises(NoControlGroupError, match="control group"), share_of_a_core(0.5):
        pass
    assert list(tmp_path.iterdir()) == []
