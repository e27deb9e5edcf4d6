"""The attack lab's state, and pure functions from that state to HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from threatlab.attacks import Attack, AttackResult
from threatlab.attacks.base import Knob
from threatlab.catalog import catalog
from threatlab.checks import SEEDS
from threatlab.widgets.attack_lab.pictures import picture
from threatlab.widgets.base.html import (
    Html,
    bar,
    bars,
    caption,
    choice,
    fold,
    headed,
    markup,
    problem,
    saved,
    saved_bar,
    saved_table,
    severity,
    slider,
    tag,
)
from threatlab.widgets.base.html import field as typed
from threatlab.words import capital, lower_first

ABOUT = "What this attack is, and what is a toy about it"


@dataclass(frozen=True)
class Reached:
    """The best run so far that reached a target: its rank (lower is better), and what it reached, in words."""

    rank: float
    report: str


@dataclass(frozen=True)
class AttackState:
    """What the lab shows: an attack, the settings asked for, and the last results with the settings they belong to.

    `alone` is the attack without any control and `defended` the one with the control chosen; both are None until the
    first run is done. `problem` is what went wrong instead. `reached` holds the targets reached, and `news` what the
    last run did for them.
    """

    attack: Attack
    control: str
    settings: Mapping[str, Any]
    running: bool = False
    alone: AttackResult | None = None
    defended: AttackResult | None = None
    problem: str = ""
    reached: Mapping[str, Reached] = field(default_factory=dict)
    news: str = ""


def page(state: AttackState) -> Html:
    """Return the whole panel."""
    knobs = tag("div.tl-knobs", *_fields(state))
    left = tag("div.tl-left", problem("enter"), knobs)
    right = tag("div.tl-risk", status(state), outcome(state))
    return markup(
        tag("div.tl-about", targets(state)),
        tag("div.tl-body.tl-two.tl-lab", left, right),
        fold(ABOUT, about(state.attack)),
    )


def targets(state: AttackState) -> Html:
    """Return what there is to reach, and the best that was reached so far."""
    return markup(
        caption(f"{state.attack.title}: your targets", f"The attacker: {catalog().who(state.attack.attacker)}."),
        tag(
            "ul.tl-targets",
            *(tag("li", _target(state, name, class_="tl-sub tl-reached")) for name in state.attack.targets),
        ),
    )


def about(attack: Attack) -> Html:
    """Return what the attack stands for, where it is published, and what is a toy about it."""
    threat = catalog().threats[attack.threat]
    return markup(
        tag("p", f"{attack.technique}. {threat.about} {attack.paper}."),
        headed("Who attacks here:", _attacker(attack)),
        headed("What is a toy here:", attack.toy),
    )


def _attacker(attack: Attack) -> str:
    adversary = catalog().adversaries[attack.attacker.adversary]
    goal = lower_first(adversary.goals[attack.threat].text)
    return f"{capital(catalog().who(attack.attacker))}, who wants to {goal}. {attack.attacker.why}"


def status(state: AttackState) -> Html:
    """Return whether the figures shown belong to the settings shown, in words that a screen reader hears."""
    words: tuple[object, ...]
    if state.problem:
        words = tag("b", "This can't be run:"), " ", state.problem
    elif state.running:
        older = state.defended and " the figures below are of the settings before."
        words = "Running \u2026 ", tag("progress", aria_label="attack running"), older
    elif state.defended is None:
        words = ("Not run yet.",)
    else:
        figures = f"Done: attacker {state.defended.success:.0%}, usefulness {state.defended.utility:.0%}."
        words = figures, state.news and tag("b.tl-better", f" {state.news}")
    return tag("div.tl-status", *words, role="status", aria_live="polite")


def outcome(state: AttackState) -> Html | None:
    """Return the figures, the picture and the lesson; grayed, and said to be of other settings, while a run is on."""
    if state.alone is None or state.defended is None:
        return None
    stale = bool(state.running or state.problem)
    rows = (
        (label, bar(share, kind), f"{share:.0%}")
        for label, share, kind in _figures(state.alone, state.defended, "tl-bad", "")
    )
    return tag(
        "div",
        caption("How far the attacker gets", state.defended.metric),
        bars(rows),
        caption("What happened", class_="tl-second"),
        picture(state.defended),
        tag("p.tl-gap", state.defended.note),
        _lesson(state.attack, state.control),
        class_="tl-stale" if stale else None,
        aria_busy="true" if stale else None,
    )


def static_picture(state: AttackState) -> Html:
    """Return the figures as they stand for a saved notebook."""
    if state.problem or state.alone is None or state.defended is None:
        return markup(tag("b", state.attack.title), f": {state.problem or 'run the cell to see it'}.")
    settings = ", ".join(f"{knob.title}: {shown(knob, state.settings[knob.name])}" for knob in state.attack.knobs)
    rows = (
        (label, saved_bar(share, color), f"{share:.0%}")
        for label, share, color in _figures(state.alone, state.defended, "indianred", "steelblue")
    )
    return saved(
        state.attack.title,
        *(_target(state, name) for name in state.attack.targets),
        f"Control: {state.attack.controls[state.control].title}, {settings}, seed {state.settings['seed']}.",
        saved_table((), rows),
        tag("p", state.defended.note),
    )


def shown(knob: Knob, value: Any) -> str:
    """Return a knob's value as the page shows it: shares in percent."""
    if knob.choices:
        return knob.choices[value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{100 * value:.12g}%" if isinstance(knob.default, float) else str(value)


def reached(state: AttackState, alone: AttackResult, defended: AttackResult) -> dict[str, Reached]:
    """Return the targets that a run reaches and no run before reached as well, each with what it reached."""
    better = {}
    for name, target in state.attack.targets.items():
        if target.counts(defended, alone):
            rank, before = target.rank(defended, alone), state.reached.get(name)
            if before is None or rank < before.rank:
                report = f"{target.report(defended, alone)} (seed {state.settings['seed']})"
                better[name] = Reached(rank, report)
    return better


def _target(state: AttackState, name: str, **looks: str) -> Html:
    target, best = state.attack.targets[name], state.reached.get(name)
    task = headed(f"{target.role}:", target.task)
    said = best and tag("p", tag("b", "Reached"), f": {best.report}. {target.teaches}", **looks)
    return markup(task, said)


def _fields(state: AttackState) -> tuple[Html, ...]:
    """Return the fields of the control, each knob and the seed; beside one that does nothing now stands why."""
    attack = state.attack
    controls = [(defense.title, name) for name, defense in attack.controls.items()]
    return (
        choice("Control", "control", controls, state.control, act="enter", impossible=_impossible_controls(state)),
        *(_field(state, knob) for knob in attack.knobs),
        typed(
            "Seed (which random draw)",
            "seed",
            state.settings["seed"],
            act="enter",
            low=0,
            high=SEEDS - 1,
            step=1,
            class_="tl-inline",
        ),
    )


def _impossible_controls(state: AttackState) -> dict[object, str]:
    """Return the controls that don't fit the other settings, each with the choice that it needs."""
    titles = {knob.name: knob.choices for knob in state.attack.knobs}
    return {
        control: f"needs \u201c{titles[name][value]}\u201d"
        for control, defense in state.attack.controls.items()
        for name, value in defense.needs.items()
        if state.settings[name] != value
    }


def _field(state: AttackState, knob: Knob) -> Html:
    value, defense = state.settings[knob.name], state.attack.controls[state.control]
    idle = bool(knob.only_with) and state.control not in knob.only_with
    if knob.choices or isinstance(value, bool):
        options: dict[Any, str] = dict(knob.choices) or {False: "no", True: "yes"}
        needed = defense.needs.get(knob.name)
        barred = {each: f"not with \u201c{defense.title}\u201d" for each in options if needed not in (None, each)}
        pairs = [(title, each) for each, title in options.items()]
        turned = choice(knob.title, knob.name, pairs, value, act="enter", impossible=barred, disabled=idle)
    else:
        percent = 100 if isinstance(knob.default, float) else 1
        turned = slider(
            knob.title,
            knob.name,
            round(percent * value, 10),
            act="enter",
            low=percent * knob.low,
            high=percent * knob.high,
            step=percent * knob.step,
            stops=knob.stops,
            unit="%" if percent == 100 else "",
            disabled=idle,
        )
    return tag("div", turned, tag("p.tl-sub", knob.otherwise) if idle else None)


def _figures(alone: AttackResult, defended: AttackResult, bad: str, good: str) -> list[tuple[str, float, str]]:
    """Return label, share and look of each bar."""
    rows = [("without the attack", alone.baseline, bad), ("attack, no control", alone.success, bad)]
    useful = [("usefulness, no control", alone.utility, good)]
    if defended.control != "none":
        rows.append(("attack, this control", defended.success, bad))
        useful.append(("usefulness, this control", defended.utility, good))
    return rows + useful


def _lesson(attack: Attack, name: str) -> Html:
    defense = attack.controls[name]
    control = catalog().controls.get(defense.catalog_control)
    finding = control and tag(
        "p.tl-sub",
        f"In an assessment, its absence is the finding \u201c{control.finding}\u201d (",
        severity(control.severity),
        ").",
    )
    return tag("div.tl-note", headed(f"{defense.title}.", defense.lesson), finding)
