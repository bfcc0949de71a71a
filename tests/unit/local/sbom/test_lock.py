"""What is locked: each library in one version, and with the digests of its files."""

import re
from pathlib import Path

import pytest

from local.sbom.lock import read_lock
from tests.unit.template.source import ROOT

LOCKS = sorted(ROOT.glob("requirements*.txt"))
PIN = re.compile(r"(?P<name>[\w.-]+)(\[[\w,-]+\])?==\S+( ; [^\\]+?)?( --hash=sha256:[0-9a-f]{64})+")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_whatever_is_installed_is_pinned_with_its_hashes(lock: Path) -> None:
    lines = re.sub(r" \\\n +", " ", lock.read_text()).splitlines()
    assert lines
    assert [line for line in lines if not PIN.fullmatch(line)] == []


def test_what_another_system_needs_is_not_of_the_package(tmp_path: Path) -> None:
    one, two = "1" * 64, "2" * 64
    lock = tmp_path / "requirements.txt"
    lock.write_text(
        f"A_library==1.2 \\\n    --hash=sha256:{one} \\\n    --hash=sha256:{two}\n"
        f"tzdata==2026.1 ; sys_platform == 'win32' \\\n    --hash=sha256:{one}\n"
        f"newer==1 ; python_version < '3.13' \\\n    --hash=sha256:{one}\n"
        f"fast==3 ; implementation_name != 'pypy' \\\n    --hash=sha256:{two}\n"
    )

    read = read_lock(lock)

    assert set(read) == {"a-library", "fast"}
    assert (read["a-library"].version, read["a-library"].sha256) == ("1.2", (one, two))
