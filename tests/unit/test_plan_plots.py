"""The static pictures of plans: what is drawn is what was planned, and the words say the same."""

from __future__ import annotations

import pytest

from threatlab import AISystem, ThreatLabError, load_system
from threatlab.plan import compare_floors, compare_ways, make_plan
from threatlab.plots.plan import plot_risk_by_days, plot_timeline, plot_utility_frontier

RAY = load_system("shadowray")


def test_the_timeline_has_a_bar_for_each_step_in_calendar_days_and_a_key_for_each_role():
    plan = make_plan(RAY, 40, min_utility=0.95, start="2026-12-01")
    picture = plot_timeline(plan)
    (axes,) = picture.axes
    drawn = [(bar.get_x(), bar.get_width()) for bar in axes.patches]
    assert drawn == [((s.start - plan.begins).days, (s.due - s.start).days + 1) for s in plan.steps]
    assert [label.get_text() for label in axes.get_yticklabels()] == [step.title for step in plan.steps]
    keys = {text.get_text() for text in axes.get_legend().get_texts()}
    assert keys == {step.role for step in plan.steps}
    assert f"{plan.steps[0].start} to {plan.steps[0].due}" in repr(picture)


def test_an_empty_plan_has_a_timeline_that_says_so():
    picture = plot_timeline(make_plan(RAY, 0, start="2026-12-01"))
    assert "no steps in this plan" in [text.get_text() for text in picture.axes[0].texts]
    picture._repr_png_()


def test_each_staircase_falls_where_its_steps_are_done():
    plans = compare_ways(RAY, 20, min_utility=0.95)
    (axes,) = plot_risk_by_days(plans).axes
    for line, plan in zip(axes.lines, plans.values(), strict=True):
        points = list(zip(line.get_xdata(), line.get_ydata(), strict=True))
        assert points[:-1] == list(plan.risk_by_day())
        assert points[-1][1] == plan.risk_by_day()[-1][1]
        assert line.get_drawstyle() == "steps-post"
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == len(plans)


@pytest.mark.parametrize("name", ["$$", "a $x^{ b$"])
def test_a_name_with_dollars_is_drawn_as_it_is(name):
    system = AISystem(name, title=name, internet_facing=True)
    for picture in (
        plot_risk_by_days({name: make_plan(system, 5)}),
        plot_timeline(make_plan(system, 5, start="2026-12-01")),
    ):
        picture.draw_without_rendering()


def test_the_frontier_shows_each_best_plan_and_the_floor():
    plans = compare_floors(load_system("tay"), 40, [0.7, 0.95, 1.0])
    (axes,) = plot_utility_frontier(plans, floor=0.95).axes
    line, floor = axes.lines
    points = set(zip(line.get_xdata(), line.get_ydata(), strict=True))
    assert points == {(round(p.utility, 4), round(p.risk_after, 4)) for p in plans.values()}
    assert floor.get_xdata()[0] == 0.95
    assert "for Tay, with 40 days" in axes.get_title(loc="left")
    assert all(axes.get_xlim()[0] < utility for utility, _ in points)


@pytest.mark.parametrize("draw", [plot_risk_by_days, plot_utility_frontier])
def test_nothing_to_draw_is_said(draw):
    with pytest.raises(ThreatLabError, match="there is no plan to draw"):
        draw({})


def test_a_plan_without_dates_has_no_timeline():
    with pytest.raises(ThreatLabError, match="make it with start="):
        plot_timeline(make_plan(RAY, 5))
