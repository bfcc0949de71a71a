"""The built template takes the architecture that was built, and no other."""

import subprocess
import sys
from pathlib import Path

import pytest

from local import ROOT
from local.build.architecture import settle
from local.template import load_document


@pytest.mark.parametrize("arch", ["arm64", "x86_64"])
def test_another_architecture_is_refused_in_words(tmp_path: Path, arch: str) -> None:
    built = tmp_path / "template.yaml"
    built.write_text((ROOT / "template.yaml").read_text())

    settle(built, arch)

    parameter = load_document(built)["Parameters"]["Architecture"]
    assert (parameter["Default"], parameter["AllowedValues"]) == (arch, [arch])
    assert parameter["ConstraintDescription"].startswith(f"must be {arch}, which this package was built for")


def test_nothing_else_of_the_template_changes(tmp_path: Path) -> None:
    built = tmp_path / "template.yaml"
    built.write_text((ROOT / "template.yaml").read_text())
    command = [sys.executable, "-m", "local.build", "architecture", str(built), "arm64"]
    subprocess.run(command, cwd=ROOT, check=True)

    before, after = load_document(ROOT / "template.yaml"), load_document(built)
    del before["Parameters"]["Architecture"], after["Parameters"]["Architecture"]
    assert after == before
