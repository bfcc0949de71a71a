from pathlib import Path

import pytest

from local.template import TemplateError, read_template

SOURCE = """
Parameters:
  Origins: {Type: CommaDelimitedList, Default: "http://a.test, http://b.test"}
  Seconds: {Type: Number, Default: 7}
Globals:
  Function: {Timeout: 10, MemorySize: 512}
Resources:
  HttpApi:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: {AllowOrigins: !Ref Origins, AllowMethods: [GET], ExposeHeaders: [etag], MaxAge: 60}
  Topic: {Type: AWS::SNS::Topic}
  One:
    Type: AWS::Serverless::Function
    Properties:
      Handler: functions.one.handler
      Environment: {Variables: {A: !Sub "${AWS::Region}", B: !GetAtt Topic.Arn, C: !If [X, !Ref Origins, ""]}}
      Events:
        Http: {Type: HttpApi, Properties: {ApiId: !Ref HttpApi, Method: get, Path: /one}}
        Again: {Type: HttpApi, Properties: {ApiId: !Ref HttpApi, Method: POST, Path: /one}}
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
  Two:
    Type: AWS::Serverless::Function
    Properties:
      Handler: functions.two.handler
      Timeout: !Ref Seconds
      Events:
        Default: {Type: HttpApi}
  Purge:
    Type: AWS::Serverless::Function
    Properties: {Handler: functions.purge.handler}
"""


def written(directory: Path, text: str) -> Path:
    path = directory / "template.yaml"
    path.write_text(text)
    return path


def test_routes_are_those_of_http_events(tmp_path: Path) -> None:
    template = read_template(written(tmp_path, SOURCE))
    assert [(route.key, route.function.handler) for route in template.routes] == [
        ("GET /one", "functions.one.handler"),
        ("POST /one", "functions.one.handler"),
        ("$default", "functions.two.handler"),
    ]
    assert template.handlers == ("functions.one.handler", "functions.two.handler")
    assert template.route("POST /one") is template.routes[1]
    assert template.route("PUT /one") is None


def test_settings_come_from_the_function_then_from_globals(tmp_path: Path) -> None:
    one, _, two = (route.function for route in read_template(written(tmp_path, SOURCE)).routes)
    assert (one.timeout_s, one.memory_mb) == (10, 512)
    assert (two.timeout_s, two.memory_mb) == (7, 512)


def test_cors_list_is_the_parameters_default(tmp_path: Path) -> None:
    cors = read_template(written(tmp_path, SOURCE)).cors
    assert cors.origins == ("http://a.test", "http://b.test")
    assert (cors.methods, cors.headers, cors.exposed, cors.max_age_s) == (("GET",), (), ("etag",), 60)


def test_given_parameter_replaces_the_default(tmp_path: Path) -> None:
    cors = read_template(written(tmp_path, SOURCE), {"Origins": "http://c.test"}).cors
    assert cors.origins == ("http://c.test",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "Resources: [",
        "\x00",
        "Resources: {A: {}}",
        "Resources: {}",
        "Resources: {F: {Type: 'AWS::Serverless::Function'}}",
    ],
)
def test_what_is_no_template_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(TemplateError) as caught:
        read_template(written(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"template\.yaml: No such file"):
        read_template(tmp_path / "template.yaml")
