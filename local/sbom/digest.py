"""One digest of a package's files: over what `sha256sum` says of each, so that anybody can make it.

Of names and content and nothing else: sam packs a package in the order of the file system, and widens modes.
"""

import hashlib
from pathlib import Path


def digest_of(directory: Path) -> str:
    """What `find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum` prints there."""
    names = sorted(f"./{path.relative_to(directory)}" for path in directory.rglob("*") if path.is_file())
    lines = (f"{hashlib.sha256((directory / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
