"""What is installed, as components: from metadata alone, for the package has no record of its files."""

import json
from pathlib import Path

import pytest
from cyclonedx.model.component import Component
from packaging.requirements import Requirement

from local.sbom.inventory import InventoryError, components_of, needs_of
from local.sbom.licences import refusals
from local.sbom.lock import Locked

DIGEST = "0" * 64
LOCK = {name: Locked(name, "1.0", (DIGEST,)) for name in ("driver", "driver-binary", "codec")}


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    install(tmp_path, "driver", "Requires-Dist: driver-binary==1.0; extra == 'binary'", "License-Expression: MIT")
    install(tmp_path, "driver_binary", "Requires-Dist: codec>=1", "License: MIT")
    install(
        tmp_path, "codec", "Classifier: License :: OSI Approved :: MIT License", "Requires-Dist: win; os_name=='nt'"
    )
    install(tmp_path, "of_the_developer", "License: GPL-3.0-only")
    return tmp_path


def install(libraries: Path, name: str, *lines: str) -> Path:
    directory = libraries / f"{name}-1.0.dist-info"
    directory.mkdir()
    (directory / "METADATA").write_text(
        "\n".join(["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *lines, ""])
    )
    return directory


def by_name(components: list[Component]) -> dict[str, Component]:
    return {component.name: component for component in components}


def test_a_library_is_what_the_lock_pins_and_its_metadata_says(libraries: Path) -> None:
    found = by_name(components_of(libraries, LOCK))

    assert set(found) == {"driver", "driver-binary", "codec"}
    binary = found["driver-binary"]
    assert (binary.version, str(binary.purl)) == ("1.0", "pkg:pypi/driver-binary@1.0")
    assert [digest.content for digest in binary.hashes] == [DIGEST]
    assert list(refusals(list(found.values()))) == []


def test_what_is_needed_follows_the_extras_that_are_asked_for(libraries: Path) -> None:
    assert needs_of(libraries, [Requirement("driver")]) == {"driver": set()}
    assert needs_of(libraries, [Requirement("Driver[binary]>=1")]) == {
        "driver": {"driver-binary"},
        "driver-binary": {"codec"},
        "codec": set(),
    }


@pytest.mark.parametrize(("name", "version", "there"), [("gone", "1.0", "is missing"), ("codec", "1.1", "is 1.0")])
def test_a_package_that_is_not_as_locked_is_one_clear_line(
    name: str, version: str, there: str, libraries: Path
) -> None:
    with pytest.raises(InventoryError, match=rf"^{name} {there}, and requirements.txt says {version}: make build$"):
        components_of(libraries, {name: Locked(name, version, (DIGEST,))})


def test_what_a_wheel_says_that_it_carries_is_in_its_library(libraries: Path) -> None:
    boms = libraries / "driver_binary-1.0.dist-info" / "sboms"
    boms.mkdir()
    parts = [
        {"type": "library", "name": "driver_binary", "version": "1.0"},
        {"type": "library", "name": "fastmath", "version": "3", "licenses": [{"expression": "MIT OR Apache-2.0"}]},
        {"type": "library", "name": "openssl", "version": "4.0"},
        {"type": "library", "name": "unheard-of", "version": "2"},
    ]
    (boms / "built.cdx.json").write_text(
        json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": parts})
    )

    found = by_name(components_of(libraries, LOCK))

    assert {part.name for part in found["driver-binary"].components} == {"fastmath", "openssl", "unheard-of"}
    assert not found["codec"].components
    assert list(refusals(list(found.values()))) == ["driver-binary 1.0, in it unheard-of 2: its licence is not known"]


def test_a_shared_object_is_in_its_library_with_a_digest_of_its_own(libraries: Path) -> None:
    objects = libraries / "driver_binary.libs"
    objects.mkdir()
    (objects / "libpq-e9b5c9ac.so.5.18").write_bytes(b"abc")
    (objects / "libnobody-00112233.so.1").write_bytes(b"")

    found = by_name(components_of(libraries, LOCK))

    parts = by_name(list(found["driver-binary"].components))
    assert [digest.content[:8] for digest in parts["libpq-e9b5c9ac.so.5.18"].hashes] == ["ba7816bf"]
    assert list(refusals(list(found.values()))) == [
        "driver-binary 1.0, in it libnobody-00112233.so.1: its licence is not known"
    ]
