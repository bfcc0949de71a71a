"""How a packaged function comes to its first answer, and that what was saved on the way changes nothing."""

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from local.replay.events import outcome_of
from tests.e2e.first_answer import first_answer
from tests.e2e.in_the_package import directories, said_by
from tests.e2e.packages import MODULES, NEEDS_RUNTIME, Artifacts
from tests.e2e.runtime import EVENTS, settings_of
from tests.unit.template.source import load_template, schedules_of

pytestmark = NEEDS_RUNTIME
SCHEDULES = schedules_of(load_template())
ROUTED = {name: module for name, module in MODULES.items() if module not in SCHEDULES}
# Of the standard library: modules that are built in, frozen, and on the path.
FINDERS = 3
MOST_OPENED = 60
MOST_ANNOTATIONS = 40

COMPILED = "print(json.dumps(compiled))"
DESCRIBED = "print(json.dumps(function.app.openapi()))"
IMPORTED = """
import gc
files = {n: m.__file__ for n, m in list(sys.modules.items()) if getattr(m, "__file__", None)}
print(json.dumps({"callable": callable(function.handler), "files": files,
    "collects": gc.isenabled(), "frozen": gc.get_freeze_count(),
    "foreign": [f for f in files.values() if not f.startswith((*standard_library, *package))]}))
"""
MODELS = """
from fastapi.openapi import models
from pydantic import BaseModel

def below(model):
    for found in model.__subclasses__():
        yield from (found, *below(found))

deferred = {found.__module__ for found in below(BaseModel) if found.model_config.get("defer_build")}
incomplete = {found.__module__ for found in below(BaseModel) if not found.__pydantic_complete__}
unused = [found.__name__ for found in (models.License, models.Schema, models.Operation) if found.__pydantic_complete__]
used = models.License(name="MIT").model_dump(exclude_unset=True)
nested = models.Schema(items={"items": {"type": "string"}}).model_dump(exclude_unset=True)
anew = type("Anew", (BaseModel,), {"__annotations__": {"number": int}})
print(json.dumps({"deferred": [*deferred], "incomplete": [*incomplete], "unused": unused, "used": used,
    "nested": nested, "rebuild": BaseModel.model_rebuild.__qualname__,
    "config": BaseModel.model_config, "anew": anew.__pydantic_complete__, "finders": len(sys.meta_path),
    "loader": type(models.__loader__) is type(models.__spec__.loader) is type(sys.modules["fastapi"].__loader__)}))
"""


@cache
def seen(native: Artifacts, function: str) -> dict[str, Any]:
    """All that tests ask of every function, by the script that says it."""
    scripts = (COMPILED, IMPORTED) if MODULES[function] in SCHEDULES else (COMPILED, IMPORTED, DESCRIBED, MODELS)
    return said_by(scripts, native, function)


@pytest.mark.parametrize("function", MODULES)
def test_handler_imports_from_the_artifact_alone(function: str, native: Artifacts) -> None:
    found = seen(native, function)[IMPORTED]

    assert found["callable"]
    assert found["foreign"] == []
    assert found["collects"]
    assert found["frozen"] > 0
    assert found["files"]["shared.core.observability"].startswith(str(native.directory / "SharedLayer"))
    if MODULES[function] in SCHEDULES:  # answers no request, and need not wait for what does
        assert not {"shared.core.http.app", "fastapi", "mangum", "jwt"} & set(found["files"])
    else:
        assert "shared.core.http.app" in found["files"]
    assert not {"boto3", "botocore", "sqlmodel", "sqlalchemy", "local", "tests"} & set(found["files"])


@pytest.mark.parametrize("function", MODULES)
def test_next_to_nothing_is_compiled_of_text(function: str, native: Artifacts) -> None:
    """Of annotations in text those that somebody asks for are, and those that come before ours are imported."""
    texts = seen(native, function)[COMPILED]

    assert [text for text in texts if "__create_fn__" in text] == []
    assert sum("\\n" not in text and "lambda" not in text for text in texts) < MOST_ANNOTATIONS


