"""Pictures as plain SVG: the same for the same result, and readable on a light page and on a dark one."""

from xml.sax.saxutils import escape, quoteattr

from benchmarks.report.axis import Axis, axis_over, label
from benchmarks.report.figures import Figures, show
from benchmarks.report.result import Bars, Lines, Part

OURS = "this project"
"""Variants that begin with it are drawn in a colour of their own."""
_WIDTH, _NAMES, _MARGIN, _ROW, _HEIGHT = 800, 290, 70, 30, 300
_MOST_DOTS = 30
# Okabe and Ito's colours, which the colour-blind can tell apart; the blue one lighter, for dark pages.
_SERIES = ("#2f81d6", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 14px }
.axis { fill: #59636e; font-size: 12px }
.grid { stroke: #d1d9e0 }
.bar { fill: #9aa4af }
.ours { fill: #0072b2 }
.spread { stroke: #1f2328; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .axis { fill: #9198a1 }
  .grid { stroke: #3d444d }
  .bar { fill: #6e7681 }
  .ours { fill: #4aa3df }
  .spread { stroke: #e6edf3 }
}
"""


def draw(part: Part) -> str:
    return _bars(part) if isinstance(part, Bars) else _lines(part)


def _bars(part: Bars) -> str:
    """Medians as bars; the line over each goes from its lowest value to its 95th percentile."""
    bottom = 40 + _ROW * len(part.figures)
    across = axis_over([figures.p95 for figures in part.figures.values()], _NAMES, _WIDTH - _MARGIN)
    body = _grid_down(across, 36, bottom)
    for number, (name, figures) in enumerate(part.figures.items()):
        body += _bar(name, figures, across, 40 + _ROW * number)
    return _picture(part.title, part.unit, bottom + 28, body)


def _bar(name: str, figures: Figures, across: Axis, top: float) -> list[str]:
    kind = "ours" if name.startswith(OURS) else "bar"
    width, middle = across.place(figures.median) - _NAMES, top + 12
    low, high = across.place(figures.lowest), across.place(figures.p95)
    drawn = [
        _text(_NAMES - 8, middle + 4, name, anchor="end"),
        f'<rect class="{kind}" x="{_NAMES}" y="{top + 3:g}" width="{width:.1f}" height="18" rx="2"/>',
    ]
    if len(figures.values) > 1:
        drawn.append(f'<path class="spread" d="M{low:.1f} {middle:g}H{high:.1f}m0 -4v8M{low:.1f} {middle - 4:g}v8"/>')
    return [*drawn, _text(max(high, _NAMES + width) + 8, middle + 4, show(figures.median))]


def _lines(part: Lines) -> str:
    points = [point for series in part.series.values() for point in series]
    legend = 44 + 20 * len(part.series)
    bottom = legend + _HEIGHT
    across = axis_over([point.x for point in points], _MARGIN, _WIDTH - 30, log=part.log_x)
    values = [point.figures.quantile(75) for point in points] + [point.figures.quantile(25) for point in points]
    upward = axis_over(values, bottom, legend, log=part.log_y)
    body = _grid_down(across, legend, bottom) + _grid_across(upward)
    for number, (name, series) in enumerate(part.series.items()):
        colour = _SERIES[number % len(_SERIES)]
        body += [
            f'<rect x="{_MARGIN}" y="{34 + 20 * number}" width="14" height="4" fill="{colour}"/>',
            _text(_MARGIN + 22, 40 + 20 * number, name),
        ]
        places = [(across.place(point.x), point.figures) for point in series]
        body += [_band(places, upward, colour), _line(places, upward, colour)]
    body.append(_text(_WIDTH - 30, bottom + 36, part.x, kind="axis", anchor="end"))
    return _picture(part.title, part.unit, bottom + 46, body)


def _line(places: list[tuple[float, Figures]], upward: Axis, colour: str) -> str:
    line = " ".join(f"{x:.1f},{upward.place(figures.median):.1f}" for x, figures in places)
    dots = "".join(f"M{place.replace(',', ' ')}h0" for place in line.split()) if len(places) <= _MOST_DOTS else ""
    return (
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
        f'<path d="{dots}" stroke="{colour}" stroke-width="7" stroke-linecap="round"/>'
    )


def _band(places: list[tuple[float, Figures]], upward: Axis, colour: str) -> str:
    above = [f"{x:.1f},{upward.place(figures.quantile(75)):.1f}" for x, figures in places]
    below = [f"{x:.1f},{upward.place(figures.quantile(25)):.1f}" for x, figures in reversed(places)]
    return f'<polygon points="{" ".join(above + below)}" fill="{colour}" opacity="0.2"/>'


def _grid_down(across: Axis, top: float, bottom: float) -> list[str]:
    drawn = []
    for tick in across.ticks():
        x = across.place(tick)
        drawn.append(f'<path class="grid" d="M{x:.1f} {top:g}V{bottom:g}"/>')
        drawn.append(_text(x, bottom + 18, label(tick), kind="axis", anchor="middle"))
    return drawn


def _grid_across(upward: Axis) -> list[str]:
    drawn = []
    for tick in upward.ticks():
        y = upward.place(tick)
        drawn.append(f'<path class="grid" d="M{_MARGIN} {y:.1f}H{_WIDTH - 30}"/>')
        drawn.append(_text(_MARGIN - 8, y + 4, label(tick), kind="axis", anchor="end"))
    return drawn


def _text(x: float, y: float, text: str, *, kind: str = "", anchor: str = "start") -> str:
    classes = f' class="{kind}"' if kind else ""
    anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text{classes} x="{x:.1f}" y="{y:.1f}"{anchored}>{escape(text)}</text>'


def _picture(title: str, unit: str, height: float, body: list[str]) -> str:
    named = f"{title}, {unit}" if unit else title
    size, spoken = f'viewBox="0 0 {_WIDTH} {height:g}"', f"aria-label={quoteattr(named)}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" {spoken}>',
        f"<style>{_STYLE}</style>",
        _text(8, 20, named, kind="title"),
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
