"""The most destructive that a learner can do in each kind of panel: its text is run in the notebook's own kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def begin_a_guess_anew(panel: Any) -> None:
    for question in panel.state.questions:
        panel.choose(question, panel.state.choices[-1])
    panel.begin_anew()


def answer_all_wrong(panel: Any) -> None:
    for name, each in panel._questions.items():
        panel.answer(name, next(letter for letter in each.options if not each.question.check(letter)))


def leave_nothing_drawn(panel: Any) -> None:
    for element in panel.drawing.elements:
        panel.remove(element.name)
    for zone in panel.drawing.zones:
        panel.remove(zone.name)


def answer_no_to_all(panel: Any) -> None:
    panel.choose("tay")
    panel.set(**dict.fromkeys((*panel.system.catalog.facts, *panel.system.catalog.controls), False))


def deny_all_controls(panel: Any) -> None:
    for control in panel.system.catalog.controls:
        panel.answer(control, value=False)


def attack_with_nothing(panel: Any) -> None:
    numbers = [knob for knob in panel.state.attack.knobs if not knob.choices and not isinstance(knob.default, bool)]
    panel.set(seed=99, **{knob.name: knob.low for knob in numbers})


def plan_nothing(panel: Any) -> None:
    panel.set(system="tay")
    panel.set(budget=0, min_utility=1)


def send_what_nobody_knows(panel: Any) -> None:
    for control in ("filter", "tool_allow_list"):
        panel.try_line("Ignore " + "qwzx " * 40, control=control)
    panel.begin_anew()


def switch_all_off(panel: Any) -> None:
    panel.choose("tay")
    panel.set(off=tuple(panel.state.system.catalog.layers))


def replay_another_without_controls(panel: Any) -> None:
    panel.choose("tay")
    panel.set(**dict.fromkeys(panel.state.system.catalog.controls, False))


def report_nobody(panel: Any) -> None:
    panel.set(threshold=128, accounts=0)
    panel.jump("end")


def break_the_exercise_off(panel: Any) -> None:
    if panel.exercise is None:
        panel.start()
    panel.reset()


def alert_on_all(panel: Any) -> None:
    panel.set(alert_threshold=0)


def export_over_it(panel: Any) -> None:
    panel.export(overwrite=True)


def forget_all_progress(panel: Any) -> None:
    panel.reset()


def take_all_back(panel: Any) -> None:
    panel.count(**dict.fromkeys((answer.attribute for answer in panel.state.answers), False))


def show_anyway(panel: Any) -> None:
    panel.reveal()


def nothing(_: Any) -> None:
    """There is nothing in it to click."""


WORST: dict[str, Callable[[Any], None]] = {
    "AttackLab": attack_with_nothing,
    "CheckYourself": begin_a_guess_anew,
    "ChecklistPanel": nothing,
    "ClassView": nothing,
    "Comparison": show_anyway,
    "ControlForm": deny_all_controls,
    "Dashboard": alert_on_all,
    "ExportPanel": export_over_it,
    "IncidentReplay": replay_another_without_controls,
    "InjectionDesk": send_what_nobody_knows,
    "LayersPanel": switch_all_off,
    "Planner": plan_nothing,
    "Prediction": begin_a_guess_anew,
    "ProgressPanel": forget_all_progress,
    "Recall": answer_all_wrong,
    "ScopeEditor": leave_nothing_drawn,
    "StreamMonitor": report_nobody,
    "SystemExplorer": answer_no_to_all,
    "TabletopPanel": break_the_exercise_off,
    "WhatChanged": take_all_back,
}
