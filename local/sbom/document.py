"""`make sbom`: a CycloneDX document of what `make build` has made, refused where a licence is not allowed."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packaging.requirements import Requirement

from local import ROOT
from local.sbom.digest import digest_of
from local.sbom.inventory import components_of, needs_of
from local.sbom.licences import refusals
from local.sbom.lock import read_lock

BUILT = ROOT / ".aws-sam" / "build"
# Beside what it describes, and as little under version control.
DOCUMENT = ROOT / ".aws-sam" / "sbom.cdx.json"
DIGEST = "sha256-of-sha256sum"


class SbomError(Exception):
    """There is nothing to describe, or it must not ship; the text says why."""


def write(built: Path = BUILT, document: Path = DOCUMENT) -> int:
    """Write the document and print the digest of each package."""
    packages = digests_of(built)
    components = components_of(built / "DependenciesLayer" / "python", read_lock(ROOT / "requirements.txt"))
    if refused := list(refusals(components)):
        raise SbomError("; ".join(refused))
    document.write_text(_text(_bom(components, built, packages)))
    for name, digest in packages.items():
        print(f"{digest}  {name}")
    parts = sum(len(component.components) for component in components)
    print(f"{document.name}: {len(components)} libraries, and {parts} parts of them")
    return 0


def digests_of(built: Path) -> dict[str, str]:
    """The packages that `make build` left there, each with the digest of its files.

    Raises:
        SbomError: there are none.
    """
    packages = sorted(path for path in built.glob("*") if path.is_dir())
    if not packages:
        raise SbomError("nothing is built: make build")
    return {path.name: digest_of(path) for path in packages}


def _bom(components: list[Component], built: Path, packages: Mapping[str, str]) -> Bom:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [Requirement(text) for text in project["dependencies"]]
    by_name = {component.name: component for component in components}
    bom = Bom(components=components)
    bom.metadata.component = product = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        bom_ref=project["name"],
        licenses=[LicenseFactory().make_from_string(project["license"])],
        properties=[
            Property(name=f"{project['name']}:{DIGEST}:{name}", value=digest) for name, digest in packages.items()
        ],
    )
    bom.register_dependency(product, [by_name[requirement.name] for requirement in wanted])
    for name, needs in needs_of(built / "DependenciesLayer" / "python", wanted).items():
        bom.register_dependency(by_name[name], [by_name[need] for need in needs])
    return bom


def _text(bom: Bom) -> str:
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
