"""The resources that CloudFormation would make, for the parameters of a first try and for those of production."""

import json
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from local.build import routes
from local.resources import stores
from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.unit.template.source import (
    TEMPLATE_PATH,
    functions_of,
    load_template,
    modules_of,
    resources_of,
    routes_of,
    schedules_of,
)
from tests.unit.template.translation import DEPLOYMENTS, references_in, resolve, translate

pytestmark = pytest.mark.heavy

FUNCTIONS = functions_of(load_template())
# Those that differ from the ones that serve tasks, which have all settings and rights there are.
HEALTH, PURGE = "HealthFunction", "PurgeFunction"
API_ROLE = routes.ROLE
# By people, now and then: a tenth of the requests of five minutes is none. Batches are what an offline client sends.
RARELY_CALLED = {
    function
    for function, module in modules_of(load_template()).items()
    for store in stores()
    if module in (f"restore_{store.singular}", f"delete_{store.name}", f"complete_all_{store.name}", "export_me")
}
SECRETS = ("DatabaseUrl", "PurgeDatabaseUrl", "AuthSecret")
MOST_METRICS_OF_AN_ALARM = 10  # of CloudWatch; cfn-lint knows no such limit
ROUTES = routes_of(load_template())
# Everything that a function may ever do, and on what: a name of this stack, or an ARN that the deployment gave.
LOG_ACTIONS = {"logs:CreateLogStream", "logs:PutLogEvents"}
TRACE_ACTIONS = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
SECRET_ACTIONS = {"secretsmanager:GetSecretValue", "ssm:GetParameter"}
# Not in quotes, which would ask for a function of exactly that name.
SEARCH = r"SEARCH\('\{AWS/Lambda,FunctionName\} MetricName=\"(\w+)\" FunctionName=\$\{AWS::StackName\}', '\w+', 60\)"
ROLL_BACK = "FunctionErrorsAlarm"
# What Lambda writes of an invocation, by the documents of its JSON format.
REPORT = {
    "time": "2026-01-01T12:00:00.000Z",
    "type": "platform.report",
    "record": {"requestId": "1", "status": "success"},
}


