"""The documents of a clone as the pages of a site: each link leads to a page of it, sources and folders included."""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from local import ROOT

_LINK = re.compile(r"\]\(([^()\s]+)\)")
_ADDRESS = re.compile(r"[a-z]+:")
_PICTURES = (".png", ".svg")
_LANGUAGES = {".py": "python", ".yaml": "yaml", ".toml": "toml", ".ts": "typescript", ".tsx": "tsx", ".json": "json"}


class SiteError(Exception):
    """A document links to what is not there; the text names both."""


@dataclass
class Pages:
    """`made` has the text of each page, or the picture, by its path in the site."""

    root: Path = ROOT
    made: dict[PurePosixPath, str | bytes] = field(default_factory=dict)

    def add(self, documents: Iterable[Path]) -> None:
        """The documents, and whatever their links lead to.

        Raises:
            SiteError: a link leads nowhere.
        """
        for document in documents:
            place = self._place(document)
            if place not in self.made:
                self.made[place] = ""  # from now on it is known: documents link to one another
                self.made[place] = _LINK.sub(lambda link: self._linked(link, document), document.read_text())  # noqa: B023

    def _linked(self, link: re.Match[str], document: Path) -> str:
        target, hash_, anchor = link[1].partition("#")
        if not target or _ADDRESS.match(target):
            return link[0]
        path = (document.parent / target).resolve()
        if not path.exists():
            raise SiteError(f"{document.relative_to(self.root)} links to {target}, which is not there")
        return f"]({_way(self._place(document), self._page_of(path))}{hash_}{anchor})"

    def _page_of(self, path: Path) -> PurePosixPath:
        if path.suffix == ".md":
            self.add([path])
        elif path.suffix in _PICTURES:
            self.made[self._place(path)] = path.read_bytes()
        else:
            self.made[self._place(path)] = self._source(path)
        return self._place(path)

    def _place(self, path: Path) -> PurePosixPath:
        """Where in the site: the documents of `docs` at its top, what else there is below a folder of its own."""
        relative = PurePosixPath(path.relative_to(self.root).as_posix())
        if relative == PurePosixPath("README.md"):
            return PurePosixPath("index.md")
        if path.suffix == ".md" or path.suffix in _PICTURES:
            return relative.relative_to("docs") if relative.parts[0] == "docs" else "project" / relative
        # What begins with a dot is hidden, from a site too.
        return PurePosixPath("source", *(part.lstrip(".") for part in f"{relative}.md".split("/")))

    def _source(self, path: Path) -> str:
        title = f"# {path.relative_to(self.root)}\n\n"
        if path.is_dir():
            return title + "".join(
                f"- `{child.name}`\n" for child in sorted(path.iterdir()) if child.name[0] not in "._"
            )
        return f"{title}````{_LANGUAGES.get(path.suffix, 'text')}\n{path.read_text()}````\n"


def _way(from_page: PurePosixPath, to_page: PurePosixPath) -> str:
    return posixpath.relpath(to_page, from_page.parent)
