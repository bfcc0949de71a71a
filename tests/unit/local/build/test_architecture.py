"""The built template takes the architecture that was built, and no other."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import ROOT
from local.build.architecture import settle
from local.template import load_document


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """The template, as the build has it before it is settled."""
    return Path(shutil.copy(ROOT / "template.yaml", tmp_path))


@pytest.mark.parametrize("arch", ["arm64", "x86_64"])
def test_another_architecture_is_refused_in_words(built: Path, arch: str) -> None:
    settle(built, arch)

    parameter = load_document(built)["Parameters"]["Architecture"]
    assert (parameter["Default"], parameter["AllowedValues"]) == (arch, [arch])
    assert parameter["ConstraintDescription"].startswith(f"must be {arch}, which this package was built for")


@pytest.mark.parametrize("arch", ["arm64", "x86_64"])
def test_what_is_run_locally_has_no_other_whatever_is_asked_for(built: Path, arch: str) -> None:
    """`sam local invoke --parameter-overrides Architecture=...` was told by Docker what is wrong, if at all."""
    settle(built, arch)

    document = load_document(built)
    assert document["Globals"]["Function"]["Architectures"] == [arch]
    assert {"Ref": "Architecture"} not in list(parts(document))


def parts(part: Any) -> Iterator[Any]:
    yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from parts(inner)


def test_nothing_else_of_the_template_changes(built: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local.build", "architecture", str(built), "arm64"]
    subprocess.run(command, cwd=ROOT, check=True)

    text = (ROOT / "template.yaml").read_text().replace("!Ref Architecture", "arm64")
    (tmp_path / "before.yaml").write_text(text)
    before, after = load_document(tmp_path / "before.yaml"), load_document(built)
    del before["Parameters"]["Architecture"], after["Parameters"]["Architecture"]
    assert after == before
