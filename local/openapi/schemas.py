"""The schemas of bodies: pydantic's, and what it does not say: texts are trimmed, times are in UTC."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args, get_type_hints

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import BaseRoute

from local.openapi import OpenApiError
from local.openapi.fields import COUNT, WHOLE, said_of
from local.openapi.resource import Resource
from shared.core.resource.batch import BatchAnswer
from shared.core.resource.changes import Changes
from shared.core.resource.fields import OptionalText, Text
from shared.core.resource.schemas import LONGEST_PAGE, Body, Envelope, Page

# What trims a text: Unicode's White_Space, as Rust and so pydantic sees it.
_BLANK = "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
# What a rule says of the text itself, and of the field.
_TEXTS: Mapping[type, tuple[dict[str, Any], str]] = {
    Text: (
        {"pattern": f"^[^\\u0000]*[^\\u0000{_BLANK}][^\\u0000]*$"},
        "Blanks around it are removed. Not blank, and without NUL.",
    ),
    OptionalText: ({"pattern": "^[^\\u0000]*$"}, "Blanks around it are removed; blank is none. Without NUL."),
}
# Seconds to 59, and no day of which an offset makes one of the years 0 or 10000 in UTC.
_TIME = {
    "pattern": "^(?!0000|0001-01-01|9999-12-31)[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]"
    "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
}
_UTC = {"pattern": "Z$"}
_LIMITS = ("enum", "maxLength", "maxItems", "minimum", "maximum")

_NULL = {"type": "null"}
# The models that others are put into, as a pattern.
_GENERIC = "|".join(model.__name__ for model in (Envelope, Page, Changes, BatchAnswer))


class Schemas:
    """`models` are those that the routes take and give, by the names that they have in the document."""

    def __init__(self, models: Mapping[str, type[BaseModel]], resources: Iterable[Resource]) -> None:
        self._models = models
        self._of_body = {body.__name__: one for one in resources for body in (one.update, one.create)}
        self._of_public = {one.public.__name__: one for one in self._of_body.values()}

    def completed(self, name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Pydantic's schema of this model, closed and with what is said above."""
        if (model := self._models.get(name)) is None:
            raise OpenApiError(f"the schema {name} is of no model that a function takes or gives by its annotations")
        described = {key: schema[key] for key in ("description",) if key in schema}
        request = issubclass(model, Body)
        complete = self._request_property if request else self._response_property
        properties = {key: complete(model, key, value) for key, value in schema["properties"].items()}
        always = [key for key in properties if not model.model_fields[key].exclude_if]
        return {
            "type": "object",
            **described,
            "properties": properties,
            "required": schema.get("required", []) if request else always,
            "additionalProperties": False,
        }

    def _request_property(self, model: type[BaseModel], name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Requests may leave out what has a default; null as one says only that."""
        kept = {key: value for key, value in schema.items() if key != "title" and (key, value) != ("default", None)}
        for rule in _rules(model, name):
            if type(rule) in _TEXTS:
                limits, description = _TEXTS[type(rule)]
                return _with(kept, limits, {"description": description, **self._example(model, name)})
        _refuse_boundless(f"{model.__name__}.{name}", _plain(kept))
        if _plain(kept).get("format") == "date-time":
            return _with(kept, _TIME, {"description": "A time of RFC 3339, with its offset."})
        if said := said_of(model, name):
            return {**kept, **said}
        if _kind(kept) == "integer":
            return {**kept, "description": WHOLE}
        left_out = model.model_fields[name].exclude_if
        return {**kept, **({"description": "Left out: unchanged."} if left_out else {})}

    def _example(self, model: type[BaseModel], name: str) -> dict[str, Any]:
        resource = self._of_body.get(model.__name__)
        return {"examples": [resource.examples.item[name]]} if resource and name in resource.examples.item else {}

    def _response_property(self, model: type[BaseModel], name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        """An answer has everything, but for what it leaves out where it would be null."""
        kept = {key: value for key, value in schema.items() if key not in ("title", "default")}
        if model.model_fields[name].exclude_if:
            kept = {**{key: value for key, value in kept.items() if key != "anyOf"}, **_plain(kept)}
        said = said_of(model, name)
        limits = {key: said[key] for key in _LIMITS if key in said}
        rest = {key: value for key, value in said.items() if key not in limits}
        return _with(kept, {**self._limits(model, name, kept), **limits}, rest)

    def _limits(self, model: type[BaseModel], name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Nothing is answered that could not be sent: what a field of the bodies says is true of the answer's."""
        if schema.get("type") == "array":
            return {"maxItems": LONGEST_PAGE}
        if _plain(schema).get("format") == "date-time":
            return _UTC
        if model.__name__ == "Account" and _kind(schema) == "integer":
            return COUNT
        resource = self._of_public.get(model.__name__)
        for body in (resource.create, resource.update) if resource else ():
            sent = _plain(body.model_json_schema()["properties"].get(name, {}))
            if sent.get("type") == _kind(schema):
                limits = {key: sent[key] for key in _LIMITS if key in sent}
                return {"minLength": 1, **limits} if "maxLength" in limits else limits
        return {}


def models_of(routes: Iterable[BaseRoute]) -> dict[str, type[BaseModel]]:
    """Those that the annotations of handlers name, and those within them, by the names that a document gives them."""
    hints = [get_type_hints(route.endpoint) for route in routes if isinstance(route, APIRoute)]
    waiting, found = [hint for one in hints for hint in one.values()], dict[str, type[BaseModel]]()
    while waiting:
        annotation = waiting.pop()
        waiting += get_args(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found[plain_name(annotation.__name__)] = annotation
            waiting += [field.annotation for field in annotation.model_fields.values()]
    return found


def with_plain_names(document: dict[str, Any]) -> dict[str, Any]:
    """`Envelope[TaskPublic]` is `Envelope_TaskPublic_` to pydantic, and `TaskEnvelope` to people."""
    named = re.sub(rf'\b(?:{_GENERIC})_\w+_(?=")', lambda found: plain_name(found[0]), json.dumps(document))
    renamed: dict[str, Any] = json.loads(named, parse_float=_whole)
    return renamed


def _whole(number: str) -> float | int:
    """FastAPI makes a fraction of every bound: `5.0` of 5."""
    return int(float(number)) if float(number).is_integer() else float(number)


def plain_name(model: str) -> str:
    """`Envelope[TaskPublic]` and `Envelope_TaskPublic_` -> `TaskEnvelope`, `Changes[TaskChange]` -> `TaskChanges`"""
    return re.sub(rf"^({_GENERIC})[\[_](\w+?)(?:Public|Change)?[\]_]$", r"\2\1", model)


def _refuse_boundless(field: str, schema: Mapping[str, Any]) -> None:
    """What the database would refuse has to be refused before, and said."""
    if schema.get("type") == "integer" and "minimum" not in schema:
        raise OpenApiError(f"{field} has no bounds: give it Integer() of shared.core.resource.fields")
    if schema.get("type") == "string" and not schema.keys() & {"format", "enum", "const", "pattern"}:
        raise OpenApiError(f"{field} takes any text: give it Text() or OptionalText() of shared.core.resource.fields")


def _rules(model: type[BaseModel], name: str) -> Iterator[object]:
    """Whatever annotates the field, also within a choice of types."""
    field = model.model_fields[name]
    waiting: list[Any] = [*field.metadata, field.annotation]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += get_args(found)


def _plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a choice between something and null, the something."""
    kinds: list[Mapping[str, Any]] = schema.get("anyOf", [schema])
    return next((kind for kind in kinds if kind != _NULL), schema)


def _kind(schema: Mapping[str, Any]) -> Any:
    return _plain(schema).get("type")


def _with(schema: Mapping[str, Any], limits: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """`limits` are of what is not null."""
    if "anyOf" not in schema:
        return {**schema, **limits, **said}
    return {**schema, "anyOf": [kind if kind == _NULL else {**kind, **limits} for kind in schema["anyOf"]], **said}
