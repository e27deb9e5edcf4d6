"""Which place each element of a drawing takes in the lane of its zone, so that flows are short and seldom cross."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from threatlab.dataflow import DataFlow

COLUMNS = 3
"""Places beside each other in a lane: as many as leave room for words between them."""

_FIRST = ((1, 0, 2), (0, 1, 2))
"""Columns in the order in which a search first fills a row: from the middle, where words fit on both sides, or not."""

STEPS = 300_000
"""Comparisons that the search may take, a fraction of a second; a large drawing keeps more of its first order."""

Place = tuple[int, int]
"""Row, counted over all lanes, and column."""

_ACROSS, _DOWN = 240.0, 130.0
"""About how far apart columns and rows are, in px: good enough to compare places by."""

_THROUGH, _CROSSED, _BESIDE = 400.0, 120.0, 46.0
"""What it costs, in px of way, when a flow runs through an element, or two flows cross; how near counts as through."""


class Kept(NamedTuple):
    """What stays of a picture: the place of elements, whose row counts from the top of their own lane; and its `gap`.

    That is the space between rows, in px: it may grow, and never shrinks while somebody draws.
    """

    at: tuple[tuple[str, Place], ...] = ()
    gap: int = 0


NOTHING = Kept()
"""For a drawing that nobody has seen yet."""


def rows_of(drawing: DataFlow, kept: Kept = NOTHING) -> dict[str, range]:
    """Return the rows that each zone's lane takes, from top to bottom; an empty lane has one."""
    rows, top = {}, 0
    lowest = {drawing.element(name).zone: 0 for name, _ in kept.at}
    for name, (row, _) in kept.at:
        lowest[drawing.element(name).zone] = max(lowest[drawing.element(name).zone], row + 1)
    for zone in drawing.zones:
        inside = sum(element.zone == zone.name for element in drawing.elements)
        rows[zone.name] = range(top, top + max(-(-inside // COLUMNS), lowest.get(zone.name, 1)))
        top = rows[zone.name].stop
    return rows


@lru_cache(maxsize=64)
def places(drawing: DataFlow, kept: Kept = NOTHING) -> Mapping[str, Place]:
    """Return the place of each element. The same drawing with the same `kept` always gives the same places."""
    pairs = sorted({(flow.source, flow.target) for flow in drawing.flows})
    found = [_settled(drawing, kept, pairs, columns) for columns in _FIRST]
    return min(found, key=lambda taken: _cost(taken, pairs, taken))


def _settled(
    drawing: DataFlow, kept: Kept, pairs: Sequence[tuple[str, str]], columns: Sequence[int]
) -> dict[str, Place]:
    """Return the best places that a search finds if each row is first filled in this order of `columns`."""
    rows = rows_of(drawing, kept)
    taken = {name: (rows[drawing.element(name).zone].start + row, column) for name, (row, column) in kept.at}
    fixed = {*taken.values()}
    loose = [element for element in drawing.elements if element.name not in taken]
    cells = {zone: [(row, column) for row in lane for column in columns] for zone, lane in rows.items()}
    free = {zone: [place for place in places if place not in fixed] for zone, places in cells.items()}
    for zone in rows:
        taken.update(zip((e.name for e in loose if e.zone == zone), free[zone], strict=False))
    left = STEPS // len(_FIRST)
    improved = True
    while improved and left > 0:
        improved = False
        for element in loose:
            for place in free[element.zone]:
                tried = _swapped(taken, element.name, place)
                moved = [name for name in taken if tried[name] != taken[name]]
                left -= max(len(pairs), 1) * (len(taken) + len(pairs) // 2)
                if _cost(tried, pairs, moved) < _cost(taken, pairs, moved) - 1e-6:
                    taken, improved = tried, True
                if left <= 0:
                    return taken
    return taken


def _swapped(taken: Mapping[str, Place], element: str, place: Place) -> dict[str, Place]:
    other = next((name for name, at in taken.items() if at == place), None)
    tried = {**taken, element: place}
    if other is not None and other != element:
        tried[other] = taken[element]
    return tried


def _cost(taken: Mapping[str, Place], pairs: Iterable[tuple[str, str]], moved: Collection[str]) -> float:
    """Return what the places of `moved` cost: the way of their flows, and what these or they themselves get in."""
    at = {name: (column * _ACROSS, row * _DOWN) for name, (row, column) in taken.items()}
    lines = [(at[source], at[target], source, target) for source, target in pairs]
    theirs = [line for line in lines if line[2] in moved or line[3] in moved]
    cost = sum(abs(at[name][0] - _ACROSS) for name in moved) * 1e-3  # among equals, in the middle
    for (ax, ay), (bx, by), source, target in lines:
        dx, dy = bx - ax, by - ay
        length = (dx * dx + dy * dy) ** 0.5
        is_theirs = source in moved or target in moved
        cost += length * is_theirs
        for name in at if is_theirs else moved:
            if name not in (source, target):
                x, y = at[name]
                along = ((x - ax) * dx + (y - ay) * dy) / length
                if 0 < along < length and abs((x - ax) * dy - (y - ay) * dx) / length < _BESIDE:
                    cost += _THROUGH
    crossed = sum(_cross(a, b) for a in theirs for b in lines) - sum(_cross(a, b) for a, b in combinations(theirs, 2))
    return cost + _CROSSED * crossed


def _cross(
    one: tuple[tuple[float, float], tuple[float, float], str, str],
    other: tuple[tuple[float, float], tuple[float, float], str, str],
) -> bool:
    a, b, source, target = one
    c, d, other_source, other_target = other
    if {source, target} & {other_source, other_target}:
        return False
    return _side(a, b, c) != _side(a, b, d) and _side(c, d, a) != _side(c, d, b)


def _side(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0])
