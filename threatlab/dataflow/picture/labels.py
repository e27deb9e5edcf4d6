"""Where the words of flows stand: at their own arrows, on no box and on no other words."""

from __future__ import annotations

from itertools import product
from math import inf

from threatlab.dataflow.picture.geometry import (
    LINE,
    Arrow,
    Label,
    Point,
    Rect,
    bezier,
    squares,
    text_width,
    weight,
    wrap,
)
from threatlab.dataflow.picture.routes import Boxes

Points = dict[tuple[float, float], list[tuple[int, Point]]]
"""Points of arrows with their numbers, by their `squares`."""

_BESIDE, _HIDES, _OTHER = 10, 1.4, 20
"""What it costs words to stand beside their arrow, and to hide a point of it or of another."""

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


def label(arrow: Arrow, words: str, solid: Boxes, points: Points, bounds: Rect) -> Label | None:
    """Return where a flow's words stand: on its curve or beside it, and on nothing `solid`, or None.

    `solid` and `points`, those of all arrows with their numbers, are looked up by their `squares`.
    """
    best: tuple[float, int, int] = (inf, 0, 0)
    found, blocked, tried = None, None, set()
    longest = text_width(tuple(words.split(" ")))
    pieces = [piece for piece in arrow.pieces if len(arrow.curve) == 4 or piece[0][1] == piece[3][1]]  # along rows
    for tier, (width, piece) in enumerate(product((150.0, 104.0, 90.0, 76.0), pieces)):
        lines = wrap(words, width, 4)
        if (lines, piece) in tried or (found and longest > width):  # the second: a word would be cut
            continue
        tried.add((lines, piece))
        w, h = text_width(lines) + 4, len(lines) * LINE + 2
        for place, (off, beside, at, (across, down), away) in _SPOTS:
            cost = off + 5 * len(lines) + beside
            if cost > best[0] + 1e-6:
                break
            ((x, y),) = bezier(piece, (at,))
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
            cost += _OTHER * other
            if (hidden or not other) and (cost, tier, place) < best:  # else they could be taken for another's
                best, found = (cost, tier, place), Label(arrow.number, rect, lines)
    return found


def _inside(rect: Rect, bounds: Rect) -> bool:
    return bounds.x <= rect.x and rect.right <= bounds.right and bounds.y <= rect.y and rect.bottom <= bounds.bottom
