"""The attack lab's state, and pure functions from that state to HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from threatlab.attacks import Attack, AttackResult
from threatlab.attacks.base import Knob
from threatlab.catalog import catalog
from threatlab.checks import SEEDS
from threatlab.widgets.attack_lab.pictures import picture
from threatlab.widgets.base.html import (
    Html,
    bar,
    caption,
    choice,
    field,
    markup,
    problem,
    saved,
    saved_bar,
    saved_table,
    tag,
)


@dataclass(frozen=True)
class AttackState:
    """What the lab shows: an attack, the settings asked for, and the last results with the settings they belong to.

    `alone` is the attack without any control and `defended` the one with the control chosen; both are None until the
    first run is done. `problem` is what went wrong instead.
    """

    attack: Attack
    control: str
    settings: Mapping[str, Any]
    running: bool = False
    alone: AttackResult | None = None
    defended: AttackResult | None = None
    problem: str = ""


def page(state: AttackState) -> Html:
    """Return the whole panel."""
    controls = [(defense.title, name) for name, defense in state.attack.controls.items()]
    fields = (
        choice("Control", "control", controls, state.control, act="run"),
        *(_field(knob, state.settings[knob.name]) for knob in state.attack.knobs),
        field("Seed (which random draw)", "seed", state.settings["seed"], act="run", low=0, high=SEEDS - 1, step=1),
    )
    left = tag("div", caption("Set it up"), *fields, problem("run"), class_="tl-left")
    right = tag("div", status(state), outcome(state), class_="tl-risk")
    return markup(
        tag("div", about(state), class_="tl-about"),
        tag("div", left, right, class_="tl-body tl-lab"),
    )


def about(state: AttackState) -> Html:
    """Return what the attack is, what it stands for, and what is a toy about it."""
    attack = state.attack
    return markup(
        caption(catalog().threats[attack.threat].title, attack.technique),
        tag("div", tag("b", attack.title, class_="tl-title"), class_="tl-lead"),
        tag("p", tag("b", "What is a toy here:"), " ", attack.toy, class_="tl-sub tl-gap"),
    )


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
        words = (f"Done: attacker {state.defended.success:.0%}, usefulness {state.defended.utility:.0%}.",)
    return tag("div", *words, class_="tl-status", role="status", aria_live="polite")


def outcome(state: AttackState) -> Html | None:
    """Return the figures, the picture and the lesson; grayed, and said to be of other settings, while a run is on."""
    if state.alone is None or state.defended is None:
        return None
    stale = bool(state.running or state.problem)
    bars = (
        markup(tag("p", label), bar(share, kind), tag("p", f"{share:.0%}", class_="tl-num"))
        for label, share, kind in _figures(state.alone, state.defended, "tl-bad", "")
    )
    return tag(
        "div",
        caption("How far the attacker gets", state.attack.metric),
        tag("div", *bars, class_="tl-bars"),
        caption("What happened", class_="tl-second"),
        picture(state.defended),
        tag("p", state.defended.note, class_="tl-gap"),
        _lesson(state.attack, state.control),
        class_="tl-outcome tl-stale" if stale else "tl-outcome",
        aria_busy="true" if stale else None,
    )


def static_picture(state: AttackState) -> Html:
    """Return the figures as they stand for a saved notebook: no controls, and inline styles, which survive there."""
    if state.problem or state.alone is None or state.defended is None:
        return markup(tag("b", state.attack.title), f": {state.problem or 'run the cell to see it'}.")
    settings = ", ".join(f"{name} {value}" for name, value in state.settings.items())
    rows = (
        (label, saved_bar(share, color), f"{share:.0%}")
        for label, share, color in _figures(state.alone, state.defended, "indianred", "steelblue")
    )
    return saved(
        state.attack.title,
        f" \u00b7 control: {state.attack.controls[state.control].title} \u00b7 {settings}",
        saved_table((), rows),
        tag("p", state.defended.note),
    )


def _field(knob: Knob, value: Any) -> Html:
    if knob.choices:
        return choice(knob.title, knob.name, [(each, each) for each in knob.choices], value, act="run")
    if isinstance(knob.default, bool):
        return choice(knob.title, knob.name, [("no", False), ("yes", True)], value, act="run")
    return field(knob.title, knob.name, value, act="run", low=knob.low, high=knob.high, step=knob.step)


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
        "p",
        f"In an assessment, its absence is the finding \u201c{control.finding}\u201d (",
        tag("span", control.severity, class_=f"tl-sev tl-{control.severity}"),
        ").",
        class_="tl-sub",
    )
    return tag("div", tag("p", tag("b", f"{defense.title}."), " ", defense.lesson), finding, class_="tl-note")
