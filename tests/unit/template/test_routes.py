"""What the build does not carry over into the API's description ends the build, instead of being lost."""

from typing import Any

import pytest

from local.build.routes import rewrite
from local.template import TemplateError


def template(**more: Any) -> dict[str, Any]:
    event = {"ApiId": {"Ref": "HttpApi"}, "Method": "GET", "Path": "/api/a", **more}
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Events": {"Canonical": {"Type": "HttpApi", "Properties": event}}},
    }
    return {"Resources": {"HttpApi": {"Type": "AWS::Serverless::HttpApi", "Properties": {}}, "AFunction": function}}


def test_a_plain_event_is_carried_over() -> None:
    assert rewrite(template())


@pytest.mark.parametrize("more", [{"Auth": {"Authorizer": "Mine"}}, {"TimeoutInMillis": 1000}, {"Method": "ANY"}])
def test_what_would_be_lost_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(TemplateError, match=r"AFunction\.Canonical"):
        rewrite(template(**more))