@pytest.mark.parametrize("function", ROUTED)
def test_packaged_app_is_described_as_that_of_the_sources(function: str, native: Artifacts) -> None:
    """FastAPI asks each of its models for the schema: none is missing a part that the package lacks."""
    described = seen(native, function)[DESCRIBED]

    assert described["paths"]
    assert described == importlib.import_module(f"functions.{MODULES[function]}").app.openapi()


def test_nothing_but_those_that_do_without_it_imports_what_is_left_out_of_pydantic(native: Artifacts) -> None:
    """FastAPI catches its absence; pydantic wants it for types with the `__get_validators__` of version 1."""
    libraries = native.directory / "DependenciesLayer" / "python"
    importers = {str(path.relative_to(libraries)) for path in libraries.rglob("*.py") if imports_pydantic_v1(path)}

    assert importers == {"fastapi/_compat/shared.py", "pydantic/_internal/_generate_schema.py"}
    assert not (libraries / "pydantic" / "v1").exists()


def imports_pydantic_v1(path: Path) -> bool:
    text = path.read_text()
    return "pydantic" in text and any(
        name == "pydantic.v1" or name.startswith("pydantic.v1.") for name in imported(text)
    )


def imported(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("function", ROUTED)
def test_models_of_openapi_are_built_when_they_are_used_and_no_others_are_deferred(
    function: str, native: Artifacts
) -> None:
    assert seen(native, function)[MODELS] == {
        "deferred": ["fastapi.openapi.models"],
        "incomplete": ["fastapi.openapi.models"],
        "unused": [],
        "used": {"name": "MIT"},
        "nested": {"items": {"items": {"type": "string"}}},
        "rebuild": "BaseModel.model_rebuild",
        "config": {},
        "anew": True,
        "finders": FINDERS,
        "loader": True,
    }


SAME_AS_FILES = """
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from importlib.machinery import ExtensionFileLoader, FileFinder, SourceFileLoader
from importlib.machinery import PathFinder
from pathlib import Path

def told(spec):
    return {name: str(value) for name, value in vars(spec).items() if name != "loader"} | {"cached": spec.cached}

different, found = [], 0
for root in map(Path, package):
    for source in root.rglob("*.py"):
        place = source.parent if source.stem == "__init__" else source.with_suffix("")
        name, directory = ".".join(place.relative_to(root).parts), str(place.parent)
        files = FileFinder(directory, (ExtensionFileLoader, EXTENSION_SUFFIXES), (SourceFileLoader, SOURCE_SUFFIXES))
        ours, theirs = PathFinder.find_spec(name, [directory]), files.find_spec(name)
        found += type(ours.loader) is not type(theirs.loader)
        different += [] if told(ours) == told(theirs) else [name]
print(json.dumps({"different": different, "found": found}))
"""


def test_every_module_of_the_layers_is_what_it_is_as_a_file(native: Artifacts) -> None:
    said = said_by([SAME_AS_FILES], native, "HealthFunction")[SAME_AS_FILES]

    assert said["different"] == []
    assert said["found"] > 500


@pytest.mark.parametrize("function", ROUTED)
def test_a_first_answer_opens_few_files_of_the_package(function: str, native: Artifacts, seeded: str) -> None:
    replayed = next(found for found in EVENTS if found.function.name == function)
    module, environment = f"functions.{MODULES[function]}", settings_of(function, {"DATABASE_URL": seeded})

    first = first_answer(module, replayed.content, directories(native, function), environment, counted=True)

    assert outcome_of(replayed, first.answer).faults == []
    assert len(first.opened) <= MOST_OPENED, first.opened


PLUGINS = """
from importlib.metadata import entry_points
print(json.dumps([entry.value for entry in entry_points(group="pydantic")]))
"""


def test_no_library_is_a_plugin_of_pydantic_which_is_told_to_look_for_none(native: Artifacts) -> None:
    assert said_by([PLUGINS], native, "HealthFunction") == {PLUGINS: []}
