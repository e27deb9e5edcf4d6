"""The attack lab's state, and pure functions from that state to HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from threatlab.attacks import Attack, AttackResult
from threatlab.catalog import catalog
from threatlab.widgets.attack_lab.pictures import picture


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


def about(state: AttackState) -> str:
    """Return what the attack is, what it stands for, and what is a toy about it."""
    attack = state.attack
    threat = catalog().threats[attack.threat]
    return (
        f'<h3 class="tl-cap">{escape(threat.title)} <i>\u2014 {escape(str(attack.technique))}</i></h3>'
        f'<div class="tl-lead"><b class="tl-title">{escape(attack.title)}</b></div>'
        f'<p class="tl-sub tl-gap"><b>What is a toy here:</b> {escape(attack.toy)}</p>'
    )


def status(state: AttackState) -> str:
    """Return whether the figures shown belong to the settings shown, in words that a screen reader hears."""
    if state.problem:
        words = f"<b>This can't be run:</b> {escape(state.problem)}"
    elif state.running:
        words = (
            'Running \u2026 <progress aria-label="attack running"></progress> '
            "the figures below are of the settings before."
        )
    elif state.defended is None:
        words = "Not run yet."
    else:
        words = f"Done: attacker {state.defended.success:.0%}, usefulness {state.defended.utility:.0%}."
    return f'<div class="tl-status" role="status" aria-live="polite">{words}</div>'


def outcome(state: AttackState) -> str:
    """Return the figures, the picture and the lesson; grayed, and said to be of other settings, while a run is on."""
    if state.alone is None or state.defended is None:
        return ""
    stale = " tl-stale" if state.running or state.problem else ""
    return (
        f'<div class="tl-outcome{stale}"{" aria-busy=true" if stale else ""}>{_bars(state)}'
        f'<h3 class="tl-cap tl-second">What happened</h3>{picture(state.defended)}'
        f'<p class="tl-gap">{escape(state.defended.note)}</p>{_lesson(state)}</div>'
    )


def static_picture(state: AttackState) -> str:
    """Return the figures as they stand for a saved notebook: no controls, and inline styles, which survive there."""
    if state.alone is None or state.defended is None:
        return f"<b>{escape(state.attack.title)}</b>: run the cell to see it."
    rows = "".join(
        f'<tr><td style="text-align:left">{escape(label)}</td><td style="width:55%;text-align:left">'
        f'<div style="width:{share:.1%};height:12px;background-color:{color}"></div></td><td>{share:.0%}</td></tr>'
        for label, share, color in _rows(state, "indianred", "steelblue")
    )
    settings = ", ".join(f"{name} {value}" for name, value in state.settings.items())
    return (
        f'<div style="max-width:720px;padding:12px 16px;border:1px solid gray;border-radius:8px">'
        f"<b>{escape(state.attack.title)}</b> \u00b7 control: {escape(state.attack.controls[state.control].title)}"
        f" \u00b7 {escape(settings)}"
        f'<table style="width:100%;border-collapse:collapse">{rows}</table><p>{escape(state.defended.note)}</p>'
        f"<i>A picture of the panel as it was saved. Run the cell to use it.</i></div>"
    )


def _rows(state: AttackState, bad: str, good: str) -> list[tuple[str, float, str]]:
    alone, defended = state.alone, state.defended
    assert alone is not None  # noqa: S101  # callers have checked
    assert defended is not None  # noqa: S101
    rows = [("without the attack", alone.baseline, bad), ("attack, no control", alone.success, bad)]
    useful = [("usefulness, no control", alone.utility, good)]
    if state.control != "none":
        rows.append(("attack, this control", defended.success, bad))
        useful.append(("usefulness, this control", defended.utility, good))
    return rows + useful


def _bars(state: AttackState) -> str:
    bars = "".join(
        f'<p>{escape(label)}</p><div class="tl-bar tl-plain"><i class="{kind}" style="width:{share:.1%}"></i></div>'
        f'<p class="tl-num">{share:.0%}</p>'
        for label, share, kind in _rows(state, "tl-bad", "")
    )
    return (
        f'<h3 class="tl-cap">How far the attacker gets <i>\u2014 {escape(state.attack.metric)}</i></h3>'
        f'<div class="tl-bars">{bars}</div>'
    )


def _lesson(state: AttackState) -> str:
    defense = state.attack.controls[state.control]
    told = f"<p><b>{escape(defense.title)}.</b> {escape(defense.lesson)}</p>"
    if control := catalog().controls.get(defense.catalog_control):
        told += (
            f'<p class="tl-sub">In an assessment, its absence is the finding \u201c{escape(control.finding)}\u201d '
            f'(<span class="tl-sev tl-{control.severity}">{control.severity}</span>).</p>'
        )
    return f'<div class="tl-note">{told}</div>'
