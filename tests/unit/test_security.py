"""SECURITY.md: each threat has a control, each control tests, and what is named there exists."""

import ast
import re
from functools import cache

import pytest

from tests.unit.markdown import cells_of, rows_of
from tests.unit.template.source import ROOT

DOCUMENT = (ROOT / "SECURITY.md").read_text()
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def threats(document: str) -> list[list[str]]:
    """The rows of the table, below the line under its header."""
    return [cells_of(row) for row in rows_of("threat | control | tests", document)][1:]


@cache
def names_of_tests(path: str) -> set[str]:
    """Read and not imported: some modules need a browser, or a server, to be imported at all."""
    tree = ast.parse((ROOT / path).read_text())
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name for node in found if node.name.startswith("test_")}


def faults_of(row: list[str]) -> list[str]:
    """What is wrong with a row, in words for who wrote it."""
    if len(row) != 3 or not all(row):
        return [f"a row is | threat | control | tests |: {row}"]
    threat, control, tests = row
    controls, proofs = LINK.findall(control), LINK.findall(tests)
    faults = [f"no module is named: {threat}"] * (not controls) + [f"no test is named: {threat}"] * (not proofs)
    faults += [f"the control is a test: {path}" for _, path in controls if path.startswith("tests/")]
    faults += [f"there is no {path}" for _, path in controls if not (ROOT / path).is_file()]
    unlinked = [rest for rest in LINK.sub("", tests).split(", ") if rest]
    faults += [f"not a link to a test's file under its name: {rest}" for rest in unlinked]
    return faults + [fault for name, path in proofs for fault in faults_of_test(name, path)]


def faults_of_test(name: str, path: str) -> list[str]:
    if not re.fullmatch(r"tests/(\w+/)*test_\w+\.py", path):
        return [f"not a module of tests: {path}"]
    if not (ROOT / path).is_file():
        return [f"there is no {path}"]
    return [] if name in names_of_tests(path) else [f"there is no {path}::{name}"]


@pytest.mark.parametrize("row", threats(DOCUMENT), ids=lambda row: row[0])
def test_a_threat_has_a_control_and_tests_that_exist(row: list[str]) -> None:
    assert faults_of(row) == []


def test_the_table_is_found_and_a_threat_is_named_once() -> None:
    named = [row[0] for row in threats(DOCUMENT)]
    assert len(named) > 20
    assert len(set(named)) == len(named)


A_CONTROL = "[app.py](shared/core/http/app.py)"
A_TEST = "[test_a_route_without_a_caller_has_no_store](tests/unit/core/http/test_app.py)"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["a threat", A_CONTROL, A_TEST], None),
        (["a threat", A_CONTROL, f"{A_TEST}, {A_TEST}"], None),
        (["a threat", "", A_TEST], "a row is"),
        (["a threat", A_CONTROL], "a row is"),
        (["a threat", "we are careful", A_TEST], "no module is named: a threat"),
        (["a threat", "[gone.py](shared/gone.py)", A_TEST], "there is no shared/gone.py"),
        (["a threat", A_TEST, A_TEST], "the control is a test"),
        (["a threat", A_CONTROL, "the installation itself"], "no test is named: a threat"),
        (["a threat", A_CONTROL, f"{A_TEST}, and others"], "not a link to a test's file under its name: and others"),
        (["a threat", A_CONTROL, "[test_gone](tests/unit/test_gone.py)"], "there is no tests/unit/test_gone.py"),
        (["a threat", A_CONTROL, "[test_docs.py](tests/unit/test_docs.py)"], "there is no tests/unit/test_docs.py::"),
        (["a threat", A_CONTROL, "[tests](tests/unit)"], "not a module of tests"),
        (["a threat", A_CONTROL, A_TEST.replace("_store", "_store[GET]")], "not a link"),
    ],
)
def test_what_is_wrong_with_a_row_is_named(row: list[str], fault: str | None) -> None:
    faults = faults_of(row)
    assert any(text.startswith(fault) for text in faults) if fault else faults == []
