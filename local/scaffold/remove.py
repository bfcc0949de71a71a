"""`make resource NAME=note REMOVE=1`: takes away what `make resource` wrote, as long as nobody has changed it."""

import subprocess
import sys
from pathlib import Path

from local import ROOT
from local.postgres.developer import (
    DATABASE,
    EMBEDDED_HOME,
    OWNER,
    MigrationError,
    embedded_postgres,
    finish_alembic,
    start_alembic,
)
from local.revisions import VERSIONS, newest_revision
from local.scaffold.documents import Insertion, insertions, lost
from local.scaffold.generated import formatted, remake, restored_on_failure
from local.scaffold.make import sources
from local.scaffold.migration import dropping_migration, next_revision, previous_of
from local.scaffold.names import ScaffoldError
from local.scaffold.resource import Resource, resource_of
from local.scaffold.said import by_folder
from local.versions import released_versions, released_without


def remove_resource(name: str) -> None:
    """Take it away; its migration too while that is not committed, else with a migration that drops the table.

    Raises:
        ScaffoldError: it is not there, was changed since, or something builds on it.
    """
    path, resource = _find(name)
    revision, previous = path.name.partition("_")[0], previous_of(path.read_text(encoding="utf-8"))
    files = formatted(sources(resource))
    inserted = insertions(resource, revision, previous)
    committed = _is_tracked(path)
    _refuse_what_was_changed(files, inserted)
    if not committed and newest_revision() != revision:
        raise ScaffoldError(f"revision {newest_revision()} comes after {path.name}: take that away first")
    if committed:
        inserted = [insertion for insertion in inserted if "operations.md" not in insertion.relative]
    with restored_on_failure([ROOT / file for file in files], [insertion.path for insertion in inserted]):
        print(*by_folder("removing", files), sep="\n")
        for file in files:
            (ROOT / file).unlink()
        print(*by_folder("mending ", {insertion.relative for insertion in inserted}), sep="\n")
        for insertion in inserted:
            insertion.remove()
        remake()
        if not committed:
            # Last, for rows do not come back; while the migration that knows the way back is there.
            _step_down(revision)
    if committed:
        _write_drop(resource)
        print(
            f"\nWhere it is applied, all {resource.names.many} go; whoever asks for /api/{resource.names.plural} "
            "between that and the new code gets 500."
        )
    else:
        print(f"  removing {path.relative_to(ROOT)}")
        path.unlink()


def _find(name: str) -> tuple[Path, Resource]:
    found = [
        (path, resource)
        for path in sorted(VERSIONS.glob("[0-9]*.py"))
        if (resource := resource_of(path.read_text(encoding="utf-8"))) and resource.names.singular == name
    ]
    if not found or not (ROOT / "shared" / f"{found[-1][1].names.plural}.py").exists():
        raise ScaffoldError(f"`make resource` has written no {name!r}")
    return found[-1]


def _refuse_what_was_changed(files: dict[str, str], inserted: list[Insertion]) -> None:
    changed = [path for path, text in files.items() if not _holds(ROOT / path, text)]
    changed += [insertion.relative for insertion in inserted if not insertion.is_there()]
    if changed:
        raise ScaffoldError(f"changed by hand since it was written, so take it away by hand: {', '.join(changed)}")


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _is_tracked(path: Path) -> bool:
    """Whether anybody else may have this migration; without git, nobody knows, and it counts as theirs."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "--error-unmatch", str(path)]
    try:
        asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return True
    return asked.returncode == 0 or "not a git repository" in asked.stderr


def _write_drop(resource: Resource) -> None:
    revision, previous = next_revision(), newest_revision()
    after = released_without(f"/api/{resource.names.plural}")
    path = VERSIONS / f"{revision}_no_{resource.names.plural}.py"
    relative = path.relative_to(ROOT)
    (source,) = formatted({str(relative): dropping_migration(resource, revision, previous, after)}).values()
    print(f"  writing  {relative}, for its migration is committed")
    path.write_text(source, encoding="utf-8")
    if after not in released_versions():
        print(f"note: make check refuses it until {after} is released: before, code that serves has the table")
    lost(revision, previous, f"nothing: the table of {resource.names.many} is made again, empty").insert()


def _step_down(revision: str) -> None:
    """The local database, where it has the table, while the migration that knows the way back is there."""
    if not (EMBEDDED_HOME / "cluster").exists():
        return
    with embedded_postgres(shared=True) as server:
        server.create_database(DATABASE, OWNER)
        url = server.url(DATABASE, OWNER)
        try:
            current = finish_alembic(start_alembic(url, {}, "current"))
        except MigrationError as error:
            print(f"note: the local database is left as it is: {error}", file=sys.stderr)
            return
        if revision in current:
            print("  stepping the local database down; its rows go", file=sys.stderr)
            finish_alembic(start_alembic(url, {}, "downgrade", "-1"))
