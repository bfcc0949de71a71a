"""The libraries of the layer as CycloneDX components, and what each needs of the others.

Read from where they are installed, by their own metadata: the package that is built, or the developer's environment.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.component import Component
from cyclonedx.model.license import License
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.sbom.carried import carried_by
from local.sbom.licences import CLASSIFIERS
from local.sbom.lock import Locked, applies


class InventoryError(Exception):
    """What is installed is not what is locked; the text says where."""


def components_of(libraries: Path, lock: Mapping[str, Locked]) -> list[Component]:
    """Each locked library, with what is in it.

    Raises:
        InventoryError: one is not installed in `libraries`, or in another version.
    """
    installed = _installed(libraries)
    return [_component(locked, _expected(locked, installed), libraries) for _, locked in sorted(lock.items())]


def needs_of(libraries: Path, wanted: Iterable[Requirement]) -> dict[str, set[str]]:
    """By name, what is needed: from what the project wants on, extras only where one is asked for."""
    installed = _installed(libraries)
    needs: dict[str, set[str]] = {}
    todo = [key for requirement in wanted for key in _keys(requirement)]
    seen: set[tuple[str, str]] = set()
    while todo:
        key = name, extra = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        needed = [it for it in map(Requirement, installed[name].requires or ()) if applies(it, extra)]
        needs.setdefault(name, set()).update(canonicalize_name(it.name) for it in needed)
        todo += [key for it in needed for key in _keys(it)]
    return needs


def _keys(requirement: Requirement) -> Iterator[tuple[str, str]]:
    """A library alone, and with each extra: what an extra brings comes on top."""
    return ((canonicalize_name(requirement.name), extra) for extra in ("", *requirement.extras))


def _installed(libraries: Path) -> dict[str, Distribution]:
    found = map(PathDistribution, libraries.glob("*.dist-info"))
    return {canonicalize_name(distribution.name): distribution for distribution in found}


def _expected(locked: Locked, installed: Mapping[str, Distribution]) -> Distribution:
    found = installed.get(locked.name)
    if found is None or found.version != locked.version:
        there = "is missing" if found is None else f"is {found.version}"
        raise InventoryError(f"{locked.name} {there}, and requirements.txt says {locked.version}: make build")
    return found


def _component(locked: Locked, distribution: Distribution, libraries: Path) -> Component:
    purl = PackageURL("pypi", None, locked.name, locked.version)
    return Component(
        name=locked.name,
        version=locked.version,
        purl=purl,
        bom_ref=str(purl),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in locked.sha256],
        licenses=_licences(distribution),
        components=carried_by(locked.name, libraries),
    )


def _licences(distribution: Distribution) -> list[License]:
    metadata = distribution.metadata
    said = metadata.get("License-Expression") or metadata.get("License")
    classifiers = [CLASSIFIERS[it] for it in metadata.get_all("Classifier") or () if it in CLASSIFIERS]
    return [LicenseFactory().make_from_string(text) for text in ([said] if said else classifiers)]
