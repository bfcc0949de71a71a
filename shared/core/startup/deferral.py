"""The models of OpenAPI documents: FastAPI imports forty of them, of which no function ever asks anything.

pydantic leaves a model's schema to its first use where the setting `defer_build` says so, which a class takes from its
bases. That of `BaseModel` is set while this one module is imported, so that no other model has it.
"""

import sys
from collections.abc import Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

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
        BaseModel.model_config["defer_build"] = True
        try:
            self._loader.exec_module(module)
        finally:
            del BaseModel.model_config["defer_build"]
