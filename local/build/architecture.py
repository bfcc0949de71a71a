"""Writes the architecture that was built into the built template: it is the only one that may be run or deployed."""

from pathlib import Path

from local.template import load_document, write_document

PARAMETER = "Architecture"


def settle(template: Path, arch: str) -> None:
    """So that `sam local` takes the right image by itself, and CloudFormation refuses another in words."""
    document = load_document(template)
    document["Parameters"][PARAMETER] |= {
        "Default": arch,
        "AllowedValues": [arch],
        "ConstraintDescription": f"must be {arch}, which this package was built for; for another: make build ARCH=...",
    }
    write_document(template, document)