@pytest.fixture(scope="module", params=DEPLOYMENTS)
def deployment(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def translated(deployment: str) -> dict[str, Any]:
    return translate(DEPLOYMENTS[deployment])


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    return translate(DEPLOYMENTS["production"])


def conditions_of(template: dict[str, Any], parameters: dict[str, str]) -> dict[str, bool]:
    """What each condition comes to; ours compare one parameter with a constant, at most negated."""
    values = {
        name: str(parameters.get(name, parameter["Default"])) for name, parameter in template["Parameters"].items()
    }

    def holds(condition: dict[str, Any]) -> bool:
        ((name, arguments),) = condition.items()
        if name == "Fn::Not":
            return not holds(arguments[0])
        assert name == "Fn::Equals"
        return values[arguments[0]["Ref"]] == str(arguments[1])

    return {name: holds(condition) for name, condition in template["Conditions"].items()}


def resolved_resources(deployment: str) -> dict[str, Any]:
    template = translate(DEPLOYMENTS[deployment])
    resources: dict[str, Any] = resolve(template["Resources"], conditions_of(template, DEPLOYMENTS[deployment]))
    return resources


def statements_of(resources: dict[str, Any], function: str) -> Iterator[dict[str, Any]]:
    """The rights of one function: each statement of its role."""
    role = resources[resources[function]["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
    assert "ManagedPolicyArns" not in role
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            yield statement


def actions_of(statement: dict[str, Any]) -> set[str]:
    actions = statement["Action"]
    return {actions} if isinstance(actions, str) else set(actions)


def test_translation_is_lint_clean(translated: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "translated.json"
    path.write_text(json.dumps(translated))
    cfn_lint = Path(sysconfig.get_path("scripts")) / "cfn-lint"
    # W2001: parameters that the translator has already used up (GradualDeployment, AllowedOrigins).
    command = [str(cfn_lint), "--ignore-checks", "W2001", "--", str(path)]
    linted = subprocess.run(command, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_no_resource_waits_for_itself(translated: dict[str, Any]) -> None:
    resources = translated["Resources"]
    graph = {name: set(references_in(resource)) & set(resources) for name, resource in resources.items()}
    assert len(tuple(TopologicalSorter(graph).static_order())) == len(resources)


def test_every_reference_leads_somewhere(translated: dict[str, Any]) -> None:
    known = {*translated["Resources"], *translated["Parameters"]}
    named = {name for name in references_in([translated["Resources"], translated["Outputs"]]) if "::" not in name}
    assert named - {"__ApiId__", "__Stage__", "ConfigName"} <= known


def callable_by_the_api(resources: dict[str, Any]) -> list[dict[str, str]]:
    """What the role of the integrations may do: call functions, and nothing else."""
    role = resources[API_ROLE]["Properties"]
    assert set(role) == {"Description", "AssumeRolePolicyDocument", "ManagedPolicyArns", "PermissionsBoundary"}
    policies = [resources[arn["Ref"]]["Properties"] for arn in role["ManagedPolicyArns"]]
    statements = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
    assert {(it["Effect"], it["Action"]) for it in statements} == {("Allow", "lambda:InvokeFunction")}
    return [resource for statement in statements for resource in statement["Resource"]]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_route_invokes_its_function_and_may(route: Any, production: dict[str, Any]) -> None:
    resources = production["Resources"]
    operation = resources["HttpApi"]["Properties"]["Body"]["paths"][route.path][route.method.lower()]
    integration = operation["x-amazon-apigateway-integration"]
    alias = f"{route.function}Aliaslive"
    assert alias in resources
    assert f"${{{alias}}}" in integration["uri"]["Fn::Sub"]
    assert integration["payloadFormatVersion"] == "2.0"

    assert integration["credentials"] == {"Fn::GetAtt": [API_ROLE, "Arn"]}
    assert {"Ref": alias} in callable_by_the_api(resources)


def test_nothing_but_the_routes_is_reachable(production: dict[str, Any]) -> None:
    paths = production["Resources"]["HttpApi"]["Properties"]["Body"]["paths"]
    reachable = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert reachable == {route.key for route in ROUTES}
    aliases = {f"{route.function}Aliaslive" for route in ROUTES}
    assert sorted(it["Ref"] for it in callable_by_the_api(production["Resources"])) == sorted(aliases)
    callers = [it["Properties"]["Principal"] for it in resources_of(production, "AWS::Lambda::Permission").values()]
    assert callers == ["events.amazonaws.com"]
    assert not resources_of(production, "AWS::Lambda::Url")


def test_the_schedule_calls_the_purge_and_may_call_nothing_else(production: dict[str, Any]) -> None:
    resources = production["Resources"]
    ((name, rule),) = resources_of(production, "AWS::Events::Rule").items()
    alias = f"{PURGE}Aliaslive"

    assert [rule["Properties"]["ScheduleExpression"]] == list(schedules_of(load_template()).values())
    assert rule["Properties"]["State"] == "ENABLED"
    (target,) = rule["Properties"]["Targets"]
    assert target["Arn"] == {"Ref": alias}
    assert "RoleArn" not in target
    assert resources[f"{name}Permission"]["Properties"] == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": alias},
        "Principal": "events.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": [name, "Arn"]},
    }


def test_the_purge_has_more_time_than_a_request(production: dict[str, Any]) -> None:
    timeouts = {name: production["Resources"][name]["Properties"]["Timeout"] for name in FUNCTIONS}
    assert timeouts == dict.fromkeys(FUNCTIONS, 10) | {PURGE: 60}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_function_has_the_least_privilege(function: str, name: str) -> None:
    resources = resolved_resources(name)
    rights = [(actions_of(statement), statement["Resource"]) for statement in statements_of(resources, function)]

    log = [resource for actions, resource in rights if actions == LOG_ACTIONS]
    secrets = [resource for actions, resource in rights if actions == SECRET_ACTIONS]
    keys = [resource for actions, resource in rights if actions == {"kms:Decrypt"}]
    queues = [resource for actions, resource in rights if actions == {"sqs:SendMessage"}]
    traces = [resource for actions, resource in rights if actions == TRACE_ACTIONS]
    assert len(log) + len(secrets) + len(keys) + len(queues) + len(traces) == len(rights)
    assert log == [{"Fn::GetAtt": ["FunctionLogs", "Arn"]}]
    readable = {HEALTH: [], PURGE: ["PurgeDatabaseUrlArn"]}.get(function, ["DatabaseUrlArn", "AuthSecretArn"])
    reads_secrets = name == "production" and readable
    assert secrets == ([{"Ref": parameter} for parameter in readable] if reads_secrets else [])
    assert keys == ([{"Ref": "SecretsKeyArn"}] if reads_secrets else [])
    assert queues == ([{"Fn::GetAtt": ["PurgeFailures", "Arn"]}] if function == PURGE else [])
    # X-Ray has no resource to narrow it down to.
    assert traces == (["*"] if name == "production" else [])


@pytest.mark.parametrize(("name", "mode", "setting"), [("default", None, None), ("production", "Active", "on")])
def test_every_function_is_traced_or_none(name: str, mode: str | None, setting: str | None) -> None:
    resources = resolved_resources(name)
    for function in FUNCTIONS:
        properties = resources[function]["Properties"]
        assert properties.get("TracingConfig", {}).get("Mode") == mode
        assert properties["Environment"]["Variables"].get("TRACING") == setting


def test_a_role_is_taken_on_by_the_service_that_it_is_for_and_no_other(production: dict[str, Any]) -> None:
    roles = resources_of(production, "AWS::IAM::Role")
    assert set(roles) == {"FunctionRole", "HealthRole", "PurgeRole", API_ROLE, "CodeDeployRole"}
    services = {API_ROLE: "apigateway.amazonaws.com", "CodeDeployRole": "codedeploy.amazonaws.com"}
    for name in roles:
        (statement,) = production["Resources"][name]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": services.get(name, "lambda.amazonaws.com")}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_functions_are_given_the_settings_of_the_deployment_and_no_empty_ones(name: str) -> None:
    resources = resolved_resources(name)
    in_arns = name == "production"
    common = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "SETTINGS_REVISION"}
    common |= {"TRACING"} if in_arns else set()
    database = common | ({"DATABASE_URL_ARN", "DATABASE_SSLMODE"} if in_arns else {"DATABASE_URL"})
    requests = database | {"RATE_LIMIT_PER_MINUTE", "QUOTA_ROWS", "QUOTA_KEYS"}
    requests |= {"AUTH_SECRET_ARN", "AUTH_AUDIENCE", "AUTH_AUDIENCE_CLAIM"} if in_arns else {"AUTH_SECRET"}

    for function in FUNCTIONS:
        variables = set(resources[function]["Properties"]["Environment"]["Variables"])
        assert variables == {HEALTH: common, PURGE: database}.get(function, requests)


def test_no_secret_value_is_in_the_template(translated: dict[str, Any]) -> None:
    text = json.dumps(translated) + TEMPLATE_PATH.read_text()
    assert DEVELOPMENT_SECRET not in text
    assert "postgresql://" not in text
    assert all(not translated["Parameters"][name]["Default"] for name in SECRETS)
    assert not [name for name in references_in(translated["Outputs"]) if name in SECRETS]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_the_purge_alone_logs_in_as_the_purge(function: str, name: str) -> None:
    variables = resolved_resources(name)[function]["Properties"]["Environment"]["Variables"]
    parameter = {PURGE: "PurgeDatabaseUrl", HEALTH: ""}.get(function, "DatabaseUrl")
    setting, kept = ("DATABASE_URL_ARN", f"{parameter}Arn") if name == "production" else ("DATABASE_URL", parameter)

    given = {key: value for key, value in variables.items() if key.startswith("DATABASE_URL")}
    assert given == ({setting: {"Ref": kept}} if parameter else {})


def test_cors_and_throttling_reach_the_api(production: dict[str, Any]) -> None:
    api = production["Resources"]["HttpApi"]["Properties"]
    stage = production["Resources"]["HttpApiApiGatewayDefaultStage"]["Properties"]

    assert api["Body"]["x-amazon-apigateway-cors"]["allowOrigins"] == ["http://localhost:3000", "http://localhost:3001"]
    assert stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "ThrottleRate"},
        "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"},
    }
    assert json.loads(stage["AccessLogSettings"]["Format"])["request_id"] == "$context.requestId"


