"""Wrong answers to depth.q4, and what each must be told."""

from __future__ import annotations

from threatlab.exercises.depth import the_bound

BOUND = the_bound()


def checks(
    seeds=range(5), at_most=BOUND.at_most, useful=BOUND.utility_at_least, why=None, dear="seed {}: useful {:.2f}"
):
    def test(run):
        for seed in seeds:
            result = run(seed)
            assert result.success <= at_most, (why or "seed {}: success {:.0%}").format(seed, result.success)
            assert result.utility >= useful, dear.format(seed, result.utility)

    return test


def returns_a_verdict(run):
    result = run(0)
    return result.success <= BOUND.at_most and result.utility >= BOUND.utility_at_least


def asserts_a_verdict_of_nothing(run):
    run(0)


def never_runs(_):
    assert BOUND.at_most < 1


def says_nothing(run):
    for seed in range(5):
        result = run(seed)
        if result.success > BOUND.at_most or result.utility < BOUND.utility_at_least:
            raise AssertionError


def wants_one_number(run):
    measured = run(0).success
    assert round(measured, 3) == 0.123, measured


CONSTRAINTS = {
    "run, which is called": (never_runs, "never runs the attack"),
    "called like deployed": (checks(seeds=["0"]), "a seed is a whole number"),
    "uses assert": (asserts_a_verdict_of_nothing, "doctored inputs fool the model again"),
    "it returns nothing": (returns_a_verdict, "leave the return out"),
    "it passes on the service as it is deployed": (checks(at_most=0.12), "your test fails (seed 0: success"),
    "on another day with other seeds": (checks(at_most=0.19, why="{}, {:.3f}"), "your test fails (2, 0."),
    "it fails where the service is useless": (checks(useful=0), "Which half of the bound"),
    "it fails below the bound of usefulness": (
        checks(useful=BOUND.utility_at_least - 0.02),
        "It asks for less than the bound",
    ),
    "it fails above the bound of success": (checks(at_most=BOUND.at_most + 0.02), "It allows more than the bound"),
    "it fails where two of three servers are open": (checks(seeds=[0, 3, 6]), "Which seeds does it try"),
    "the message": (says_nothing, "says nothing: put into each assert how far the attacker got"),
    "what they need: how far": (checks(why="fooled in {}"), "but not how far the attacker got: 0."),
    "what they need: the seed": (checks(why="success {1:.2f}"), "but not with which seed that is seen again: 0"),
    "what they need: how useful": (checks(dear="useless in {}"), "but not how useful the service still was: 0.10"),
    "at most 40 times": (checks(seeds=range(41)), "take ten"),
}


def wrong(_):
    return [
        (wants_one_number, "The control is in place, and your test fails (0.1"),
        (checks(seeds=range(-1, 4)), "calls run(-1)"),
        (checks(dear="useless: {1:.2f}"), "says 'useless: 0.10', but not with which seed"),
    ]
