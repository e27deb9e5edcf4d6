"""The layers panel's state, and pure functions from that state to HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from threatlab.assessment import Assessment, assess
from threatlab.depth import Gap, LayerOff, above_bound, harden, layers_off, switch_off
from threatlab.depth.common_cause import CommonCause, common_cause
from threatlab.ranking import SHOWN, exceeds, moved, rounded
from threatlab.system import AISystem
from threatlab.widgets.base.html import (
    Html,
    bar,
    button,
    caption,
    change,
    choice,
    field,
    fold,
    gauge,
    markup,
    problem,
    saved,
    saved_bar,
    saved_table,
    score,
    table,
    tag,
    toggle,
    unheard,
)
from threatlab.widgets.base.systems import Systems
from threatlab.widgets.layers.shared_failure import shared_failure, times
from threatlab.words import counted

PLANS: Mapping[str, float | None] = MappingProxyType(
    {"as it is": 0.0, "the best 20 days of work": 20.0, "the best 40 days of work": 40.0, "all that applies": None}
)
"""What is in place besides what the system has: days of the best next controls, or all of them (None)."""

_GAPS_SHOWN = 3


@dataclass(frozen=True)
class LayersState:
    """What the panel shows: a system, what is put in place in it, the layers off, the bound and the shared failure.

    `plan` is one of `PLANS`, or another number of days; `chance` is None for the dependency's own.
    """

    chosen: AISystem
    bound: float
    plan: str | float = "as it is"
    off: tuple[str, ...] = ()
    dependency: str = ""
    chance: float | None = None

    @cached_property
    def system(self) -> AISystem:
        """The system with what the plan puts in place."""
        return harden(self.chosen, PLANS[self.plan] if isinstance(self.plan, str) else self.plan)

    @cached_property
    def now(self) -> Assessment:
        """Assessment with every layer on."""
        return assess(self.system)

    @cached_property
    def switched(self) -> Assessment:
        """Assessment with the layers off that are switched off."""
        return assess(switch_off(self.system, *self.off))

    @cached_property
    def layers(self) -> tuple[LayerOff, ...]:
        """What each layer is worth."""
        return layers_off(self.system)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Which single layer takes which threat above the bound."""
        return above_bound(self.system, self.bound)

    @cached_property
    def shared(self) -> CommonCause | None:
        """How wrong the product is because of the dependency chosen, or None if none is."""
        return common_cause(self.system, self.dependency, self.chance) if self.dependency else None

    @cached_property
    def bare(self) -> float:
        """The highest residual risk (0..1) of any threat if every layer were off."""
        return max(assess(switch_off(self.system, *self.chosen.catalog.layers)).by_threat.values())

    @property
    def longest_bar(self) -> float:
        """The risk that fills a bar: the highest that any of these threats can reach, or the bound."""
        return max(self.bare, self.bound, 0.01) * 1.05

    @property
    def threats(self) -> tuple[str, ...]:
        """Ids of the threats that apply, worst first."""
        return tuple(threat for threat, risk in self.now.worst_first if risk)

    def length(self, risk: float) -> float:
        """Return how much of a bar (0..1) a risk fills, as it is shown: what reads as the bound ends at the bound."""
        return min(round(risk, SHOWN) / self.longest_bar, 1)

    def worst_off(self, threat: str) -> LayerOff | None:
        """Return the single layer whose loss raises this threat most, or None if none raises it."""
        worst = max(self.layers, key=lambda off: rounded(off.by_threat[threat]))
        return worst if worst.by_threat[threat] > self.now.by_threat[threat] else None

    def threat(self, name: str) -> str:
        """Return a threat's title."""
        return self.chosen.catalog.threats[name].title

    def layer(self, name: str) -> str:
        """Return a layer's title."""
        return self.chosen.catalog.layers[name].title


