"""What the template refuses before anything is changed."""

from typing import Any

import pytest

from tests.unit.template.source import load_template
from tests.unit.template.translation import DATABASE_ARN, DEPLOYMENTS

TEMPLATE = load_template()


def refusals(given: dict[str, str]) -> list[str]:
    """What is said of these parameters, the others at their defaults."""
    values = {name: str(given.get(name, it.get("Default", ""))) for name, it in TEMPLATE["Parameters"].items()}

    def value(term: Any) -> str:
        return values[term["Ref"]] if isinstance(term, dict) else str(term)

    def holds(condition: dict[str, Any]) -> bool:
        ((name, terms),) = condition.items()
        match name:
            case "Fn::Equals":
                return value(terms[0]) == value(terms[1])
            case "Fn::Not":
                return not holds(terms[0])
            case "Fn::And":
                return all(map(holds, terms))
            case "Fn::Or":
                return any(map(holds, terms))
        raise AssertionError(name)

    return [
        assertion["AssertDescription"]
        for rule in TEMPLATE["Rules"].values()
        if "RuleCondition" not in rule or holds(rule["RuleCondition"])
        for assertion in rule["Assertions"]
        if not holds(assertion["Assert"])
    ]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_what_can_be_deployed_is_not_refused(name: str) -> None:
    assert refusals(DEPLOYMENTS[name]) == []


@pytest.mark.parametrize("name", DEPLOYMENTS)
@pytest.mark.parametrize("parameter", ["DatabaseUrl", "PurgeDatabaseUrl"])
def test_each_database_has_exactly_one_source(name: str, parameter: str) -> None:
    both = {parameter: "postgresql://u:p@db.example.com/tasks", f"{parameter}Arn": DATABASE_ARN}
    neither = dict.fromkeys(both, "")

    for given in (both, neither):
        (refusal,) = refusals(DEPLOYMENTS[name] | given)
        assert f"give either {parameter} or {parameter}Arn" in refusal
