"""What may ship: a licence that is not allowed, or that nobody says, is named with the library that has it."""

import sysconfig
from pathlib import Path

import pytest
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.component import Component

from local.sbom.inventory import components_of
from local.sbom.licences import is_allowed, refusals
from local.sbom.lock import read_lock
from tests.unit.template.source import ROOT

INSTALLED = Path(sysconfig.get_path("platlib"))


def library(name: str, licence: str | None, *inside: Component) -> Component:
    licences = [LicenseFactory().make_from_string(licence)] if licence else []
    return Component(name=name, version="1.0", licenses=licences, components=inside)


def test_the_licences_of_all_that_ships_are_known_and_allowed() -> None:
    libraries = components_of(INSTALLED, read_lock(ROOT / "requirements.txt"))
    assert len(libraries) > 20
    assert list(refusals(libraries)) == []


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-2.0-only", True),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("MIT AND GPL-2.0-only", False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("Proprietary", False),
        ("MIT OR Proprietary", False),
        ("UNKNOWN", False),
        ("(MIT", False),
        ("", False),
    ],
)
def test_an_expression_is_allowed_if_allowed_licences_alone_can_meet_it(expression: str, allowed: bool) -> None:
    assert is_allowed(expression) == allowed


@pytest.mark.parametrize(
    ("licence", "refusal"),
    [
        ("MIT", None),
        (None, "left-pad 1.0: its licence is not known"),
        ("GPL-3.0-only", "left-pad 1.0: GPL-3.0-only is not among the licences that may ship"),
        ("See the file COPYING", "left-pad 1.0: See the file COPYING is not among the licences that may ship"),
    ],
)
def test_the_library_is_named_and_what_is_wrong_with_it(licence: str | None, refusal: str | None) -> None:
    assert list(refusals([library("left-pad", licence)])) == ([refusal] if refusal else [])


def test_what_a_library_carries_is_asked_too() -> None:
    carried = library("libmpv", "GPL-2.0-or-later"), library("libnobody", None), library("libc", "MIT")
    assert list(refusals([library("player", "MIT", *carried)])) == [
        "player 1.0, in it libmpv 1.0: GPL-2.0-or-later is not among the licences that may ship",
        "player 1.0, in it libnobody 1.0: its licence is not known",
    ]
