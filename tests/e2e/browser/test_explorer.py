"""The page at /docs, used as a person uses it: as another user, with a task that is made, completed and listed."""

import os
import subprocess
from pathlib import Path

import pytest

from local import ROOT
from local.example.packages import APP
from local.npm import install
from tests.e2e.browser.chromium import needs_chromium
from tests.e2e.gateway import Served
from tests.e2e.node import why_not_here

pytestmark = [needs_chromium, pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here()))]


def test_tasks_are_made_completed_and_listed_from_the_page_as_whoever_one_wants_to_be(api: Served) -> None:
    install(APP)
    # `make pictures` keeps what it looks like.
    picture = [str(Path(os.environ["PICTURES"], "explorer.png"))] if "PICTURES" in os.environ else []

    used = subprocess.run(
        ["node", "tests/e2e/browser/explorer.mjs", api.address, *picture],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )

    assert used.returncode == 0, used.stdout + used.stderr
    assert used.stdout == "done\n"
    assert [exchange.status for exchange in api.of("POST")] == [201]
