"""What every group of settings is read with: one error for all faults, and where this process runs."""

import os
from collections.abc import Callable, Mapping
from typing import TypeVar

ReadT = TypeVar("ReadT")


class ConfigurationError(Exception):
    """The process must not serve. `faults` holds one line per fault; none of them shows a secret's value."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


def without_faults(read: Callable[[Mapping[str, str], list[str]], ReadT], environ: Mapping[str, str] | None) -> ReadT:
    """What `read` makes of the environment, for which it adds a line for each fault to a list.

    Raises:
        ConfigurationError: with every fault found.
    """
    faults: list[str] = []
    settings = read(os.environ if environ is None else environ, faults)
    if faults:
        raise ConfigurationError(faults)
    return settings


def runs_in_lambda(environ: Mapping[str, str] | None = None) -> bool:
    """Whether this is a deployed function; `sam local` counts as a developer's machine."""
    env = os.environ if environ is None else environ
    return "AWS_LAMBDA_FUNCTION_NAME" in env and env.get("AWS_SAM_LOCAL", "").lower() != "true"


def comma_list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())
