"""The planner's two pictures: who works when, and how the risk falls with the days spent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from math import ceil

from threatlab.plan import WAYS, Plan
from threatlab.widgets.base.drawings import line_chart
from threatlab.widgets.base.html import Html, caption, tag

_MARKS = 4
_LEVELS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Distances between two lines of the risk axis: the first with which five lines are enough."""

_EDGE = 0.02
"""Of the width: room at the right, so that what falls on the last day can be seen to fall."""

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
    steps = max(ceil(most / step), 1)
    words = "; ".join(f"{WAYS[way]}: {plan.risk_after:.3f} after {plan.days:g} days" for way, plan in ways.items())
    chart = line_chart(
        [_stairs(plan, longest, steps * step) for plan in ways.values()],
        {part / _MARKS: f"{longest * part / _MARKS:g}" for part in range(_MARKS + 1)},
        f"Risk left. {words}.",
        levels={part / steps: f"{part * step:.2f}" for part in range(steps + 1)},
        below="days of effort spent",
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
    return tag("div", title, chart, tag("ul.tl-keys", *keys))


def _stairs(plan: Plan, longest: float, highest: float) -> list[tuple[float, float]]:
    """Return the corners of a plan's staircase: how far across, and how far upward, both from 0 to 1."""
    points = [(day / longest, risk / highest) for day, risk in plan.risk_by_day()]
    corners = points[:1]
    for across, share in points[1:]:
        corners += [(across, corners[-1][1]), (across, share)]
    return [*corners, (1 + _EDGE, corners[-1][1])]


def _days(first: date, whole: int) -> Html:
    marks = sorted({round(whole * part / _MARKS) for part in range(_MARKS)})
    days = (tag("span", f"{first + timedelta(days=mark):%d %b}", style=f"left:{mark / whole:.2%}") for mark in marks)
    return tag("div.tl-days", *days)
