"""How flows run between boxes: curves that keep clear of boxes and of each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import dist, inf

from threatlab.dataflow.picture.geometry import (
    SQUARE,
    Arrow,
    Point,
    Rect,
    bezier,
    weights,
)

_SIDES: tuple[Point, ...] = ((1, 0), (-1, 0), (0, 1), (0, -1))
"""Directions in which a curve may leave a box."""

_PORTS = (0.5, 0.22, 0.78)
_REACHES = (0.35, 0.6)
"""How far a curve's handles reach, as a share of the distance it has to go."""

_SAMPLES = 14
_CELL = 10
"""Px: two curves in one square of this size run into each other."""

_IN_BOX, _OUTSIDE, _ON_CURVE, _SAME_PORT = 500.0, 900.0, 26.0, 90.0
"""What it costs a curve, in px of way, per point that lies where it shouldn't."""

CLEAR = 7
"""Px that a curve keeps clear of boxes that it has nothing to do with."""

_ROUND = 12
"""Px from a corner in which an arrow turns, and that it keeps from boxes where it goes between them."""

Span = tuple[float, float]
Free = tuple[list[Span], list[Span]]
Boxes = dict[tuple[float, float], list[Rect]]
"""Boxes, by their `squares`."""

SIGN = 7
"""Half the size of the sign where a flow crosses a boundary, in px."""


