"""A resource that is asked for: its names and its fields, and the words that ask for it."""

import re
from dataclasses import dataclass

from local.scaffold.fields import Field, read_fields
from local.scaffold.names import Names, read_names

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

    def body(self, number: int = 0) -> dict[str, object]:
        """A body with every field."""
        return {field.name: field.sample(number) for field in self.fields}


def read_resource(name: str, plural: str, fields: str) -> Resource:
    names = read_names(name, plural)
    return Resource(names, read_fields(fields, names))


def resource_of(migration: str) -> Resource | None:
    """The resource whose `command` stands in a migration's text."""
    found = _COMMAND.search(" ".join(migration.split()))
    return read_resource(found[1], found[2] or "", found[3]) if found else None
