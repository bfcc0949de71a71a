"""How far one stack goes: CloudFormation takes 500 resources in it, and ten resources of the API are to fit."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.build.routes import FUNCTIONS_OF_A_POLICY
from local.resources import stores
from local.scaffold.documents import insertions
from local.scaffold.resource import read_resource
from tests.unit.template.source import TEMPLATE_PATH, Route, functions_of, load_template, read_template, routes_of
from tests.unit.template.translation import DEPLOYMENTS, translate_template

# Quotas of AWS. Those of routes and policies of a role can be raised, the others cannot.
MOST_RESOURCES, MOST_BYTES = 500, 1_000_000
MOST_ROUTES = MOST_INTEGRATIONS = 300
MOST_BYTES_OF_A_POLICY, MOST_POLICIES_OF_A_ROLE = 6144, 10
LONGEST_ALIAS = f"arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:{'f' * 64}:live"

NOUNS = ("note", "project", "label", "comment", "contact", "habit", "meal", "place", "photo", "recipe")
# What tasks have of their own aside: with a filter, so that many can be deleted at once.
FIELDS = "title:text(200) description:text(2000)? done:boolean=false"


def of_tasks(template: dict[str, Any]) -> list[Route]:
    return [route for route in routes_of(template) if "/tasks" in route.path]


def functions_of_resources(template: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(route.function for route in routes_of(template) if "/api/{user_id}/" in route.path))


def as_make_resource_writes_them() -> dict[str, Any]:
    """The template with as many more as make ten."""
    text = TEMPLATE_PATH.read_text()
    there = {store.singular for store in stores()}
    for noun in [noun for noun in NOUNS if noun not in there][: 10 - len(there)]:
        written, *_ = insertions(read_resource(noun, "", FIELDS), "9999", "9998")
        text = text.replace(f"\n{written.anchor}", f"\n{written.block}{written.anchor}", 1)
    return read_template(text)


def as_tasks() -> dict[str, Any]:
    """The template with all that tasks have under nine other nouns, and nothing of other resources."""
    template = load_template()
    resources = template["Resources"]
    of_them = {route.function for route in of_tasks(template)}
    for name in set(functions_of_resources(template)) - of_them:
        del resources[name]
    for name in of_them:
        text = json.dumps(resources[name])
        for noun in NOUNS[:9]:
            resources[name.replace("Task", noun.title())] = json.loads(text.replace("task", noun))
    return template


@pytest.mark.parametrize("deployment", ["default", "production"])
@pytest.mark.parametrize("written", [as_make_resource_writes_them, as_tasks])
def test_ten_complete_resources_fit_into_one_stack(written: Callable[[], dict[str, Any]], deployment: str) -> None:
    template = written()
    routes = routes_of(template)
    assert len({route.path.split("/")[3] for route in routes if route.path.startswith("/api/{user_id}/")}) == 10

    translated = translate_template(template, DEPLOYMENTS[deployment])

    assert len(translated["Resources"]) < MOST_RESOURCES
    assert len(json.dumps(translated)) < MOST_BYTES
    paths = translated["Resources"]["HttpApi"]["Properties"]["Body"]["paths"]
    assert sum(len(methods) for methods in paths.values()) == len(routes) < min(MOST_ROUTES, MOST_INTEGRATIONS)


def test_with_a_canary_for_each_of_120_functions_they_would_not_fit() -> None:
    template = as_tasks()
    for properties in functions_of(template).values():
        properties.pop("DeploymentPreference", None)
    assert len(translate_template(template, DEPLOYMENTS["production"])["Resources"]) > MOST_RESOURCES


def test_a_policy_of_the_apis_role_is_not_longer_than_iam_takes() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": [LONGEST_ALIAS] * FUNCTIONS_OF_A_POLICY,
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    assert len(json.dumps(document, separators=(",", ":"))) <= MOST_BYTES_OF_A_POLICY
    assert FUNCTIONS_OF_A_POLICY * MOST_POLICIES_OF_A_ROLE > MOST_INTEGRATIONS
