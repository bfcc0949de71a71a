"""What template.yaml and samconfig.toml say, before SAM translates them (tests/unit/template has the translation)."""

import json
import re
import subprocess
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

import pytest

from local.build import packages
from shared.core.auth.settings import AUDIENCE_CLAIMS, DEVELOPMENT_SECRET
from shared.core.database.conninfo import SSLMODES, UNENCRYPTED
from shared.core.database.quotas import read_quotas
from shared.core.environment import load_settings
from tests.unit.template.source import (
    ROOT,
    TEMPLATE_PATH,
    functions_of,
    load_template,
    modules_of,
    resources_of,
    routes_of,
)

# What is about no user's in particular, or the caller's by the token alone, has one route; all else has two.
SINGLE = ("/api/me", "/api/health")
DATABASE = {"DATABASE_URL", "DATABASE_URL_ARN", "DATABASE_SSLMODE"}
AUTH = {
    "AUTH_SECRET",
    "AUTH_SECRET_ARN",
    "AUTH_JWKS_URL",
    "AUTH_JWKS",
    "AUTH_ISSUER",
    "AUTH_AUDIENCE",
    "AUTH_AUDIENCE_CLAIM",
    "AUTH_ALGORITHMS",
    "AUTH_MAX_LIFETIME",
}
# What a function needs to reach the database and to verify a token; unset unless it is given.
SENSITIVE = DATABASE | AUTH
# What a caller may do and keep: the parameter, and the setting that it becomes.
LIMITS_OF = {"RateLimitPerMinute": "RATE_LIMIT_PER_MINUTE", "QuotaRows": "QUOTA_ROWS", "QuotaKeys": "QUOTA_KEYS"}
LIMITS = set(LIMITS_OF.values())
NO_VALUE = {"Ref": "AWS::NoValue"}
ROLE = {"Fn::GetAtt": ["FunctionRole", "Arn"]}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load_template()


def test_every_endpoint_has_both_route_families(template: dict[str, Any]) -> None:
    routes: dict[str, list[tuple[str, str]]] = {}
    for route in routes_of(template):
        routes.setdefault(route.function, []).append((route.method, route.path))

    for (method, path), *others in routes.values():
        by_user = [] if path.startswith(SINGLE) else [(method, path.replace("/api/", "/api/{user_id}/", 1))]
        assert others == by_user


def test_entries_of_functions_are_alike(template: dict[str, Any]) -> None:
    """A generator writes them; health and the purge alone have settings of their own."""
    functions = resources_of(template, "AWS::Serverless::Function")
    answering = {name: it for name, it in functions.items() if it["Properties"]["Role"] == ROLE}
    assert set(functions) - set(answering) == {"HealthFunction", "PurgeFunction"}
    for name, function in answering.items():
        assert set(function) == {"Type", "Metadata", "Properties"}
        assert set(function["Properties"]) - {"DeploymentPreference"} == {"Handler", "Role", "Events"}, name
        assert (
            list(function["Properties"]["Events"]) == ["Canonical", "ByUser"][: len(function["Properties"]["Events"])]
        )


def test_a_logical_id_is_the_camel_case_of_its_module(template: dict[str, Any]) -> None:
    for logical_id, module in modules_of(template).items():
        assert logical_id == "".join(word.title() for word in module.split("_")) + "Function"


def test_no_two_functions_claim_one_route(template: dict[str, Any]) -> None:
    keys = [route.key for route in routes_of(template)]
    assert len(keys) == len(set(keys))


def test_every_route_belongs_to_the_one_api(template: dict[str, Any]) -> None:
    for properties in functions_of(template).values():
        for event in properties["Events"].values():
            if event["Type"] == "HttpApi":
                assert event["Properties"]["ApiId"] == {"Ref": "HttpApi"}


def test_purge_is_called_by_the_clock_alone(template: dict[str, Any]) -> None:
    scheduled = {
        name: list(properties["Events"].values())
        for name, properties in functions_of(template).items()
        if any(event["Type"] != "HttpApi" for event in properties["Events"].values())
    }
    assert list(scheduled) == ["PurgeFunction"]
    (event,) = scheduled["PurgeFunction"]
    assert event["Type"] == "Schedule"
    assert event["Properties"]["Enabled"] is True