def page(state: LayersState, start: LayersState, systems: Systems) -> Html:
    """Return the whole panel; `start` is what it began with."""
    untouched = state == replace(start, chosen=state.chosen)
    plans = [(plan_name(plan), plan) for plan in dict.fromkeys((*PLANS, start.plan, state.plan))]
    pick = (
        systems.picker(state.chosen, "choose"),
        choice("In place", "plan", plans, state.plan, act="set"),
        button("Reset", "reset", hint="Go back to what the panel began with", disabled=untouched),
    )
    bound = "Bound: highest risk of a threat that you accept"
    left = (
        field(bound, "bound", state.bound, low=0, high=1, step=0.01, act="set"),
        problem("set"),
        caption("Layers"),
        *(_switch(state, off) for off in state.layers),
    )
    return markup(
        tag("div.tl-top", tag("div.tl-pick", *pick), headline(state)),
        tag("div.tl-body.tl-two.tl-depth", tag("div.tl-left", *left), tag("div.tl-risk", threat_table(state))),
        tag(
            "div.tl-failures",
            fold("Every threat without each layer", matrix(state)),
            shared_failure(state.chosen.catalog, state.shared),
        ),
    )


def plan_name(plan: str | float) -> str:
    """Return what is put in place in words, as the panel's list has it."""
    return plan if isinstance(plan, str) else f"the best {plan:g} days of work"


def headline(state: LayersState) -> Html:
    """Return the score with these layers off, and whether any single layer may fail: what the eye must find first."""
    before, after = state.now.risk_score, state.switched.risk_score
    moved_by = change(after, before) if state.off else tag("span.tl-sub", "every layer on")
    holds, claim, why = verdict(state)
    lead, words = markup("No threat applies."), ""
    if worst := state.switched.worst_threat:
        title, risk = state.threat(worst), f" {state.switched.by_threat[worst]:.2f}"
        lead, words = markup(tag("span", "Worst threat"), " ", tag("b", title), risk), f", worst threat {title}{risk}"
    gaps = f"{counted(len(state.gaps), 'gap')} above the bound {state.bound:.2f}"
    return tag(
        "div.tl-head",
        score("Risk score", f"{after:.2f}", moved_by),
        gauge(after, was=before if state.off else None),
        tag("div.tl-lead", lead),
        tag("p.tl-claim", tag("b", claim, class_="tl-holds" if holds else "tl-fails"), f" \u2014 {why}"),
        unheard(f"Risk score {after:.2f}{words}; {gaps} with a single layer off."),
    )


def verdict(state: LayersState) -> tuple[bool, str, str]:
    """Return whether "a failure at any single layer does not compromise the entire system", in words too, and why."""
    bound, bare = f"{state.bound:.2f}", f": with every layer off, the worst threat is at {state.bare:.2f}"
    if not any(off.in_place for off in state.layers):
        return False, "No layer holds anything", f"choose what to put in place{bare}."
    if always := [f"{state.threat(gap.threat)} {gap.risk:.2f}" for gap in state.gaps if not gap.layer]:
        return False, "Not even with every layer on", f"above {bound}: {', '.join(always)}."
    if not state.gaps:
        vacuous = f" It could not be otherwise{bare}." if state.bare <= state.bound else ""
        return True, "Any single layer may fail", f"no threat rises above {bound}.{vacuous}"
    worst = [
        f"{state.threat(gap.threat)} {gap.risk:.2f} with the {state.layer(gap.layer)} layer off"
        for gap in state.gaps[:_GAPS_SHOWN]
    ]
    more = f"; and {len(state.gaps) - _GAPS_SHOWN} more" if len(state.gaps) > _GAPS_SHOWN else ""
    return False, "Not every layer may fail", f"above {bound}: {'; '.join(worst)}{more}."


def row_title(state: LayersState, off: LayerOff) -> str:
    """Return a layer's row in words: how many controls are in place, and what its loss alone would add."""
    title = state.layer(off.layer)
    if not off.in_place:
        return f"{title}: nothing in place"
    added = "adds nothing if off" if off.idle else f"+{off.added:.2f} if off"
    return f"{title}: {len(off.in_place)} in place, {added}"


