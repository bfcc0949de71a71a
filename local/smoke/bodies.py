"""What is sent and answered in a smoke test: samples with a mark, by which they are known again."""

from collections.abc import Mapping
from typing import Any

from local.samples import Field, fields_of, sample
from shared.core.resource.schemas import Body


def marked(model: type[Body], number: int, mark: str) -> dict[str, Any]:
    mark = f"{mark} {number}"
    texts = {field.name: mark for field in fields_of(model) if field.kind == "text" and _fits(field, mark)}
    return sample(model, number) | texts


def _fits(field: Field, mark: str) -> bool:
    return len(mark) <= int(field.schema.get("maxLength", len(mark)))


def content(item: Mapping[str, Any]) -> dict[str, Any]:
    """Without what each change changes."""
    return {name: value for name, value in item.items() if name not in ("version", "updated_at")}


def says(item: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return all(item.get(name) == value for name, value in body.items())
