"""The artifacts of `make build` opened: what is in them, and nothing else."""

import importlib
import importlib.util
import json
import marshal
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType

import cyclonedx.schema
import jsonschema_rs
import pytest
import yaml

from local.build import bytecode
from local.build import packages as build
from local.sbom import document, licences
from shared.core.startup import archive
from tests.e2e.packages import FOREIGN, LAYERS, MODULES, NATIVE, NEEDS_RUNTIME, Artifacts, Project
from tests.unit.template.source import ROOT

ELF_MACHINE = {"x86_64": 0x3E, "arm64": 0xB7}
UNCHECKED_HASH = 0b01


@pytest.fixture(scope="module")
def again(project: Project, native: Artifacts) -> Artifacts:
    """A second clean build of the same sources: in another place, by somebody with other habits, at another time."""
    project.age()
    return project.build(NATIVE, umask=0o077, TZ="Pacific/Auckland", LC_ALL="C", PYTHONHASHSEED="7")


@pytest.fixture(scope="module")
def foreign(project: Project) -> Artifacts:
    return project.build(FOREIGN)


@contextmanager
def edited(project: Project) -> Iterator[Project]:
    """The project, for somebody to edit; the others get it back as it was."""
    try:
        yield project
    finally:
        for name in ("functions", "shared"):
            shutil.rmtree(project.directory / name)
            shutil.copytree(ROOT / name, project.directory / name, ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture(scope="module")
def another_core(project: Project) -> Artifacts:
    """A module of the core edited, and an expression of SQL, which is compiled."""
    with edited(project):
        project.append("shared/core/errors.py", "\nEDITED = True\n")
        path = project.directory / "shared" / "tables" / "account.py"
        path.write_text(path.read_text().replace("_USERS.c.email,", '_USERS.c.email.label("address"),'))
        return project.build(NATIVE)


def with_bytecode(sources: set[str]) -> set[str]:
    tag = f"cpython-{bytecode.RUNTIME.replace('.', '')}"
    compiled = {
        str(Path(source).parent / "__pycache__" / f"{Path(source).stem}.{tag}.pyc")
        for source in sources
        if source.endswith(".py")
    }
    return sources | compiled


@NEEDS_RUNTIME
@pytest.mark.parametrize("function", MODULES)
def test_function_holds_its_own_module_and_nothing_else(function: str, native: Artifacts) -> None:
    sources = {"functions/__init__.py", f"functions/{MODULES[function]}.py"}
    sources |= {"built.py"} if MODULES[function] == "health" else set()
    assert native.names(function) == with_bytecode(sources)


@NEEDS_RUNTIME
def test_shared_layer_holds_the_core_and_nothing_else(native: Artifacts) -> None:
    at_home = ("__pycache__", "sql")
    core = [path for path in (ROOT / "shared").rglob("*") if path.is_file() and not {*at_home} & {*path.parts}]
    # What is imported before the archive is.
    reader = Path(archive.__file__)
    packages = [path / "__init__.py" for path in reader.parents if path.is_relative_to(ROOT / "shared")]
    assert native.names("SharedLayer") == {
        "python/shared.modules",
        *(f"python/{path.relative_to(ROOT)}" for path in core),
        *with_bytecode({f"python/{path.relative_to(ROOT)}" for path in (reader, *packages)}),
    }


@NEEDS_RUNTIME
def test_dependency_layer_holds_the_locked_versions_and_nothing_else(native: Artifacts) -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [line.split()[0] for line in lines if "==" in line and "sys_platform == 'win32'" not in line]
    locked = {pin.replace("-", "_").replace("==", "-") for pin in pins}
    installed = {path.name.removesuffix(".dist-info") for path in native.directory.glob("*/python/*.dist-info")}
    assert installed == locked

    recorded = re.compile(r"(^|/)(tests?|bin|testing)/|\.(pyi|pxd|h|toml|lock)$|(^|/)(RECORD|INSTALLER|REQUESTED)$")
    assert not [name for name in native.names("DependenciesLayer") if recorded.search(name)]
    assert {path.name for path in (native.directory / "DependenciesLayer").iterdir()} == {"python"}


def bytecode_of_archives(root: Path) -> dict[Path, bytes]:
    """By the path of the source."""
    return {
        root / directory / (f"{name}/__init__.py" if found.is_package else f"{name}.py"): found.read()
        for file in archive.NAMES
        for directory, modules in archive.open_archive(str(root / file)).directories.items()
        for name, found in modules.items()
    }


@NEEDS_RUNTIME
@pytest.mark.parametrize("name", [*MODULES, *LAYERS])
def test_every_module_has_bytecode_that_the_runtime_takes_unchecked(name: str, native: Artifacts) -> None:
    mount = Path("/opt" if name in LAYERS else "/var/task")
    sources = [path for path in native.files(name) if path.suffix == ".py"]
    archived = bytecode_of_archives(native.directory / name / "python")
    assert sources
    for source in sources:
        compiled = archived.get(source) or Path(importlib.util.cache_from_source(str(source))).read_bytes()
        assert compiled[:4] == importlib.util.MAGIC_NUMBER
        assert int.from_bytes(compiled[4:8], "little") == UNCHECKED_HASH
        assert compiled[8:16] == importlib.util.source_hash(source.read_bytes())
        code = marshal.loads(compiled[16:])  # noqa: S302
        assert isinstance(code, CodeType)
        assert code.co_filename == str(mount / source.relative_to(native.directory / name))


@NEEDS_RUNTIME
@pytest.mark.parametrize("arch", [NATIVE, FOREIGN])
def test_shared_objects_are_for_the_architecture(arch: str, request: pytest.FixtureRequest) -> None:
    artifacts: Artifacts = request.getfixturevalue("native" if arch == NATIVE else "foreign")
    libraries = [path for path in artifacts.files("DependenciesLayer") if re.search(r"\.so(\.|$)", path.name)]

    assert any(path.name.startswith("_psycopg.") for path in libraries)
    for path in libraries:
        header = path.read_bytes()[:20]
        assert header[:4] == b"\x7fELF"
        assert int.from_bytes(header[18:20], "little") == ELF_MACHINE[arch], path


@NEEDS_RUNTIME
def test_our_own_code_is_the_same_for_every_architecture(native: Artifacts, foreign: Artifacts) -> None:
    for name in (*MODULES, "SharedLayer"):
        assert native.hashes[name] == foreign.hashes[name]
    assert native.hashes["DependenciesLayer"] != foreign.hashes["DependenciesLayer"]


@NEEDS_RUNTIME
def test_two_clean_builds_are_the_same(native: Artifacts, again: Artifacts) -> None:
    assert native.hashes == again.hashes


@NEEDS_RUNTIME
def test_two_clean_builds_have_the_digests_that_make_sbom_prints(native: Artifacts, again: Artifacts) -> None:
    digests = document.digests_of(native.directory)
    assert set(digests) == {*MODULES, *LAYERS}
    assert digests == document.digests_of(again.directory)


@NEEDS_RUNTIME
@pytest.mark.parametrize("arch", [NATIVE, FOREIGN])
def test_what_ships_is_described_by_a_valid_document(
    arch: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    artifacts: Artifacts = request.getfixturevalue("native" if arch == NATIVE else "foreign")

    assert document.write(artifacts.directory, tmp_path / "sbom.cdx.json") == 0

    described = json.loads((tmp_path / "sbom.cdx.json").read_text())
    assert [error.message for error in cyclonedx_schema().iter_errors(described)] == []
    layer = artifacts.directory / "DependenciesLayer" / "python"
    installed = {path.name.removesuffix(".dist-info") for path in layer.glob("*.dist-info")}
    assert {f"{it['name'].replace('-', '_')}-{it['version']}" for it in described["components"]} == installed
    for component in described["components"]:
        assert component["licenses"]
        assert component["hashes"]
        assert component["purl"].startswith("pkg:pypi/")
    graph = {it["ref"]: it.get("dependsOn", []) for it in described["dependencies"]}
    assert reached_from("tasks-api", graph) == {"tasks-api", *(it["bom-ref"] for it in described["components"])}
    printed = dict(line.split()[::-1] for line in capsys.readouterr().out.splitlines()[:-1])
    assert printed == document.digests_of(artifacts.directory)


def cyclonedx_schema() -> jsonschema_rs.Validator:
    """As the library brings it; the schemas that it refers to are named by their files."""
    folder = Path(cyclonedx.schema.__file__).parent / "_res"
    bom, *beside = (f"{name}.SNAPSHOT.schema.json" for name in ("bom-1.6", "spdx", "jsf-0.82"))
    read = {name: json.loads((folder / name).read_text()) for name in (bom, *beside)}
    registry = jsonschema_rs.Registry([(f"http://cyclonedx.org/schema/{name}", read[name]) for name in beside])
    return jsonschema_rs.validator_for(read[bom], registry=registry)


def reached_from(ref: str, graph: dict[str, list[str]]) -> set[str]:
    return {ref}.union(*(reached_from(needed, graph) for needed in graph.get(ref, ())))


def test_without_a_build_there_is_nothing_to_describe(tmp_path: Path) -> None:
    with pytest.raises(document.SbomError, match=r"^nothing is built: make build$"):
        document.write(tmp_path / "build", tmp_path / "sbom.cdx.json")


@NEEDS_RUNTIME
def test_a_licence_that_is_not_allowed_leaves_no_document(
    native: Artifacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(licences, "ALLOWED", licences.ALLOWED - {"LGPL-3.0-only"})

    with pytest.raises(document.SbomError, match=r"^psycopg 3\.\S+: LGPL-3\.0-only is not among .*; psycopg-binary 3"):
        document.write(native.directory, tmp_path / "sbom.cdx.json")

    assert not (tmp_path / "sbom.cdx.json").exists()


@NEEDS_RUNTIME
def test_build_is_small(again: Artifacts) -> None:
    for function in MODULES:
        assert again.zipped_bytes(function) < 20_000
    assert again.zipped_bytes("SharedLayer") < 350_000
    assert again.zipped_bytes("DependenciesLayer") < 25_000_000


@NEEDS_RUNTIME
def test_edit_of_one_handler_changes_its_function_only(project: Project, native: Artifacts) -> None:
    with edited(project):
        project.append("functions/get_task.py", "\nEDITED = True\n")
        project.append("README.md", "\nAnother line.\n")

        assert changed(native, project.build(NATIVE)) == {"GetTaskFunction"}


@NEEDS_RUNTIME
def test_edit_of_the_core_changes_its_layer_only(another_core: Artifacts, native: Artifacts) -> None:
    assert "EDITED" in (another_core.directory / "SharedLayer/python/shared/core/errors.py").read_text()
    assert changed(native, another_core) == {"SharedLayer"}


@NEEDS_RUNTIME
def test_a_commit_that_changes_no_code_changes_the_function_that_tells_of_it_only(
    project: Project, native: Artifacts
) -> None:
    git = ("git", "-c", "user.name=test", "-c", "user.email=test@example.com")
    for command in (("init", "--quiet"), ("commit", "--quiet", "--allow-empty", "--message", "docs: nothing")):
        subprocess.run([*git, *command], cwd=project.directory, check=True)
    try:
        assert changed(native, project.build(NATIVE)) == {"HealthFunction"}
    finally:
        shutil.rmtree(project.directory / ".git")


def changed(before: Artifacts, after: Artifacts) -> set[str]:
    return {name for name, value in after.hashes.items() if before.hashes[name] != value}


SHOW_STATEMENTS = """
import sys
sys.path[:0] = sys.argv[1:]
sys.dont_write_bytecode = True
import importlib, pkgutil, shared.tables
for found in pkgutil.iter_modules(shared.tables.__path__):
    module = importlib.import_module("shared.tables." + found.name)
    for name in module.__all__:
        print(f"{found.name}.{name}", repr(getattr(module, name)))
assert "sqlalchemy" not in sys.modules
"""


@NEEDS_RUNTIME
def test_layer_carries_the_sql_that_the_expressions_compile_to(native: Artifacts, tmp_path: Path) -> None:
    paths = [native.directory / layer / "python" for layer in reversed(LAYERS)]
    command = [sys.executable, "-I", "-S", "-c", SHOW_STATEMENTS, *map(str, paths)]
    ran = subprocess.run(command, env={}, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    compiled = dict(line.split(" ", 1) for line in ran.stdout.splitlines())
    assert {"tasks.TASKS", "tasks.TITLE_LENGTH", "account.GET_ACCOUNT"} <= compiled.keys()
    for name, value in compiled.items():
        module, _, constant = name.partition(".")
        assert value == repr(getattr(importlib.import_module(f"shared.tables.{module}"), constant))


@NEEDS_RUNTIME
def test_edit_of_a_statement_reaches_the_package_with_the_next_build(another_core: Artifacts) -> None:
    assert "AS address" in (another_core.directory / "SharedLayer/python/shared/tables/account.py").read_text()


@NEEDS_RUNTIME
def test_built_template_is_stamped_with_the_deployments_settings(again: Artifacts, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    stamped = []
    for parameters in (["A=1", "B=2"], ["B=2", "A=1"], ["A=1", "B=3"]):
        shutil.copyfile(again.directory / "template.yaml", template)
        assert build.main(["stamp", str(template), *parameters]) == 0
        assert build.main(["stamp", str(template), *parameters]) == 0  # a second deployment of the same build
        stamped.append(template.read_text())

    assert stamped[0] == stamped[1] != stamped[2]
    assert len(set(stamped[0].splitlines()) ^ set(stamped[2].splitlines())) == 2


@NEEDS_RUNTIME
def test_built_template_is_stamped_and_given_its_role_in_any_order(again: Artifacts, tmp_path: Path) -> None:
    texts = []
    for order in (["stamp", "routes"], ["routes", "stamp"], ["routes", "routes", "stamp", "routes"]):
        template = tmp_path / "template.yaml"
        shutil.copyfile(again.directory / "template.yaml", template)
        for kind in order:
            assert build.main([kind, str(template), *(["A=1"] if kind == "stamp" else [])]) == 0
        texts.append(template.read_text())

    assert "Type: HttpApi" not in texts[0]
    documents = [yaml.load(text, yaml.CSafeLoader) for text in texts]  # a safe one
    assert documents[0] == documents[1] == documents[2]


def test_missing_runtime_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bytecode, "RUNTIME", "3.99")

    assert build.main(["function", "HealthFunction", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "needs Python 3.99" in line
    assert "uv python install 3.99" in line


def test_function_that_does_not_exist_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["function", "NoSuchFunction", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "functions/no_such.py does not exist" in line
