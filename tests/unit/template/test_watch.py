"""What the stack keeps of its failures and of those who are refused, and whom it tells."""

import json
from typing import Any

import pytest

from tests.unit.template.source import load_template, resources_of
from tests.unit.template.test_translation import (
    FUNCTIONS,
    PURGE,
    REPORT,
    ROLL_BACK,
    matches,
    resolved_resources,
    statements_of,
)
from tests.unit.template.translation import DEPLOYMENTS, KEY_ARN, references_in, translate

FAILURES, REFUSALS = "PurgeFailures", "Refusals"
A_FORTNIGHT_S = 14 * 24 * 3600
LOG_GROUPS = resources_of(load_template(), "AWS::Logs::LogGroup")
KEYS = {"SecretsKeyArn", "EnvironmentKeyArn", "LogsKeyArn"}


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    return translate(DEPLOYMENTS["production"])


@pytest.mark.parametrize("name", LOG_GROUPS)
def test_a_log_outlives_its_stack_but_not_its_time(name: str, production: dict[str, Any]) -> None:
    group = production["Resources"][name]
    # A deployment that never came up leaves nothing that would be in the way of the next.
    assert group["DeletionPolicy"] == "RetainExceptOnCreate"
    assert group["UpdateReplacePolicy"] == "Retain"
    assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("name", LOG_GROUPS)
def test_a_log_is_encrypted_with_the_key_that_is_given(name: str) -> None:
    assert "KmsKeyId" not in resolved_resources("default")[name]["Properties"]
    assert resolved_resources("production")[name]["Properties"]["KmsKeyId"] == {"Ref": "LogsKeyArn"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_functions_settings_are_encrypted_with_the_key_that_is_given(name: str) -> None:
    assert "KmsKeyArn" not in resolved_resources("default")[name]["Properties"]
    assert resolved_resources("production")[name]["Properties"]["KmsKeyArn"] == {"Ref": "EnvironmentKeyArn"}


def test_every_key_is_given_in_the_deployment_that_is_tested(production: dict[str, Any]) -> None:
    given = {name for name, it in production["Parameters"].items() if ":kms:" in it.get("AllowedPattern", "")}
    assert given == KEYS
    assert {DEPLOYMENTS["production"][name] for name in KEYS} == {KEY_ARN}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_key_decrypts_nothing_but_what_the_secret_stores_ask_for(name: str) -> None:
    resources = resolved_resources(name)
    decrypting = [
        it for function in FUNCTIONS for it in statements_of(resources, function) if it["Action"] == "kms:Decrypt"
    ]

    assert bool(decrypting) == (name == "production")
    stores = [{"Fn::Sub": f"{store}.${{AWS::Region}}.${{AWS::URLSuffix}}"} for store in ("secretsmanager", "ssm")]
    for statement in decrypting:
        assert statement["Condition"] == {"StringEquals": {"kms:ViaService": stores}}


def test_what_the_purge_could_not_do_is_kept_for_a_fortnight(production: dict[str, Any]) -> None:
    queue = production["Resources"][FAILURES]["Properties"]
    assert queue == {"MessageRetentionPeriod": A_FORTNIGHT_S, "SqsManagedSseEnabled": True}

    arn = {"Fn::GetAtt": [FAILURES, "Arn"]}
    ((name, config),) = resources_of(production, "AWS::Lambda::EventInvokeConfig").items()
    assert name.startswith(PURGE)
    assert config["Properties"]["DestinationConfig"] == {"OnFailure": {"Destination": arn}}
    # Of the alias, which the schedule calls.
    assert config["Properties"]["Qualifier"] == "live"
    (rule,) = resources_of(production, "AWS::Events::Rule").values()
    (target,) = rule["Properties"]["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": arn}


def test_the_queue_is_filled_by_the_schedule_and_the_purge_alone(production: dict[str, Any]) -> None:
    arn = {"Fn::GetAtt": [FAILURES, "Arn"]}
    (policy,) = resources_of(production, "AWS::SQS::QueuePolicy").values()
    assert policy["Properties"]["Queues"] == [{"Ref": FAILURES}]
    allowed, denied = policy["Properties"]["PolicyDocument"]["Statement"]
    (rule,) = resources_of(production, "AWS::Events::Rule")
    assert allowed == {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule, "Arn"]}}},
    }
    assert denied == {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    resources = resolved_resources("production")
    senders = {
        function
        for function in FUNCTIONS
        for statement in statements_of(resources, function)
        if statement["Action"] == "sqs:SendMessage" and statement["Resource"] == arn
    }
    assert senders == {PURGE}


def test_a_message_in_the_queue_is_an_alarm(production: dict[str, Any]) -> None:
    alarm = production["Resources"]["PurgeFailuresAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": [FAILURES, "QueueName"]}}]
    assert (alarm["Statistic"], alarm["Threshold"], alarm["ComparisonOperator"]) == (
        "Maximum",
        1,
        "GreaterThanOrEqualToThreshold",
    )


def access_log_line(production: dict[str, Any], status: int) -> dict[str, Any]:
    """A line of the access log; API Gateway fills in text, whatever it stands for."""
    stage = production["Resources"]["HttpApiApiGatewayDefaultStage"]["Properties"]
    line: dict[str, Any] = json.loads(stage["AccessLogSettings"]["Format"])
    return line | {"status": str(status)}


@pytest.mark.parametrize(
    ("status", "counted"),
    [(401, True), (429, True), (200, False), (400, False), (403, False), (404, False), (500, False)],
)
def test_refusals_are_counted_where_the_gateways_own_are_seen_too(
    status: int, counted: bool, production: dict[str, Any]
) -> None:
    found = {
        name: it["Properties"]
        for name, it in resources_of(production, "AWS::Logs::MetricFilter").items()
        if it["Properties"]["LogGroupName"] == {"Ref": "AccessLogs"}
    }
    assert list(found) == [REFUSALS]
    assert matches(found[REFUSALS]["FilterPattern"], access_log_line(production, status)) == counted


def test_an_alarm_watches_each_status_that_is_counted(production: dict[str, Any]) -> None:
    counting = production["Resources"][REFUSALS]["Properties"]
    (transformation,) = counting["MetricTransformations"]
    assert transformation["Dimensions"] == [{"Key": "status", "Value": "$.status"}]
    # CloudWatch refuses one beside dimensions.
    assert "DefaultValue" not in transformation

    alarm = production["Resources"]["RefusalsAlarm"]["Properties"]
    watched = [query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query]
    metrics = [query["Metric"] for query in watched]
    assert {(it["Namespace"]["Fn::Sub"], it["MetricName"]) for it in metrics} == {
        (transformation["MetricNamespace"]["Fn::Sub"], transformation["MetricName"])
    }
    dimensions = [it["Dimensions"] for it in metrics]
    statuses = [status for status in range(200, 600) if matches(counting["FilterPattern"], {"status": str(status)})]
    assert dimensions == [[{"Name": "status", "Value": str(status)}] for status in statuses]
    assert alarm["Threshold"] == {"Ref": "RefusalsAlarmCount"}


def test_a_storm_of_refusals_rolls_nothing_back(production: dict[str, Any]) -> None:
    assert REFUSALS not in references_in(production["Resources"][ROLL_BACK])
    assert not matches(production["Resources"][REFUSALS]["Properties"]["FilterPattern"], REPORT)
