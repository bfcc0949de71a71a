"""What bash offers after Tab."""

import re
import subprocess

import pytest

from local import ROOT

COMPLETE = """
source local/completion.bash
COMP_WORDS=(make "$@")
COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
_tasks_make
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered(*words: str) -> set[str]:
    """As bash breaks the line: `=` is a word of its own."""
    command = ["bash", "--norc", "-c", COMPLETE, "bash", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return set(done.stdout.split())


def test_targets() -> None:
    assert {"dev", "deploy", "doctor", "docs"} <= offered("d")
    assert offered("migrate-") == {"migrate-down"}


@pytest.mark.parametrize("words", [("replay", "EVENT", "="), ("replay", "EVENT", "=", "events/create_task.j")])
def test_events(words: tuple[str, ...]) -> None:
    events = {f"events/{path.name}" for path in (ROOT / "events").glob("*.json")}
    word = words[3] if len(words) > 3 else ""
    assert offered(*words) == {event for event in events if event.startswith(word)}


def test_resources() -> None:
    written = {path.stem.removeprefix("create_") for path in (ROOT / "functions").glob("create_*.py")}
    assert offered("resource", "NAME", "=") == written
    assert "task" in written


def test_sections_to_deploy() -> None:
    assert {"default", "prod"} <= offered("deploy", "CONFIG", "=")


def test_make_alone_lists_every_target_once_and_in_groups() -> None:
    makefiles = (ROOT / "Makefile").read_text() + (ROOT / "build.mk").read_text()
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)

    lines = [line for line in done.stdout.splitlines() if line]
    listed = [line.split()[1] for line in lines if line.startswith("  make ")]
    assert sorted(listed) == sorted(re.findall(r"^([a-z-]+):.*## ", makefiles, re.MULTILINE))
    groups = [line for line in lines if not line.startswith(" ")]
    assert groups == list(dict.fromkeys(re.findall(r"^##@ (.+)$", makefiles, re.MULTILINE)))
    assert lines[0] in groups
