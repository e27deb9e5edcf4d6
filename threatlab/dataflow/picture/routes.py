"""How flows run between boxes: curves that keep clear of boxes and of each other, and words that stand free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from threatlab.dataflow.picture.geometry import LINE, Arrow, Label, Point, Rect, bezier, text_width, wrap

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

_CLEAR = 7
"""Px that a curve keeps clear of boxes that it has nothing to do with."""

_SHIFTS = ((0, 0), (0, -1), (0, 1), (1, 0), (-1, 0), (0.9, 0.9), (-0.9, 0.9), (0.9, -0.9), (-0.9, -0.9))
"""Where words stand beside a point of their arrow, in halves of their width and height."""

_AWAY = (4, 9)
"""Px between words and that point."""

_BESIDE, _HIDES, _OTHER, _MISTAKEN = 10, 1.4, 20, 200
"""What it costs words to stand beside their arrow, to hide a point of it or of another, and to be on another alone."""

_NEAR = 6
"""Px from an arrow at which words seem to be its own."""

SIGN = 7
"""Half the size of the sign where a flow crosses a boundary, in px."""


def route(number: int, ends: tuple[Rect, Rect], boxes: Sequence[Rect], bounds: Rect, used: Counter[Point]) -> Arrow:
    """Return the curve from one box to another that costs least, and remember in `used` where it runs."""
    source, target = ends
    (ax, ay), (bx, by) = source.center, target.center
    ahead = (bx - ax, by - ay)
    distance = max((ahead[0] ** 2 + ahead[1] ** 2) ** 0.5, 1.0)
    others = [box for box in boxes if box not in (source, target)]
    leave, arrive = _ports(source, ahead), _ports(target, (-ahead[0], -ahead[1]))
    best, least = None, float("inf")
    for (a, out), (b, back), reach in product(leave, arrive, _REACHES):
        handle = reach * min(distance, 160.0)
        curve = (
            a,
            (a[0] + out[0] * handle, a[1] + out[1] * handle),
            (b[0] + back[0] * handle, b[1] + back[1] * handle),
            b,
        )
        cost = _SAME_PORT * (used[a] + used[b])
        before = a
        for step in range(1, _SAMPLES + 1):
            point = bezier(curve, step / _SAMPLES)
            cost += abs(point[0] - before[0]) + abs(point[1] - before[1])
            cost += _ON_CURVE * used[_cell(point)]
            for box in others:
                if box.holds(point, _CLEAR):
                    cost += _IN_BOX
            if source.holds(point, -1) or target.holds(point, -1):
                cost += _IN_BOX
            if not bounds.holds(point, -4):
                cost += _OUTSIDE
            before = point
            if cost >= least:
                break
        if cost < least:
            best, least = curve, cost
    assert best is not None  # noqa: S101  # every pair of boxes has at least one pair of ports
    arrow = Arrow(number, best)
    used[best[0]] += 1
    used[best[3]] += 1
    used.update({_cell(point) for point in arrow.points(2 * _SAMPLES)})
    return arrow


def signed(arrow: Arrow, enters: Rect) -> Arrow:
    """Return an arrow with the point at which it passes into the lane that it enters."""
    points = arrow.points(60)
    last = max((i for i, (_, y) in enumerate(points) if not enters.y <= y <= enters.bottom), default=0)
    x, y = points[last]
    edge = enters.y if abs(y - enters.y) < abs(y - enters.bottom) else enters.bottom
    return replace(arrow, sign=(x, edge))


def label(
    arrow: Arrow, words: str, solid: Sequence[Rect], curves: Mapping[int, Sequence[Point]], bounds: Rect
) -> Label | None:
    """Return where a flow's words stand: on its curve or beside it, and on nothing `solid`, or None."""
    best, least = None, float("inf")
    others = [point for number, points in curves.items() if number != arrow.number for point in points]
    for width in (150.0, 104.0, 90.0, 76.0):
        if best is not None and text_width(tuple(words.split(" "))) > width:
            continue  # a word would be cut
        lines = wrap(words, width, 4)
        size = (text_width(lines) + 4, len(lines) * LINE + 2)
        for t in (0.5, 0.45, 0.55, 0.4, 0.6, 0.34, 0.66, 0.28, 0.72, 0.22, 0.78, 0.16, 0.84):
            x, y = bezier(arrow.curve, t)
            for (across, down), away in product(_SHIFTS, _AWAY):
                shift = (across * (size[0] / 2 + away), down * (size[1] / 2 + away))
                rect = Rect(x + shift[0] - size[0] / 2, y + shift[1] - size[1] / 2, *size)
                cost = 30 * abs(t - 0.5) + 5 * len(lines) + (_BESIDE if across or down else 0)
                if cost >= least or not _inside(rect, bounds) or any(rect.overlaps(other, 1) for other in solid):
                    continue
                hidden = sum(rect.holds(point, 1) for point in curves[arrow.number])
                cost += _HIDES * hidden
                if cost >= least:
                    continue
                other = sum(rect.holds(point, _NEAR) for point in others)
                clear = not other or hidden > 0
                cost += _OTHER * other + (0 if clear else _MISTAKEN)
                if cost < least:
                    best, least = Label(arrow.number, rect, lines, clear), cost
    return best


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


def _cell(point: Point) -> Point:
    return -1 - point[0] // _CELL, -1 - point[1] // _CELL  # below 0, where no port is


def _inside(rect: Rect, bounds: Rect) -> bool:
    return bounds.x <= rect.x and rect.right <= bounds.right and bounds.y <= rect.y and rect.bottom <= bounds.bottom
