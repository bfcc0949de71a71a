"""The parts of a result as Markdown tables."""

from collections.abc import Sequence

from benchmarks.report.figures import Figures, show
from benchmarks.report.result import Bars, Lines, Part


def table(part: Part) -> str:
    return _of_bars(part) if isinstance(part, Bars) else _of_lines(part)


def _of_bars(part: Bars) -> str:
    """Where each variant has one value there is no spread to be shown."""
    if all(len(figures.values) == 1 for figures in part.figures.values()):
        return _rows(["", part.unit or "number"], [[name, show(each.median)] for name, each in part.figures.items()])
    header = ["", f"median, {part.unit}", "p95", "min-max"]
    base = part.figures[part.base] if part.base else None
    if base is not None:
        header.append(f"ratio to {part.base} (middle half)")
    return _rows(header, [_row(name, figures, base) for name, figures in part.figures.items()])


def _row(name: str, figures: Figures, base: Figures | None) -> list[str]:
    span = f"{show(figures.lowest)}-{show(figures.highest)}"
    cells = [name, show(figures.median), show(figures.p95), span]
    if base is None:
        return cells
    if base is figures:
        return [*cells, "1"]
    ratios = figures.ratios(base)
    low, high = ratios.middle_half()
    return [*cells, f"{ratios.median:.2f} ({low:.2f}-{high:.2f})"]


def _of_lines(part: Lines) -> str:
    """A row for each place on the axis; a series without that place has an empty cell."""
    places = sorted({point.x for points in part.series.values() for point in points})
    medians = [{point.x: show(point.figures.median) for point in points} for points in part.series.values()]
    header = [part.x, *(f"{name}, {part.unit}" for name in part.series)]
    return _rows(
        header, [[f"{x:,.0f}" if x >= 1000 else f"{x:g}", *(found.get(x, "") for found in medians)] for x in places]
    )


def _rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines) + "\n"
