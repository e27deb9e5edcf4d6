"""The planner's two pictures: who works when, and how the risk falls with the days spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from math import ceil

from threatlab.plan import WAYS, Plan, PlanStep

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 640, 240, 40, 34, 12
_MARKS = 4
_LEVELS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Distances between two lines of the risk axis: the first with which five lines are enough."""

_EDGE = 8
"""Room at the right, so that what falls on the last day can be seen to fall."""

DRAWN = ("best", "quick_wins", "severity")
"""Ways drawn beside the one chosen: more lines than that can't be told apart."""


def timeline(plan: Plan) -> str:
    """Return a bar for each step between its first and last day; the same dates stand in the table of steps."""
    dated = [(step, step.start, step.due) for step in plan.steps if step.start and step.due]
    if not dated:
        return ""
    first, last = min(start for _, start, _ in dated), max(due for *_, due in dated)
    whole = (last - first).days + 1
    rows = "".join(
        _bar(step, (start - first).days / whole, ((due - start).days + 1) / whole) for step, start, due in dated
    )
    said = "; ".join(f"{step.title}, {step.role}, {start} to {due}" for step, start, due in dated)
    return (
        f'<h3 class="tl-cap tl-second">Timeline <i>\u2014 {first} to {last}, working days only</i></h3>'
        f'<div class="tl-pl-gantt" role="img" aria-label="Timeline. {escape(said)}.">{rows}{_axis(first, whole)}</div>'
    )


def risk_by_days(plans: Mapping[str, Plan], chosen: str) -> str:
    """Return a staircase for each way to choose: the risk left after so many days of effort, and the same in words."""
    ways = [*DRAWN, *([chosen] if chosen not in DRAWN else [])]
    widest = max(*(plan.budget for plan in plans.values()), 1.0)
    most = max(plans[way].risk_before for way in ways)
    step = next((step for step in _LEVELS if most <= 5 * step), _LEVELS[-1])
    highest = step * max(ceil(most / step), 1)
    lines = "".join(_stairs(plans[way].risk_by_day(), widest, highest, place) for place, way in enumerate(ways))
    levels = "".join(_level(part * step, highest) for part in range(round(highest / step) + 1))
    ticks = "".join(_tick(widest * part / _MARKS, widest) for part in range(_MARKS + 1))
    least = min(plans[way].risk_after for way in ways)
    told = "; ".join(f"{WAYS[way]}: {plans[way].risk_after:.3f} after {plans[way].days:g} days" for way in ways)
    keys = "".join(
        f'<li><i class="tl-key tl-pl-way-{place}"></i>{WAYS[way]}: <b class="tl-num">{plans[way].risk_after:.3f}</b> '
        f"after {plans[way].days:g} days{' (the least)' if plans[way].risk_after - least < 1e-9 else ''}</li>"
        for place, way in enumerate(ways)
    )
    return (
        '<h3 class="tl-cap tl-second">Risk left by days of effort</h3>'
        f'<svg class="tl-chart tl-pl-wide" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Risk left. {told}.">'
        f'{levels}{ticks}{lines}<text x="{_LEFT}" y="{_HEIGHT - 2}">days of effort spent</text></svg>'
        f'<ul class="tl-pl-keys">{keys}</ul>'
    )


def side_by_side(*pictures: str) -> str:
    """Return the pictures beside each other where there is room, those that are empty left out."""
    return f'<div class="tl-pl-pair">{"".join(f"<div>{picture}</div>" for picture in pictures if picture)}</div>'


def _bar(step: PlanStep, left: float, width: float) -> str:
    return (
        f'<p>{escape(step.title)}<span class="tl-sub"> {escape(step.owner or step.role)}</span></p>'
        f'<div class="tl-pl-lane"><i style="left:{left:.2%};width:{width:.2%}"></i></div>'
    )


def _axis(first: date, whole: int) -> str:
    marks = sorted({round(whole * part / _MARKS) for part in range(_MARKS)})
    days = "".join(
        f'<span style="left:{mark / whole:.2%}">{first + timedelta(days=mark):%d %b}</span>'
        for mark in marks
        if mark < whole
    )
    return f'<p></p><div class="tl-pl-axis">{days}</div>'


def _x(day: float, widest: float) -> float:
    return _LEFT + day / widest * (_WIDTH - _LEFT - 16)


def _y(risk: float, highest: float) -> float:
    return _TOP + (1 - risk / highest) * (_HEIGHT - _TOP - _BOTTOM)


def _stairs(points: Sequence[tuple[float, float]], widest: float, highest: float, place: int) -> str:
    corners = [points[0]]
    for day, risk in points[1:]:
        corners += [(day, corners[-1][1]), (day, risk)]
    drawn = " ".join(f"{_x(day, widest):.1f},{_y(risk, highest):.1f}" for day, risk in corners)
    drawn += f" {_x(widest, widest) + _EDGE:.1f},{_y(points[-1][1], highest):.1f}"
    return f'<polyline class="tl-line tl-pl-way-{place}" points="{drawn}"/>'


def _level(risk: float, highest: float) -> str:
    y = _y(risk, highest)
    return (
        f'<line class="tl-grid" x1="{_LEFT}" x2="{_WIDTH - 16}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{risk:.2f}</text>'
    )


def _tick(day: float, widest: float) -> str:
    return f'<text x="{_x(day, widest):.1f}" y="{_HEIGHT - 18}" text-anchor="middle">{day:g}</text>'
