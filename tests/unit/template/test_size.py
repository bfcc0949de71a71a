"""How far one stack goes: CloudFormation takes 500 resources in it, and ten resources of the API are to fit."""

import json
from typing import Any

import pytest

from local.build.routes import FUNCTIONS_OF_A_POLICY
from tests.unit.template.source import Route, functions_of, load_template, routes_of
from tests.unit.template.translation import DEPLOYMENTS, translate_template

# Quotas of AWS. Those of routes and policies of a role can be raised, the others cannot.
MOST_RESOURCES, MOST_BYTES = 500, 1_000_000
MOST_ROUTES = MOST_INTEGRATIONS = 300
MOST_BYTES_OF_A_POLICY, MOST_POLICIES_OF_A_ROLE = 6144, 10
LONGEST_ALIAS = f"arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:{'f' * 64}:live"

NOUNS = ("note", "project", "label", "comment", "contact", "habit", "meal", "place", "photo")
# What a resource may come to have besides, until it has twelve functions. But for the first, nobody calls them often.
MORE = {
    "PatchTaskFunction": ("PATCH", "/tasks/{task_id}"),
    "ListTaskChangesFunction": ("GET", "/tasks/changes"),
    "BatchTasksFunction": ("POST", "/tasks/batch"),
    "RestoreTaskFunction": ("POST", "/tasks/{task_id}/restore"),
    "CompleteAllTasksFunction": ("POST", "/tasks/complete"),
    "DeleteManyTasksFunction": ("DELETE", "/tasks"),
}
RARE = set(MORE) - {"PatchTaskFunction"}


def of_tasks(template: dict[str, Any]) -> list[Route]:
    return [route for route in routes_of(template) if "/tasks" in route.path]


def ten_resources_of(functions: int) -> dict[str, Any]:
    """The template with so many functions for tasks, and nine times as many under other nouns."""
    template = load_template()
    resources = template["Resources"]
    own = list(dict.fromkeys(route.function for route in of_tasks(template)))
    for name in own[functions:]:
        del resources[name]
    taken = {(route.method, route.path) for route in routes_of(template)}
    free = [name for name, (method, path) in MORE.items() if (method, f"/api{path}") not in taken]
    for name in free[: max(0, functions - len(own))]:
        resources[name] = without_canary(entry(*MORE[name])) if name in RARE else entry(*MORE[name])
    for name in {route.function for route in of_tasks(template)}:
        text = json.dumps(resources[name])
        for noun in NOUNS:
            resources[name.replace("Task", noun.title())] = json.loads(text.replace("task", noun))
    return template


def entry(method: str, path: str) -> dict[str, Any]:
    paths = {"Canonical": f"/api{path}", "ByUser": f"/api/{{user_id}}{path}"}
    events = {
        name: {"Type": "HttpApi", "Properties": {"ApiId": {"Ref": "HttpApi"}, "Method": method, "Path": path}}
        for name, path in paths.items()
    }
    properties = {"Handler": "functions.more.handler", "Role": {"Fn::GetAtt": ["FunctionRole", "Arn"]}}
    return {"Type": "AWS::Serverless::Function", "Properties": {**properties, "Events": events}}


def without_canary(function: dict[str, Any]) -> dict[str, Any]:
    function["Properties"]["DeploymentPreference"] = {"Enabled": False}
    return function


@pytest.mark.parametrize(
    ("functions", "deployment"), [(6, "default"), (6, "production"), (12, "default"), (12, "production")]
)
def test_ten_complete_resources_fit_into_one_stack(functions: int, deployment: str) -> None:
    template = ten_resources_of(functions)
    routes = routes_of(template)
    assert len({route.function for route in routes if "/api/{user_id}/" in route.path}) == 10 * functions

    translated = translate_template(template, DEPLOYMENTS[deployment])

    assert len(translated["Resources"]) < MOST_RESOURCES
    assert len(json.dumps(translated)) < MOST_BYTES
    paths = translated["Resources"]["HttpApi"]["Properties"]["Body"]["paths"]
    assert sum(len(methods) for methods in paths.values()) == len(routes) < min(MOST_ROUTES, MOST_INTEGRATIONS)


def test_with_a_canary_for_each_of_120_functions_they_would_not_fit() -> None:
    template = ten_resources_of(12)
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
