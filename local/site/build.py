"""The site's pages into a folder, and Zensical over them: strictly, so that a broken link or anchor fails."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local import ROOT
from local.site.pages import Pages, SiteError

CONFIG = ROOT / "zensical.toml"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def build() -> Path:
    """The site's first page.

    Raises:
        SiteError: a document is not in the navigation, a link leads nowhere, or Zensical found a fault.
    """
    project = tomllib.loads(CONFIG.read_text())["project"]
    pages = Pages()
    pages.add(documents())
    if missing := sorted(missing_in(project["nav"])):
        raise SiteError(f"zensical.toml: nav lacks {', '.join(missing)}")
    source = ROOT / project["docs_dir"]
    shutil.rmtree(source, ignore_errors=True)
    for place, content in pages.made.items():
        path = source / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    _zensical()
    return ROOT.joinpath(project["site_dir"], "index.html")


def documents() -> list[Path]:
    """README and whatever is in docs; what they link to comes along."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def missing_in(nav: list[Any]) -> set[str]:
    """Documents of the first level that the navigation does not name."""
    return {path.name for path in (ROOT / "docs").glob("*.md")} - set(_pages_of(nav))


def _pages_of(nav: Any) -> Iterator[str]:
    match nav:
        case str():
            yield nav
        case list():
            for entry in nav:
                yield from _pages_of(entry)
        case dict():
            for entry in nav.values():
                yield from _pages_of(entry)


def _zensical() -> None:
    program = Path(sys.executable).with_name("zensical")
    command = [str(program), "build", "--clean", "--strict", "--config-file", str(CONFIG)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        said = _COLOUR.sub("", done.stdout).partition("Traceback")[0]
        raise SiteError(f"zensical: {said.strip()}")
