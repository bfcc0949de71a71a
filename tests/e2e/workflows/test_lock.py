"""`make lock` locks npm's packages as well, wherever there is a lock; with stand-ins for uv and npm."""

import os
import subprocess
from pathlib import Path

from local import ROOT
from tests.e2e.workflows.runner import path_of
from tests.e2e.workflows.stand_ins import StandIns
from tests.unit.test_docs import tracked_files


def test_every_lock_of_npm_is_made_anew_and_no_script_of_a_package_runs(tmp_path: Path) -> None:
    programs = StandIns(tmp_path)
    programs.write("npm", scripts=[])
    environment = {**os.environ, "PATH": path_of(programs.bin), "STEP_FAILS": ""}
    # What is installed is taken for new enough, and uv for one that finds nothing newer.
    command = ["make", "-o", ".venv/.installed", "lock", "UV=true"]
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)

    locks = {str(path.parent.relative_to(ROOT)) for path in tracked_files() if path.name == "package-lock.json"}
    assert locks
    assert {call.arguments[call.arguments.index("--prefix") + 1] for call in programs.calls} == locks
    assert all({"update", "--package-lock-only", "--ignore-scripts"} <= set(call.arguments) for call in programs.calls)
