"""`python -m local COMMAND`: what the Makefile's targets call."""

import sys

from local.commands import Commands
from shared.core.settings import ConfigurationError


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0, 1 with what is wrong on standard error, 2 for arguments that are none, 130 after Ctrl-C."""
    options = Commands().parser.parse_args(arguments)
    try:
        code: int = options.run(options)
    except KeyboardInterrupt:
        code = options.interrupted
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
