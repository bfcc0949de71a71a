"""The template as `make dev` serves it, and what the environment says of it."""

from pathlib import Path

import pytest

from local import ROOT
from local.dev.options import DEFAULT_DEBUG_PORT, DevError, Options
from local.dev.served import LOCAL_ORIGINS, ServedTemplate
from local.template import load_document, read_template

TEMPLATE = ROOT / "template.yaml"
VITE = "http://localhost:5173"


def served(origins: str | None = None, path: Path = TEMPLATE, **settings: str) -> ServedTemplate:
    return ServedTemplate(path, origins, settings)


def test_vite_is_let_in_here_and_not_where_it_is_deployed() -> None:
    declared = tuple(load_document(TEMPLATE)["Parameters"]["AllowedOrigins"]["Default"].split(","))
    assert VITE not in declared
    assert served().read().cors.origins == (*declared, *LOCAL_ORIGINS)
    assert VITE in LOCAL_ORIGINS


def test_a_list_of_the_developers_is_taken_as_it_is() -> None:
    assert served("http://a.test, http://b.test").read().cors.origins == ("http://a.test", "http://b.test")


def test_a_template_without_cors_stays_without(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        "Resources:\n  One:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: one.handler\n"
        "      Events:\n        Http: {Type: HttpApi, Properties: {Method: GET, Path: /one}}\n"
    )
    assert served(path=path).read().cors.origins == ()


def test_the_environment_of_all_functions_is_that_of_the_template_under_the_developers() -> None:
    own = served(RATE_LIMIT_PER_MINUTE="0", MINE="1")
    environment = own.environment(own.read())
    assert environment["RATE_LIMIT_PER_MINUTE"] == "0"
    assert environment["QUOTA_ROWS"] == "10000"
    assert environment["MINE"] == "1"


def test_what_cloudformation_would_work_out_is_left_out() -> None:
    environment = read_template(TEMPLATE).environment
    assert not {"DATABASE_URL", "AUTH_SECRET", "POWERTOOLS_METRICS_NAMESPACE"} & set(environment)


@pytest.mark.parametrize(
    ("environ", "port"),
    [
        ({}, None),
        ({"DEBUG": ""}, None),
        ({"DEBUG": "0"}, None),
        ({"DEBUG": "1"}, DEFAULT_DEBUG_PORT),
        ({"DEBUG": "1", "DEBUG_PORT": "4000"}, 4000),
    ],
)
def test_a_debugger_is_waited_for_only_if_asked_for(environ: dict[str, str], port: int | None) -> None:
    assert Options.read(environ).debug_port == port


@pytest.mark.parametrize("name", ["PORT", "LOCAL_WORKERS"])
def test_a_number_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(DevError, match=name):
        Options.read({name: "65536"})
