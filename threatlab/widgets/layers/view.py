"""The layers panel's state, and pure functions from that state to HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from types import MappingProxyType

from threatlab.assessment import Assessment, assess
from threatlab.catalog import catalog
from threatlab.depth import Gap, LayerOff, above_bound, harden, layers_off, switch_off
from threatlab.depth.common_cause import CommonCause, common_cause
from threatlab.ranking import rounded
from threatlab.system import AISystem
from threatlab.widgets.layers.shared_failure import times

PLANS: Mapping[str, float | None] = MappingProxyType(
    {"as it is": 0.0, "the best 20 days of work": 20.0, "the best 40 days of work": 40.0, "all that applies": None}
)
"""What is in place besides what the system has: days of the best next controls, or all of them (None)."""

_SAME = 0.005
"""Scores are shown with two digits: a smaller difference can't be seen, and isn't claimed."""


@dataclass(frozen=True)
class LayersState:
    """What the panel shows: a system, what is put in place in it, the layers off, the bound and the shared failure.

    `plan` is one of `PLANS`, or another number of days.
    `problem` is why the chance that was asked for can't be; what is shown is of the chance before.
    """

    found: AISystem
    bound: float
    plan: str | float = "as it is"
    off: tuple[str, ...] = ()
    dependency: str = ""
    chance: float | None = None
    matrix: bool = False
    problem: str = ""

    @cached_property
    def system(self) -> AISystem:
        """The system with what the plan puts in place."""
        return harden(self.found, PLANS[self.plan] if isinstance(self.plan, str) else self.plan)

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
        return max(assess(switch_off(self.system, *catalog().layers)).by_threat.values())

    @property
    def threats(self) -> tuple[str, ...]:
        """Ids of the threats that apply, worst first."""
        return tuple(threat for threat, risk in self.now.worst_first if risk)

    def worst_off(self, threat: str) -> LayerOff | None:
        """Return the single layer whose loss raises this threat most, or None if none raises it."""
        worst = max(self.layers, key=lambda off: rounded(off.by_threat[threat]))
        return worst if worst.by_threat[threat] > self.now.by_threat[threat] else None


def plan_name(plan: str | float) -> str:
    """Return what is put in place in words, as the panel's list has it."""
    return plan if isinstance(plan, str) else f"the best {plan:g} days of work"


def headline(state: LayersState) -> str:
    """Return the score with these layers off, and whether any single layer may fail: what the eye must find first."""
    now, switched = state.now.risk_score, state.switched.risk_score
    was = f'<div class="tl-was" style="left:{now:.1%}"></div>' if state.off else ""
    return (
        f'<div class="tl-head"><div><div class="tl-cap">Risk score</div><div class="tl-score">{switched:.2f}</div>'
        f'<div class="tl-delta">{_delta(state)}</div></div>'
        f'<div><div class="tl-track"><div class="tl-fill" style="width:{switched:.1%}"></div>{was}</div>'
        f'<div class="tl-scale"><span>0</span><span>1</span></div></div>'
        f'<div class="tl-lead">{_worst(state)}</div><p class="tl-claim">{verdict(state)}</p></div>'
        + _announcement(state)
    )


def verdict(state: LayersState) -> str:
    """Return whether "a failure at any single layer does not compromise the entire system" is true of this one."""
    bound = f"{state.bound:.2f}"
    if not any(off.in_place for off in state.layers):
        empty = '<span class="tl-sign tl-fails">No layer holds anything</span>'
        return f"{empty} \u2014 choose what to put in place{_bare(state)}."
    if any(not gap.layer for gap in state.gaps):
        over = ", ".join(f"{_threat(gap.threat)} {gap.risk:.2f}" for gap in state.gaps if not gap.layer)
        return f'<span class="tl-sign tl-fails">Not even with every layer on</span> \u2014 above {bound}: {over}.'
    if not state.gaps:
        vacuous = f" It could not be otherwise{_bare(state)}." if state.bare <= state.bound else ""
        holds = '<span class="tl-sign tl-holds">Any single layer may fail</span>'
        return f"{holds} \u2014 no threat rises above {bound}.{vacuous}"
    found = "; ".join(f"<b>{_layer(gap.layer)}</b> off: {_threat(gap.threat)} {gap.risk:.2f}" for gap in state.gaps[:3])
    more = f"; and {len(state.gaps) - 3} more" if len(state.gaps) > 3 else ""
    return f'<span class="tl-sign tl-fails">Not every layer may fail</span> \u2014 above {bound} with {found}{more}.'


