"""What template.yaml declares of parameters: CloudFormation would refuse the same, once the database is migrated."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any


def parameter_faults(parameters: Mapping[str, str], declared: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """A line for each, without a value: many are secrets."""
    for name, value in parameters.items():
        if name not in declared:
            yield _unknown(name, declared)
        elif not _is_allowed(value, declared[name]):
            yield f"{name}: its value {_rule(declared[name])}"
        if value and parameters.get(f"{name}Arn") and f"{name}Arn" in declared:
            yield f"{name} and {name}Arn are both given: give one of them"


def _unknown(name: str, declared: Mapping[str, Any]) -> str:
    """What is like no parameter is not shown: it may be a part of a secret that was not quoted."""
    (alike, *_) = get_close_matches(name, declared, n=1) or ("",)
    if alike:
        return f"template.yaml has no parameter {name}: is {alike} meant?"
    return "a parameter is given that template.yaml does not have (not shown: it may be a part of a secret)"


def _is_allowed(value: str, definition: Mapping[str, Any]) -> bool:
    pattern, values = definition.get("AllowedPattern"), definition.get("AllowedValues")
    return (
        (pattern is None or re.fullmatch(pattern, value) is not None)
        and (values is None or value in map(str, values))
        and _is_between(len(value), definition.get("MinLength"), definition.get("MaxLength"))
        and (definition.get("Type") != "Number" or _is_number(value, definition))
    )


def _is_number(value: str, definition: Mapping[str, Any]) -> bool:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value, re.ASCII):
        return False
    return _is_between(float(value), definition.get("MinValue"), definition.get("MaxValue"))


def _is_between(number: float, least: object, most: object) -> bool:
    return (least is None or number >= float(str(least))) and (most is None or number <= float(str(most)))


def _rule(definition: Mapping[str, Any]) -> str:
    if "ConstraintDescription" in definition:
        return str(definition["ConstraintDescription"])
    if "AllowedValues" in definition:
        return f"must be one of {', '.join(str(value) or '(nothing)' for value in definition['AllowedValues'])}"
    if "AllowedPattern" in definition:
        return f"must match {definition['AllowedPattern']}"
    bounds = [f"{name} {definition[name]}" for name in definition if name.startswith(("Min", "Max"))]
    kind = "a number" if definition.get("Type") == "Number" else "text"
    return f"must be {kind}" + (f" within {', '.join(bounds)}" if bounds else "")
