"""Answers to the questions of lesson 05: the right one, and what a thoughtful learner may get wrong."""

from __future__ import annotations

from math import prod

import threatlab
from threatlab.catalog import catalog
from threatlab.exercises.depth import the_bound

# --- q1

ORDER = ["flaw", "keys", "login", "list", "alarm", "proxy", "bill"]


def moved(name, place):
    rest = [each for each in ORDER if each != name]
    return [*rest[:place], name, *rest[place:]]


# --- q2


def passes(shares):
    return prod(1 - share for share in shares)


def gets_through(alone, shared, p):
    return passes(alone) * (p + (1 - p) * passes([share / (1 - p) for share in shared]))


def good_years(shares, p):
    return passes([share / (1 - p) for share in shares])


# --- q3


def everybody_misses(layers, hangs_on, *, deep=True, fallen=all, controls=False):
    def behind(thing):
        found = list(hangs_on.get(thing, ()))
        for each in found if deep else ():
            found += [more for more in hangs_on.get(each, ()) if more not in found]
        return set(found)

    behind_of = {control: behind(control) for held in layers.values() for control in held}
    falls = {}
    for thing in set().union(*behind_of.values()) - set(behind_of):
        if controls:
            falls[thing] = sum(thing in needs for needs in behind_of.values())
        else:
            falls[thing] = sum(bool(h) and fallen(thing in behind_of[c] for c in h) for h in layers.values())
    return {thing for thing, number in falls.items() if number == max(falls.values())}


def misses(**slip):
    return lambda layers, hangs_on: everybody_misses(layers, hangs_on, **slip)


def no_reserves(layers, hangs_on):
    return everybody_misses({layer: held for layer, held in layers.items() if len(held) == 1}, hangs_on)


def names_controls(layers, hangs_on):
    return {control for held in layers.values() for control in held if hangs_on.get(control)}


def only_one(layers, hangs_on):
    return {min(everybody_misses(layers, hangs_on))}


# --- q4

BOUND = the_bound()


def keeps(result, *, at_most=BOUND.at_most, useful=BOUND.utility_at_least):
    assert result.success <= at_most, f"success {result.success:.2f}"
    assert result.utility >= useful, f"useful {result.utility:.2f}"


def checks(seeds=range(5), **bound):
    def test(run):
        for seed in seeds:
            keeps(run(seed), **bound)

    return test


def returns_a_verdict(run):
    result = run(0)
    return result.success <= BOUND.at_most and result.utility >= BOUND.utility_at_least


def asserts_a_verdict_of_nothing(run):
    run(0)


def never_runs(_):
    assert BOUND.at_most < 1


def only_success(run):
    for seed in range(5):
        result = run(seed)
        assert result.success <= BOUND.at_most, seed


def says_nothing(run):
    for seed in range(5):
        result = run(seed)
        if result.success > BOUND.at_most or result.utility < BOUND.utility_at_least:
            raise AssertionError


def says_no_number(run):
    for seed in range(5):
        result = run(seed)
        assert result.success <= BOUND.at_most, "fooled"
        assert result.utility >= BOUND.utility_at_least, "useless"


def wants_one_number(run):
    measured = run(0).success
    assert round(measured, 3) == 0.123, measured


# --- q5


def gate(old, new, fail_at, *, above=False, lost=lambda was, now: was and not now, names=None):  # noqa: PLR0913
    score = threatlab.assess(new).risk_score
    too_risky = score > fail_at if above else score >= fail_at
    known = [name for name in old.known if names is None or name in names]
    return int(too_risky or any(lost(old[name], new[name]) for name in known))


CONTROLS, FACTS = catalog().controls, catalog().facts


def gates(**slip):
    return lambda *given: gate(*given, **slip)


def never_worse(old, new, fail_at):
    return int(threatlab.assess(new).risk_score > threatlab.assess(old).risk_score or gate(old, new, fail_at))


def anything_changed(old, new, fail_at):
    return int(gate(old, new, fail_at) or any(old[n] is not new[n] for n in (*old.known, *new.known)))


def facts_may_be_denied(old, new, fail_at):
    erased = any(old[fact] and new[fact] is None for fact in FACTS)
    return int(erased or gate(old, new, fail_at, names=CONTROLS))


def no_new_noes(names):
    return lambda old, new, fail_at: int(
        gate(old, new, fail_at) or any(old[name] is None and new[name] is False for name in names)
    )


