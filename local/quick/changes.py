"""Which files a developer is at work on, by git."""

import subprocess
from pathlib import Path


def changed_files(root: Path) -> list[str]:
    """What is not committed; or, where everything is, what the newest commit changed. Removed files are left out."""
    uncommitted = [
        *_git(root, "diff", "--name-only", "HEAD"),
        *_git(root, "ls-files", "--others", "--exclude-standard"),
    ]
    changed = uncommitted or _git(root, "diff-tree", "-r", "--root", "--no-commit-id", "--name-only", "HEAD")
    return sorted(name for name in changed if (root / name).is_file())


def _git(root: Path, *arguments: str) -> list[str]:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "-c", "core.quotePath=off", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.splitlines()
