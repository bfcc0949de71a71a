"""`make load`, for two seconds: every kind of request is sent, and answered as expected."""

import json
from pathlib import Path
from typing import Any

from benchmarks.load.__main__ import main
from benchmarks.load.crowd import WEIGHTS


def part_of(result: dict[str, Any], title: str) -> dict[str, list[float]]:
    (part,) = (part for part in result["parts"] if part["title"] == title)
    return {variant["name"]: variant["values"] for variant in part["variants"]}


def test_a_small_load_is_answered_without_a_fault(tmp_path: Path) -> None:
    arguments = "--users 3 --tasks 150 --workers 1 --rates 20 --seconds 2 --ramp --output"
    main([*arguments.split(), str(tmp_path)])

    result = json.loads((tmp_path / "performance" / "users.json").read_text())
    counts = part_of(result, "Answers at 20 requests a second")
    assert counts["faults"] == [0]
    assert counts["due"] == counts["answered as expected"]
    assert counts["due"][0] > 20
    assert part_of(result, "Latency at 20 requests a second").keys() <= {"all", *WEIGHTS}
    assert part_of(result, "Processor time of a request at 20 requests a second")["functions"][0] > 0
    assert "![Latency over time" in (tmp_path / "performance.md").read_text()
