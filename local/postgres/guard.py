"""Runs a command for exactly as long as this script's standard input stays open; the first argument is how to stop it.

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


# To PostgreSQL: the first rolls back and writes all that is in memory, the second leaves recovery to the next start.
CLEANLY, AT_ONCE = signal.SIGINT, signal.SIGQUIT


def main(number: str, *command: str) -> int:
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        threading.Thread(target=_stop_at_end_of_input, args=(process, int(number)), daemon=True).start()
        return process.wait()


def _stop_at_end_of_input(process: subprocess.Popen[bytes], number: int) -> None:
    os.read(sys.stdin.fileno(), 1)
    process.send_signal(number)
    time.sleep(SECONDS_TO_STOP)
    process.send_signal(AT_ONCE)


if __name__ == "__main__":
    # A terminal's Ctrl-C is for the holder of the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(main(*sys.argv[1:]))
