"""Where things stand in the picture of a drawing, as plain numbers: what a test can measure, and SVG only repeats."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import dist
from typing import NamedTuple, TypeVar

Point = tuple[float, float]
"""x and y in px of the picture, from its top left."""

T = TypeVar("T")

Curve = tuple[Point, Point, Point, Point]
"""A cubic Bezier curve: start, two handles, end."""

Weights = tuple[float, float, float, float]
"""How much each of the four points of a curve counts at one place of it."""

FONT = 13
"""Size of every text, in px of the picture: 12 px or more on a page of 700, where the panel has 540 px for 560."""

CHARACTER, BOLD = 7.6, 8.5
"""Width of an average character of that size, plain and bold, in px, in DejaVu Sans: the widest that browsers use."""

LINE = 15
"""Height of a line of text."""

SQUARE = 32
"""What lies where is looked up by squares of this size, in px: about that of the words that look for a place."""


class Rect(NamedTuple):
    """A rectangle: its top left corner, and its size."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.h

    @property
    def center(self) -> Point:
        """Its middle."""
        return self.x + self.w / 2, self.y + self.h / 2

    def overlaps(self, other: Rect, gap: float = 0) -> bool:
        """Tell whether two rectangles are nearer to each other than `gap`."""
        return (
            self.x < other.x + other.w + gap
            and other.x < self.x + self.w + gap
            and self.y < other.y + other.h + gap
            and other.y < self.y + self.h + gap
        )

    def holds(self, point: Point, margin: float = 0) -> bool:
        """Tell whether a point lies inside, or within `margin` of it (less than 0: that far inside)."""
        x, y = point
        return -margin < x - self.x < self.w + margin and -margin < y - self.y < self.h + margin


def squares(rect: Rect, margin: float = 0) -> list[tuple[float, float]]:
    """Return the squares of the picture, of `SQUARE` px, that a rectangle and a margin around it lie in."""
    x, y, w, h = rect
    down = range(int((y - margin) // SQUARE), int((y + h + margin) // SQUARE) + 1)
    return [
        (across, each)
        for across in range(int((x - margin) // SQUARE), int((x + w + margin) // SQUARE) + 1)
        for each in down
    ]


def put(things: dict[tuple[float, float], list[T]], rect: Rect, thing: T, margin: float = 0) -> None:
    """Note a thing in each of the `squares` of a rectangle and a margin around it."""
    for square in squares(rect, margin):
        things[square].append(thing)


@dataclass(frozen=True, slots=True)
class Lane:
    """A trust zone: a band over the whole width, its title and kind in a line below its upper edge."""

    zone: str
    rect: Rect
    head: Rect
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Box:
    """An element, its name in lines."""

    element: str
    rect: Rect
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A flow as cubic curves, each from where the last one ends, and where it passes the boundary of its target's zone.

    `curve` holds the start, and for each curve two handles and its end.
    """

    number: int
    curve: tuple[Point, ...]
    sign: Point | None = None

    @property
    def pieces(self) -> list[Curve]:
        """The cubic curves that it is made of: where there are several, each second one is a corner."""
        c = self.curve
        return [(c[at], c[at + 1], c[at + 2], c[at + 3]) for at in range(0, len(c) - 1, 3)]

    def points(self, steps: int = 24) -> list[Point]:
        """Return `steps + 1` points along the curve; where it turns corners, one each 12 px or less."""
        pieces = self.pieces
        if len(pieces) == 1:
            return bezier(pieces[0], weights(steps))
        return [pt for piece in pieces for pt in bezier(piece, weights(int(dist(piece[0], piece[3]) // 12) + 1))]


@dataclass(frozen=True, slots=True)
class Label:
    """A flow's number and words; no words where there was no room: the table under the picture has them."""

    number: int
    rect: Rect
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture as numbers; `gap` is the space between its rows, in px."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    labels: tuple[Label, ...]
    gap: int


def bezier(curve: Curve, at: Iterable[Weights]) -> list[Point]:
    """Return the points of a cubic Bezier curve at some `weight`s."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve  # written out: a picture asks for some ten thousand points
    return [(a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy) for a, b, c, d in at]


def weight(t: float) -> Weights:
    """Return how much a curve's start, its handles and its end count at t, from 0 (its start) to 1 (its end)."""
    u = 1 - t
    return u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t


@cache
def weights(steps: int) -> tuple[Weights, ...]:
    """Return the weights of `steps + 1` points along a curve."""
    return tuple(weight(step / steps) for step in range(steps + 1))


def wrap(text: str, width: float, most: int = 3, character: float = CHARACTER) -> tuple[str, ...]:
    """Return a text in up to `most` lines no wider than `width` px; a longer text ends in ...

    Lines end where a word ends, or after a hyphen or a slash; only a word that is longer than a line is cut.
    """
    room = max(int(width / character), 3)
    lines, line = [], ""
    for word in words_of(text):
        rest = word.strip(" ")
        while rest:
            joined = f"{line}{' ' * word.startswith(' ')}{rest}" if line else rest
            if len(joined) <= room:
                line, rest = joined, ""
            elif line:
                lines.append(line)
                line = ""
            else:
                lines.append(rest[: room - 1] + "-")
                rest = rest[room - 1 :]
    lines += [line] if line else []
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][: room - 1] + "\u2026"]
    return tuple(lines)


def words_of(text: str) -> list[str]:
    """Return what a line may end with, in order, each with the blank before it; a no-break space holds."""
    return re.findall(r" ?[^ /-]*[/-]*", text)


def text_width(lines: tuple[str, ...]) -> float:
    """Return about how wide lines of text are, in px."""
    return max((len(line) for line in lines), default=0) * CHARACTER
