"""Root runs PostgreSQL as another account, which must reach a clone under /root and still be no root."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.postgres.account import server_account

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
PROBE = """
import os, sys
print(os.geteuid() != 0, os.access(sys.argv[1], os.X_OK))
try:
    open(sys.argv[1] + ".new", "w")
except PermissionError:
    print("cannot write")
"""


@as_root
def test_server_reaches_programs_in_a_closed_directory_but_writes_nothing_there(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    program = closed / "program"
    program.touch()
    program.chmod(0o755)
    command = [*server_account().prefix, sys.executable, "-c", PROBE, str(program)]
    probed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert probed.stdout == "True True\ncannot write\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root needs another account")
def test_ordinary_user_runs_the_server_itself() -> None:
    assert server_account().prefix == ()
