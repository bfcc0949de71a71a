"""Runs a command for exactly as long as this script's standard input stays open.

The other end of that pipe is held by the process that wants the command to run; however that one ends (SIGKILL too),
the pipe closes and the command is told to stop. Started by path with `python -I -S`: it imports nothing of ours.
"""

import os
import signal
import subprocess
import sys
import threading
import time

SECONDS_TO_STOP = 10


def main(command: list[str]) -> int:
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        threading.Thread(target=_stop_at_end_of_input, args=(process,), daemon=True).start()
        return process.wait()


def _stop_at_end_of_input(process: subprocess.Popen[bytes]) -> None:
    os.read(sys.stdin.fileno(), 1)
    # To PostgreSQL: SIGINT rolls back and shuts down cleanly, SIGQUIT leaves recovery to the next start.
    process.send_signal(signal.SIGINT)
    time.sleep(SECONDS_TO_STOP)
    process.send_signal(signal.SIGQUIT)


if __name__ == "__main__":
    # A terminal's Ctrl-C is for the holder of the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(main(sys.argv[1:]))
