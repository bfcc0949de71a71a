"""The reference replica in Node, with its store in memory; tests/e2e/browser has it with IndexedDB."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import ROOT
from local.npm import install
from shared.tasks import TaskStore
from tests.e2e.node import why_not_here
from tests.e2e.typescript.conftest import Run
from tests.e2e.typescript.outcomes import OUTCOMES
from tests.e2e.typescript.package import CLIENT, build_front_end_of

pytestmark = pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here()))

SCENARIOS = "replica.ts"


@pytest.mark.parametrize("scenario", OUTCOMES)
def test_a_replica_in_memory_stands(run: Run, scenario: str) -> None:
    assert run(scenario) == OUTCOMES[scenario]


def test_no_scenario_is_without_an_outcome(run: Run) -> None:
    assert set(run("")) == OUTCOMES.keys()


def with_memos(document: dict[str, Any]) -> dict[str, Any]:
    """The same, and of all that it has about tasks once more about memos."""
    copied = json.dumps(document)
    for noun, other in ((TaskStore.name, "memos"), (TaskStore.singular, "memo")):
        copied = copied.replace(noun, other).replace(noun.capitalize(), other.capitalize())
    memos = json.loads(copied)
    paths = memos["paths"] | document["paths"]
    components = {kind: memos["components"][kind] | named for kind, named in document["components"].items()}
    return document | {"paths": paths, "components": components}


def test_a_collection_that_the_api_gets_later_needs_no_other_replica(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    install(CLIENT)
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(with_memos(yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text()))))
    front_end = build_front_end_of(document, tmp_path_factory)

    compiled = front_end.compile("memos.ts")

    assert compiled.returncode == 0, compiled.stdout
    assert front_end.run("memos.js", "sent", {}) == {
        "requests": ["POST /api/memos/batch", "GET /api/memos/changes"],
        "items": ["Milk"],
    }
