"""The boundary of .github/aws-role.yaml: what roles of a stack may at most, and that none is made without it."""

import re
import tomllib
from fnmatch import fnmatchcase
from typing import Any

import pytest

from local.template import load_document
from tests.unit.template.source import ROOT, resources_of
from tests.unit.template.test_translation import actions_of, resolved_resources
from tests.unit.template.translation import DEPLOYMENTS

pytestmark = pytest.mark.heavy

AWS_ROLE = load_document(ROOT / ".github" / "aws-role.yaml")
STACKS = [
    section["global"]["parameters"]["stack_name"]
    for section in tomllib.loads((ROOT / "samconfig.toml").read_text()).values()
    if isinstance(section, dict)
]
# Of AWS's policy for CodeDeploy, what a deployment of ours needs: it has no hooks, and tells of nothing itself.
CODE_DEPLOY = {"cloudwatch:DescribeAlarms", "lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig"}
CODE_DEPLOY |= {"lambda:UpdateAlias"}
# What gives a role rights, or takes its bounds.
GIVES_RIGHTS = {"iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"}
# What would need the boundary, or another way to be bounded, if it were allowed.
NEVER = {"iam:DeleteRolePermissionsBoundary", "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy"}
EDITS_A_POLICY = {"iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion"}


def chosen(statements: list[Any]) -> list[dict[str, Any]]:
    """With secrets."""
    return [statement.get("Fn::If", [None, statement])[1] for statement in statements]


def statements_of(name: str) -> list[dict[str, Any]]:
    properties = AWS_ROLE["Resources"][name]["Properties"]
    (document,) = [policy["PolicyDocument"] for policy in properties.get("Policies", [properties])]
    return chosen(document["Statement"])


def resources_in(statement: dict[str, Any]) -> list[str]:
    resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    return [resource.get("Fn::Sub", "") if isinstance(resource, dict) else resource for resource in resources]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_every_role_of_a_stack_has_the_boundary_that_is_given(name: str) -> None:
    roles = resources_of({"Resources": resolved_resources(name)}, "AWS::IAM::Role")
    expected = {"Ref": "PermissionsBoundaryArn"} if name == "production" else None
    assert {role: it["Properties"].get("PermissionsBoundary") for role, it in roles.items()} == dict.fromkeys(
        roles, expected
    )


def test_the_boundary_lets_the_roles_of_a_stack_do_what_they_may_and_nothing_else() -> None:
    resources = resolved_resources("production")
    documents = [
        policy["PolicyDocument"]
        for role in resources_of({"Resources": resources}, "AWS::IAM::Role").values()
        for policy in role["Properties"].get("Policies", [])
    ]
    policies = resources_of({"Resources": resources}, "AWS::IAM::ManagedPolicy").values()
    documents += [policy["Properties"]["PolicyDocument"] for policy in policies]
    used = {action for document in documents for it in document["Statement"] for action in actions_of(it)}

    bounds = statements_of("Boundary")
    assert {action for statement in bounds for action in actions_of(statement)} == used | CODE_DEPLOY
    assert {statement["Effect"] for statement in bounds} == {"Allow"}


def test_the_boundary_ends_at_the_stacks_own_names_and_the_secrets_that_are_given() -> None:
    open_to_all = {"cloudwatch:DescribeAlarms", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}
    for statement in statements_of("Boundary"):
        if actions_of(statement) == {"secretsmanager:GetSecretValue", "ssm:GetParameter"}:
            assert statement["Resource"] == {"Ref": "SecretArns"}
        elif actions_of(statement) == {"kms:Decrypt"}:
            assert set(statement["Condition"]["StringEquals"]) == {"kms:ViaService"}
        elif resources_in(statement) == ["*"]:
            assert actions_of(statement) == open_to_all
        else:
            assert all(re.search(r"\$\{StackName\}[-:]\*$", resource) for resource in resources_in(statement))


def test_who_deploys_gives_no_role_rights_but_within_the_boundary() -> None:
    statements = statements_of("Role")
    allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
    denied = [statement for statement in statements if statement["Effect"] == "Deny"]
    for statement in allowed:
        assert not actions_of(statement) & {"*", "iam:*", *NEVER}
        if actions_of(statement) & GIVES_RIGHTS:
            assert statement["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "Boundary"}}}
        if "iam:PassRole" in actions_of(statement):
            assert set(statement["Condition"]["StringEquals"]) == {"iam:PassedToService"}
    on_the_boundary = [actions_of(it) for it in denied if it["Resource"] == {"Ref": "Boundary"}]
    assert on_the_boundary == [EDITS_A_POLICY | {"iam:SetDefaultPolicyVersion"}]
    assert [actions_of(it) for it in denied if it["Resource"] == "*"] == [{"iam:DeleteRolePermissionsBoundary"}]


def test_who_deploys_may_make_the_policies_that_a_stack_has() -> None:
    """Those of the API's role are resources of their own."""
    assert resources_of({"Resources": resolved_resources("production")}, "AWS::IAM::ManagedPolicy")
    (making,) = [it for it in statements_of("Role") if "iam:CreatePolicy" in actions_of(it)]
    assert actions_of(making) >= EDITS_A_POLICY
    assert any(resource.endswith(":policy/${StackName}-*") for resource in resources_in(making))


def test_no_name_of_a_stack_is_the_beginning_of_anothers() -> None:
    pattern = AWS_ROLE["Parameters"]["StackName"]["AllowedPattern"]
    named = [stack for stack in STACKS if re.fullmatch(pattern, stack)]
    # A developer's own, `tasks-api`, would reach all others.
    assert sorted(set(STACKS) - set(named)) == ["tasks-api"]
    of_the_name = [it for statement in statements_of("Role") for it in resources_in(statement) if "StackName" in it]
    assert of_the_name
    assert not [it for it in of_the_name if not re.search(r"\$\{StackName\}(|:\*|/\*|-\*|-\*/\*)$", it)]
    for stack in named:
        others = [f"{other}-FunctionRole-1A2B" for other in STACKS if other != stack]
        assert not [other for other in others if fnmatchcase(other, f"{stack}-*")]
