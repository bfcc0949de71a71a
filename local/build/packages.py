"""Makes what ships: one thin package per function and the two layers under them. `sam build` calls it through build.mk.

    python -m local.build function ListTasksFunction DIRECTORY  functions/list_tasks.py and nothing else of ours
    python -m local.build shared DIRECTORY                      shared/, the core under every function, its SQL compiled
    python -m local.build dependencies DIRECTORY --arch arm64   the libraries of requirements.txt

    python -m local.build stamp TEMPLATE NAME=VALUE ...         a mark of the deployment's parameters, into the template
    python -m local.build routes TEMPLATE                       its routes as calls by one role, for there are many

All packages come with bytecode, that of a layer in one file (archive.py). Lambda could not write it, so without it each
cold start compiles every module again.
The bytecode is not checked against its source at run time (`unchecked-hash`): the source beside it is for tracebacks.
The same input gives the same bytes, so that a deployment replaces only what has changed.
"""

import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from local import ROOT
from local.build import BuildError
from local.build.archive import archive_bytecode
from local.build.built import MODULE, TOLD_BY, built
from local.build.bytecode import RUNTIME, compile_modules
from local.build.compiled_sql import compiled_tables
from local.build.imported import imported

# uv's names of the machines; 2_28 takes in every older manylinux. psycopg-binary for arm64 exists as 2_28 only.
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
SHIPPED_SUFFIXES = (".py", ".pem")

# What an installed library holds that no function ever reads. Kept: licences, and the metadata that entry points and
# versions are looked up in. Together 1.9 MB of the 26.2 MB that the layer would weigh.
UNUSED_LIBRARY_PARTS = (
    "bin",
    ".lock",
    "**/*.pyi",
    "**/*.pxd",
    "**/*.h",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "fastapi/.agents",
    "pydantic/v1",
    "sqlalchemy/testing",
    "sqlalchemy/dialects/mssql",
    "sqlalchemy/dialects/mysql",
    "sqlalchemy/dialects/oracle",
    "sqlalchemy/dialects/sqlite",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui",
)


@dataclass(frozen=True, slots=True)
class Package:
    """A directory that Lambda will unpack at `mounted_at`."""

    directory: Path
    mounted_at: str

    def finish(self, archive: str | None = None, first: Collection[str] = (), texts: Collection[str] = ()) -> None:
        """Compile, into an archive if it is a layer, and leave nothing in the modes that depends on who built."""
        compile_modules(self.directory, self.mounted_at)
        if archive:
            archive_bytecode(self.directory / "python", archive, first, texts)
        for path in self.directory.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)


def build_function(logical_id: str, directory: Path) -> None:
    name = module_of(logical_id)
    module = ROOT / "functions" / f"{name}.py"
    if not module.is_file():
        raise BuildError(
            f"functions/{name}.py does not exist: template.yaml names a function that the code does not have"
        )
    _copy([ROOT / "functions" / "__init__.py", module], directory)
    if name == TOLD_BY:
        (directory / f"{MODULE}.py").write_text(built().source)
    Package(directory, "/var/task").finish()


def module_of(logical_id: str) -> str:
    """`list_tasks` for `ListTasksFunction`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", logical_id.removesuffix("Function")).lower()


def build_shared(directory: Path) -> None:
    _write_shared(directory / "python")
    texts = imported(directory / "python").texts_of_shared
    Package(directory, "/opt").finish("shared.modules", texts=texts)


def _write_shared(directory: Path) -> None:
    shipped = (
        path
        for path in (ROOT / "shared").rglob("*")
        if path.suffix in SHIPPED_SUFFIXES and not path.is_relative_to(ROOT / "shared" / "core" / "sql")
    )
    _copy(shipped, directory)
    for name, source in compiled_tables().items():
        (directory / "shared" / "tables" / f"{name}.py").write_text(source)


def build_dependencies(directory: Path, arch: str) -> None:
    libraries = directory / "python"
    _install(libraries, arch)
    for pattern in UNUSED_LIBRARY_PARTS:
        for path in list(libraries.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    with tempfile.TemporaryDirectory() as made:
        _write_shared(Path(made))
        found = imported(Path(made))
    Package(directory, "/opt").finish("dependencies.modules", found.modules, found.texts_of_libraries)


def _copy(sources: Iterable[Path], directory: Path) -> None:
    for source in sources:
        target = directory / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _install(libraries: Path, arch: str) -> None:
    command = [_uv(), "pip", "install", "--quiet", "--target", str(libraries), "--python-version", RUNTIME]
    command += ["--python-platform", PLATFORMS[arch], "--only-binary", ":all:", "--no-compile-bytecode"]
    # Copies: uv would otherwise link into its cache, and a change of mode here would reach every project there.
    command += ["--link-mode", "copy", "--require-hashes", "-r", "requirements.txt"]
    _run(command, "the libraries of requirements.txt could not be installed")


def _uv() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "uv"
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise BuildError("uv is missing from the virtual environment: python -m pip install -r requirements-uv.txt")
    return found


def _run(command: Sequence[str], failure: str) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise BuildError(failure)


def _rewrite(options: argparse.Namespace) -> None:
    # Late: they read YAML, and a build starts this module once for each function, none of which does.
    from local.build.architecture import settle
    from local.build.routes import call_by_role
    from local.build.stamp import named_values, stamp
    from local.template import TemplateError

    try:
        if options.kind == "stamp":
            stamp(options.template, named_values(options.template, options.parameters))
        elif options.kind == "architecture":
            settle(options.template, options.arch)
        else:
            call_by_role(options.template)
    except TemplateError as error:
        raise BuildError(str(error)) from error


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.build", description="Make a package that Lambda can run.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    for kind, help_text in (
        ("function", "one function, without libraries"),
        ("shared", "the layer with the core that every function imports"),
        ("dependencies", "the layer with the libraries of requirements.txt"),
    ):
        command = kinds.add_parser(kind, help=help_text)
        if kind == "function":
            command.add_argument("name", metavar="LOGICAL_ID", help="its name in template.yaml")
        command.add_argument("directory", type=Path)
        if kind == "dependencies":
            command.add_argument("--arch", choices=PLATFORMS, default="arm64")
    stamping = kinds.add_parser("stamp", help="mark the built template with the values it is deployed with")
    stamping.add_argument("template", type=Path)
    stamping.add_argument("parameters", nargs="*", metavar="NAME=VALUE", help="of a secret its name alone")
    routing = kinds.add_parser("routes", help="let the API of the built template call all functions by one role")
    routing.add_argument("template", type=Path)
    settling = kinds.add_parser("architecture", help="write into the built template which machine it was built for")
    settling.add_argument("template", type=Path)
    settling.add_argument("arch", choices=PLATFORMS)
    options = parser.parse_args(arguments)
    try:
        if options.kind == "function":
            build_function(options.name, options.directory)
        elif options.kind == "shared":
            build_shared(options.directory)
        elif options.kind == "dependencies":
            build_dependencies(options.directory, options.arch)
        else:
            _rewrite(options)
    except BuildError as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    return 0
