"""Where the code of the functions is, and in which order it is held in memory.

libraries       imported once
shared/core     a floor: anew when a file of it is saved
shared          the next: tables and what is made of them, anew when a file of it or of the floor below is saved
functions       imported by the workers, one by one
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_SHARED = "shared"
# Of each floor the folder, lowest first; a file is of the first that it lies in.
_FLOORS = ((_SHARED, "core"), (_SHARED,))


@dataclass(frozen=True, slots=True)
class Code:
    """`root` has the packages; `functions` names those of the handlers."""

    root: Path
    functions: tuple[str, ...]

    @classmethod
    def of(cls, handlers: Iterable[str], root: Path) -> "Code":
        return cls(root, tuple(dict.fromkeys(handler.partition(".")[0] for handler in handlers)))

    @property
    def packages(self) -> tuple[str, ...]:
        return tuple(name for name in (*self.functions, _SHARED) if (self.root / name).is_dir())

    @property
    def directories(self) -> tuple[Path, ...]:
        return tuple(self.root / name for name in self.packages)

    def floors(self) -> list[list[str]]:
        """The modules of each floor, as they are in the folders now."""
        floors: list[list[str]] = [[] for _ in _FLOORS]
        for path in sorted((self.root / _SHARED).rglob("*.py")):
            floors[self.floor_of(path)].append(self.module_of(path))
        return [modules for modules in floors if modules]

    def floor_of(self, path: Path) -> int:
        """Which floor a file belongs to; the functions are above the last."""
        parts = path.relative_to(self.root).parts
        if parts[-1] == "__init__.py" and len(parts) == 2 and parts[0] == _SHARED:
            return 0  # imported before whatever lies below it
        return next((number for number, floor in enumerate(_FLOORS) if parts[: len(floor)] == floor), len(_FLOORS))

    def module_of(self, path: Path) -> str:
        parts = path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
