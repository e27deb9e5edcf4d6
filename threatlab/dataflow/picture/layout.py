"""layout(drawing) -> Layout: the picture of a drawing as numbers, before any of it is drawn."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from threatlab.dataflow import DataFlow
from threatlab.dataflow.picture.geometry import BOLD, LINE, Box, Label, Lane, Layout, Rect, wrap
from threatlab.dataflow.picture.places import COLUMNS, Kept, places, rows_of
from threatlab.dataflow.picture.routes import SIGN, label, route, signed

WIDTH = 660
BOX = 110
"""Width of an element."""

HEAD, MARGIN, LEGEND = 108, 10, 26
"""Width of a lane's head, the space beside its boxes, and the height of the legend."""

TIP = 8
"""Around the tip of an arrow, in px, no words may stand."""

PERSONAL = "\u00b7P"
"""Stands beside the number of a flow that carries personal data."""

GAPS = (54, 66, 84, 104)
"""Space between rows, in px: tried in this order, until all words find room."""


@lru_cache(maxsize=64)
def layout(drawing: DataFlow, width: int = WIDTH, kept: Kept = ()) -> Layout:
    """Return where everything stands in a picture `width` px wide; its height follows. `kept` are places that stay.

    No two boxes overlap, nothing lies outside, and no label lies on a box or on another label. Where even wide rows
    have no room for a flow's words, its number stands alone; where there is none for that either, its arrow does.
    """
    best: Layout | None = None
    for gap in GAPS:
        made = _layout(drawing, width, gap, kept)
        if best is None or _words(made) > _words(best):
            best = made
        if _words(made) == len(drawing.flows):
            break
    assert best is not None  # noqa: S101  # GAPS is not empty
    return best


def _words(made: Layout) -> int:
    """Return how many flows have their words."""
    return sum(" " in " ".join(label.lines) for label in made.labels)


def _layout(drawing: DataFlow, width: int, gap: int, kept: Kept) -> Layout:
    lanes, boxes = _lanes(drawing, width, gap, kept)
    bottom = max((lane.rect.bottom for lane in lanes), default=0.0)
    bounds = Rect(HEAD + 2, 0, width - HEAD - 4, bottom)
    where = {box.element: box.rect for box in boxes}
    zones = {lane.zone: lane.rect for lane in lanes}
    used: Counter[tuple[float, float]] = Counter()
    enters = {crossing.number: zones[crossing.enters.name] for crossing in drawing.crossings}
    arrows = []
    # The nearest first: they have the fewest ways to go.
    for number, flow in sorted(
        drawing.numbered.items(), key=lambda item: _apart(where, item[1].source, item[1].target)
    ):
        arrow = route(number, (where[flow.source], where[flow.target]), [*where.values()], bounds, used)
        arrows.append(signed(arrow, enters[number]) if number in enters else arrow)
    arrows.sort(key=lambda arrow: arrow.number)
    curves = {arrow.number: arrow.points(40) for arrow in arrows}
    signs = [Rect(a.sign[0] - SIGN, a.sign[1] - SIGN, 2 * SIGN, 2 * SIGN) for a in arrows if a.sign]
    tips = [Rect(arrow.curve[3][0] - TIP, arrow.curve[3][1] - TIP, 2 * TIP, 2 * TIP) for arrow in arrows]
    solid = [*where.values(), *signs, *tips]
    labels: list[Label] = []
    for arrow in arrows:
        flow = drawing.flows[arrow.number - 1]
        sign = f"{arrow.number}{PERSONAL if flow.personal else ''}"
        placed = label(arrow, f"{sign} {flow.label}", solid, curves, bounds)
        placed = placed or label(arrow, sign, solid, curves, bounds)
        if placed:
            labels.append(placed)
            solid.append(placed.rect)
    return Layout(width, bottom + LEGEND, lanes, boxes, tuple(arrows), tuple(labels))


def _lanes(drawing: DataFlow, width: int, gap: int, kept: Kept) -> tuple[tuple[Lane, ...], tuple[Box, ...]]:
    at, rows = places(drawing, kept), rows_of(drawing, kept)
    named = {e.name: wrap(e.name, BOX - (24 if e.kind == "person" else 12), 3, BOLD) for e in drawing.elements}
    step = (width - HEAD - 2 * MARGIN - BOX) / (COLUMNS - 1)
    lanes, boxes, y = [], [], 0.0
    for zone in drawing.zones:
        top = y
        title = wrap(zone.name, HEAD - 12, 4, BOLD)
        kind = () if zone.kind == zone.name.casefold() else wrap(f"{zone.kind} zone", HEAD - 12)
        for row in rows[zone.name]:
            here = [name for name, place in at.items() if place[0] == row]
            tall = max((len(named[name]) for name in here), default=1) * LINE + LINE + 14
            for name in here:
                rect = Rect(HEAD + MARGIN + at[name][1] * step, y + gap / 2, BOX, tall)
                boxes.append(Box(name, rect, named[name]))
            y += tall + gap
        y = max(y, top + (len(title) + len(kind)) * LINE + 16)
        lanes.append(Lane(zone.name, Rect(0, top, width, y - top), Rect(0, top, HEAD, y - top), title, kind))
    order = {element.name: place for place, element in enumerate(drawing.elements)}
    return tuple(lanes), tuple(sorted(boxes, key=lambda box: order[box.element]))


def _apart(where: dict[str, Rect], source: str, target: str) -> float:
    (ax, ay), (bx, by) = where[source].center, where[target].center
    return abs(ax - bx) + abs(ay - by)
