"""The settings that functions would get from a deployment's parameters, read as a deployed function reads them."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from shared.core.environment import load_settings
from shared.core.settings import ConfigurationError

# In place of what is kept at AWS: it is read there, and the settings beside it are looked at all the same.
_STAND_INS = {"DATABASE_URL": "postgresql://functions@database.invalid/database"}
_DEPLOYED = {"AWS_LAMBDA_FUNCTION_NAME": "a-function"}


def settings_faults(parameters: Mapping[str, str], document: Mapping[str, Any]) -> list[str]:
    """A line for each, of all settings but the connection strings: they differ from function to function."""
    env = {setting: value for setting, value in _settings(parameters, document) if value}
    stand_ins = dict(_STAND_INS)
    if env.get("AUTH_SECRET_ARN"):
        stand_ins["AUTH_SECRET"] = secrets.token_urlsafe(48)
    try:
        load_settings({**env, **stand_ins, **_DEPLOYED})
    except ConfigurationError as error:
        return error.faults
    return []


def _settings(parameters: Mapping[str, str], document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The variables of Globals, as far as they are parameters."""
    declared = document["Parameters"]
    for setting, value in document["Globals"]["Function"]["Environment"]["Variables"].items():
        for parameter in _parameters(value, declared):
            yield setting, parameters.get(parameter, str(declared[parameter].get("Default", "")))


def _parameters(value: Any, declared: Mapping[str, Any]) -> list[str]:
    """One, or what a condition chooses from besides nothing."""
    if not isinstance(value, dict):
        return []
    chosen = [value, *value.get("Fn::If", ())]
    return [each["Ref"] for each in chosen if isinstance(each, dict) and each.get("Ref") in declared]
