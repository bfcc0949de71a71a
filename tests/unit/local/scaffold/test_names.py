"""What a resource and its fields may not be called, because what is written would not work."""

import pytest

from local.scaffold.names import ScaffoldError, check_unused
from local.scaffold.resource import read_resource


def made(name: str, plural: str = "", fields: str = "title:text(9)") -> None:
    check_unused(read_resource(name, plural, fields).names)


# Of PL/pgSQL, where `changed.loop` is no column; of PostgreSQL 18; of the classes that the models extend.
@pytest.mark.parametrize(
    "field",
    [
        *("begin", "by", "declare", "execute", "foreach", "loop", "strict"),
        *("collation", "concurrently", "lateral", "tablesample"),
        *("filters", "model_config", "model_x", "registry", "metadata", "json"),
    ],
)
def test_a_field_may_not_be_called(field: str) -> None:
    with pytest.raises(ScaffoldError):
        made("zebra", fields=f"title:text(9) {field}:boolean=false")


@pytest.mark.parametrize(
    "plural", ["path", "text", "values", "money", "json", "point", "cursor", "row", "alembic_version"]
)
def test_a_table_may_not_be_called(plural: str) -> None:
    with pytest.raises(ScaffoldError):
        made("zebra", plural)


@pytest.mark.parametrize("plural", ["tasks_pkey", "tasks_owner_revision", "deletions_expires", "users_pkey"])
def test_a_table_may_not_be_called_as_an_index(plural: str) -> None:
    with pytest.raises(ScaffoldError, match="index"):
        made("zebra", plural)


@pytest.mark.parametrize("name", ["page", "owned", "value"])
def test_a_resource_may_not_be_called(name: str) -> None:
    with pytest.raises(ScaffoldError):
        made(name)


@pytest.mark.parametrize("field", ["total", "value", "key", "row", "found", "caller", "position", "time", "data"])
def test_a_field_may_be_called(field: str) -> None:
    made("zebra", fields=f"title:text(9) {field}:boolean=false")
