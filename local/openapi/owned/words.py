"""What the operations of a resource say of its parameters and bodies."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.openapi.parameters import Said
from local.openapi.resource import Resource, camel, listed
from shared.core.resource.schemas import Body


def id_parameter(resource: Resource) -> dict[str, Said]:
    example = resource.examples.item["id"]
    return {resource.item_id: Said(camel(resource.item_id), f"The {resource.words}'s id.", example)}


def requests(body: type[Body], whole: Mapping[str, Any]) -> dict[str, Any]:
    """The least that can be sent, and everything."""
    least = {name: whole[name] for name, field in body.model_fields.items() if field.is_required()}
    name = f"{camel(next(iter(least)))}Only" if len(least) == 1 else "least"
    return {name[0].lower() + name[1:]: least, "whole": whole} if least != whole else {"whole": whole}


def patches(resource: Resource) -> dict[str, Any]:
    """One for each field that changes; where none does, all that there is."""
    item, change = resource.examples.item, resource.examples.change
    return {name: {name: value} for name, value in change.items() if value != item.get(name)} or {"whole": change}


def what_is_left_out(resource: Resource) -> str:
    """Of a field that has a default, and of one that is kept: `exclude_if` is what leaves it out of the statement."""
    optional = {name: field for name, field in resource.update.model_fields.items() if not field.is_required()}
    kept = [name for name, field in optional.items() if field.exclude_if]
    cleared = [name for name, field in optional.items() if field.default is None and name not in kept]
    as_new = [name for name in optional if name not in kept and name not in cleared]
    said = (
        _left_out(cleared, "is cleared", "are cleared"),
        _left_out(as_new, f"is as in a new {resource.words}", f"are as in a new {resource.words}"),
        _left_out(kept, "stays as it is", "stay as they are"),
    )
    return f"{text}." if (text := "; ".join(filter(None, said))) else "The whole of it is sent."


def _left_out(names: Sequence[str], one: str, several: str) -> str:
    if not names:
        return ""
    return f"{listed([f'`{name}`' for name in names])} left out {one if len(names) == 1 else several}"
