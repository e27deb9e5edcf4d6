"""Static pictures of plans (matplotlib): who works when, risk left by days, and what a utility floor costs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from threatlab.catalog import ROLES
from threatlab.errors import ThreatLabError
from threatlab.plan import WAYS, Plan
from threatlab.plots.inventory import INK, Picture

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's palette for all color visions (jfly.uni-koeln.de/color); hatches and line styles say the same."""

_HATCHES = ("", "//", "..", "\\\\", "xx", "--")
_LINES = ("-", "--", ":", "-.", (0, (7, 2, 1, 2, 1, 2)))
_WIDTHS = (3.2, 2.2, 1.6, 1.6, 1.6)
_WEEK = 7


def plot_timeline(plan: Plan) -> Figure:
    """Return a bar for each step of a dated plan, from its first to its last day, in the order of the plan.

    Raises
    ------
    ThreatLabError
        If the plan has no dates (make it with `start`).
    """
    if plan.begins is None or plan.finish is None:
        raise ThreatLabError("the plan has no dates; make it with start=... to draw its timeline")
    picture, axes = _picture(height=1.6 + 0.36 * max(len(plan.steps), 1))
    drawn: set[str] = set()
    for place, step in enumerate(plan.steps):
        if step.start and step.due:
            role, days = ROLES.index(step.role), (step.due - step.start).days + 1
            label = "" if step.role in drawn else step.role
            axes.barh(
                place,
                days,
                left=(step.start - plan.begins).days,
                height=0.62,
                color=COLORS[role],
                hatch=_HATCHES[role],
                edgecolor="white",
                label=label or None,
            )
            drawn.add(step.role)
    span = (plan.finish - plan.begins).days + 1
    marks = list(range(0, span + 1, _WEEK * max(1, span // (8 * _WEEK))))
    axes.set_xticks(marks, labels=[f"{_day(plan.begins, mark):%d %b}" for mark in marks])
    axes.set_yticks(range(len(plan.steps)), labels=[step.title for step in plan.steps], parse_math=False)
    axes.set(xlim=(0, span), ylim=(max(len(plan.steps), 1) - 0.4, -0.6))
    axes.set_title(f"Timeline of the plan for {plan.system.title}", loc="left", parse_math=False)
    axes.set_xlabel(f"Date, from {plan.begins} (each bar ends on its due day; nobody works on weekends)")
    axes.set_ylabel("Control")
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    if drawn:
        axes.legend(title="Role", loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    else:
        axes.text(span / 2, 0, "no steps in this plan", ha="center", va="center", color=INK)
    told = ", ".join(f"{step.title} ({step.role}) {step.start} to {step.due}" for step in plan.steps)
    picture.description = f"timeline of {len(plan.steps)} steps: {told or 'none'}"
    return picture


def plot_risk_by_days(plans: Mapping[str, Plan]) -> Figure:
    """Return a staircase for each plan: the risk that is left after so many days of effort.

    Parameters
    ----------
    plans
        What `compare_ways` returns, or some of it.

    Raises
    ------
    ThreatLabError
        If there is no plan.
    """
    if not plans:
        raise ThreatLabError("there is no plan to draw: compare_ways() returns some")
    picture, axes = _picture(height=4.4)
    widest = max(*(plan.budget for plan in plans.values()), 1.0)
    for place, (way, plan) in enumerate(plans.items()):
        days, risks = zip(*plan.risk_by_day(), strict=True)
        axes.step(
            [*days, widest * 1.02],
            [*risks, risks[-1]],
            where="post",
            color=COLORS[place % len(COLORS)],
            linestyle=_LINES[place % len(_LINES)],
            linewidth=_WIDTHS[place % len(_WIDTHS)],
            label=f"{WAYS.get(way, way)}: {plan.risk_after:.3f} after {plan.days:g} days",
        )
    before = max(plan.risk_before for plan in plans.values())
    axes.set(xlim=(0, widest * 1.02), ylim=(0, max(before * 1.08, 0.05)))
    axes.set_title("Risk left, by days of effort spent", loc="left")
    axes.set(xlabel="Effort spent (person-days)", ylabel="Risk score (0 to 1, higher is worse)")
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    for label in axes.legend(loc="lower left", frameon=False).get_texts():
        label.set_parse_math(False)
    told = "; ".join(
        f"{WAYS.get(way, way)} from {plan.risk_before:.3f} to {plan.risk_after:.3f} after {plan.days:g} days"
        for way, plan in plans.items()
    )
    picture.description = f"staircases of risk left by days of effort: {told}"
    return picture


def plot_utility_frontier(plans: Mapping[float, Plan], floor: float | None = None) -> Figure:
    """Return the best plan above each utility floor as a point: the usefulness it keeps, and the risk it leaves.

    Parameters
    ----------
    plans
        What `compare_floors` returns.
    floor
        Drawn as a dashed line: plans to its left may not be chosen.

    Raises
    ------
    ThreatLabError
        If there is no plan.
    """
    if not plans:
        raise ThreatLabError("there is no plan to draw: compare_floors() returns some")
    points = sorted({(round(plan.utility, 4), round(plan.risk_after, 4)) for plan in plans.values()})
    picture, axes = _picture(height=4.2)
    axes.plot(*zip(*points, strict=True), color=COLORS[0], marker="o", linestyle="-", drawstyle="steps-pre")
    apart, last = (1 - points[0][0]) / 14, 2.0
    for utility, risk in reversed(points):
        if last - utility < apart and utility != points[0][0]:
            continue  # the text of a neighbor stands there
        last = utility
        axes.annotate(
            f"{risk:.3f}",
            (utility, risk),
            (0, -18),  # below the stairs, which rise from each point
            textcoords="offset points",
            ha="center",
            color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )
    if floor is not None:
        axes.axvline(floor, color=COLORS[1], linestyle="--", linewidth=1.4)
        beside = (-6, 6) if floor > (points[0][0] + 1) / 2 else (6, 6)
        axes.annotate(
            f"floor {floor:.0%}: plans to its left are refused",
            (floor, 0),
            beside,
            textcoords="offset points",
            ha="right" if beside[0] < 0 else "left",
            color=COLORS[1],
        )
    first = next(iter(plans.values()))
    title = f"The price of a utility floor for {first.system.title}, with {first.budget:g} days"
    axes.set_title(title, loc="left", parse_math=False)
    axes.set(
        xlabel="Utility that the best plan keeps (share of the system's usefulness)",
        ylabel="Risk score left (0 to 1)",
        ylim=(0, max(risk for _, risk in points) * 1.2 + 0.02),
        xlim=(min(points[0][0], 1.0 if floor is None else floor) - 0.02, 1.01),
    )
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    told = ", ".join(f"utility {utility:.3f} with risk {risk:.3f}" for utility, risk in points)
    picture.description = f"best plans within {first.budget:g} days above {len(plans)} utility floors: {told}"
    return picture


def _picture(height: float) -> tuple[Picture, Axes]:
    picture = Picture(figsize=(9, height), facecolor="white", layout="constrained")
    axes = picture.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    return picture, axes


def _day(first: date, days: int) -> date:
    return first + timedelta(days=days)