def threat_table(state: LayersState) -> Html:
    """Return each threat now, as switched, and with the one layer off that raises it most, against the bound."""
    bars = tag("span.tl-hidden", "bar")
    heads = ("Threat", bars, "every layer on", "as switched", "worst single layer off")
    legend = f"bar: as switched; diamond: worst single layer off; dashed: the bound, {state.bound:.2f}"
    rows = (_threat_row(state, threat) for threat in state.threats)
    return markup(caption("Residual risk by threat", legend), table(heads, rows, row_heads=True, class_="tl-threats"))


def matrix(state: LayersState) -> Html:
    """Return every threat's residual risk without each layer."""
    rows = [(markup("every layer on"), state.now.by_threat)]
    for off in state.layers:
        empty = None if off.in_place else tag("span.tl-sub", " (empty)")
        rows.append((markup(f"{state.layer(off.layer)} off", empty), off.by_threat))
    cells = ((title, *(_cell(state, threat, risks[threat]) for threat in state.threats)) for title, risks in rows)
    heads = (tag("span.tl-hidden", "layer"), *map(state.threat, state.threats))
    legend = tag("p.tl-sub", "Pale: as with every layer on. Marked: above the bound.")
    return markup(table(heads, cells, row_heads=True, class_="tl-matrix"), legend)


def static_picture(state: LayersState) -> Html:
    """Return what stays of it in a saved notebook."""
    rows = []
    for threat in state.threats:
        now, switched, worst = state.now.by_threat[threat], state.switched.by_threat[threat], state.worst_off(threat)
        most = f"{worst.by_threat[threat]:.2f} ({state.layer(worst.layer)} off)" if worst else "no layer raises it"
        filled = saved_bar(state.length(switched))
        rows.append((state.threat(threat), filled, f"{now:.2f}", f"{switched:.2f}", most))
    shared, (_, claim, why) = state.shared, verdict(state)
    off = ", ".join(map(state.layer, state.off)) or "none"
    return saved(
        state.chosen.title,
        f" \u00b7 in place: {plan_name(state.plan)} \u00b7 layers off: {off} \u00b7 risk score ",
        tag("b", f"{state.switched.risk_score:.2f}", style="font-size:24px"),
        tag("p", tag("b", claim), f" \u2014 {why}"),
        saved_table(("Threat", "", "every layer on", "as switched", "worst single layer off"), rows),
        tag(
            "p",
            tag("b", f"{shared.dependency.title}."),
            " ",
            times(state.chosen.catalog, shared) if shared.broken else "Nothing in place here hangs on it.",
        )
        if shared
        else None,
    )


def _switch(state: LayersState, off: LayerOff) -> Html:
    title = state.layer(off.layer)
    return toggle(
        row_title(state, off),
        "on",
        (("on", True, f"On: {title}"), ("off", False, f"Off: {title}")),
        off.layer not in state.off if off.in_place else None,
        act="switch",
        args={"layer": off.layer},
        disabled=not off.in_place,
    )


def _threat_row(state: LayersState, threat: str) -> tuple[object, ...]:
    now, switched, worst = state.now.by_threat[threat], state.switched.by_threat[threat], state.worst_off(threat)
    most = worst.by_threat[threat] if worst else now
    return (
        state.threat(threat),
        bar(
            state.length(switched),
            "tl-bad" if exceeds(switched, state.bound) else "",
            tag("b.tl-diamond", style=f"left:{state.length(most):.1%}") if worst else None,
            tag("b.tl-bound", style=f"left:{state.length(state.bound):.1%}"),
        ),
        _risk(state, now),
        _risk(state, switched),
        markup(_risk(state, most), " ", tag("span", state.layer(worst.layer))) if worst else "no layer raises it",
    )


def _risk(state: LayersState, risk: float) -> Html:
    return tag("span.tl-num", f"{risk:.2f}", class_="tl-over" if exceeds(risk, state.bound) else None)


def _cell(state: LayersState, threat: str, risk: float) -> Html:
    pale = not moved(risk, state.now.by_threat[threat]) and not exceeds(risk, state.bound)
    return tag("td", _risk(state, risk), class_="tl-sub" if pale else None)
