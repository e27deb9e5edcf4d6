"""layout(drawing) -> Layout: the picture of a drawing as numbers, before any of it is drawn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from threatlab.dataflow import DataFlow
from threatlab.dataflow.picture.geometry import (
    BOLD,
    CHARACTER,
    LINE,
    Arrow,
    Box,
    Label,
    Lane,
    Layout,
    Point,
    Rect,
    put,
    squares,
    words_of,
    wrap,
)
from threatlab.dataflow.picture.labels import Points, label
from threatlab.dataflow.picture.places import COLUMNS, NOTHING, Kept, places, rows_of
from threatlab.dataflow.picture.routes import CLEAR, SIGN, Boxes, Span, route, signed

WIDTH = 560
BOX, WIDEST = 110, 150
"""Width of an element, and of one whose name holds a long word."""

MARGIN, LEGEND = 10, 26
"""The space beside the boxes, and the height of the legend."""

TIP = 8
"""Around the tip of an arrow, in px, no words may stand."""

PERSONAL = "\u00b7P"
"""Stands beside the number of a flow that carries personal data."""

GAPS = (54, 66, 84, 104)
"""Space between rows, in px: tried in this order, until all words find room."""

MANY = 30
"""With more flows than these, only the widest space is tried: so that a large picture is drawn once."""


@lru_cache(maxsize=64)
def layout(drawing: DataFlow, width: int = WIDTH, kept: Kept = NOTHING) -> Layout:
    """Return where everything stands in a picture `width` px wide; its height follows.

    `kept` is what stays of the picture before it. No two boxes overlap, nothing lies outside, and no label lies on a
    box or on another label. Where even wide rows have no room for a flow's words, its number stands alone; where there
    is none for that either, its arrow does.
    """
    *narrower, widest = [each for each in GAPS if each >= kept.gap] if len(drawing.flows) <= MANY else GAPS[-1:]
    tried = []
    for gap in narrower:
        made = _layout(drawing, width, gap, kept)
        if (clear := _clear(made)) == (len(drawing.flows), len(drawing.flows), 0):
            return made
        tried.append((clear, made))
    made = _layout(drawing, width, widest, kept)
    return max([*tried, (_clear(made), made)], key=lambda each: each[0])[1] if tried else made


def kept_from(before: DataFlow, kept: Kept, now: DataFlow, renamed: Mapping[str, str]) -> Kept:
    """Return what of a picture stays after a change: all places, but of what moved on or only now has a flow.

    `kept` are those that stayed before; `renamed` are the new names of elements and zones by their old ones.
    """
    rows, zones = rows_of(before, kept), {element.name: element.zone for element in now.elements}
    stay = {}
    for name, (row, column) in places(before, kept).items():
        zone, new = before.element(name).zone, renamed.get(name, name)
        is_placed = before.flows_of(name) or not now.flows_of(new) if new in zones else False
        if is_placed and zones[new] == renamed.get(zone, zone):
            stay[new] = row - rows[zone].start, column
    for lane in now.zones:  # a row that is left empty is taken out
        used = sorted({row for name, (row, _) in stay.items() if zones[name] == lane.name})
        stay |= {n: (used.index(row), column) for n, (row, column) in stay.items() if zones[n] == lane.name}
    return Kept(tuple(stay.items()), layout(before, kept=kept).gap)


def _clear(made: Layout) -> tuple[int, int, int]:
    """Return how many flows have their words, how many at least their number, and less than 0 for words on others."""
    worded = sum(" " in " ".join(label.lines) for label in made.labels)
    points = [(arrow.number, point) for arrow in made.arrows for point in arrow.points(40)]
    over = {(a.number, n) for a in made.labels for n, point in points if n != a.number and a.rect.holds(point, 1)}
    return worded, len(made.labels), -len(over)


def _layout(drawing: DataFlow, width: int, gap: int, kept: Kept) -> Layout:
    lanes, boxes = _lanes(drawing, width, gap, kept)
    bottom = max((lane.rect.bottom for lane in lanes), default=0.0)
    bounds = Rect(2, 0, width - 4, bottom)
    where = {box.element: box.rect for box in boxes}
    zones = {lane.zone: lane.rect for lane in lanes}
    used: Counter[Point] = Counter()
    free = (
        _between(bounds.x, bounds.right, [(rect.x, rect.right) for rect in where.values()]),
        _between(bounds.y, bounds.bottom, [(rect.y, rect.bottom) for rect in where.values()]),
    )
    boxed: Boxes = defaultdict(list)
    for rect in where.values():
        put(boxed, rect, rect, CLEAR)
    enters = {crossing.number: zones[crossing.enters.name] for crossing in drawing.crossings}
    arrows = []
    # The nearest first: they have the fewest ways to go.
    for number, flow in sorted(
        drawing.numbered.items(), key=lambda item: _apart(where, item[1].source, item[1].target)
    ):
        arrow = route(number, (where[flow.source], where[flow.target]), boxed, free, used)
        arrows.append(signed(arrow, enters[number]) if number in enters else arrow)
    arrows.sort(key=lambda arrow: arrow.number)
    points: Points = defaultdict(list)
    for arrow in arrows:
        for point in arrow.points(40):
            put(points, Rect(*point, 0, 0), (arrow.number, point))
    signs = [Rect(a.sign[0] - SIGN, a.sign[1] - SIGN, 2 * SIGN, 2 * SIGN) for a in arrows if a.sign]
    tips = [Rect(arrow.curve[-1][0] - TIP, arrow.curve[-1][1] - TIP, 2 * TIP, 2 * TIP) for arrow in arrows]
    lanes = tuple(_headed(lane, points, signs) for lane in lanes)
    solid: Boxes = defaultdict(list)
    for rect in (*where.values(), *signs, *tips, *(lane.head for lane in lanes)):
        put(solid, rect, rect)
    labels: list[Label] = []
    for arrow in sorted(arrows, key=lambda arrow: _apart(where, *_ends(drawing, arrow))):  # with least room first
        flow = drawing.flows[arrow.number - 1]
        sign = f"{arrow.number}{PERSONAL if flow.personal else ''}"
        placed = label(arrow, f"{sign} {flow.label}", solid, points, bounds)
        placed = placed or label(arrow, sign, solid, points, bounds)
        if placed:
            labels.append(placed)
            put(solid, placed.rect, placed.rect)
    labels.sort(key=lambda label: label.number)
    return Layout(width, bottom + LEGEND, lanes, boxes, tuple(arrows), tuple(labels), gap)


def _between(start: float, end: float, taken: Iterable[Span]) -> list[Span]:
    """Return what no box takes of the width or height of a picture."""
    free = []
    for low, high in sorted(taken):
        free.append((start, low))
        start = max(start, high)
    return [(low, high) for low, high in (*free, (start, end)) if low < high]


def _headed(lane: Lane, points: Points, signs: Sequence[Rect]) -> Lane:
    """Return a lane with its head where fewest arrows run through it: on the left, if it is free."""
    right = lane.rect.right - lane.head.w - lane.head.x
    heads = [lane.head._replace(x=lane.head.x + (right - lane.head.x) * step / 8) for step in range(9)]

    def crossed(head: Rect) -> int:
        near = (point for square in squares(head, 3) for _, point in points.get(square, ()))
        return sum(head.holds(point, 3) for point in near) + 9 * sum(head.overlaps(sign) for sign in signs)

    return replace(lane, head=min(heads, key=crossed))


def _ends(drawing: DataFlow, arrow: Arrow) -> tuple[str, str]:
    flow = drawing.flows[arrow.number - 1]
    return flow.source, flow.target


def _lanes(drawing: DataFlow, width: int, gap: int, kept: Kept) -> tuple[tuple[Lane, ...], tuple[Box, ...]]:
    at, rows = places(drawing, kept), rows_of(drawing, kept)
    beside = {e.name: 24 if e.kind == "person" else 12 for e in drawing.elements}
    longest = {name: max(len(word.strip()) for word in words_of(name)) * BOLD for name in beside}
    wide = {name: min(max(BOX, longest[name] + beside[name]), WIDEST) for name in beside}
    named = {name: wrap(name, wide[name] - beside[name], 3, BOLD) for name in beside}
    step = (width - 2 * MARGIN - BOX) / (COLUMNS - 1)
    lanes, boxes, y = [], [], 0.0
    for zone in drawing.zones:
        top = y
        kind = zone.kind if " " in zone.kind else f"{zone.kind} zone"
        kind = "" if zone.kind == zone.name.casefold() else kind
        (title,) = wrap(zone.name, width - 40 - len(kind) * CHARACTER, 1, BOLD)
        head = Rect(9, top + 4, len(title) * BOLD + len(kind) * CHARACTER + 10, LINE + 1)
        for row in rows[zone.name]:
            here = [name for name, place in at.items() if place[0] == row]
            tall = max((len(named[name]) for name in here), default=1) * LINE + LINE + 14
            for name in here:
                middle = MARGIN + BOX / 2 + at[name][1] * step
                x = min(max(middle - wide[name] / 2, 6), width - 6 - wide[name])
                rect = Rect(x, y + gap / 2, wide[name], tall)
                boxes.append(Box(name, rect, named[name]))
            y += tall + gap
        lanes.append(Lane(zone.name, Rect(0, top, width, y - top), head, title, kind))
    order = {element.name: place for place, element in enumerate(drawing.elements)}
    return tuple(lanes), tuple(sorted(boxes, key=lambda box: order[box.element]))


def _apart(where: dict[str, Rect], source: str, target: str) -> float:
    (ax, ay), (bx, by) = where[source].center, where[target].center
    return abs(ax - bx) + abs(ay - by)