def route(number: int, ends: tuple[Rect, Rect], boxes: Boxes, free: Free, used: Counter[Point]) -> Arrow:
    """Return the curve from one box to another that costs least, and remember in `used` where it runs.

    `boxes` are all boxes, by the `squares` of each and CLEAR px around it. A curve that runs through one gives way to
    an arrow that turns corners: `free` are the spans across and down the picture that no box reaches into.
    """
    left, right, top, bottom = free[0][0][0] + 4, free[0][-1][1] - 4, free[1][0][0] + 4, free[1][-1][1] - 4
    tries = sorted(_curves(ends, used))
    best, curve = (inf, 0), tries[0][3]
    for straight, place, ports, tried in tries:
        if straight > best[0] + 1e-6:  # no curve is shorter than its straight way
            break
        cost = ports
        before, *points = bezier((tried[0], tried[1], tried[2], tried[3]), weights(_SAMPLES))
        for x, y in points:
            cost += abs(x - before[0]) + abs(y - before[1])
            cost += _ON_CURVE * used.get(_cell(x, y), 0)
            near = boxes.get((x // SQUARE, y // SQUARE), ())
            cost += _IN_BOX * sum(box.holds((x, y), -1 if box in ends else CLEAR) for box in near)
            if not (left < x < right and top < y < bottom):
                cost += _OUTSIDE
            before = x, y
            if cost > best[0]:
                break
        if (cost, place) < best:
            best, curve = (cost, place), tried

    def hits(x: float, y: float) -> bool:
        near = boxes.get((x // SQUARE, y // SQUARE), ())
        return any(box.holds((x, y), -2 if box in ends else 0) for box in near)

    def load(curve: Sequence[Point]) -> float:
        points = Arrow(number, (*curve,)).points()
        return len(points) * 12 + _ON_CURVE * sum(used.get(_cell(*point), 0) for point in points)

    arrow = Arrow(number, curve)
    if any(hits(*point) for point in arrow.points(60)):
        curve = min((_rounded(way) for way in _ways(ends, free, used)), key=load, default=curve)
        arrow = Arrow(number, curve)
    used[curve[0]] += 1
    used[curve[-1]] += 1
    used.update({_cell(*point) for point in arrow.points(2 * _SAMPLES)})
    return arrow


def _curves(ends: tuple[Rect, Rect], used: Counter[Point]) -> Iterator[tuple[float, int, float, tuple[Point, ...]]]:
    """Yield simple curves from one box to another: the least it can cost, its place among them, its ports' cost."""
    (source, target), ((ax, ay), (bx, by)) = ends, (box.center for box in ends)
    ahead = (bx - ax, by - ay)
    handle = min(max((ahead[0] ** 2 + ahead[1] ** 2) ** 0.5, 1.0), 160.0)
    for place, ((a, out), (b, back), reach) in enumerate(
        product(_ports(source, ahead), _ports(target, (-ahead[0], -ahead[1])), _REACHES)
    ):
        far = reach * handle
        curve = a, (a[0] + out[0] * far, a[1] + out[1] * far), (b[0] + back[0] * far, b[1] + back[1] * far), b
        ports = _SAME_PORT * (used[a] + used[b])
        yield ports + abs(a[0] - b[0]) + abs(a[1] - b[1]), place, ports, curve


def _ways(ends: tuple[Rect, Rect], free: Free, used: Counter[Point]) -> Iterator[list[Point]]:
    """Yield ways from one box to another as corners: along the space between rows, and between columns to the next."""
    for (p, leaves), (q, enters) in product(*(_exits(box, free[1], used) for box in ends)):
        if leaves == enters:
            y = _track(leaves, (p[0], q[0]), used)
            yield [p, (p[0], y), (q[0], y), q]
            continue
        for alley in (span for span in free[0] if span[1] - span[0] > 2 * _ROUND):
            middle = sum(alley) / 2
            y = _track(leaves, (p[0], middle), used)
            z = _track(enters, (middle, q[0]), used)
            x = _track(alley, (y, z), used, upright=True)
            yield [p, (p[0], y), (x, y), (x, z), (q[0], z), q]


def _exits(box: Rect, gaps: Sequence[Span], used: Counter[Point]) -> list[tuple[Point, Span]]:
    """Return the least used port above and below a box, each with the space that it leads to."""
    above = max(gap for gap in gaps if gap[1] <= box.y)
    below = min(gap for gap in gaps if gap[0] >= box.bottom)
    ports = _ports(box, (0, 0))
    return [
        (min((port for port, side in ports if side == (0, down)), key=lambda port: used[port]), gap)
        for down, gap in ((-1, above), (1, below))
    ]


def _track(span: Span, along: Span, used: Counter[Point], *, upright: bool = False) -> float:
    """Return where in a free span the fewest arrows run `along` a stretch of it: beside its middle, where zones end."""
    middle, room = sum(span) / 2, int((span[1] - span[0]) / 2 - _ROUND)
    steps = range(int(min(along)), int(max(along)) + 1, 3 * _CELL)

    def load(at: float) -> int:
        return sum(used.get(_cell(at, step) if upright else _cell(step, at), 0) for step in steps)

    return min((middle + side * off for off in range(5, max(room, 5) + 1, _CELL) for side in (1, -1)), key=load)


def _rounded(way: Sequence[Point]) -> tuple[Point, ...]:
    """Return a way from corner to corner as the curve of an arrow."""
    curve = [way[0]]
    for before, corner, after in zip(way, way[1:], way[2:], strict=False):
        (enter, leave) = (_toward(corner, end, min(_ROUND / dist(corner, end), 0.5)) for end in (before, after))
        curve += [*_straight(curve[-1], enter), corner, corner, leave]
    return (*curve, *_straight(curve[-1], way[-1]))


def _straight(a: Point, b: Point) -> tuple[Point, Point, Point]:
    return _toward(a, b, 1 / 3), _toward(a, b, 2 / 3), b


def _toward(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def signed(arrow: Arrow, enters: Rect) -> Arrow:
    """Return an arrow with the point at which it passes into the lane that it enters."""
    points = arrow.points(60)
    last = max((i for i, (_, y) in enumerate(points) if not enters.y <= y <= enters.bottom), default=0)
    x, y = points[last]
    edge = enters.y if abs(y - enters.y) < abs(y - enters.bottom) else enters.bottom
    return replace(arrow, sign=(x, edge))


def _ports(box: Rect, ahead: Point) -> list[tuple[Point, Point]]:
    """Return where a curve may leave a box, and in which direction: by every side that doesn't face away."""
    ports: list[tuple[Point, Point]] = []
    for side in _SIDES:
        if side[0] * ahead[0] + side[1] * ahead[1] < 0:
            continue
        for share in _PORTS:
            x = box.x + box.w * share if side[1] else (box.right if side[0] > 0 else box.x)
            y = box.y + box.h * share if side[0] else (box.bottom if side[1] > 0 else box.y)
            ports.append(((round(x, 1), round(y, 1)), side))
    return ports


def _cell(x: float, y: float) -> Point:
    return -1 - x // _CELL, -1 - y // _CELL  # below 0, where no port is