RIGHT = {
    "depth.q1": ORDER,
    "depth.q2": gets_through,
    "depth.q3": everybody_misses,
    "depth.q4": checks(),
    "depth.q5": gate,
}

WRONG = {
    "depth.q1": [
        (moved("alarm", 1), "Which is the first step that doesn't?"),
        (moved("alarm", 5), "'alarm' rings earlier"),
        (moved("keys", 0), "'keys' lay on a machine"),
        (moved("login", 1), "'login' uses keys"),
        (moved("list", 2), "'list' asks the account"),
        (moved("proxy", 3), "'proxy' sells access"),
        (moved("bill", 5), "'bill' is the harm"),
        (ORDER[:6], "Give each of these once"),
    ],
    "depth.q2": [
        (lambda alone, shared, _: passes([*alone, *shared]), "as if they failed independently"),
        (lambda alone, shared, p: p + passes([*alone, *shared]), "You add p to the product"),
        (
            lambda alone, shared, p: p + (1 - p) * passes(alone) * good_years(shared, p),
            "what do those stop then",
        ),
        (
            lambda alone, shared, p: passes(alone) * (p + (1 - p) * passes(shared)),
            "the average has the bad years in it",
        ),
        (lambda alone, shared, p: p + (1 - p) * good_years([*alone, *shared], p), "You treat all layers as shared"),
        (lambda alone, shared, p: passes(alone) * (p + good_years(shared, p)), "the weights p and 1"),
        (
            lambda alone, shared, p: passes(alone) * (p + (1 - p) * passes([s * (1 + p) for s in shared])),
            "You make a shared layer better by p",
        ),
        (
            lambda alone, shared, p: passes(alone) * (p + (1 - p) * passes([s * (1 - p) for s in shared])),
            "stops less than its average",
        ),
        (lambda alone, shared, p: passes(alone) * max(p, passes(shared)), "the larger of two numbers"),
        (lambda *given: 1 - gets_through(*given), "the share that is stopped"),
        (lambda alone, shared, p: passes(alone) * p, "Two checks"),
        (lambda *_: gets_through((0.5, 0.3), (0.8, 0.7), 0.1), "alone=[], shared=[0.8, 0.8, 0.8]"),
    ],
    "depth.q3": [
        (misses(controls=True), "You count controls"),
        (misses(fallen=any), "It stands as long as one of them does"),
        (misses(deep=False), "what controls hang on directly"),
        (only_one, "you name only one"),
        (no_reserves, "Let each thing fail in turn"),
        (names_controls, "which is a control"),
        (lambda *_: {"gateway"}, "Through a middleman"),
        (lambda *_: "gateway", "give a set of names"),
    ],
    "depth.q4": [
        (returns_a_verdict, "Use assert"),
        (asserts_a_verdict_of_nothing, "doctored inputs fool the model again"),
        (never_runs, "never runs the attack"),
        (only_success, "Which half of the bound"),
        (checks(useful=0.5), "It asks for less than the bound"),
        (checks(seeds=[0]), "How many seeds does it try"),
        (checks(seeds=range(100)), "take ten"),
        (checks(seeds=["0"]), "a seed is a whole number"),
        (checks(at_most=0.12), "The control is in place, and your test fails (success"),
        (wants_one_number, "The control is in place, and your test fails ("),
        (says_nothing, "says nothing"),
        (says_no_number, "says 'fooled', without a number"),
    ],
    "depth.q5": [
        (lambda *given: 1 - gate(*given), "the other way round"),
        (lambda *given: bool(gate(*given)), "As an exit code True is 1"),
        (gates(above=True), "exactly the number"),
        (gates(lost=lambda *_: False), "A control that was in place is no longer"),
        (gates(lost=lambda was, now: was and now is False), "somebody deleted its line"),
        (gates(names=CONTROLS), "less is admitted"),
        (facts_may_be_denied, "a person has to look"),
        (never_worse, "next time nobody will admit anything"),
        (anything_changed, "Controls were added"),
        (no_new_noes(CONTROLS), "somebody looked"),
        (no_new_noes(FACTS), "answered with no"),
        (lambda old, new, _: gate(old, new, 1.1), "it has been all the time"),
        (lambda old, new, fail_at: "stop" if gate(old, new, fail_at) else "pass", "give an exit code"),
    ],
}
