"""`python -m local COMMAND`: what the Makefile's targets call."""

import os
import sys

from local.commands import Commands
from shared.core.settings import ConfigurationError


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0; 1 with what is wrong on standard error; 2 for arguments that are none; 130 after Ctrl-C; 141
    when who reads the output has gone.
    """
    options = Commands().parser.parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = options.interrupted
    except BrokenPipeError:
        # As from `| head`. What is still held for whoever read would fail once more at the end of the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    except ConfigurationError as error:
        code = _fail(*error.faults)
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "local":
            raise
        code = _fail(str(error))
    return code


def _fail(*lines: str) -> int:
    for line in lines:
        print(f"error: {line}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
