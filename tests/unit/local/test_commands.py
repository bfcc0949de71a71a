"""The commands of `python -m local`, found in their rooms."""

import os
import re
import subprocess
import sys

import pytest

from local import ROOT
from local.__main__ import main
from local.commands import Commands
from local.logs.log import LogError

ROOMS = sorted(path.parent.name for path in (ROOT / "local").glob("*/command.py"))
COMMANDS = sorted(next(iter(Commands().parser._subparsers._group_actions)).choices or ())  # type: ignore[union-attr]


def test_every_room_with_a_command_is_asked() -> None:
    assert len(COMMANDS) >= len(ROOMS) > 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_commands_help_has_an_example_of_it(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"example: python -m local {command}" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_what_a_target_of_make_calls(command: str) -> None:
    makefiles = (ROOT / "Makefile").read_text() + (ROOT / "build.mk").read_text()
    assert re.search(rf"-m local {command}\b", makefiles)


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["token"], ["token", "alice", "--lifetime", "long"]])
def test_what_is_no_command_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m local" in capsys.readouterr().err


@pytest.mark.parametrize(("raised", "code", "said"), [(LogError("none yet"), 1, "error: none yet\n"), (None, 0, "")])
def test_an_error_of_ours_ends_with_1_and_its_text(
    raised: Exception | None, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def show(*_: object, **__: object) -> int:
        if raised:
            raise raised
        return 0

    monkeypatch.setattr("local.logs.log.show", show)
    assert main(["logs"]) == code
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("command", "target", "code"), [("logs", "local.logs.log.show", 0), ("openapi", "local.openapi.file.run", 130)]
)
def test_ctrl_c_is_the_end_of_what_runs_until_then_and_an_interruption_of_all_else(
    command: str, target: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(target, interrupted)
    assert main([command]) == code


def test_a_reader_who_has_had_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)

    command = [sys.executable, "-m", "local", "jwks"]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, check=False)

    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")
