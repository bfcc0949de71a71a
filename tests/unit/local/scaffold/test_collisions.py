"""Whatever word of our own code a resource or a field is called by: it is refused, or what is written works."""

import ast
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from local import ROOT
from local.scaffold.collisions import check_sources
from local.scaffold.functions import functions
from local.scaffold.generated import formatted
from local.scaffold.modules import modules
from local.scaffold.names import Names, ScaffoldError, check_field, check_unused
from local.scaffold.resource import Resource, read_resource

# In the modules, not in the names: the fields after one that is called so would not find what they need.
NEEDED_BY_FIELDS = ("columns", "datetime")
FIELDS = "title:text(9) pinned:boolean=false"
# A class of the resource's own is called by its name and one of these.
AFFIXES = re.compile(
    r"^(Create|Patch|Callers)|(Body|Create|Patch|Query|Filters|Public|Change|Batch|Store|Page|Changes)$"
)
# And none of the example's own.
WORD = re.compile(r"(?!.*zebra)[a-z][a-z0-9_]*")
# What they are asked for is what they say, with no warning on the way.
DRIVER = """
    import importlib, json, sys
    import functions, shared, shared.tables
    directory, plurals = sys.argv[1], sys.argv[2:]
    for package in (functions, shared, shared.tables):
        package.__path__.append(f"{directory}/{package.__name__.replace('.', '/')}")
    from local.resources import bodies
    from local.samples import sample
    from shared.core.resource.store import sent
    ID = "01890000-0000-7000-8000-000000000000"
    ROW = {"id": ID, "user_id": "alice", "version": 1, "created_at": "2026-01-01T09:00:00Z"}
    ROW["updated_at"] = ROW["created_at"]
    for plural in plurals:
        module = importlib.import_module(f"shared.{plural}")
        classes = [value for value in vars(module).values() if isinstance(value, type)]
        (store,) = (one for one in classes if getattr(one, "name", None) == plural)
        model = store.__name__.removesuffix("Store")
        create, update = bodies(store)
        body = sample(create)
        assert create.model_validate(body).model_dump(mode="json") == body, plural
        item = {"id": ID, "deleted": False, store.singular: ROW | body}
        assert store.changed.model_validate(item).model_dump(mode="json") == item, plural
        operations = [{"op": "create", "id": ID, **body}, {"op": "patch", "id": ID, "patch": body}]
        batch = getattr(module, f"{model}Batch").model_validate({"client_id": ID, "seq": 1, "operations": operations})
        created, patched = batch.calls(plural, sent(batch))
        assert created["body"] == {"id": ID, **body}, plural
        assert patched == operations[1], plural
"""


def in_words(name: str) -> str:
    """`PageQuery` -> `page_query`"""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def names_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) | ast.alias(name=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                yield name
            case ast.keyword(arg=str() as name):
                yield name


def sources_of(resource: Resource) -> dict[str, str]:
    return {**modules(resource), **functions(resource)}


@cache
def words_of_ours() -> set[str]:
    """All that is called anything in what is written, and what a resource is called whose classes are called so."""
    ours = {name for source in sources_of(read_resource("zebra", "", FIELDS)).values() for name in names_in(source)}
    return {word for name in ours | {AFFIXES.sub("", name) for name in ours} if WORD.fullmatch(word := in_words(name))}


def words_of_models() -> set[str]:
    """What the core's have, with what they have of pydantic."""
    paths = (ROOT / "shared" / "core" / "resource").glob("*.py")
    return {name for path in paths for name in names_in(path.read_text()) if WORD.fullmatch(name)}


def is_written(name: str, fields: str = FIELDS) -> dict[str, str] | None:
    """The sources before they are formatted, unless the name is refused as it stands."""
    try:
        resource = read_resource(name, "", fields)
        check_unused(resource.names)
    except ScaffoldError:
        return None
    return sources_of(resource)


def has_one_meaning(sources: Mapping[str, str]) -> bool:
    try:
        check_sources(sources)
    except ScaffoldError:
        return False
    return True


def taken_as_field(word: str) -> bool:
    try:
        check_field(word, Names("zebra", "zebras"))
    except ScaffoldError:
        return False
    return True


def check_that_they_work(directory: Path, sources: Mapping[str, str]) -> None:
    """In a process of their own, where they are beside what is there already."""
    for path, source in sources.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(source)
    plurals = sorted(Path(path).stem for path in sources if path.startswith("shared/tables/"))
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(DRIVER), str(directory), *plurals]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def test_a_resource_may_be_called_by_each_word_that_is_not_refused(tmp_path: Path) -> None:
    # Each in a folder of its own, for two of them may have a function of one name.
    words = words_of_ours()
    found = {f"{word}/{path}": source for word in words for path, source in (is_written(word) or {}).items()}
    written: dict[str, dict[str, str]] = {}
    for path, source in formatted(found).items():
        word, _, own = path.partition("/")
        written.setdefault(word, {})[own] = source
    taken = [word for word, sources in written.items() if has_one_meaning(sources)]

    assert {"batch_answer", "sorts"} < set(taken)
    assert not {"owned", "operation", "app", "count", "deleted"} & set(taken)
    modules_of_taken = {path: source for word in taken for path, source in written[word].items() if "shared" in path}
    check_that_they_work(tmp_path, modules_of_taken)


def test_a_field_may_be_called_by_each_word_that_is_not_refused(tmp_path: Path) -> None:
    words = sorted(words_of_ours() | words_of_models())
    taken = [word for word in words if taken_as_field(word) and word not in NEEDED_BY_FIELDS]
    assert {"key", "seq", "patch", "deleted"} < set(taken)
    written: dict[str, str] = {}
    for number, start in enumerate(range(0, len(taken), 90)):
        fields = " ".join(f"{word}:boolean=false" for word in taken[start : start + 90])
        written |= is_written(f"zebra{number}", f"title:text(9) {fields}") or {}

    check_that_they_work(tmp_path, formatted(written))


@pytest.mark.parametrize(
    ("name", "plural", "twice"),
    [
        ("owned", "", "Owned"),
        ("operation", "", "CreateOperation"),
        ("key", "", "key"),
        ("herd", "query", "query"),
        ("herd", "filters", "filters"),
        ("app", "", "create_app"),
        ("herd", "title_length", "TITLE_LENGTH"),
    ],
)
def test_a_name_that_means_something_else_in_a_module_is_refused(name: str, plural: str, twice: str) -> None:
    with pytest.raises(ScaffoldError, match=f"{twice!r} with two meanings"):
        check_sources(formatted(sources_of(read_resource(name, plural, FIELDS))))


@pytest.mark.parametrize("field", NEEDED_BY_FIELDS)
def test_a_field_that_the_fields_after_it_need_is_refused(field: str) -> None:
    resource = read_resource("zebra", "", f"{field}:boolean=false due_at:timestamp title:text(9)")
    with pytest.raises(ScaffoldError, match=f"{field!r} with two meanings"):
        check_sources(formatted(sources_of(resource)))
