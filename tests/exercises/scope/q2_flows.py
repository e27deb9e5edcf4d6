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


def wrong(_):
    return [
        (
            lambda drawing: hangs_on(drawing, before=False, after=False),
            "You read the facts of what is in scope",
        ),
        (lambda drawing: hangs_on(drawing, after=False), "Compare like with like"),
        (shown_by, "two doors to the internet"),
        (lambda drawing: hangs_on(drawing, lost=lambda w, r: bool(w) and not r), "an object is true"),
        (at_the_boundary, "Only flows that cross a boundary"),
        (lambda drawing: hangs_on(drawing, lost=lambda w, r: w.value and r.value is False), "None, and not False"),
        (lambda drawing: hangs_on(drawing, lost=lambda w, r: w != r), "You compare whole readings"),
        (only_those_that_matter, "the number of every flow"),
        (one_fact_each, "too few facts"),
        (counts, "give a set of names"),
    ]
