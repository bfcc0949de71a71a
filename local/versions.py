"""The project's versions: that of the code, and those that were released, each with its OpenAPI document kept."""

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from local import ROOT
from shared.core import __version__

RELEASES = ROOT / "docs" / "releases"


class Version(NamedTuple):
    """Of Semantic Versioning, without what may come behind the three numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def read(cls, text: str) -> "Version":
        """Raises:
        ValueError: it is none.
        """
        found = re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", text)
        if found is None:
            raise ValueError(f"{text!r} is no version such as 1.2.3")
        return cls(*map(int, found.groups()))

    def __str__(self) -> str:
        return ".".join(map(str, self))

    def may_break(self, released: "Version") -> bool:
        """Whether clients of the release must expect it: a major version more, below 1.0 a minor one."""
        return self[: 1 + (self.major == 0)] > released[: 1 + (self.major == 0)]

    @property
    def breaking(self) -> "Version":
        """The least that may break clients of this one."""
        return Version(self.major + 1, 0, 0) if self.major else Version(0, self.minor + 1, 0)


def present_version() -> Version:
    """Raises:
    ValueError: pyproject.toml and the code disagree, or it is no version.
    """
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if stated != __version__:
        raise ValueError(f"pyproject.toml says {stated} and shared/core/__init__.py {__version__}: make them the same")
    return Version.read(__version__)


def released_versions(folder: Path = RELEASES) -> list[Version]:
    """The oldest first; a clone without tags knows them too."""
    names = (path.stem.removeprefix("openapi-") for path in folder.glob("openapi-*.yaml"))
    return sorted(map(Version.read, names))


def kept_document(version: Version, folder: Path = RELEASES) -> Path:
    return folder / f"openapi-{version}.yaml"


def released_without(path: str, folder: Path = RELEASES) -> Version:
    """The last release, where it does not serve the path; else the next one that may do without."""
    (*_, last) = released_versions(folder)
    served = f"\n  {path}:\n" in kept_document(last, folder).read_text(encoding="utf-8")
    return last.breaking if served else last
