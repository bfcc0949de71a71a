"""Results as JSON files: the values of all rounds, and nothing that can be computed from them."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.report.figures import Figures
from benchmarks.report.machine import Machine
from benchmarks.report.result import Bars, Lines, Part, Point, Result

# Arrays of numbers stand in one line each.
_NUMBERS = re.compile(r"\[\s+([-\d.e+,\s]+?)\s+\]")


def write_result(result: Result, directory: Path) -> Path:
    path = directory / f"{result.name}.json"
    directory.mkdir(parents=True, exist_ok=True)
    path.write_text(to_json(result))
    return path


def read_results(directory: Path) -> list[Result]:
    """In the order of the page."""
    found = [from_json(path.read_text()) for path in directory.glob("*.json")]
    return sorted(found, key=lambda result: (result.order, result.name))


def to_json(result: Result) -> str:
    document = {
        "name": result.name,
        "title": result.title,
        "order": result.order,
        "measured": result.measured,
        "date": result.date,
        "machine": asdict(result.machine),
        "rounds": result.rounds,
        "parts": [_bars(part) if isinstance(part, Bars) else _lines(part) for part in result.parts],
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return _NUMBERS.sub(lambda match: f"[{' '.join(match[1].split())}]", text) + "\n"


def from_json(text: str) -> Result:
    """
    Raises:
        KeyError, TypeError: it is not a result of this form.
    """
    document = json.loads(text)
    parts = tuple(_part(part) for part in document.pop("parts"))
    return Result(**{**document, "parts": parts, "machine": Machine(**document["machine"])})


def _bars(part: Bars) -> dict[str, Any]:
    variants = [{"name": name, "values": _numbers(figures)} for name, figures in part.figures.items()]
    return {"title": part.title, "unit": part.unit, "base": part.base, "note": part.note, "variants": variants}


def _lines(part: Lines) -> dict[str, Any]:
    series = [
        {"name": name, "points": [[_number(point.x), *_numbers(point.figures)] for point in points]}
        for name, points in part.series.items()
    ]
    settings = {"x": part.x, "log_x": part.log_x, "log_y": part.log_y}
    return {"title": part.title, "unit": part.unit, **settings, "note": part.note, "series": series}


def _part(read: Mapping[str, Any]) -> Part:
    rest = {name: value for name, value in read.items() if name not in ("variants", "series")}
    if "variants" in read:
        return Bars(figures={each["name"]: Figures.of(each["values"]) for each in read["variants"]}, **rest)
    return Lines(
        series={
            each["name"]: tuple(Point(x, Figures.of(values)) for x, *values in each["points"])
            for each in read["series"]
        },
        **rest,
    )


def _numbers(figures: Figures) -> list[float]:
    return [_number(value) for value in figures.rounded().values]


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else value
