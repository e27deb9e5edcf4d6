"""Question 2 of lesson 01: flows are taken away, one at a time, to see which facts hang on one alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from threatlab.catalog import catalog
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import facts_from
from threatlab.dataflow.files import load_drawing
from threatlab.exercises.judges import Slip, a_set, like, other_kind
from threatlab.exercises.question import Question, in_steps

Lost = dict[int, set[str]]


def _lost(drawing: DataFlow, differs: Callable[[Any, Any], bool], *, before: bool = True, after: bool = True) -> Lost:
    """Return by flow the facts that `differs` finds changed without it, looking behind exclusions or not."""
    whole = facts_from(drawing, with_excluded=before)
    found = {}
    for number in drawing.numbered:
        left = facts_from(drawing.without_flow(number), with_excluded=after)
        found[number] = {fact for fact in whole if differs(whole[fact], left[fact])}
    return found


def _no_more(whole: Any, left: Any) -> bool:
    return bool(whole.value and not left.value)


def _decisive(drawing: DataFlow) -> Lost:
    return _lost(drawing, _no_more)


def _as_evidence(drawing: DataFlow) -> Lost:
    whole = facts_from(drawing, with_excluded=True)
    return {n: {fact for fact, reading in whole.items() if n in reading.flows} for n in drawing.numbered}


def _crossing_only(drawing: DataFlow) -> Lost:
    crossing = {crossing.number for crossing in drawing.crossings}
    return {number: lost if number in crossing else set() for number, lost in _decisive(drawing).items()}


_SLIPS = (
    Slip(
        lambda drawing: _lost(drawing, _no_more, before=False, after=False),
        "You read the facts of what is in scope. One element of this drawing was left out, and its flows are there "
        "all the same: look behind the exclusions, before and after. facts_from has an argument for it.",
        "in-scope",
    ),
    Slip(
        lambda drawing: _lost(drawing, _no_more, after=False),
        "Before, you look behind the exclusions, and after taking the flow away you don't. Then every flow seems "
        "to take along what the exclusion hides. Compare like with like.",
        "unlike",
    ),
    Slip(
        _as_evidence,
        "You return the facts in whose evidence a flow stands. The evidence is one way that shows the fact, and "
        "there may be a second: two doors to the internet, and closing one leaves the system as open as it was.",
        "evidence",
    ),
    Slip(
        _crossing_only,
        "Only flows that cross a boundary take facts along, in your function. A fact can hang on a flow that stays "
        "inside one zone: the last step into a model often does.",
        "crossing",
    ),
    Slip(
        lambda drawing: _lost(drawing, lambda whole, left: bool(whole.value and left.value is False)),
        "You find no flow that makes a difference here. Nobody has called this drawing whole, so what it no longer "
        "shows is unknown: None, and not False. Does your comparison notice that?",
        "false",
    ),
    Slip(
        lambda drawing: {number: set() for number in drawing.numbered},
        "No fact hangs on any flow, says your function. Print one reading: it is an object, and an object is true "
        "whatever it says. And which of the two has to be true, the fact before or the fact after?",
        "none",
    ),
    Slip(
        lambda drawing: _lost(drawing, lambda whole, left: bool(whole != left)),
        "You compare whole readings. Their sentence and their flow numbers change as soon as a flow goes, whether "
        "or not the fact does: numbers behind it move up by one. Which part of a reading is the fact?",
        "whole",
    ),
)


def _two_doors() -> DataFlow:
    """Return a drawing on which every slip gives another answer: two ways in, one store left out, not called whole."""
    return (
        DataFlow("two-doors", "Shop with two doors")
        .with_zone("Internet", "internet")
        .with_zone("Shop", "own")
        .with_zone("Supplier", "third party")
        .with_element("Customer", "person", "Internet")
        .with_element("Reseller", "person", "Internet")
        .with_element("Shop service", "process", "Shop")
        .with_element("Price model", "model", "Shop")
        .with_element("Offers", "data store", "Supplier")
        .with_flow("Customer", "Shop service", "question", "questions")
        .with_flow("Reseller", "Shop service", "orders", "questions")
        .with_flow("Shop service", "Price model", "features", "questions")
        .with_flow("Price model", "Shop service", "price", "decisions")
        .with_flow("Offers", "Price model", "offers", "documents")
        .excluding("Offers", "The supplier answers for its offers", "head of purchasing", "when the contract ends")
    )


@cache
def _drawings() -> Mapping[str, tuple[DataFlow]]:
    cases = {name: (load_drawing(name),) for name in ("shadowray", "tay", "postmark-mcp", "clearview")}
    doors, tay = _two_doors(), load_drawing("tay")
    return {
        "two-doors": (doors,),
        **cases,
        "two-doors, called whole": (doors.finished(),),
        "tay, not called whole": (tay.finished(False),),
    }


def _sets(value: Any, drawing: DataFlow) -> Lost:
    give = "a dict with the number of every flow of a drawing, and a set of facts for each, which may be empty"
    if not isinstance(value, Mapping) or set(value) != set(drawing.numbered):
        raise other_kind(value, give)
    labels = {fact.id: fact.label for fact in catalog().facts.values()}
    return {n: a_set(facts, f"a set of names of facts for flow {n}", labels) for n, facts in value.items()}


def _misjudged(name: str, given: Lost, right: Lost, drawing: DataFlow) -> str:
    wrong = next(number for number in right if given[number] != right[number])
    few = "too few" if given[wrong] < right[wrong] else "too many" if given[wrong] > right[wrong] else "other"
    return (
        f"For flow {wrong} of {name} ({drawing.numbered[wrong]}) you give {few} facts. Take the flow away, read all "
        "facts again, and keep those that were true and no longer are."
    )


def _all_right() -> str:
    case = load_drawing("shadowray")
    alone = [f"{case.numbered[number]}" for number, lost in _decisive(case).items() if "internet_facing" in lost]
    return (
        f"Right for {len(_drawings())} drawings. At {case.title} the internet hangs on one flow alone "
        f"({'; '.join(alone)}), and it is one of those that were left out."
    )


q2 = Question(
    id="scope.q2",
    title="Which flow makes the difference?",
    judge=like(
        _decisive,
        _drawings,
        _SLIPS,
        takes="a drawing",
        reads=_sets,
        otherwise=_misjudged,
        confirms=_all_right,
    ),
    hints=in_steps(
        "Read the facts twice: of the drawing, and of drawing.without_flow(number). A fact that was true and isn't "
        "any longer hangs on that flow.",
        "facts_from(drawing, with_excluded=True)[fact].value is True, False or None. Falling from True to None is "
        "a difference, too.",
        "whole = facts_from(drawing, with_excluded=True), and the same for the drawing without the flow.",
    ),
    because="A flow whose loss changes nothing has a second way beside it, so closing it closes nothing. A flow on "
    "which a fact hangs alone is where a single decision, such as one firewall rule, changes what the system is. "
    "At ShadowRay that one flow was said to be nobody's plan, and left out.",
    covers=("core-scope",),
    seconds=10.0,
    claims={
        "in-scope": "What is left out of scope shows no facts.",
        "unlike": "Facts before and after can be compared, though only one reading looks behind the exclusions.",
        "evidence": "A flow in the evidence of a fact is the only way to it.",
        "crossing": "Only flows across a boundary matter.",
        "false": "A fact that no longer shows is false.",
        "none": "No fact hangs on a single flow.",
        "whole": "A reading that changes is a fact that changes.",
    },
)