def test_every_function_writes_into_the_log_that_they_share(translated: dict[str, Any]) -> None:
    for function in resources_of(translated, "AWS::Lambda::Function").values():
        assert function["Properties"]["LoggingConfig"]["LogGroup"] == {"Ref": "FunctionLogs"}


def test_only_a_gradual_deployment_has_canaries(translated: dict[str, Any], deployment: str) -> None:
    groups = resources_of(translated, "AWS::CodeDeploy::DeploymentGroup")
    gradual = {name for name, it in FUNCTIONS.items() if it.get("DeploymentPreference") != {"Enabled": False}}
    assert set(FUNCTIONS) - gradual == {PURGE, *RARELY_CALLED}
    assert set(groups) == ({f"{name}DeploymentGroup" for name in gradual} if deployment == "production" else set())


def test_canaries_roll_back_when_functions_fail(production: dict[str, Any]) -> None:
    for group in resources_of(production, "AWS::CodeDeploy::DeploymentGroup").values():
        properties = group["Properties"]
        assert properties["DeploymentConfigName"]["Fn::Sub"][1] == {"ConfigName": "Canary10Percent5Minutes"}
        assert properties["AlarmConfiguration"]["Alarms"] == [{"Name": {"Ref": ROLL_BACK}}]
        assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]


