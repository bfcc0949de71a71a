"""The models of OpenAPI documents: FastAPI imports forty of them, of which no function ever asks anything.

pydantic leaves a model's schema to its first use where the setting `defer_build` says so, which a class takes from its
bases. That of `BaseModel` is set while this one module is imported, so that no other model has it. The module ends by
asking three of its models to build themselves, which would build what they refer to as well: it is not heeded.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel

_MODULE = "fastapi.openapi.models"


def defer_openapi_models() -> None:
    sys.meta_path.insert(0, _Finder())


class _Finder:
    """Found once: whoever is asked then, is asked again."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _MODULE:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Deferring(spec.loader)
        return spec


class _Deferring(Loader):
    """Runs the module, and leaves it as if the real loader had."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        from pydantic import BaseModel  # noqa: PLC0415  # not every function needs it

        if module.__spec__ is not None:
            module.__spec__.loader = module.__loader__ = self._loader
        with _unbuilt(BaseModel):
            self._loader.exec_module(module)


@contextmanager
def _unbuilt(base: "type[BaseModel]") -> Iterator[None]:
    """Meanwhile no model that is made of the base is built."""
    rebuild = base.__dict__["model_rebuild"]
    base.model_config["defer_build"] = True
    base.model_rebuild = classmethod(lambda _model: None)  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        base.model_rebuild = rebuild  # type: ignore[method-assign]
        del base.model_config["defer_build"]
