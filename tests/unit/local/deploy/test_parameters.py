from pathlib import Path

import pytest

from local.deploy.parameters import read_deployment
from tests.unit.template.source import ROOT, load_template

VARIABLES = load_template()["Globals"]["Function"]["Environment"]["Variables"]
# What a shell holds for `make dev` and the doctor; an ARN is named among the PARAMETERS.
OF_A_SHELL = sorted(name for name in VARIABLES if name.startswith("AUTH_") and not name.endswith("_ARN"))


@pytest.fixture
def samconfig(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_bytes((ROOT / "template.yaml").read_bytes())
    path = tmp_path / "samconfig.toml"
    path.write_text('version = 0.1\n[default.global.parameters]\nstack_name = "x"\n')
    return path


@pytest.mark.parametrize("setting", OF_A_SHELL)
def test_every_setting_of_tokens_in_the_environment_is_deployed(setting: str, samconfig: Path) -> None:
    (parameter,) = (
        named["Ref"]
        for named in VARIABLES[setting]["Fn::If"]
        if named != {"Ref": "AWS::NoValue"} and isinstance(named, dict)
    )

    assert read_deployment(samconfig, "default", {setting: "given"}).parameters == {parameter: "given"}


def test_what_the_template_hides_is_not_shown(samconfig: Path) -> None:
    hidden = {name for name, definition in load_template()["Parameters"].items() if definition.get("NoEcho")}
    given = " ".join(f"{name}=swordfish" for name in hidden)

    shown = read_deployment(samconfig, "default", {"PARAMETERS": f"{given} LogLevel=WARN"}).readable()

    assert sorted(shown) == sorted([*(f"{name}=***" for name in hidden), "LogLevel=WARN"])
