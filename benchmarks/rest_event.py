"""A request as API Gateway hands it over from a REST API (payload 1.0), made of the same one from an HTTP API."""

from collections.abc import Mapping
from typing import Any


def rest_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """For a path without parameters."""
    path, method = event["rawPath"], event["requestContext"]["http"]["method"]
    query = event["queryStringParameters"] or None
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": event["headers"],
        "multiValueHeaders": _lists(event["headers"]),
        "queryStringParameters": query,
        "multiValueQueryStringParameters": query and _lists(query),
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "path": path,
            "httpMethod": method,
            "protocol": "HTTP/1.1",
            "requestId": event["requestContext"]["requestId"],
            "stage": "api",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": event.get("body"),
        "isBase64Encoded": False,
    }


def _lists(values: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in values.items()}