def test_every_function_and_layer_is_built_by_make(template: dict[str, Any]) -> None:
    built = {name for name, it in template["Resources"].items() if it.get("Metadata", {}).get("BuildMethod")}
    assert built == {*functions_of(template), *resources_of(template, "AWS::Serverless::LayerVersion")}
    # As sam calls it; what it would do is not done.
    command = ["make", "--dry-run", "ARTIFACTS_DIR=there", *(f"build-{name}" for name in sorted(built))]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    made = re.findall(r"local\.build (\S+) (?:(\S+) )?\"there\"", ran.stdout)
    assert {name for kind, name in made if kind == "function"} == set(functions_of(template))
    assert sorted(kind for kind, _ in made if kind != "function") == ["dependencies", "shared"]


@pytest.mark.parametrize(("logical_id", "module"), modules_of(load_template()).items())
def test_a_function_is_made_of_the_module_that_handles_it(logical_id: str, module: str) -> None:
    assert packages.module_of(logical_id) == module


def test_cors_lists_are_the_contracts(template: dict[str, Any]) -> None:
    cors = template["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]

    assert cors["AllowOrigins"] == {"Ref": "AllowedOrigins"}
    assert set(cors["AllowMethods"]) == {route.method for route in routes_of(template)}
    assert sorted(cors["AllowHeaders"]) == [
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-none-match",
        # What a front end that is traced itself sends with each request.
        "traceparent",
        "tracestate",
    ]
    assert sorted(cors["ExposeHeaders"]) == [
        "etag",
        "idempotency-replayed",
        "location",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "www-authenticate",
        "x-request-id",
    ]
    assert "AllowCredentials" not in cors
    assert "*" not in template["Parameters"]["AllowedOrigins"]["Default"]


def test_access_log_is_one_json_object_that_holds_no_path_and_no_header(template: dict[str, Any]) -> None:
    line = json.loads(template["Resources"]["HttpApi"]["Properties"]["AccessLogSettings"]["Format"])

    assert {"request_id", "route", "status", "latency_ms"} <= set(line)
    assert all(value.startswith("$context.") for value in line.values())
    assert not {"$context.path", "$context.identity.userArn"} & set(line.values())


def test_optional_settings_are_left_out_when_they_are_not_given(template: dict[str, Any]) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]

    assert set(variables) >= SENSITIVE
    for name in SENSITIVE:
        condition, value, otherwise = variables[name]["Fn::If"]
        parameter = value["Ref"]
        assert parameter.lower() == name.replace("_", "").lower()
        assert template["Parameters"][parameter]["Default"] == ""
        assert template["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}
        assert otherwise == NO_VALUE


def test_secret_parameters_are_never_echoed(template: dict[str, Any]) -> None:
    for name in ("DatabaseUrl", "PurgeDatabaseUrl", "AuthSecret"):
        assert template["Parameters"][name]["NoEcho"] is True


def test_health_is_given_no_secret_and_no_key(template: dict[str, Any]) -> None:
    overridden = functions_of(template)["HealthFunction"]["Environment"]["Variables"]
    assert overridden == dict.fromkeys({*SENSITIVE, *LIMITS}, NO_VALUE)


def test_purge_is_given_the_database_and_nothing_to_verify_tokens_with(template: dict[str, Any]) -> None:
    overridden = functions_of(template)["PurgeFunction"]["Environment"]["Variables"]
    assert overridden == dict.fromkeys({*AUTH, *LIMITS}, NO_VALUE) | {
        "DATABASE_URL": {"Fn::If": ["HasPurgeDatabaseUrl", {"Ref": "PurgeDatabaseUrl"}, NO_VALUE]},
        "DATABASE_URL_ARN": {"Fn::If": ["HasPurgeDatabaseUrlArn", {"Ref": "PurgeDatabaseUrlArn"}, NO_VALUE]},
    }


def test_parameters_allow_what_the_functions_take(template: dict[str, Any]) -> None:
    parameters = template["Parameters"]
    assert parameters["DatabaseSslmode"]["AllowedValues"] == [
        "",
        *(mode for mode in SSLMODES if mode not in UNENCRYPTED),
    ]
    assert parameters["AuthAudienceClaim"]["AllowedValues"] == ["", *AUDIENCE_CLAIMS]


@pytest.mark.parametrize(
    ("given", "taken"), [("0", True), ("300", True), ("999999", True), ("", False), ("1e3", False)]
)
def test_rate_limit_is_refused_by_the_template_as_by_the_functions(
    given: str, taken: bool, template: dict[str, Any]
) -> None:
    assert bool(re.fullmatch(template["Parameters"]["RateLimitPerMinute"]["AllowedPattern"], given)) == taken


@pytest.mark.parametrize("parameter", ["QuotaRows", "QuotaKeys"])
@pytest.mark.parametrize("given", ["1", "10000", "99999999", "0", "-1", "", "1e3", "100000000", "010"])
def test_a_quota_is_refused_by_the_template_as_by_the_functions(
    given: str, parameter: str, template: dict[str, Any]
) -> None:
    faults: list[str] = []
    quotas = read_quotas({LIMITS_OF[parameter]: given}, faults)

    allowed = re.fullmatch(template["Parameters"][parameter]["AllowedPattern"], given)
    assert bool(allowed) == (not faults and given != "")
    assert not allowed or int(given) in quotas


def test_limits_are_the_functions_own_unless_others_are_given(template: dict[str, Any]) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    settings = load_settings(
        {"DATABASE_URL": "postgresql://u:p@db.example.com/tasks", "AUTH_SECRET": DEVELOPMENT_SECRET}
    )
    own = dict(zip(LIMITS_OF, (settings.rate_limit_per_minute, *settings.quotas), strict=True))
    for parameter, name in LIMITS_OF.items():
        assert variables[name] == {"Ref": parameter}
        assert template["Parameters"][parameter]["Default"] == str(own[parameter])


def test_runtime_is_the_python_that_the_project_pins(template: dict[str, Any]) -> None:
    pinned = (ROOT / ".python-version").read_text().strip()
    assert template["Globals"]["Function"]["Runtime"] == f"python{pinned}"
    for layer in resources_of(template, "AWS::Serverless::LayerVersion").values():
        assert layer["Properties"]["CompatibleRuntimes"] == [f"python{pinned}"]


def test_template_is_lint_clean() -> None:
    cfn_lint = Path(sysconfig.get_path("scripts")) / "cfn-lint"
    linted = subprocess.run([cfn_lint, TEMPLATE_PATH], capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("environment", ["default", "staging", "prod"])
def test_every_deployment_stands_alone_in_samconfig(environment: str, template: dict[str, Any]) -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]

    assert config["build"]["parameters"]["build_in_source"] is True
    assert config["deploy"]["parameters"]["capabilities"] == "CAPABILITY_IAM"
    overrides = dict(pair.split("=", 1) for pair in config["deploy"]["parameters"]["parameter_overrides"])
    assert set(overrides) <= set(template["Parameters"])
    assert not {name for name in overrides if template["Parameters"][name].get("NoEcho")}


def test_deployments_do_not_share_a_stack() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    names = [
        config[environment]["global"]["parameters"]["stack_name"] for environment in ("default", "staging", "prod")
    ]
    assert len(set(names)) == len(names)


def test_local_environment_names_only_what_the_template_declares(template: dict[str, Any]) -> None:
    # sam local drops what the template does not declare, without a word.
    given = json.loads((ROOT / "env.json").read_text())
    assert set(given) == {"Parameters"}
    assert set(given["Parameters"]) <= set(template["Globals"]["Function"]["Environment"]["Variables"])


def test_sam_local_passes_settings_that_can_be_served_with(template: dict[str, Any]) -> None:
    # It cannot decide the template's conditions, and passes an empty string for what env.json does not give.
    variables = dict.fromkeys(template["Globals"]["Function"]["Environment"]["Variables"], "")
    variables |= json.loads((ROOT / "env.json").read_text())["Parameters"]

    settings = load_settings(variables | {"AWS_LAMBDA_FUNCTION_NAME": "ListTasksFunction", "AWS_SAM_LOCAL": "true"})

    assert settings.auth.secret == DEVELOPMENT_SECRET
    assert settings.auth.algorithms == ("HS256",)
    assert settings.auth.audience_claim == "aud"
    assert settings.database.sslmode is None
