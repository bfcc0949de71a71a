"""What a resource and its fields may not be called, because what is written would not work."""

import pytest

from local.scaffold.names import ScaffoldError, check_unused
from local.scaffold.resource import read_resource


def made(name: str, plural: str = "", fields: str = "title:text(9)") -> None:
    check_unused(read_resource(name, plural, fields).names)


# Of PL/pgSQL, where `changed.loop` is no column; of PostgreSQL 18; of the classes that the models extend; of every row,
# of lists and of operations in a batch; and of the row itself, as it is called where it is taken as a whole.
@pytest.mark.parametrize(
    "field",
    [
        *("begin", "by", "declare", "execute", "foreach", "loop", "strict"),
        *("collation", "concurrently", "lateral", "tablesample"),
        *("filters", "model_config", "model_x", "registry", "metadata", "json"),
        *("id", "user_id", "version", "revision", "made_from", "created_at", "updated_at"),
        *("q", "sort", "created", "updated", "cursor", "limit", "count"),
        *("op", "t", "zebra", "zebras", "zebra_id"),
    ],
)
def test_a_field_may_not_be_called(field: str) -> None:
    with pytest.raises(ScaffoldError):
        made("zebra", fields=f"title:text(9) {field}:boolean=false")


@pytest.mark.parametrize(
    "plural", ["path", "text", "zebra_locked", "values", "money", "json", "point", "cursor", "row", "alembic_version"]
)
def test_a_table_may_not_be_called(plural: str) -> None:
    with pytest.raises(ScaffoldError):
        made("zebra", plural)


@pytest.mark.parametrize("plural", ["tasks_pkey", "tasks_owner_revision", "deletions_expires", "users_pkey"])
def test_a_table_may_not_be_called_as_an_index(plural: str) -> None:
    with pytest.raises(ScaffoldError, match="index"):
        made("zebra", plural)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("page", "a model that all resources have"),
        ("count", "a model that all resources have"),
        ("value", "a meaning in PostgreSQL"),
        # An item of the feed of changes has a member of the resource's own name.
        ("deleted", "the feed of changes"),
        ("copy", "the feed of changes"),
        ("model_train", "the feed of changes"),
        ("zebra_locked", "functions in the database"),
        ("batch", "a word of the routes"),
        ("change", "a word of the routes"),
        ("restore", "a word of the routes"),
        ("complete", "a word of the routes"),
        ("task", "a resource, or one of it, is called already"),
    ],
)
def test_a_resource_may_not_be_called(name: str, reason: str) -> None:
    with pytest.raises(ScaffoldError, match=reason):
        made(name)


def test_many_of_one_are_not_called_as_one_of_another() -> None:
    with pytest.raises(ScaffoldError, match="a resource, or one of it, is called already"):
        made("herd", "task")


@pytest.mark.parametrize(
    "field",
    [
        *("total", "value", "key", "row", "found", "caller", "position", "time", "data"),
        *("name", "seq", "patch", "changes", "deleted", "atomic", "operations", "status", "current"),
    ],
)
def test_a_field_may_be_called(field: str) -> None:
    made("zebra", fields=f"title:text(9) {field}:boolean=false")
