"""Small drawings for the panels, as inline SVG with words for those who can't see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from threatlab.widgets.base.html import Html, markup, tag

_FAINT = 0.03
"""Ink below this share can't be told from paper, and isn't drawn."""

_WIDTH = 420
"""Of a chart, in units of its drawing: px where there is room."""

_HALVES = {0.0: "0.0", 0.5: "0.5", 1.0: "1.0"}
"""Levels of a chart of shares."""


def digit(pixels: Any, label: str) -> Html:
    """Return an 8 x 8 picture: ink from 0 to 1 on white paper, the same in both themes."""
    return _pixels(pixels, label, lambda ink: (1.02, f'fill-opacity="{min(ink, 1.0):.2f}"') if ink > _FAINT else None)


def change(pixels: Any, label: str) -> Html:
    """Return an 8 x 8 picture of a difference: ink added (red, solid) and ink taken away (blue, outlined)."""

    def paint(moved: float) -> tuple[float, str] | None:
        if moved > _FAINT:
            return 0.76, f'fill="#b3261e" fill-opacity="{min(moved * 4, 1.0):.2f}"'
        return (0.76, 'fill="none" stroke="#0b5cad" stroke-width=".2"') if moved < -_FAINT else None

    return _pixels(pixels, label, paint)


def line_chart(  # noqa: PLR0913  # each is a part of a chart
    lines: Sequence[Sequence[tuple[float, float]]],
    ticks: Mapping[float, str],
    label: str,
    *,
    levels: Mapping[float, str] = _HALVES,
    below: str = "",
    dots: bool = False,
    mark: float | None = None,
) -> Html:
    """Return a line chart, whose figures should follow as a table.

    Parameters
    ----------
    lines
        Of each, its points: how far across, and the share (0..1) that is drawn upward; both from 0 to 1.
    ticks, levels
        What stands below the axis, by how far across, and left of it, by how far upward.
    below
        What is written below the ticks.
    dots
        Whether each point is drawn, too.
    mark
        How far across a dashed line stands.
    """
    left, top, bottom = 34, 12, 160
    foot = bottom + 18

    def x(across: float) -> str:
        return f"{left + 6 + across * (_WIDTH - left - 26):.1f}"

    def y(share: float) -> str:
        return f"{bottom - share * (bottom - top):.1f}"

    drawn = [
        f'<line x1="{left}" x2="{_WIDTH - 6}" y1="{y(share)}" y2="{y(share)}" class="tl-grid"/>'
        f'<text x="{left - 6}" y="{float(y(share)) + 4}" text-anchor="end">{word}</text>'
        for share, word in levels.items()
    ]
    drawn += [f'<text x="{x(across)}" y="{foot}" text-anchor="middle">{word}</text>' for across, word in ticks.items()]
    for n, points in enumerate(lines):
        path = " ".join(f"{x(across)},{y(share)}" for across, share in points)
        drawn.append(f'<polyline points="{path}" class="tl-line tl-line-{n}"/>')
        drawn += [f'<circle cx="{x(a)}" cy="{y(s)}" r="3" class="tl-line-{n}"/>' for a, s in points if dots]
    if mark is not None:
        drawn.append(f'<line x1="{x(mark)}" x2="{x(mark)}" y1="{top - 4}" y2="{bottom}" class="tl-mark"/>')
    if below:
        drawn.append(f'<text x="{(_WIDTH + left) / 2}" y="{foot + 16}" text-anchor="middle">{below}</text>')
    return _chart(Html("".join(drawn)), label, foot + (22 if below else 12))


def histograms(groups: Mapping[str, Sequence[float]], edges: Sequence[float], mark: float | None, label: str) -> Html:
    """Return histograms one over the other, each scaled to its own highest bar; `mark` is a dashed line across all."""
    row, left = 64, 6

    def x(value: float) -> float:
        return left + (value - edges[0]) / (edges[-1] - edges[0]) * (_WIDTH - 2 * left)

    drawn: list[Html] = []
    for n, (name, counts) in enumerate(groups.items()):
        base, highest = (n + 1) * row, max(*counts, 1)
        drawn.append(tag("text", name, x=left, y=base - row + 14))
        drawn.append(Html(f'<line x1="{left}" x2="{_WIDTH - left}" y1="{base}" y2="{base}" class="tl-grid"/>'))
        for count, begins, ends in zip(counts, edges, edges[1:], strict=False):
            tall = count / highest * (row - 24)
            place = f'x="{x(begins) + 1:.1f}" y="{base - tall:.1f}" width="{x(ends) - x(begins) - 2:.1f}"'
            drawn.append(Html(f'<rect {place} height="{tall:.1f}" class="tl-line-{n}"/>'))
    if mark is not None:
        at = f"{x(mark):.1f}"
        spans = ((top + 20, top + row) for top in range(0, row * len(groups), row))  # not through the names
        drawn += [Html(f'<line x1="{at}" x2="{at}" y1="{y1}" y2="{y2}" class="tl-mark"/>') for y1, y2 in spans]
    tall = row * len(groups) + 18
    for side, value, anchor in ((left, edges[0], "start"), (_WIDTH - left, edges[-1], "end")):
        drawn.append(Html(f'<text x="{side}" y="{tall - 4}" text-anchor="{anchor}">{value:g}</text>'))
    return _chart(markup(*drawn), label, tall)


def _pixels(pixels: Any, label: str, paint: Callable[[float], tuple[float, str] | None]) -> Html:
    """Return an 8 x 8 picture, each pixel a square of the size and look that `paint` gives it, if any."""
    squares = [
        f'<rect x="{x + inset:g}" y="{y + inset:g}" width="{painted[0]}" height="{painted[0]}" {painted[1]}/>'
        for y, row in enumerate(pixels)
        for x, value in enumerate(row)
        if (painted := paint(float(value)))
        for inset in [max((1 - painted[0]) / 2, 0)]
    ]
    paper = Html('<rect width="8" height="8" fill="#fff"/>')
    return tag("svg.tl-digit", paper, Html("".join(squares)), viewBox="0 0 8 8", role="img", aria_label=label)


def _chart(drawn: Html, label: str, height: int) -> Html:
    return tag("svg.tl-chart", drawn, viewBox=f"0 0 {_WIDTH} {height}", role="img", aria_label=label)
