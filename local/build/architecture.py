"""Writes the architecture that was built into the built template: it is the only one that may be run or deployed."""

from pathlib import Path
from typing import Any

from local.template import load_document, write_document

PARAMETER = "Architecture"


def settle(template: Path, arch: str) -> None:
    """So that CloudFormation refuses another in words, and `sam local`, which checks no parameter, has no other."""
    document = _settled(load_document(template), arch)
    document["Parameters"][PARAMETER] |= {
        "Default": arch,
        "AllowedValues": [arch],
        "ConstraintDescription": f"must be {arch}, which this package was built for; for another: make build ARCH=...",
    }
    write_document(template, document)


def _settled(part: Any, arch: str) -> Any:
    """The same, with the architecture itself wherever the parameter was referred to."""
    match part:
        case {"Ref": name} if name == PARAMETER:
            return arch
        case dict():
            return {key: _settled(value, arch) for key, value in part.items()}
        case list():
            return [_settled(value, arch) for value in part]
        case _:
            return part
