"""`make resource NAME=note FIELDS="text:text(10000)"`: everything that a resource takes, with nothing left to do."""

from local import ROOT
from local.revisions import newest_revision
from local.scaffold import functions, modules
from local.scaffold.collisions import check_sources
from local.scaffold.documents import Insertion, insertions
from local.scaffold.events.files import files as events
from local.scaffold.fields import fitting_a_batch
from local.scaffold.generated import formatted, remake, restored_on_failure
from local.scaffold.migration import migration, next_revision
from local.scaffold.names import ScaffoldError, check_unused
from local.scaffold.resource import Resource, read_resource
from local.scaffold.said import by_folder
from shared.core.resource.batch import BATCH_LIMITS, MOST_OPERATIONS


def make_resource(name: str, plural: str, fields: str) -> None:
    """Write it, or leave everything as it was.

    Raises:
        ScaffoldError: it cannot be called that, or something of it is there already.
    """
    resource = read_resource(name, plural, fields)
    check_unused(resource.names)
    revision, previous = next_revision(), newest_revision()
    path = f"migrations/versions/{revision}_{resource.names.plural}.py"
    files = formatted({**sources(resource), path: migration(resource, revision, previous)})
    check_sources(files)
    write(files, insertions(resource, revision, previous))
    many = resource.names.plural
    print(
        f"\n/api/{many} is there: `make dev` serves it; "
        "`make check`, `make test` and `make replay` know it.\n"
        f"{_said_of_batches(resource)}"
        f"Plain code from here on: shared/{many}.py says what it takes, shared/tables/{many}.py what is stored.\n"
        f"`make resource NAME={name} REMOVE=1` takes it away again."
    )


def _said_of_batches(resource: Resource) -> str:
    fitting = fitting_a_batch(resource.fields)
    if fitting == MOST_OPERATIONS:
        return ""
    return (
        f"A batch takes {MOST_OPERATIONS} operations, of {BATCH_LIMITS.size // 1024} KiB together: "
        f"only {fitting} of the largest {resource.names.many}.\n"
    )


def sources(resource: Resource) -> dict[str, str]:
    """The files that are the resource's alone, by path; its migration aside."""
    return {**modules.modules(resource), **functions.functions(resource), **events(resource)}


def write(files: dict[str, str], inserted: list[Insertion]) -> None:
    """Write files that are not there yet and put blocks into others, then make anew what follows from them."""
    for path in files:
        if (ROOT / path).exists():
            raise ScaffoldError(f"{path} exists")
    with restored_on_failure([ROOT / path for path in files], [insertion.path for insertion in inserted]):
        print(*by_folder("writing", files), sep="\n")
        for path, text in files.items():
            (ROOT / path).write_text(text, encoding="utf-8")
        print(*by_folder("adding to", {insertion.relative for insertion in inserted}), sep="\n")
        for insertion in inserted:
            insertion.insert()
        remake()
