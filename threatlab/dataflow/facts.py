"""Which facts of a system follow from its drawing, so that the drawing feeds the assessment.

A drawing shows that a fact is true by a flow, or by a path of flows. What it doesn't show is unknown, until somebody
says that the drawing is whole: then it is false, but for what the drawing itself leaves open.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from threatlab.assessment import Assessment, assess
from threatlab.catalog import catalog
from threatlab.checks import check_flag
from threatlab.dataflow import DataFlow
from threatlab.dataflow.rules import RULES
from threatlab.dataflow.trails import Path, Scope
from threatlab.errors import ThreatLabError
from threatlab.system import AISystem, check_system

FROM_DRAWING = "drawing: "
"""How the note of a fact begins that was read from a drawing."""

SEEN = 0.005
"""Scores are shown with two digits: a smaller difference can't be seen, and isn't claimed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a drawing says of one fact: True, False or None (unknown), the sentence why, and the flows that show it.

    `asks` is a question where the drawing contradicts itself or leaves the fact open: then the value is None.
    """

    value: bool | None
    because: str
    flows: Path = ()
    asks: str = ""


def facts_from(drawing: DataFlow, *, with_excluded: bool = False) -> dict[str, Reading]:
    """Return what a drawing says of each fact of the catalog, in the catalog's order.

    What was left out of scope is looked at only if `with_excluded`: that is how much an exclusion hides.

    Raises
    ------
    ThreatLabError
        If `drawing` is not a DataFlow.
    """
    if not isinstance(drawing, DataFlow):
        raise ThreatLabError(f"facts are read from a DataFlow, not from {drawing!r}; load_drawing() gives one")
    check_flag("with_excluded", with_excluded)
    scope = Scope(
        drawing,
        {e.name: e for e in drawing.elements if with_excluded or drawing.in_scope(e)},
        {number: flow for number, flow in drawing.numbered.items() if with_excluded or drawing.in_scope(flow)},
        {e.name: drawing.zone_of(e.name).kind for e in drawing.elements},
    )
    return {fact: _read(scope, fact) for fact in catalog().facts}


def _read(scope: Scope, fact: str) -> Reading:
    rule = RULES[fact]
    if evidence := rule.find(scope):
        return Reading(True, evidence.says, evidence.flows)
    if open_ := rule.doubt(scope):
        return Reading(None, f"left open by {open_.says}", open_.flows, open_.asks)
    if scope.drawing.complete:
        whole = len(scope.elements) == len(scope.drawing.elements)
        where = "in the whole drawing" if whole else "in what is left in scope"
        return Reading(False, f"nowhere {where}: {rule.shows}")
    return Reading(None, f"not drawn so far: {rule.shows}")


def system_from(drawing: DataFlow, base: AISystem | None = None, *, with_excluded: bool = False) -> AISystem:
    """Return the system that a drawing describes: facts read from the drawing, controls taken from `base`.

    `assess(system_from(drawing))` is the risk in scope; with `with_excluded`, the risk with all that was left out.

    Raises
    ------
    ThreatLabError
        If `drawing` is not a DataFlow, or `base` neither None nor an AISystem.
    """
    readings = facts_from(drawing, with_excluded=with_excluded)
    if base is not None:
        check_system(base, "base")
    controls = {} if base is None else {c: v for c, v in base.known.items() if c in base.catalog.controls}
    said = {} if base is None else {name: note for name, note in base.notes.items() if name in controls}
    return AISystem(
        drawing.name,
        title=drawing.title,
        description=drawing.description,
        source=drawing.source,
        owner="" if base is None else base.owner,
        catalog=None if base is None else base.catalog,
        notes={**{f: FROM_DRAWING + reading.because for f, reading in readings.items()}, **said},
        **{fact: reading.value for fact, reading in readings.items()},
        **controls,
    )


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a drawing's exclusions take out of sight: true facts, flows and crossings (by number), and risk (0..1)."""

    facts: tuple[str, ...]
    flows: Path
    crossings: Path
    in_scope: Assessment
    everything: Assessment

    @property
    def risk(self) -> float:
        """How much higher the risk score is with everything that was left out; 0.0 if no two digits show it."""
        gap = self.everything.risk_score - self.in_scope.risk_score
        return gap if gap >= SEEN else 0.0


def hidden_by_exclusions(drawing: DataFlow, base: AISystem | None = None) -> Hidden:
    """Return what leaving elements out hides: they are there all the same. `base` brings the controls.

    Raises
    ------
    ThreatLabError
        As `system_from`.
    """
    whole = system_from(drawing, base, with_excluded=True)
    left = system_from(drawing, base)
    flows = tuple(number for number, flow in drawing.numbered.items() if not drawing.in_scope(flow))
    crossings = tuple(crossing.number for crossing in drawing.crossings if crossing.number in flows)
    facts = tuple(fact for fact in whole.catalog.facts if whole[fact] and not left[fact])
    return Hidden(facts, flows, crossings, assess(left), assess(whole))


def why_it_matters(drawing: DataFlow, element: str, base: AISystem | None = None) -> tuple[str, ...]:
    """Return what speaks against leaving one element out, whether or not the score tells; () if nothing drawn does.

    Each is a phrase that goes on from the element's name, such as "holds personal data" or "stands at a trust boundary
    (flows 1, 4)". It is judged alone: as if nothing else were left out. `base` brings the controls.

    Raises
    ------
    ThreatLabError
        As `system_from`, and if there is no such element.
    """
    if not isinstance(drawing, DataFlow):
        raise ThreatLabError(f"what matters is read from a DataFlow, not from {drawing!r}; load_drawing() gives one")
    part = drawing.element(element)
    whole = replace(drawing, exclusions=())
    hidden = hidden_by_exclusions(whole.excluding(element, "to see what it hides", "nobody"), base)
    labels = [hidden.everything.system.catalog.facts[fact].label for fact in hidden.facts]
    personal = [number for number in hidden.flows if drawing.numbered[number].personal]
    high, low = hidden.everything.risk_score, hidden.in_scope.risk_score
    phrases = {
        f"lowers the risk score from {high:.2f} to {low:.2f} if it is left out": hidden.risk,
        f"alone shows: {', '.join(labels)}": labels,
        "holds personal data": part.personal,
        f"gets or sends personal data ({_flows(personal)})": personal,
        "is a tool: what it does has an effect": part.kind == "tool",
        f"stands at a trust boundary ({_flows(hidden.crossings)})": hidden.crossings,
        "is the only way from {} to {}".format(*(only := _only_way(whole, element)) or ("", "")): only,
    }
    return tuple(phrase for phrase, is_so in phrases.items() if is_so)


def _flows(numbers: Collection[int]) -> str:
    return f"flow{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def _only_way(drawing: DataFlow, element: str) -> tuple[str, str] | None:
    """Return the first element outside and model of which one reaches the other through `element` alone, if any do."""
    without = drawing.without(element)
    for source in without.elements:
        if drawing.zone_of(source.name).kind != "own":
            cut_off = _downstream(drawing, source.name) - _downstream(without, source.name) - {element}
            for target in without.elements:
                if target.kind == "model" and target.name in cut_off:
                    return source.name, target.name
    return None


def _downstream(drawing: DataFlow, element: str) -> set[str]:
    """Return the elements that can be reached from one along flows, whatever these carry."""
    names = [element]
    for each in names:  # grows while it is walked
        names += {flow.target for flow in drawing.flows if flow.source == each}.difference(names)
    return set(names)
