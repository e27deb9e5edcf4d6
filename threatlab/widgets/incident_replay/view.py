"""The incident replay's state, and pure functions from that state to HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape

from threatlab.catalog import catalog
from threatlab.incidents import VERDICTS, Bearing, Incident, Replay, StepOutcome, replay
from threatlab.ranking import rounded
from threatlab.system import AISystem

WAY_WORDS = {"stops": "stops it", "slows": "slows it", "sees": "sees it", "limits": "limits the harm"}

_COLORS = {"stopped": "#0f6d3c", "slowed": "#7d5200", "seen": "#0b5cad", "limited": "#0b5cad", "open": "#b3261e"}
"""For the saved picture, on white; what is missing here is gray."""


@dataclass(frozen=True)
class ReplayState:
    """What the replay shows: an incident, the system that meets it now, and the one that met it at first."""

    incident: Incident
    system: AISystem
    start: AISystem

    @cached_property
    def now(self) -> Replay:
        """The incident against the system as it is."""
        return replay(self.incident, self.system)

    @cached_property
    def before(self) -> Replay:
        """The incident against the system as it was."""
        return replay(self.incident, self.start)


def headline(state: ReplayState) -> str:
    """Return where the attacker gets to, how often, and what it was before: what the eye must find first."""
    now, before = state.now, state.before
    was = f'<div class="tl-was" style="left:{before.chance:.1%}"></div>' if state.system != state.start else ""
    return (
        f'<div class="tl-head tl-replayed"><div><div class="tl-cap">The attacker</div>'
        f'<div class="tl-score tl-words">{_ending(now)}</div><div class="tl-delta">{_change(state)}</div></div>'
        f'<div><div class="tl-track"><div class="tl-fill" style="width:{now.chance:.1%}"></div>{was}</div>'
        f'<p class="tl-sub tl-gap">Of 100 attempts, <b>{_of_100(now.chance)}</b> get to the end.</p></div>'
        f'<div class="tl-lead"><span>{escape(state.incident.when)}</span> {escape(state.incident.summary)}</div></div>'
        f'<div class="tl-hidden" role="alert" aria-live="polite">{announcement(state)}</div>'
    )


def announcement(state: ReplayState) -> str:
    """Return the outcome in one sentence, for a screen reader."""
    seen = f", seen at step {state.now.seen_at}" if state.now.seen_at else ""
    return f"The attacker {_ending(state.now)}{seen}; {_of_100(state.now.chance)} of 100 attempts get to the end."


def ladder(state: ReplayState) -> str:
    """Return the steps in their published order, each with its verdict, what bears on it, and who gets past."""
    rows = "".join(_row(number, each) for number, each in enumerate(state.now.steps, start=1))
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Step", "What happened", "Get past"))
    return (
        f'<h3 class="tl-cap">The published steps <i>\u2014 {escape(state.incident.case)}, in their order</i></h3>'
        f'<table class="tl-ladder"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )


def single_controls(state: ReplayState) -> str:
    """Return, for each control that bears on the incident, where it alone leads; the system otherwise as it was."""
    rows = "".join(
        f"<tr><td>{escape(catalog().controls[control].title)}</td><td>{_ending(alone).capitalize()}</td>"
        f'<td class="tl-num">{_of_100(alone.chance)} of 100</td></tr>'
        for control, alone in alone_each(state)
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("This one alone", "The attacker", "Get to the end"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def alone_each(state: ReplayState) -> list[tuple[str, Replay]]:
    """Return the replay with each control alone added to the system as it was, the most useful first."""
    found = [
        (control, replay(state.incident, state.start.with_(**{control: True})))
        for control in state.now.controls_that_could
        if control not in state.start.true
    ]
    return sorted(found, key=lambda pair: (rounded(pair[1].chance), pair[1].reached))


def static_picture(state: ReplayState) -> str:
    """Return the replay as it stands for a saved notebook: no controls, and inline styles, which survive there."""
    left = ' style="text-align:left;vertical-align:top"'
    rows = "".join(
        f"<tr><td{left}>{number}</td><td{left}>{escape(each.step.what)}</td>"
        f'<td{left}><b style="color:{_COLORS.get(each.verdict, "#57606a")}">{each.verdict}</b></td>'
        f"<td>{_of_100(each.chance)}</td></tr>"
        for number, each in enumerate(state.now.steps, start=1)
    )
    heads = "".join(f"<th{left}>{name}</th>" for name in ("Step", "What happened", "Verdict", "Of 100 get past"))
    return (
        f'<div style="max-width:720px;padding:12px 16px;border:1px solid gray;border-radius:8px">'
        f"<b>{escape(state.incident.title)}</b> \u00b7 {escape(state.incident.when)} \u00b7 the attacker "
        f"<b>{_ending(state.now)}</b>"
        f'<table style="width:100%;border-collapse:collapse"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        f"<i>A picture of the panel as it was saved. Run the cell to use it.</i></div>"
    )


def _ending(told: Replay) -> str:
    if told.stopped_at is None:
        return "gets to the end"
    return f"is stopped at step {told.stopped_at} of {len(told.steps)}"


def _of_100(chance: float) -> str:
    """Return a share as a count out of 100; what is too small to be a whole one is not made zero."""
    return "fewer than 1" if 0 < chance < 0.005 else f"{100 * chance:.0f}"


def _change(state: ReplayState) -> str:
    if state.system == state.start:
        return '<span class="tl-sub">as it was</span>'
    if state.now.chance == state.before.chance:
        return '<span class="tl-sub">no further than as it was, and no less</span>'
    less = state.now.chance < state.before.chance
    word = "better" if less else "worse"
    was = _of_100(state.before.chance)
    return f'<s class="tl-num">{was} of 100</s> <span class="tl-{word}">{word}</span> than as it was'


def _row(number: int, each: StepOutcome) -> str:
    step = each.step
    bearings = "".join(map(_bearing, each.bearings))
    kind, means = each.verdict.replace(" ", "-"), escape(VERDICTS[each.verdict])
    return (
        f'<tr class="tl-v-{kind}"><td class="tl-num">{number}</td>'
        f'<td>{escape(step.what)} <span class="tl-verdict" title="{means}">{each.verdict}</span>'
        f'<div class="tl-sub">{escape(str(step.technique))}</div>{bearings}</td>'
        f'<td class="tl-num">{_of_100(each.chance)}</td></tr>'
    )


def _bearing(bearing: Bearing) -> str:
    title = escape(catalog().controls[bearing.control].title)
    why = f" {escape(bearing.why)}" if bearing.why else ""
    share = f" ({bearing.share:.0%} of attempts)" if bearing.share else ""
    return f'<div class="tl-bearing"><b>{title}</b> {WAY_WORDS[bearing.way]}{share}.{why}</div>'
