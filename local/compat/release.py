"""The rule of versions, and how a release keeps its document for those after it to be compared with."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from local import ROOT
from local.compat import CompatError
from local.compat.change import summed_up
from local.compat.document import read_document
from local.compat.operations import Comparison
from local.versions import RELEASES, Version, kept_document, present_version, released_versions


@dataclass(frozen=True)
class Releases:
    """`document` is today's, of the version `present`; `folder` has those of the releases."""

    present: Version
    document: Path
    folder: Path = RELEASES

    @property
    def last(self) -> Version:
        """Raises:
        CompatError: nothing was released, or something newer than the present version.
        """
        if not (released := released_versions(self.folder)):
            raise CompatError(f"{self.folder} keeps no document of a release: make release VERSION={self.present}")
        if released[-1] > self.present:
            raise CompatError(f"the version is {self.present}, and {released[-1]} was released: raise it")
        return released[-1]

    def faults(self) -> list[str]:
        """What breaks clients of the last release, where the version does not say that it may."""
        if self.present.may_break(last := self.last):
            return []
        old, new = read_document(kept_document(last, self.folder)), read_document(self.document)
        return summed_up(Comparison(old, new).breaking())

    def keep(self, version: str, changelog: str) -> Path:
        """Keep the document of this version, which is released now.

        Raises:
            CompatError: it is not this version's turn, the changelog does not have it, or it breaks what it may not.
        """
        if version != str(self.present):
            raise CompatError(f"the version is {self.present}: VERSION={version or '...'} names another")
        if f"\n## [{version}]" not in changelog:
            raise CompatError(f"CHANGELOG.md has no heading ## [{version}]: move what is Unreleased under one")
        target = kept_document(self.present, self.folder)
        if target.exists() and target.read_bytes() != self.document.read_bytes():
            raise CompatError(f"{version} was released, and its document says otherwise: raise the version")
        if released_versions(self.folder) and (faults := self.faults()):
            raise CompatError(_refusal(self.last, self.present, faults))
        self.folder.mkdir(exist_ok=True)
        shutil.copyfile(self.document, target)
        return target


def of_the_project() -> Releases:
    """Raises:
    CompatError: its version is none, or is two.
    """
    try:
        return Releases(present_version(), ROOT / "docs" / "openapi.yaml")
    except ValueError as error:
        raise CompatError(str(error)) from error


def compare(releases: Releases) -> str:
    """What there is to say of them.

    Raises:
        CompatError: clients would break that need not expect it.
    """
    if faults := releases.faults():
        raise CompatError(_refusal(releases.last, releases.present, faults))
    may = releases.present.may_break(releases.last)
    what = "may break its clients" if may else "breaks none of its clients"
    return f"docs/openapi.yaml: {releases.present}, after {releases.last}: {what}"


def _refusal(last: Version, present: Version, faults: list[str]) -> str:
    first = (
        f"version {present} breaks clients of {last}: take it back, "
        f"or raise the version in pyproject.toml and shared/core/__init__.py to {last.breaking}"
    )
    return "\n".join([first, *(f"  {fault}" for fault in faults)])
