"""What a build was made of, in a module of its own that ships with the function which tells of it, and with no other.

So a commit that changes no code replaces that one function.
"""

import subprocess
from typing import NamedTuple

from local import ROOT
from local.revisions import newest_revision

MODULE = "built"
# Of functions/: whose package has the module.
TOLD_BY = "health"
_GIT = ("git", "-c", "safe.directory=*")


class Built(NamedTuple):
    """`commit` ends with `-dirty` where the files were not those of the commit; None where there is no git."""

    commit: str | None
    schema_revision: str

    def __str__(self) -> str:
        return f"commit {self.commit or 'unknown'}, schema {self.schema_revision}"

    @property
    def source(self) -> str:
        return f"COMMIT = {self.commit!r}\nSCHEMA_REVISION = {self.schema_revision!r}\n"


def built() -> Built:
    """Of the files as they are."""
    return Built(_commit(), newest_revision())


def _commit() -> str | None:
    commit = _git("rev-parse", "HEAD")
    return commit and f"{commit}-dirty" if _git("status", "--porcelain") else commit


def _git(*arguments: str) -> str | None:
    """What it says; None where it cannot say anything."""
    try:
        asked = subprocess.run([*_GIT, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None
