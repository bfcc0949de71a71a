"""Lets API Gateway call all functions by one role, instead of a permission for each route: in the built template.

template.yaml names a route as an event of its function. SAM makes a resource of every such event, and a stack may have
500. Here the events become the API's own description, whose integrations name a role that may call exactly these
functions. See docs/decisions/0012-one-stack-and-one-role-for-the-api.md.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.template import TemplateError, load_document, write_document

ROLE = "HttpApiRole"
# A policy takes 6144 characters, and the longest ARN of an alias is some 130.
FUNCTIONS_OF_A_POLICY = 40
# As the template's own roles have it.
_BOUNDARY = {"Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}
_READ = {"ApiId", "Method", "Path"}
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


def call_by_role(template: Path) -> None:
    """Rewrite a built template; one that has been rewritten stays as it is."""
    document = load_document(template)
    if rewrite(document):
        write_document(template, document)


def rewrite(document: dict[str, Any]) -> bool:
    """Take the events of HTTP APIs out of the functions; false when there are none."""
    routes = list(_taken_routes(document["Resources"]))
    for api in dict.fromkeys(api for api, *_ in routes):
        properties = document["Resources"][api]["Properties"]
        properties["DefinitionBody"] = _description([route for route in routes if route[0] == api])
    functions = list(dict.fromkeys(function for *_, function in routes))
    if functions:
        document["Resources"] |= _role_and_policies(functions)
    return bool(functions)


def _taken_routes(resources: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """API, method, path and function of each event that is taken out."""
    for function, resource in resources.items():
        events = resource.get("Properties", {}).get("Events", {})
        for name in [name for name, event in events.items() if event["Type"] == "HttpApi"]:
            properties = events.pop(name)["Properties"]
            _refuse_what_would_be_lost(f"{function}.{name}", properties)
            yield properties["ApiId"]["Ref"], properties["Method"].lower(), properties["Path"], function


def _refuse_what_would_be_lost(event: str, properties: dict[str, Any]) -> None:
    """An authorizer above all: a route that names one must not be open because it was not read."""
    if unread := sorted(properties.keys() - _READ):
        raise TemplateError(f"{event} has {', '.join(unread)}, which local/build/routes.py does not carry over")
    if properties["Method"].lower() not in _METHODS:
        raise TemplateError(f"{event} has the method {properties['Method']}: name each of {', '.join(_METHODS)}")


def _description(routes: list[tuple[str, str, str, str]]) -> dict[str, Any]:
    """What SAM would have written, and the role that the integrations are called by."""
    paths: dict[str, dict[str, Any]] = {}
    for _, method, path, function in routes:
        operation: dict[str, Any] = {"x-amazon-apigateway-integration": _integration(function), "responses": {}}
        if names := re.findall(r"\{(\w+)\}", path):
            operation["parameters"] = [{"name": name, "in": "path", "required": True} for name in names]
        paths.setdefault(path, {})[method] = operation
    return {"openapi": "3.0.1", "info": {"title": {"Ref": "AWS::StackName"}, "version": "1.0"}, "paths": paths}


def _integration(function: str) -> dict[str, Any]:
    lambda_path = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    return {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "payloadFormatVersion": "2.0",
        "uri": {"Fn::Sub": f"{lambda_path}/${{{function}.Alias}}/invocations"},
        "credentials": {"Fn::GetAtt": [ROLE, "Arn"]},
    }


def _role_and_policies(functions: list[str]) -> dict[str, Any]:
    chunks = [
        functions[start : start + FUNCTIONS_OF_A_POLICY] for start in range(0, len(functions), FUNCTIONS_OF_A_POLICY)
    ]
    policies = {f"HttpApiPolicy{number}": _policy(chunk) for number, chunk in enumerate(chunks, start=1)}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "Description": "The API - calls the functions that its routes name",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "apigateway.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "ManagedPolicyArns": [{"Ref": name} for name in policies],
            "PermissionsBoundary": _BOUNDARY,
        },
    }
    return {**policies, ROLE: role}


def _policy(functions: list[str]) -> dict[str, Any]:
    aliases = [{"Ref": f"{function}.Alias"} for function in functions]
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": aliases}
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}},
    }