def matches(pattern: str, line: dict[str, Any]) -> bool:
    """Whether CloudWatch counts a line by this pattern: comparisons of fields, joined by && and ||."""

    def field(path: str) -> Any:
        value: Any = line
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    expression = re.sub(r"\$\.([\w.]+) = ", r"field('\1') == ", pattern.strip("{ }\n"))
    return bool(eval(expression.replace("&&", "and").replace("||", "or"), {"field": field}))  # noqa: S307


def filters_of_the_functions_log(template: dict[str, Any]) -> list[dict[str, Any]]:
    filters = resources_of(template, "AWS::Logs::MetricFilter").values()
    return [it for it in filters if it["Properties"]["LogGroupName"] == {"Ref": "FunctionLogs"}]


@pytest.mark.parametrize(
    ("line", "metric"),
    [
        ({"message": "request", "status": 500}, "AnsweredWith500"),
        (REPORT | {"record": {"status": "timeout"}}, "FailedInvocations"),
        (REPORT | {"record": {"status": "error", "errorType": "Runtime.ExitError"}}, "FailedInvocations"),
        (REPORT | {"record": {"status": "failure", "errorType": "Runtime.Unknown"}}, "FailedInvocations"),
        # Once for each invocation: its end is reported too, and an init that failed is tried again.
        (REPORT | {"type": "platform.runtimeDone", "record": {"status": "timeout"}}, None),
        (REPORT | {"type": "platform.initReport", "record": {"status": "error"}}, None),
        (REPORT, None),
        (REPORT | {"record": {"requestId": "1"}}, None),
        ({"message": "request", "status": 503}, None),
        ({"message": "request", "status": 200}, None),
        ({"message": "purged", "idempotency_keys": 500}, None),
    ],
)
def test_a_failure_is_counted_once_and_nothing_else(
    line: dict[str, Any], metric: str | None, production: dict[str, Any]
) -> None:
    filters = [it["Properties"] for it in filters_of_the_functions_log(production)]
    counted = [it["MetricTransformations"][0]["MetricName"] for it in filters if matches(it["FilterPattern"], line)]
    assert counted == ([metric] if metric else [])


def test_the_alarm_that_rolls_back_watches_every_failure_of_the_log(production: dict[str, Any]) -> None:
    queries = production["Resources"][ROLL_BACK]["Properties"]["Metrics"]
    watched = [query["MetricStat"]["Metric"] for query in queries if "MetricStat" in query]
    filters = filters_of_the_functions_log(production)
    counted = [transformation for it in filters for transformation in it["Properties"]["MetricTransformations"]]

    assert [(it["Namespace"], it["MetricName"]) for it in watched] == [
        (it["MetricNamespace"], it["MetricName"]) for it in counted
    ]
    assert [query["Id"] for query in queries if query["ReturnData"]] == ["failures"]


