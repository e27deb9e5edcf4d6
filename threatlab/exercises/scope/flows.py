"""The judge of lesson 01 that takes flows away, one at a time: which facts hang on one alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import facts_from
from threatlab.dataflow.files import load_drawing
from threatlab.exercises.judges import a_function, returned, shown
from threatlab.exercises.outcome import NotYet

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


_SLIPS: tuple[tuple[Callable[[DataFlow], Lost], str], ...] = (
    (
        lambda drawing: _lost(drawing, _no_more, before=False, after=False),
        (
            "You read the facts of what is in scope. One element of this drawing was left out, and its flows are there "
            "all the same: look behind the exclusions, before and after. facts_from has an argument for it."
        ),
    ),
    (
        lambda drawing: _lost(drawing, _no_more, after=False),
        (
            "Before, you look behind the exclusions, and after taking the flow away you don't. Then every flow seems "
            "to take along what the exclusion hides. Compare like with like."
        ),
    ),
    (
        _as_evidence,
        (
            "You return the facts in whose evidence a flow stands. The evidence is one way that shows the fact, and "
            "there may be a second: two doors to the internet, and closing one leaves the system as open as it was."
        ),
    ),
    (
        _crossing_only,
        (
            "Only flows that cross a boundary take facts along, in your function. A fact can hang on a flow that stays "
            "inside one zone: the last step into a model often does."
        ),
    ),
    (
        lambda drawing: _lost(drawing, lambda whole, left: bool(whole.value and left.value is False)),
        (
            "You find no flow that makes a difference here. Nobody has called this drawing whole, so what it no longer "
            "shows is unknown: None, and not False. Does your comparison notice that?"
        ),
    ),
    (
        lambda drawing: {number: set() for number in drawing.numbered},
        (
            "No fact hangs on any flow, says your function. Print one reading: it is an object, and an object is true "
            "whatever it says. And which of the two has to be true, the fact before or the fact after?"
        ),
    ),
    (
        lambda drawing: _lost(drawing, lambda whole, left: bool(whole != left)),
        (
            "You compare whole readings. Their sentence and their flow numbers change as soon as a flow goes, whether "
            "or not the fact does: numbers behind it move up by one. Which part of a reading is the fact?"
        ),
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


def _drawings() -> Iterator[DataFlow]:
    yield _two_doors().finished()
    yield _two_doors()
    for name in ("shadowray", "tay", "postmark-mcp", "clearview"):
        yield load_drawing(name)
    yield load_drawing("tay").finished(False)


def finds_decisive_flows(answer: Any) -> str:
    """Judge a function from a drawing to the facts that hang on each flow alone."""
    function = a_function(answer, "a drawing")
    for drawing in _drawings():
        given = _sets(returned(function, drawing), drawing)
        right = _decisive(drawing)
        if given != right:
            raise NotYet(_misjudged(drawing, given, right))
    case = load_drawing("shadowray")
    told = [f"{case.numbered[n]}" for n, lost in _decisive(case).items() if "internet_facing" in lost]
    return (
        f"Right for seven drawings. At {case.title} the internet hangs on one flow alone ({'; '.join(told)}), and it "
        "is one of those that were left out."
    )


def _sets(value: Any, drawing: DataFlow) -> Lost:
    if not isinstance(value, Mapping) or set(value) != set(drawing.numbered):
        raise NotYet(
            f"For a drawing with {len(drawing.flows)} flows your function returned {shown(value)}; give a dict with "
            "the number of every flow, and a set of facts for each, which may be empty."
        )
    for number, facts in value.items():
        if isinstance(facts, str | Mapping) or not hasattr(facts, "__iter__"):
            raise NotYet(f"For flow {number} your dict says {shown(facts)}; give a set of names of facts.")
    return {number: set(facts) for number, facts in value.items()}


def _misjudged(drawing: DataFlow, given: Lost, right: Lost) -> str:
    for slip, says in _SLIPS:
        if given == slip(drawing):
            return says
    wrong = next(number for number in right if given[number] != right[number])
    few = "too few" if given[wrong] < right[wrong] else "too many" if given[wrong] > right[wrong] else "other"
    return (
        f"For flow {wrong} of {drawing.name} ({drawing.numbered[wrong]}) you give {few} facts. Take the flow away, "
        "read all facts again, and keep those that were true and no longer are."
    )
