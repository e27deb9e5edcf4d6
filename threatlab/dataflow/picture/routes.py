"""How flows run between boxes: curves that keep clear of boxes and of each other, and words that stand free."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

from threatlab.dataflow.picture.geometry import (
    LINE,
    SQUARE,
    Arrow,
    Label,
    Point,
    Rect,
    bezier,
    squares,
    text_width,
    weight,
    weights,
    wrap,
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

_BESIDE, _HIDES, _OTHER, _MISTAKEN = 10, 1.4, 20, 200
"""What it costs words to stand beside their arrow, to hide a point of it or of another, and to be on another alone."""

_SHIFTS = ((0, 0), (0, -1), (0, 1), (1, 0), (-1, 0), (0.9, 0.9), (-0.9, 0.9), (0.9, -0.9), (-0.9, -0.9))
"""Where words stand beside a point of their arrow, in halves of their width and height."""

_SPOTS = sorted(
    enumerate(
        (30 * abs(t - 0.5), _BESIDE if shift != (0, 0) else 0, weight(t), shift, away)
        for t in (0.5, 0.45, 0.55, 0.4, 0.6, 0.34, 0.66, 0.28, 0.72, 0.22, 0.78, 0.16, 0.84)
        for shift in _SHIFTS
        for away in (4, 9)
    ),
    key=lambda spot: spot[1][0] + spot[1][1],
)
"""Where words can stand, the best first: costs, weights of the point, shift, and px between words and that point."""

_NEAR = 6
"""Px from an arrow at which words seem to be its own."""

Boxes = dict[tuple[int, int], list[Rect]]
Points = dict[tuple[int, int], list[tuple[int, Point]]]
"""Boxes, or points of arrows with their numbers, by their `squares`."""

SIGN = 7
"""Half the size of the sign where a flow crosses a boundary, in px."""


def route(number: int, ends: tuple[Rect, Rect], boxes: Boxes, bounds: Rect, used: Counter[Point]) -> Arrow:
    """Return the curve from one box to another that costs least, and remember in `used` where it runs.

    `boxes` are all boxes, by the `squares` of each and CLEAR px around it.
    """
    source, target = ends
    (ax, ay), (bx, by) = source.center, target.center
    ahead = (bx - ax, by - ay)
    handle = min(max((ahead[0] ** 2 + ahead[1] ** 2) ** 0.5, 1.0), 160.0)
    left, top, right, bottom = bounds.x + 4, bounds.y + 4, bounds.right - 4, bounds.bottom - 4
    tries = []
    for place, ((a, out), (b, back), reach) in enumerate(
        product(_ports(source, ahead), _ports(target, (-ahead[0], -ahead[1])), _REACHES)
    ):
        far = reach * handle
        curve = a, (a[0] + out[0] * far, a[1] + out[1] * far), (b[0] + back[0] * far, b[1] + back[1] * far), b
        ports = _SAME_PORT * (used[a] + used[b])
        tries.append((ports + abs(a[0] - b[0]) + abs(a[1] - b[1]), place, ports, curve))
    best, curve = (float("inf"), 0), tries[0][3]
    for straight, place, cost, tried in sorted(tries):
        if straight > best[0] + 1e-6:  # no curve is shorter than its straight way
            break
        before, *points = bezier(tried, weights(_SAMPLES))
        for x, y in points:
            cost += abs(x - before[0]) + abs(y - before[1])
            cost += _ON_CURVE * used.get(_cell(x, y), 0)
            for box in boxes.get((x // SQUARE, y // SQUARE), ()):
                if box.holds((x, y), -1 if box in ends else CLEAR):
                    cost += _IN_BOX
            if not (left < x < right and top < y < bottom):
                cost += _OUTSIDE
            before = x, y
            if cost > best[0]:
                break
        if (cost, place) < best:
            best, curve = (cost, place), tried
    arrow = Arrow(number, curve)
    used[curve[0]] += 1
    used[curve[3]] += 1
    used.update({_cell(*point) for point in arrow.points(2 * _SAMPLES)})
    return arrow


def signed(arrow: Arrow, enters: Rect) -> Arrow:
    """Return an arrow with the point at which it passes into the lane that it enters."""
    points = arrow.points(60)
    last = max((i for i, (_, y) in enumerate(points) if not enters.y <= y <= enters.bottom), default=0)
    x, y = points[last]
    edge = enters.y if abs(y - enters.y) < abs(y - enters.bottom) else enters.bottom
    return replace(arrow, sign=(x, edge))


def label(arrow: Arrow, words: str, solid: Boxes, points: Points, bounds: Rect) -> Label | None:
    """Return where a flow's words stand: on its curve or beside it, and on nothing `solid`, or None.

    `solid` and `points`, those of all arrows with their numbers, are looked up by their `squares`.
    """
    best: tuple[float, int, int] = (float("inf"), 0, 0)
    found, blocked, tried = None, None, set()
    longest = text_width(tuple(words.split(" ")))
    for tier, width in enumerate((150.0, 104.0, 90.0, 76.0)):
        lines = wrap(words, width, 4)
        if lines in tried or (found and longest > width):  # the second: a word would be cut
            continue
        tried.add(lines)
        w, h = text_width(lines) + 4, len(lines) * LINE + 2
        for place, (off, beside, at, (across, down), away) in _SPOTS:
            cost = off + 5 * len(lines) + beside
            if cost > best[0] + 1e-6:
                break
            ((x, y),) = bezier(arrow.curve, (at,))
            rect = Rect(x + across * (w / 2 + away) - w / 2, y + down * (h / 2 + away) - h / 2, w, h)
            if not _inside(rect, bounds) or (blocked and rect.overlaps(blocked, 1)):  # often by what blocked the last
                continue
            around = squares(rect, _NEAR)
            blocked = next((o for square in around for o in solid.get(square, ()) if rect.overlaps(o, 1)), None)
            if blocked:
                continue
            near = [(n, p) for square in around for n, p in points.get(square, ()) if rect.holds(p, _NEAR)]
            hidden = sum(number == arrow.number and rect.holds(point, 1) for number, point in near)
            cost += _HIDES * hidden
            if cost > best[0]:
                continue
            other = sum(number != arrow.number for number, _ in near)
            clear = not other or hidden > 0
            cost += _OTHER * other + (0 if clear else _MISTAKEN)
            if (cost, tier, place) < best:
                best, found = (cost, tier, place), Label(arrow.number, rect, lines, clear)
    return found


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


def _inside(rect: Rect, bounds: Rect) -> bool:
    return bounds.x <= rect.x and rect.right <= bounds.right and bounds.y <= rect.y and rect.bottom <= bounds.bottom
