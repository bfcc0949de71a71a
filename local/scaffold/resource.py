"""A resource that is asked for: its names and its fields, and the words that ask for it."""

import re
from dataclasses import dataclass

from local.scaffold.fields import Field, read_fields
from local.scaffold.names import Names, read_names
from shared.core.sql.pages import LONGEST_SORTED

_COMMAND = re.compile(r'make resource NAME=(\w+)(?: PLURAL=(\w+))? FIELDS="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Resource:
    names: Names
    fields: tuple[Field, ...]

    @property
    def command(self) -> str:
        """It stands in the migration, where it is read when the resource is taken away."""
        plural = "" if self.names.plural == f"{self.names.singular}s" else f" PLURAL={self.names.plural}"
        fields = " ".join(field.text for field in self.fields)
        return f'make resource NAME={self.names.singular}{plural} FIELDS="{fields}"'

    @property
    def filters(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.filtered)

    @property
    def sorts(self) -> tuple[Field, ...]:
        """What a list can be sorted by, beside when a row was made and changed: as the table's statements have it."""
        return tuple(field for field in self.fields if field.kind == "text" and (field.greatest or 0) <= LONGEST_SORTED)

    @property
    def query(self) -> str:
        """The model of the list's query: one of its own, where there is anything to add to what all have."""
        return f"{self.names.model}Query" if self.filters or self.sorts else "PageQuery"

    def body(self, number: int = 0) -> dict[str, object]:
        """A body with every field."""
        return {field.name: field.sample(number) for field in self.fields}

    def other_body(self, number: int) -> dict[str, object]:
        """A body that differs from that of this number, where the fields have more than one value."""
        body, others = self.body(number), (self.body(number + step) for step in (3, 1))
        return next((other for other in others if other != body), body)


def read_resource(name: str, plural: str, fields: str) -> Resource:
    names = read_names(name, plural)
    return Resource(names, read_fields(fields, names))


def resource_of(migration: str) -> Resource | None:
    """The resource whose `command` stands in a migration's text."""
    found = _COMMAND.search(" ".join(migration.split()))
    return read_resource(found[1], found[2] or "", found[3]) if found else None
