"""Wrong answers to depth.q4, and what each must be told."""

from __future__ import annotations

from threatlab.exercises.depth import the_bound

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


def wrong(_):
    return [
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
    ]
