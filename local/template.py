"""What template.yaml says: the API's routes, the function behind each, those that a schedule calls, the CORS list."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

DEFAULT_TIMEOUT_S = 3  # Lambda's own
DEFAULT_MEMORY_MB = 128
_FUNCTION, _HTTP_API = "AWS::Serverless::Function", "AWS::Serverless::HttpApi"


class TemplateError(Exception):
    """The template cannot be served; the text is one line for the developer."""


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    handler: str
    timeout_s: float
    memory_mb: int


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    function: Function

    @property
    def key(self) -> str:
        return self.path if self.path == "$default" else f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Cors:
    """One list of each; `origins` empty means that CORS is not configured."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age_s: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """`environment` has what is set for all functions, but for what CloudFormation would have to work out."""

    routes: tuple[Route, ...]
    cors: Cors
    scheduled: tuple[Function, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def handlers(self) -> tuple[str, ...]:
        functions = (*(route.function for route in self.routes), *self.scheduled)
        return tuple(dict.fromkeys(function.handler for function in functions))

    def route(self, key: str) -> Route | None:
        """The route of this `routeKey`, such as `GET /api/tasks`."""
        return next((route for route in self.routes if route.key == key), None)


def read_template(path: Path, parameters: Mapping[str, str] | None = None) -> Template:
    """Read a SAM template; `parameters` stand in for its parameters' defaults.

    Raises:
        TemplateError: it cannot be read, or has no route.
    """
    document = load_document(path)
    try:
        return _Reader(document, parameters or {}).template()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TemplateError(f"{path.name} is not a SAM template that can be served: {error!r}") from error


def load_document(path: Path) -> Any:
    """A template as data, the short forms (`!Ref`) read as the long ones.

    Raises:
        TemplateError: it cannot be read, or is not YAML.
    """
    try:
        return deepcopy(_parsed(path.read_bytes()))
    except OSError as error:
        raise TemplateError(f"{path.name}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path.name} is not YAML: {' '.join(str(error).split())}") from error


@lru_cache(maxsize=2)
def _parsed(content: bytes) -> Any:
    """A command asks for several things of one template, and each reads it."""
    return yaml.load(content, _Loader)  # noqa: S506  # a SafeLoader with CloudFormation's tags


def write_document(path: Path, document: Any) -> None:
    """The counterpart of `load_document`, for built templates: people do not read them."""
    path.write_text(yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120))


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # CloudFormation takes none
        return True


def secret_parameters(path: Path) -> frozenset[str]:
    """The parameters that CloudFormation shows to nobody (NoEcho).

    Raises:
        TemplateError: as `load_document`.
    """
    declared = (load_document(path) or {}).get("Parameters") or {}
    return frozenset(name for name, definition in declared.items() if definition.get("NoEcho"))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # ten times as fast where it is
    pass


def _intrinsic(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    return {name: node.value}


_Loader.add_multi_constructor("!", _intrinsic)


class _Reader:
    def __init__(self, document: dict[str, Any], parameters: Mapping[str, str]) -> None:
        self._document = document
        self._parameters = parameters

    def template(self) -> Template:
        routes = tuple(self._routes())
        if not routes:
            raise TemplateError("the template has no function with an HttpApi event")
        return Template(routes, self._cors(), tuple(self._scheduled()), dict(self._environment()))

    def _routes(self) -> Iterator[Route]:
        for function, events in self._functions():
            for event in events:
                if event["Type"] == "HttpApi":
                    source = event.get("Properties", {})
                    yield Route(source.get("Method", "ANY").upper(), source.get("Path", "$default"), function)

    def _scheduled(self) -> Iterator[Function]:
        for function, events in self._functions():
            if any(event["Type"] == "Schedule" for event in events):
                yield function

    def _functions(self) -> Iterator[tuple[Function, list[dict[str, Any]]]]:
        """Each function with its events."""
        shared = self._document.get("Globals", {}).get("Function", {})
        for name, properties in self._resources(_FUNCTION):
            settings = {**shared, **properties}
            function = Function(
                name,
                settings["Handler"],
                float(self._value(settings.get("Timeout", DEFAULT_TIMEOUT_S))),
                int(self._value(settings.get("MemorySize", DEFAULT_MEMORY_MB))),
            )
            yield function, list(properties.get("Events", {}).values())

    def _environment(self) -> Iterator[tuple[str, str]]:
        function = self._document.get("Globals", {}).get("Function", {})
        for name, given in function.get("Environment", {}).get("Variables", {}).items():
            if not isinstance(given, dict) or given.get("Ref", "AWS::").partition("::")[0] != "AWS":
                value = self._value(given)
                if value not in (None, ""):
                    yield name, str(value)

    def _cors(self) -> Cors:
        for _, properties in self._resources(_HTTP_API):
            cors = properties.get("CorsConfiguration")
            if isinstance(cors, dict):
                max_age = self._value(cors.get("MaxAge"))
                return Cors(
                    self._list(cors, "AllowOrigins"),
                    self._list(cors, "AllowMethods"),
                    self._list(cors, "AllowHeaders"),
                    self._list(cors, "ExposeHeaders"),
                    None if max_age is None else int(max_age),
                )
        return Cors()

    def _resources(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, resource in self._document["Resources"].items():
            if resource["Type"] == kind:
                yield name, resource.get("Properties", {})

    def _list(self, cors: dict[str, Any], name: str) -> tuple[str, ...]:
        value = self._value(cors.get(name, []))
        return tuple(part.strip() for part in (value.split(",") if isinstance(value, str) else value) if part.strip())

    def _value(self, value: Any) -> Any:
        """The value itself, or that of the parameter which it refers to."""
        if not (isinstance(value, dict) and "Ref" in value):
            return value
        name = value["Ref"]
        return self._parameters.get(name, self._document.get("Parameters", {})[name].get("Default", ""))
