"""Marks the built template with the deployment's parameters, for SAM publishes versions by what the template says.

Secrets have no part in the mark: who may read a function's configuration could try passwords against their hash.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from local.template import TemplateError, secret_parameters

SETTINGS_REVISION = "SETTINGS_REVISION"


def stamp(template: Path, parameters: Mapping[str, str]) -> None:
    """The same values are the same mark; with a secret among them each mark is new, as the secret may be.

    Raises:
        TemplateError: it is not the template that was built.
    """
    secret = secret_parameters(template)
    open_ones = {name: value for name, value in parameters.items() if name not in secret}
    if any(parameters[name] for name in parameters.keys() - open_ones.keys()):
        revision = secrets.token_hex(8)
    else:
        lines = sorted(f"{name}={value}" for name, value in open_ones.items())
        revision = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    text, stamped = re.subn(rf"(?m)^(\s+{SETTINGS_REVISION}:) .*$", rf"\g<1> '{revision}'", template.read_text())
    if stamped != 1:
        raise TemplateError(f"{template} holds {SETTINGS_REVISION} {stamped} times, not once: make build")
    template.write_text(text)


def named_values(template: Path, words: list[str]) -> dict[str, str]:
    """`Name=value` and, of a secret, its name alone.

    Raises:
        TemplateError: a secret came with its value, which every user of the machine can read on a command line.
    """
    pairs, secret = [word.partition("=") for word in words], secret_parameters(template)
    told = [name for name, _, value in pairs if value and name in secret]
    if told:
        raise TemplateError(f"{', '.join(told)}: name it without its value, which is a secret")
    return {name: value if equals else "given" for name, equals, value in pairs}
