"""The planner's two pictures: who works when, and how the risk falls with the days spent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from math import ceil

from threatlab.plan import WAYS, Plan
from threatlab.widgets.base.html import Html, caption, tag

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _BOTTOM, _TOP = 640, 240, 40, 624, 34, 12
_MARKS = 4
_LEVELS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Distances between two lines of the risk axis: the first with which five lines are enough."""

_EDGE = 8
"""Room at the right, so that what falls on the last day can be seen to fall."""

_SAME = 1e-9
"""Risks nearer to each other than this differ by rounding alone."""

DRAWN = ("best", "quick_wins", "severity")
"""Ways drawn beside the one chosen: more lines than that can't be told apart."""


def timeline(plan: Plan) -> Html | None:
    """Return a bar for each step between its first and last day; the same dates stand in the table of steps."""
    dated = [(step, step.start, step.due) for step in plan.steps if step.start and step.due]
    if not dated:
        return None
    first, last = min(start for _, start, _ in dated), max(due for *_, due in dated)
    whole = (last - first).days + 1
    rows = []
    for step, start, due in dated:
        place = f"left:{(start - first).days / whole:.2%};width:{((due - start).days + 1) / whole:.2%}"
        owner = tag("span.tl-sub", " ", step.owner or step.role)
        rows += [tag("p", step.title, owner), tag("div.tl-lane", tag("i", style=place))]
    words = "; ".join(f"{step.title}, {step.role}, {start} to {due}" for step, start, due in dated)
    bars = tag("div.tl-gantt", *rows, tag("p"), _days(first, whole), role="img", aria_label=f"Timeline. {words}.")
    return tag("div", caption("Timeline", f"{first} to {last}, working days only", class_="tl-second"), bars)


def risk_by_days(plans: Mapping[str, Plan], chosen: str) -> Html:
    """Return a staircase for each way to choose: the risk left after so many days of effort, and the same in words."""
    ways = {way: plans[way] for way in dict.fromkeys((*DRAWN, chosen))}
    longest = max(*(plan.budget for plan in plans.values()), 1.0)
    most = max(plan.risk_before for plan in ways.values())
    step = next((step for step in _LEVELS if most <= 5 * step), _LEVELS[-1])
    highest = step * max(ceil(most / step), 1)

    def x(day: float) -> float:
        return _LEFT + day / longest * (_RIGHT - _LEFT)

    def y(risk: float) -> float:
        return _TOP + (1 - risk / highest) * (_HEIGHT - _TOP - _BOTTOM)

    def stairs(place: int, plan: Plan) -> str:
        points = plan.risk_by_day()
        corners = [points[0]]
        for day, risk in points[1:]:
            corners += [(day, corners[-1][1]), (day, risk)]
        drawn = " ".join(f"{x(day):.1f},{y(risk):.1f}" for day, risk in corners)
        end = f"{x(longest) + _EDGE:.1f},{y(points[-1][1]):.1f}"
        return f'<polyline class="tl-line tl-way-{place}" points="{drawn} {end}"/>'

    levels = (part * step for part in range(round(highest / step) + 1))
    days = (longest * part / _MARKS for part in range(_MARKS + 1))
    picture = [
        f'<line class="tl-grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y(risk):.1f}" y2="{y(risk):.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{y(risk) + 4:.1f}" text-anchor="end">{risk:.2f}</text>'
        for risk in levels
    ]
    picture += [f'<text x="{x(day):.1f}" y="{_HEIGHT - 18}" text-anchor="middle">{day:g}</text>' for day in days]
    picture += [stairs(place, plan) for place, plan in enumerate(ways.values())]
    picture += [f'<text x="{_LEFT}" y="{_HEIGHT - 2}">days of effort spent</text>']
    words = "; ".join(f"{WAYS[way]}: {plan.risk_after:.3f} after {plan.days:g} days" for way, plan in ways.items())
    svg = tag(
        "svg.tl-chart",
        Html("".join(picture)),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=f"Risk left. {words}.",
    )
    least = min(plan.risk_after for plan in ways.values())
    keys = (
        tag(
            "li",
            tag(f"i.tl-key.tl-way-{place}"),
            f"{WAYS[way]}: ",
            tag("b.tl-num", f"{plan.risk_after:.3f}"),
            f" after {plan.days:g} days{' (the least)' if plan.risk_after - least < _SAME else ''}",
        )
        for place, (way, plan) in enumerate(ways.items())
    )
    title = caption("Risk left by days of effort", class_="tl-second")
    return tag("div", title, svg, tag("ul.tl-keys", *keys))


def _days(first: date, whole: int) -> Html:
    marks = sorted({round(whole * part / _MARKS) for part in range(_MARKS)})
    days = (tag("span", f"{first + timedelta(days=mark):%d %b}", style=f"left:{mark / whole:.2%}") for mark in marks)
    return tag("div.tl-days", *days)
