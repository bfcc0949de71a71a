"""`make example` and its app: the whole path of two users in a real browser, offline included."""

import os
import socket
import subprocess

import pytest

from local import ROOT
from local.example.packages import APP
from tests.e2e.browser.chromium import needs_chromium
from tests.e2e.example.conftest import Example
from tests.e2e.node import why_not_here

pytestmark = [
    pytest.mark.heavy,
    needs_chromium,
    pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here())),
]


def test_two_users_walk_the_whole_path(example: Example) -> None:
    # `make pictures` keeps what it looks like.
    pictures = [str(ROOT / os.environ["PICTURES"])] if "PICTURES" in os.environ else []
    walked = subprocess.run(
        ["node", "tests/path.mjs", example.origin, *pictures],
        cwd=APP,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert walked.returncode == 0, walked.stdout + walked.stderr + "".join(example.said[-30:])
    assert walked.stdout.endswith("done\n")


def test_ctrl_c_ends_all_of_it(example: Example) -> None:
    example.process.send_signal(2)
    assert example.process.wait(30) == 0
    for port in example.ports:
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            pass
