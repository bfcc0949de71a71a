"""The migrations of this project, by their files."""

from local import ROOT

VERSIONS = ROOT / "migrations" / "versions"


def revisions() -> set[str]:
    return {path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py")}


def newest_revision() -> str:
    return max(revisions())
