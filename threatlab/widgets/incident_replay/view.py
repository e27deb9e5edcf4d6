"""The incident replay's state, and pure functions from that state to HTML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from threatlab.catalog import Catalog, catalog
from threatlab.incidents import STOPS, VERDICTS, Bearing, Incident, Replay, StepOutcome, controls_that_could, replay
from threatlab.ranking import rounded
from threatlab.system import AISystem
from threatlab.widgets.base.html import (
    Html,
    button,
    caption,
    choice,
    fold,
    markup,
    number,
    saved,
    saved_table,
    score,
    table,
    tag,
    toggle,
    track,
    unheard,
)

WAY_WORDS = {"stops": "stops it", "slows": "slows it", "sees": "sees it", "limits": "limits the harm"}

_LIMITS = (
    f"What stops a step is taken to end {STOPS:.0%} of the attempts: nothing that is in place works always. What slows "
    "one ends the share that it claims to remove of a threat's risk over a year, for want of a figure by attempt. Of a "
    "layer, the best control counts whole and each further one in part. Teaching values: compare them."
)
"""What the shares are, and are not."""

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


def page(state: ReplayState, incidents: Iterable[Incident]) -> Html:
    """Return the whole panel, with a list of `incidents` to choose from."""
    names = [(f"{each.title} ({each.date.year})", each.id) for each in incidents]
    picker = choice("Incident", "incident", names, state.incident.id, act="choose")
    reset = button("Reset", "reset", hint="Go back to the system as it was", disabled=state.system == state.start)
    alone = fold("Which one alone would have stopped it?", single_controls(state), key=state.incident.id)
    return markup(
        tag("div.tl-top", tag("div.tl-pick", picker, reset), headline(state)),
        tag("div.tl-body.tl-replay", tag("div.tl-left", switches(state)), tag("div.tl-risk", ladder(state), alone)),
    )


def headline(state: ReplayState) -> Html:
    """Return where the attacker gets to, how often, and what it was before: what the eye must find first."""
    now, before = state.now, state.before
    was = tag("div.tl-was", style=f"left:{before.chance:.1%}") if state.system != state.start else None
    return tag(
        "div.tl-head.tl-replayed",
        score("The attacker", _ending(now), _change(state)),
        tag(
            "div",
            track(now.chance, was),
            tag("p.tl-sub.tl-gap", "Of 100 attempts, ", tag("b", _of_100(now.chance)), " get to the end."),
        ),
        tag("div.tl-lead", tag("span", state.incident.when), " ", state.incident.summary),
        tag("div.tl-sub.tl-lead", who(state)),
        unheard(announcement(state)),
        class_="tl-alerting" if now.stopped_at is None else None,
    )


def who(state: ReplayState) -> str:
    """Return who attacked, with access and knowledge, and who says so."""
    attacker = state.incident.attacker
    return f"The attacker: {catalog().who(attacker)}; {attacker.why}." if attacker else "Who attacked is not said."


def announcement(state: ReplayState) -> str:
    """Return the outcome in one sentence, for a screen reader."""
    seen = f", seen at step {state.now.seen_at}" if state.now.seen_at else ""
    return f"The attacker {_ending(state.now)}{seen}; {_of_100(state.now.chance)} of 100 attempts get to the end."


def switches(state: ReplayState) -> Html:
    """Return each control that bears on the incident as a question to answer, by layer."""
    bearing = controls_that_could(state.incident)
    parts = [caption("In place?", "controls that bear on it")]
    for layer in state.system.catalog.layers.values():
        controls = [c for c in state.system.catalog.controls.values() if c.layer == layer.id and c.id in bearing]
        if controls:
            parts.append(tag("p.tl-sub.tl-layer", layer.title))
        for control in controls:
            words = (("yes", True, f"In place: {control.title}"), ("no", False, f"Not in place: {control.title}"))
            in_place = control.id in state.system.true
            parts.append(toggle(control.title, "in_place", words, in_place, act="put", args={"control": control.id}))
    return markup(*parts)


def ladder(state: ReplayState) -> Html:
    """Return the steps in their published order, each with its verdict, what bears on it, and who gets past."""
    rows = (_row(n, each, state.system.catalog) for n, each in enumerate(state.now.steps, start=1))
    case = state.incident.case
    ours = "" if case.startswith("AML.") else "; tactics and techniques are our reading"
    return markup(
        caption("The published steps", f"{case}, in their order{ours}"),
        table(("Step", "What happened", "Get past"), rows, class_="tl-ladder"),
        tag("p.tl-sub", _LIMITS),
    )


def single_controls(state: ReplayState) -> Html:
    """Return, for each control that bears on the incident, where it alone leads; the system otherwise as it was."""
    controls = state.system.catalog.controls
    rows = (
        (controls[control].title, _ending(alone).capitalize(), number(f"{_of_100(alone.chance)} of 100"))
        for control, alone in alone_each(state)
    )
    return table(("This one alone", "The attacker", "Get to the end"), rows)


def alone_each(state: ReplayState) -> list[tuple[str, Replay]]:
    """Return the replay with each control alone added to the system as it was, the most useful first."""
    alone = [
        (control, replay(state.incident, state.start.with_(**{control: True})))
        for control in state.now.controls_that_could
        if control in state.system.catalog.controls and control not in state.start.true
    ]
    return sorted(alone, key=lambda pair: (rounded(pair[1].chance), pair[1].reached))


def static_picture(state: ReplayState) -> Html:
    """Return the replay as it stands for a saved notebook."""
    rows = (
        (
            n,
            each.step.what,
            tag("b", each.verdict, style=f"color:{_COLORS.get(each.verdict, '#57606a')}"),
            _of_100(each.chance),
        )
        for n, each in enumerate(state.now.steps, start=1)
    )
    return saved(
        state.incident.title,
        f" \u00b7 {state.incident.when} \u00b7 the attacker ",
        tag("b", _ending(state.now)),
        tag("p", who(state)),
        saved_table(("Step", "What happened", "Verdict", "Of 100 get past"), rows),
    )


def _ending(outcome: Replay) -> str:
    if outcome.stopped_at is None:
        return "gets to the end"
    return f"is mostly stopped at step {outcome.stopped_at} of {len(outcome.steps)}"


def _of_100(chance: float) -> str:
    """Return a share as a count out of 100; what is too small to be a whole one is not made zero."""
    return "fewer than 1" if 0 < chance < 0.005 else f"{100 * chance:.0f}"


def _change(state: ReplayState) -> Html:
    if state.system == state.start:
        return tag("span.tl-sub", "as it was")
    if _of_100(state.now.chance) == _of_100(state.before.chance):
        return tag("span.tl-sub", "as many as it was")
    word, said = ("better", "fewer") if state.now.chance < state.before.chance else ("worse", "more")
    was = tag("s.tl-num", f"{_of_100(state.before.chance)} of 100")
    return markup(was, " ", tag(f"span.tl-{word}", said), " than as it was")


def _row(n: int, each: StepOutcome, catalog: Catalog) -> tuple[Html, Html, Html]:
    kind = each.verdict.replace(" ", "-")
    what = markup(
        each.step.what,
        " ",
        tag(f"span.tl-verdict.tl-v-{kind}", each.verdict, title=VERDICTS[each.verdict]),
        tag("div.tl-sub", each.step.technique),
        *(_bearing(bearing, catalog) for bearing in each.bearings),
    )
    return (
        number(n),
        tag("td", what, class_="tl-sub" if kind == "after-the-stop" else None),
        number(_of_100(each.chance)),
    )


def _bearing(bearing: Bearing, catalog: Catalog) -> Html:
    share = f" ({bearing.share:.0%} of attempts)" if bearing.share else ""
    words = f" {WAY_WORDS[bearing.way]}{share}." + (f" {bearing.why}" if bearing.why else "")
    return tag("div.tl-bearing", tag("b", catalog.controls[bearing.control].title), words)
