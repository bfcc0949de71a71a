"""What a library's wheel carries: the parts that it names in SBOMs of its own (PEP 770), and its shared objects.

Neither is complete: a wheel names the packages that its shared objects were copied from, not those it was built of.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from packaging.utils import canonicalize_name

from local.sbom.licences import UNSAID

# auditwheel puts a digest between a shared object's name and its version.
_SHARED_OBJECT = re.compile(r"(?P<name>.+)-[0-9a-f]{8}(?P<version>\.so\b.*)")


def carried_by(library: str, libraries: Path) -> list[Component]:
    return [*_named_parts(library, libraries), *_shared_objects(library, libraries)]


def _named_parts(library: str, libraries: Path) -> Iterator[Component]:
    for path in sorted(libraries.glob("*.dist-info/sboms/*.json")):
        if canonicalize_name(path.parent.parent.name.split("-")[0]) == library:
            said = json.loads(path.read_text()).get("components", [])
            yield from (_part(library, it) for it in said if canonicalize_name(it["name"]) != library)


def _part(library: str, said: dict[str, Any]) -> Component:
    kept = {key: said[key] for key in ("type", "name", "version", "purl", "hashes", "licenses") if key in said}
    part: Component = Component.from_json(kept)  # type: ignore[attr-defined]  # a decorator makes it
    part.bom_ref.value = f"{library}/{part.purl or part.name}"
    part.licenses = list(part.licenses) or _unsaid(part.name)
    return part


def _shared_objects(library: str, libraries: Path) -> Iterator[Component]:
    for path in sorted(libraries.glob("*.libs/*")):
        if canonicalize_name(path.parent.stem) == library:
            match = _SHARED_OBJECT.fullmatch(path.name)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            yield Component(
                name=path.name,
                type=ComponentType.FILE,
                bom_ref=f"{library}/{path.name}",
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
                licenses=_unsaid(match["name"] if match else path.name),
            )


def _unsaid(name: str) -> list[License]:
    return [LicenseFactory().make_from_string(UNSAID[name])] if name in UNSAID else []