def test_every_function_logs_what_the_alarm_counts(translated: dict[str, Any]) -> None:
    for function in resources_of(translated, "AWS::Lambda::Function").values():
        logging = function["Properties"]["LoggingConfig"]
        assert (logging["LogFormat"], logging["SystemLogLevel"]) == ("JSON", "INFO")
        assert logging["ApplicationLogLevel"] == {"Ref": "LogLevel"}
    # Lines of 500 are errors: no level that can be chosen drops them.
    assert "FATAL" not in translated["Parameters"]["LogLevel"]["AllowedValues"]


def test_an_alarm_names_no_function(production: dict[str, Any]) -> None:
    for alarm in resources_of(production, "AWS::CloudWatch::Alarm").values():
        assert not set(references_in(alarm)) & set(FUNCTIONS)


def test_no_alarm_has_more_metrics_than_cloudwatch_takes(production: dict[str, Any]) -> None:
    for name, alarm in resources_of(production, "AWS::CloudWatch::Alarm").items():
        metrics = [query for query in alarm["Properties"].get("Metrics", []) if "MetricStat" in query]
        assert len(metrics) <= MOST_METRICS_OF_AN_ALARM, name


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_alarms_tell_somebody_only_when_there_is_somebody(name: str) -> None:
    resources = resolved_resources(name)
    alarms = [it["Properties"] for it in resources.values() if it["Type"] == "AWS::CloudWatch::Alarm"]
    assert alarms
    for alarm in alarms:
        assert alarm.get("AlarmActions", []) == ([{"Ref": "AlarmTopic"}] if name == "production" else [])
        assert "docs/operations.md" in alarm["AlarmDescription"]


def test_dashboard_is_json_and_finds_the_functions_by_the_stacks_name(production: dict[str, Any]) -> None:
    body = production["Resources"]["Dashboard"]["Properties"]["DashboardBody"]
    assert not set(references_in(body)) & set(FUNCTIONS)
    widgets = json.loads(body["Fn::Sub"])["widgets"]

    metrics = [metric for widget in widgets for metric in widget["properties"]["metrics"]]
    searches = [metric[0]["expression"] for metric in metrics if isinstance(metric[0], dict)]
    found = [re.fullmatch(SEARCH, search) for search in searches]
    assert [match and match[1] for match in found] == ["Errors", "Duration", "ConcurrentExecutions", "Throttles"]
    assert not [metric for metric in metrics if metric[0] == "AWS/Lambda"]
    places = [(widget["x"], widget["y"]) for widget in widgets]
    assert len(places) == len(set(places))


@pytest.mark.parametrize(
    ("name", "snap_start", "concurrency"), [("default", "None", None), ("production", "PublishedVersions", 20)]
)
def test_snap_start_and_concurrency_follow_their_parameters(
    name: str, snap_start: str, concurrency: int | None
) -> None:
    resources = resolved_resources(name)
    for function in FUNCTIONS:
        properties = resources[function]["Properties"]
        # Nobody waits for the purge, and it never runs beside itself.
        assert properties["SnapStart"]["ApplyOn"] == ("None" if function == PURGE else snap_start)
        reserved = 1 if function == PURGE else {"Ref": "ReservedConcurrency"}
        assert properties.get("ReservedConcurrentExecutions") == (None if concurrency is None else reserved)


def versions(template: dict[str, Any]) -> set[str]:
    return set(resources_of(template, "AWS::Lambda::Version"))


@pytest.mark.parametrize("layer", ["DependenciesLayer", "SharedLayer"])
def test_a_new_layer_gives_every_function_a_new_version(layer: str) -> None:
    # Without it the alias would stay on versions that hold the old layer, and a deployment would change nothing.
    assert not versions(translate()) & versions(translate(new_package=layer))


def test_new_code_gives_its_own_function_a_new_version() -> None:
    changed = versions(translate(new_package="ListTasksFunction")) - versions(translate())
    assert [name[: len("ListTasksFunctionVersion")] for name in changed] == ["ListTasksFunctionVersion"]


def test_new_settings_give_every_function_a_new_version() -> None:
    assert versions(translate({"LogLevel": "DEBUG"})) == versions(translate())  # why the template is stamped
    assert not versions(translate(revision="0123456789abcdef")) & versions(translate())
