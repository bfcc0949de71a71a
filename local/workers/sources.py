"""The project's own modules, as a fork server imports them: what was saved is compiled once, for all it forks.

Python takes a file for unchanged while its size and the second of its change are the same, and runs the bytecode that
it keeps. Who saves twice in a second would get the first of the two. So a file that was saved is known by its content.
"""

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module, invalidate_caches
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType


class Sources:
    """A finder of the modules of some packages."""

    def __init__(self, root: str, packages: Iterable[str]) -> None:
        self._root = Path(root)
        self._packages = frozenset(packages)
        self._compiled: dict[str, tuple[bytes, CodeType]] = {}
        self._saved: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not self.is_ours(name):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(self, spec.loader.name, spec.loader.path)
        return spec

    def is_ours(self, name: str) -> bool:
        return name.partition(".")[0] in self._packages

    def saved(self, paths: Iterable[str]) -> None:
        """These files were written, renamed or deleted."""
        invalidate_caches()
        for path in paths:
            self._saved.add(path)
            self._compiled.pop(path, None)
            with suppress(OSError, SyntaxError, ValueError):  # whoever imports it says so
                self._compile(path)

    def hold(self) -> None:
        """Have the code of all modules at hand."""
        for package in self._packages:
            for path in (self._root / package).rglob("*.py"):
                module = ".".join(path.relative_to(self._root).with_suffix("").parts)
                with suppress(OSError, SyntaxError, ValueError):
                    _Loader(self, module, str(path)).get_code(module)

    def code(self, loader: "_Loader", name: str, path: str) -> CodeType | None:
        source = loader.get_data(path)
        held = self._compiled.get(path)
        if held is not None and held[0] == source:
            return held[1]
        if held is not None or path in self._saved:
            return self._compile(path)
        code = loader.kept_code(name)
        if code is not None:
            self._compiled[path] = (source, code)
        return code

    def where(self, error: BaseException) -> str:
        """`shared/tasks.py, line 7: `, of the last line of ours on the way to an error; or nothing."""
        places = [(error.filename, error.lineno)] if isinstance(error, SyntaxError) else []
        trace = error.__traceback__
        while trace is not None:
            places.insert(0, (trace.tb_frame.f_code.co_filename, trace.tb_lineno))
            trace = trace.tb_next
        for name, line in reversed(places):
            with suppress(ValueError):
                relative = Path(str(name)).relative_to(self._root)
                if relative.parts[0] in self._packages:
                    return f"{relative}, line {line}: "
        return ""

    def _compile(self, path: str) -> CodeType:
        source = Path(path).read_bytes()
        code: CodeType = compile(source, path, "exec", dont_inherit=True)
        self._compiled[path] = (source, code)
        return code


class _Loader(SourceFileLoader):
    def __init__(self, sources: Sources, name: str, path: str) -> None:
        super().__init__(name, path)
        self._sources = sources

    def get_code(self, fullname: str) -> CodeType | None:
        return self._sources.code(self, fullname, self.get_filename(fullname))

    def kept_code(self, fullname: str) -> CodeType | None:
        """From the bytecode that Python keeps, if that is newer than the file."""
        return super().get_code(fullname)


def import_all(modules: Iterable[str], sources: Sources) -> dict[str, str]:
    """Import modules; gives why not, of those that cannot be."""
    faults: dict[str, str] = {}
    for name in modules:
        try:
            import_module(name)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever a module does at import
            faults[name] = fault_of(error, sources)
    return faults


def fault_of(error: BaseException, sources: Sources) -> str:
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{sources.where(error)}{type(error).__name__}: {message}"


def libraries(sources: Sources) -> list[str]:
    """What is imported of others, in the order in which it was."""
    return [
        name for name in sys.modules if not (sources.is_ours(name) or name.partition(".")[0] in ("local", "__main__"))
    ]
