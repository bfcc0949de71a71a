"""Whether a process that a test has to do with is still there."""

import os
import time


def is_gone(pid: int) -> bool:
    """Within ten seconds."""
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