def row_title(state: LayersState, layer: str) -> str:
    """Return a layer's row in words: how many controls are in place, and what its loss alone would add."""
    off = next(off for off in state.layers if off.layer == layer)
    title = catalog().layers[layer].title
    if not off.in_place:
        return f"{title}: nothing in place"
    added = "adds nothing if off" if off.idle else f"+{off.added:.2f} if off"
    return f"{title}: {len(off.in_place)} in place, {added}"


def threat_table(state: LayersState) -> str:
    """Return each threat now, as switched, and with the one layer off that raises it most, against the bound."""
    heads = ("Threat", "", "every layer on", "as switched", "worst single layer off")
    head = "".join(f'<th scope="col">{name or _hidden("bar")}</th>' for name in heads)
    rows = "".join(_threat_row(state, threat) for threat in state.threats)
    return (
        f'<h3 class="tl-cap">Residual risk by threat <i>\u2014 bar: as switched; diamond: worst single layer off; '
        f"dashed: the bound, {state.bound:.2f}</i></h3>"
        f'<table class="tl-layers"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )


def matrix(state: LayersState) -> str:
    """Return every threat's residual risk without each layer, as a table, or nothing while it is folded."""
    if not state.matrix:
        return ""
    head = "".join(f'<th scope="col">{_threat(threat)}</th>' for threat in state.threats)
    rows = [("every layer on", state.now.by_threat, False)]
    rows += [(f"{_layer(off.layer)} off", off.by_threat, not off.in_place) for off in state.layers]
    body = "".join(
        f'<tr><th scope="row">{title}{" <i>(empty)</i>" if empty else ""}</th>'
        + "".join(_cell(risks[threat], state.now.by_threat[threat], state.bound) for threat in state.threats)
        + "</tr>"
        for title, risks, empty in rows
    )
    return (
        f'<table class="tl-matrix"><thead><tr><th scope="col">{_hidden("layer")}</th>{head}</tr></thead>'
        f'<tbody>{body}</tbody></table><p class="tl-sub">Pale: as with every layer on. Marked: above the bound.</p>'
    )


def static_picture(state: LayersState) -> str:
    """Return the panel as it stands for a saved notebook: no controls, and inline styles, which survive there."""
    rows = ""
    for threat in state.threats:
        worst = state.worst_off(threat)
        most = f"{worst.by_threat[threat]:.2f} ({_layer(worst.layer)} off)" if worst else "no layer raises it"
        rows += (
            f'<tr><td style="text-align:left">{_threat(threat)}</td><td style="width:40%;text-align:left">'
            f'<div style="width:{min(state.switched.by_threat[threat] / _longest(state), 1):.1%};height:12px;'
            f'background-color:steelblue"></div></td><td>{state.now.by_threat[threat]:.2f}</td>'
            f"<td>{state.switched.by_threat[threat]:.2f}</td><td>{most}</td></tr>"
        )
    off = ", ".join(_layer(layer) for layer in state.off) or "none"
    words = verdict(state).replace(' class="tl-sign tl-fails"', "").replace(' class="tl-sign tl-holds"', "")
    shared = ""
    if state.shared is not None:
        told = times(state.shared) if state.shared.broken else "Nothing in place here hangs on it."
        shared = f"<p><b>{escape(state.shared.dependency.title)}.</b> {told}</p>"
    return (
        f'<div style="max-width:720px;padding:12px 16px;border:1px solid gray;border-radius:8px">'
        f"<b>{escape(state.found.title)}</b> \u00b7 in place: {plan_name(state.plan)} \u00b7 layers off: {off} "
        f"\u00b7 risk score "
        f'<b style="font-size:24px">{state.switched.risk_score:.2f}</b><p>{words}</p>'
        f'<table style="width:100%;border-collapse:collapse"><tr><th>Threat</th><th></th><th>every layer on</th>'
        f"<th>as switched</th><th>worst single layer off</th></tr>{rows}</table>{shared}"
        f"<i>A picture of the panel as it was saved. Run the cell to use it.</i></div>"
    )


def _delta(state: LayersState) -> str:
    before, change = state.now.risk_score, state.switched.risk_score - state.now.risk_score
    if not state.off:
        return '<span class="tl-sub">every layer on</span>'
    if abs(change) < _SAME:
        return f'<s class="tl-num">{before:.2f}</s> no change'
    return f'<s class="tl-num">{before:.2f}</s> <span class="tl-num tl-worse">+{change:.2f}, worse</span>'


def _worst(state: LayersState) -> str:
    worst = state.switched.worst_threat
    if worst is None:
        return "No threat applies."
    return f"<span>Worst threat</span> <b>{_threat(worst)}</b> {state.switched.by_threat[worst]:.2f}"


def _bare(state: LayersState) -> str:
    return f": with every layer off, the worst threat is at {state.bare:.2f}"


def _threat_row(state: LayersState, threat: str) -> str:
    now, switched, worst = state.now.by_threat[threat], state.switched.by_threat[threat], state.worst_off(threat)
    longest = _longest(state)
    most = worst.by_threat[threat] if worst else now
    bad = "tl-bad" if switched > state.bound else ""
    diamond = f'<b class="tl-diamond" style="left:{min(most / longest, 1):.1%}"></b>' if worst else ""
    told = f"{_risk(most, state.bound)} <span>{_layer(worst.layer)}</span>" if worst else "no layer raises it"
    return (
        f'<tr><th scope="row">{_threat(threat)}</th><td><div class="tl-bar tl-plain tl-bounded">'
        f'<i class="{bad}" style="width:{min(switched / longest, 1):.1%}"></i>'
        f'{diamond}<b class="tl-bound" style="left:{min(state.bound / longest, 1):.1%}"></b></div></td>'
        f'<td class="tl-num">{_risk(now, state.bound)}</td><td class="tl-num">{_risk(switched, state.bound)}</td>'
        f"<td>{told}</td></tr>"
    )


def _longest(state: LayersState) -> float:
    """Return the risk that fills a bar: the highest that any of these threats can reach, or the bound."""
    return max(state.bare, state.bound, 0.01) * 1.05


def _risk(risk: float, bound: float) -> str:
    return (
        f'<span class="tl-num tl-over">{risk:.2f}</span>' if risk > bound else f'<span class="tl-num">{risk:.2f}</span>'
    )


def _cell(risk: float, now: float, bound: float) -> str:
    kind = "" if abs(risk - now) >= _SAME or risk > bound else ' class="tl-sub"'
    return f"<td{kind}>{_risk(risk, bound)}</td>"


def _announcement(state: LayersState) -> str:
    """Return what a screen reader says after a change: one sentence, spoken when it replaces the one before."""
    worst = state.switched.worst_threat
    words = f"Risk score {state.switched.risk_score:.2f}"
    words += f", worst threat {_threat(worst)} {state.switched.by_threat[worst]:.2f}" if worst else ""
    words += f"; {_count(len(state.gaps), 'gap')} above the bound {state.bound:.2f} with a single layer off"
    return f'<div class="tl-hidden" role="alert" aria-live="polite">{words}.</div>'


def _hidden(words: str) -> str:
    return f'<span class="tl-hidden">{words}</span>'


def _threat(threat: str) -> str:
    return escape(catalog().threats[threat].title)


def _layer(layer: str) -> str:
    return escape(catalog().layers[layer].title)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
