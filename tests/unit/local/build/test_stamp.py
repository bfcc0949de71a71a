import hashlib
import itertools
import re
from pathlib import Path

import pytest

from local.build import packages
from local.build.stamp import stamp
from local.template import TemplateError, secret_parameters
from tests.unit.template.source import ROOT, load_template

TEMPLATE = ROOT / "template.yaml"
SECRETS = sorted(name for name, definition in load_template()["Parameters"].items() if definition.get("NoEcho"))
WEAK = "swordfish"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_bytes(TEMPLATE.read_bytes())
    return path


def mark_of(built: Path) -> str:
    (mark,) = re.findall(r"^ +SETTINGS_REVISION: '(\w+)'$", built.read_text(), re.MULTILINE)
    return str(mark)


def mark(built: Path, **parameters: str) -> str:
    stamp(built, parameters)
    return mark_of(built)


def test_the_same_values_are_the_same_mark_in_any_order(built: Path) -> None:
    first = mark(built, LogLevel="WARN", ThrottleRate="50")

    assert mark(built, ThrottleRate="50", LogLevel="WARN") == first
    assert mark(built, ThrottleRate="51", LogLevel="WARN") != first


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_may_be_new_is_a_new_mark(built: Path, name: str) -> None:
    assert len({mark(built, **{name: WEAK, "LogLevel": "WARN"}) for _ in range(3)}) == 3


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_is_not_given_is_none(built: Path, name: str) -> None:
    assert mark(built, **{name: "", "LogLevel": "WARN"}) == mark(built, LogLevel="WARN")


def test_no_guess_at_a_secret_can_be_held_against_the_mark(built: Path) -> None:
    given = {"LogLevel": "WARN", "AuthSecret": WEAK}
    found = mark(built, **given)

    lines = [f"{name}={value}" for name, value in given.items()] + [WEAK]
    texts = ["\n".join(some) for n in range(1, 4) for some in itertools.permutations(lines, n)]
    assert not any(hashlib.sha256(text.encode()).hexdigest().startswith(found) for text in texts)


def test_what_is_secret_is_what_the_template_hides() -> None:
    assert secret_parameters(TEMPLATE) == set(SECRETS) >= {"DatabaseUrl", "AuthSecret"}


def test_the_command_takes_a_secrets_name_and_not_its_value(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert packages.main(["stamp", str(built), "LogLevel=WARN", "AuthSecret"]) == 0
    before = mark_of(built)
    assert packages.main(["stamp", str(built), "LogLevel=WARN", f"AuthSecret={WEAK}"]) == 1

    line = capsys.readouterr().err
    assert "AuthSecret" in line
    assert WEAK not in line
    assert mark_of(built) == before


def test_another_template_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("Resources: {}\n")
    with pytest.raises(TemplateError, match="make build"):
        stamp(tmp_path / "other.yaml", {})
