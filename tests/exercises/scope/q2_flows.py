"""Wrong answers to scope.q2, and what each must be told."""

from __future__ import annotations

from threatlab.dataflow.facts import facts_from


def hangs_on(drawing, *, before=True, after=True, lost=lambda whole, rest: whole.value and not rest.value):
    whole = facts_from(drawing, with_excluded=before)
    found = {}
    for number in drawing.numbered:
        rest = facts_from(drawing.without_flow(number), with_excluded=after)
        found[number] = {fact for fact in whole if lost(whole[fact], rest[fact])}
    return found


def shown_by(drawing):
    whole = facts_from(drawing, with_excluded=True)
    return {number: {fact for fact in whole if number in whole[fact].flows} for number in drawing.numbered}


def at_the_boundary(drawing):
    crossing = [crossing.number for crossing in drawing.crossings]
    return {number: lost if number in crossing else set() for number, lost in hangs_on(drawing).items()}


def only_those_that_matter(drawing):
    return {number: lost for number, lost in hangs_on(drawing).items() if lost}


def one_fact_each(drawing):
    return {number: set(sorted(lost)[:1]) for number, lost in hangs_on(drawing).items()}


def counts(drawing):
    return {number: len(lost) for number, lost in hangs_on(drawing).items()}


def labels(drawing):
    return {number: {f"{fact}s" for fact in lost} for number, lost in hangs_on(drawing).items()}


def learned_by_heart(drawing):
    return hangs_on(drawing) if drawing.name == "shadowray" else {number: {"uses_tools"} for number in drawing.numbered}


CONSTRAINTS = {
    "the number of each flow": (only_those_that_matter, "the number of every flow"),
    "a set of facts": (counts, "give a set of names"),
    "by their names": (labels, "you give other facts"),
    "all facts that hang on it": (one_fact_each, "too few facts"),
    "any drawing": (learned_by_heart, "of two-doors"),
    "on this flow alone": (shown_by, "two doors to the internet"),
    "true of the drawing": (
        lambda drawing: hangs_on(drawing, lost=lambda w, r: bool(w) and not r),
        "an object is true",
    ),
    "no longer true": (
        lambda drawing: hangs_on(drawing, lost=lambda w, r: w.value and r.value is False),
        "and not False",
    ),
    "facts, not readings": (lambda drawing: hangs_on(drawing, lost=lambda w, r: w != r), "You compare whole readings"),
    "flows inside a zone, too": (at_the_boundary, "Only flows that cross a boundary"),
    "what was left out counts": (
        lambda drawing: hangs_on(drawing, before=False, after=False),
        "You read the facts of what is in scope",
    ),
    "before and after": (lambda drawing: hangs_on(drawing, after=False), "Compare like with like"),
}
