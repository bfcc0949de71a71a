"""`make quick`: the tests that what was changed can have broken, in half a minute."""

import os
import sys

from local import ROOT
from local.quick.changes import changed_files
from local.quick.selection import Imports, select

PYTEST = ("-m", "pytest", "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")


def main(arguments: list[str]) -> int:
    selection = select(changed_files(ROOT), Imports.of(ROOT))
    for remark in selection.remarks:
        print(remark, flush=True)
    os.execv(sys.executable, [sys.executable, *PYTEST, *selection.files, *arguments])  # noqa: S606 - pytest's exit is ours


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
