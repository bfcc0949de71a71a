""".ci/propose, with git and a repository to push to, and a gh that writes down what it is asked."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import ROOT
from tests.e2e.workflows.runner import path_of
from tests.e2e.workflows.stand_ins import StandIns

BRANCH = "nightly/dependencies"
TOKEN = "hidden-token"


@dataclass
class Clone:
    directory: Path
    programs: StandIns
    patch: Path

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments]
        return subprocess.run(command, cwd=self.directory, capture_output=True, text=True, check=True).stdout

    def change(self, **files: str) -> None:
        """Into the patch; the work tree stays as it was."""
        for name, content in files.items():
            (self.directory / NAMES[name]).write_text(content)
        self.patch.write_text(self.git("diff"))
        self.git("checkout", "--quiet", ".")

    def propose(self, *, fails: str = "") -> int:
        environment = {
            "PATH": path_of(self.programs.bin),
            "HOME": str(self.directory.parent),
            "GH_TOKEN": TOKEN,
            "GIT_TRACE2_EVENT": os.devnull,
            "STEP_FAILS": fails,
        }
        command = ["bash", str(ROOT / ".ci" / "propose"), str(self.patch)]
        done = subprocess.run(command, cwd=self.directory, env=environment, capture_output=True, text=True, check=False)
        assert TOKEN not in done.stdout + done.stderr
        return done.returncode

    @property
    def asked(self) -> list[str]:
        return [call.line for call in self.programs.calls]

    def pushed(self) -> dict[str, str]:
        names = self.git("ls-tree", "-r", "--name-only", f"origin/{BRANCH}").split()
        return {name: self.git("show", f"origin/{BRANCH}:{name}") for name in names}


NAMES = {"lock": "requirements.txt", "npm": "clients/package-lock.json", "code": "code.py"}


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    origin, directory = tmp_path / "origin.git", tmp_path / "clone"
    subprocess.run(["git", "init", "--quiet", "--bare", str(origin)], check=True)
    subprocess.run(["git", "clone", "--quiet", str(origin), str(directory)], check=True, capture_output=True)
    programs = StandIns(tmp_path)
    programs.write("gh", scripts=[])
    clone = Clone(directory, programs, tmp_path / "updates.patch")
    (directory / "clients").mkdir()
    for name in NAMES.values():
        (directory / name).write_text("old\n")
    clone.git("add", ".")
    clone.git("commit", "--quiet", "-m", "first")
    clone.git("push", "--quiet", "origin", "HEAD")
    return clone


def test_newer_locks_become_a_branch_a_pull_request_and_a_check(clone: Clone) -> None:
    clone.change(lock="new\n", npm="newer\n")

    assert clone.propose() == 0
    assert clone.pushed() == {"requirements.txt": "new\n", "clients/package-lock.json": "newer\n", "code.py": "old\n"}
    assert [" ".join(line.split()[:3]) for line in clone.asked] == [
        "gh auth setup-git",
        "gh pr list",
        "gh pr create",
        "gh workflow run",
    ]
    assert clone.asked[-1] == f"gh workflow run check.yml --ref {BRANCH}"
    assert TOKEN not in str(clone.asked)


# What a package could leave behind in the job that has run it, in sh.
TRICKS = {
    "code": "echo 'import evil' > code.py",
    "renamed": "git mv code.py x-package-lock.json",
    "from-a-lock": "git mv requirements.txt code.txt",
    "copied-over-a-lock": "git rm -q requirements.txt && git mv code.py requirements.txt",
    "link": "ln -sf /etc/passwd requirements.txt",
    "executable": "chmod +x requirements.txt",
    "deleted": "rm requirements.txt",
    "workflow": "mkdir -p .github/workflows && echo on: push > .github/workflows/x-package-lock.json",
    "folder": "mkdir requirements-e && echo evil > requirements-e/evil.txt",
    "new-lock": "echo evil > requirements-evil.txt",
    "odd-name": "echo evil > \"$(printf 'requirements.txt\\nrequirements.txt')\"",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_patch_of_more_than_the_content_of_locks_is_refused(trick: str, clone: Clone) -> None:
    """The job that made the patch has run whatever it has locked."""
    (clone.directory / NAMES["npm"]).write_text("newer\n")
    subprocess.run(["sh", "-ec", TRICKS[trick]], cwd=clone.directory, check=True)
    clone.git("add", "--all")
    clone.patch.write_text(clone.git("diff", "--cached", "--binary", "--find-renames"))
    clone.git("reset", "--quiet", "--hard")

    assert clone.propose() != 0
    assert clone.git("ls-remote", "origin", BRANCH) == ""
    assert clone.asked == []
    assert (clone.directory / "code.py").read_text() == "old\n"


def test_those_of_the_night_before_are_renewed(clone: Clone) -> None:
    clone.change(lock="new\n")
    assert clone.propose() == 0
    clone.git("switch", "--quiet", "--force", "-")
    clone.git("branch", "--quiet", "-D", BRANCH)
    clone.change(lock="newer\n")
    assert clone.propose() == 0
    assert clone.pushed()["requirements.txt"] == "newer\n"


def test_a_pull_request_that_is_open_is_not_made_twice(clone: Clone) -> None:
    clone.change(lock="new\n")
    (clone.programs.bin / "gh").write_text(
        f'#!/bin/sh\necho "gh $*" >> {clone.directory.parent}/gh\n[ "$2" = list ] && echo 7\nexit 0\n'
    )
    assert clone.propose() == 0
    assert "gh pr create" not in (clone.directory.parent / "gh").read_text()


def test_without_anything_newer_nothing_is_done(clone: Clone) -> None:
    clone.change()
    assert clone.propose() == 0
    assert clone.asked == []


def test_without_github_nothing_is_pushed(clone: Clone) -> None:
    clone.change(lock="new\n")
    assert clone.propose(fails="1") == 1
    assert clone.git("ls-remote", "origin", BRANCH) == ""
