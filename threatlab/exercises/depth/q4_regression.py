"""Question 4 of lesson 05: a test that passes on what is deployed, and fails on what is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from statistics import mean
from typing import TYPE_CHECKING, Any

from threatlab.exercises.judges import a_function, called, plain, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps

if TYPE_CHECKING:
    from threatlab.attacks.base import AttackResult
    from threatlab.regression import Bound

ATTACK, CONTROL = "evasion", "adversarial_training"
_SERVERS = 3
_TRIED = 40
"""Runs that a test may take; a real one of ten seeds takes a second."""

Run = Callable[[int], "AttackResult"]
Runs = list[tuple[int, "AttackResult"]]

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(%?)")


def the_bound() -> Bound:
    """Return the bound of the control that the test of q4 watches."""
    from threatlab.regression import suggested_bounds

    return next(b for b in suggested_bounds() if (b.attack, b.control, dict(b.knobs)) == (ATTACK, CONTROL, {}))


@cache
def _attacked(control: str, seed: int) -> AttackResult:
    from threatlab.attacks import ATTACKS

    return ATTACKS[ATTACK].run(control=control, seed=seed)


def deployed(seed: int) -> AttackResult:
    """Attack the service as it is deployed, with its control in place; each seed is another random draw."""
    return _attacked(CONTROL, seed)


def _another_day(seed: int) -> AttackResult:
    return deployed(seed + 20)


def _off(seed: int) -> AttackResult:
    return _attacked("none", seed)


def _useless(seed: int) -> AttackResult:
    return replace(deployed(seed), success=0.0, utility=0.1)


def _dear(seed: int) -> AttackResult:
    return replace(deployed(seed), utility=the_bound().utility_at_least - 0.01)


def _half_hardened(seed: int) -> AttackResult:
    return replace(deployed(seed), success=the_bound().at_most + 0.01)


def _partly(seed: int) -> AttackResult:
    return deployed(seed) if seed % _SERVERS == 0 else _off(seed)


_BROKEN: Mapping[Run, str] = {
    _off: "Somebody has switched the control off, doctored inputs fool the model again, and your test passes. It can't "
    "fail for the one thing that it is there for. What does it assert about success?",
    _useless: "The service now answers everybody at random. Nobody can fool it, nobody can use it, and your test "
    "passes. Which half of the bound is not asserted?",
    _dear: "Usefulness has fallen just below its bound, and your test passes. It asks for less than the bound says.",
    _half_hardened: "Attackers get a point further than the bound, and your test passes. It allows more than the bound "
    "says.",
    _partly: "There are three servers, and on two of them the control is off. Your test drew the third, and passes. "
    "Which seeds does it try?",
}

_FIGURES = {"success": "how far the attacker got", "utility": "how useful the service still was"}


def can_fail(answer: Any) -> str:
    """Judge a regression test: it passes on the service as deployed, and fails on each that is not, and says why."""
    test = a_function(answer, "run")
    for run in (deployed, _another_day):
        runs, problem = _verdict(test, run)
        if problem is not None:
            raise NotYet(
                f"The control is in place, and your test fails{_said(problem)}. One run is not the next: the bound is "
                "the worst of ten seeds, with a margin. Is yours tighter, or does it want one exact number?",
                "tight",
            )
        if not runs:
            raise NotYet(
                "Your test never runs the attack: it passes on anything. It gets run; call run(seed).", "never-runs"
            )
    failed = {}
    for number, (broken, says) in enumerate(_BROKEN.items(), 1):
        runs, problem = _verdict(test, broken)
        if problem is None:
            raise NotYet(says, f"broken {number}")
        failed[broken] = str(problem), runs
    for message, runs in failed.values():
        if lacks := _lacks(message, runs):
            raise NotYet(
                f"It fails where it has to, and {lacks} At three in the morning somebody reads only that.", "silent"
            )
    return (
        "It passes on the service as deployed, with other seeds too, and fails when the control is off, off on two of "
        f"three servers, too weak, or paid for with the service. Its message: {_short(failed[_off][0])}"
    )


def _lacks(message: str, runs: Runs) -> str:
    """Return what the message of a failed assert lacks, by the runs that it speaks of, or ""."""
    figure = "success" if any(result.success > the_bound().at_most for _, result in runs) else "utility"
    if not message.strip():
        return f"says nothing: put into each assert {_FIGURES[figure]}, and with which seed."
    says = f"says {_short(message)!r}, but not"
    measured = [getattr(result, figure) for _, result in runs]
    if not any(
        _rounds_to(number, value) for number in _NUMBER.findall(message) for value in [*measured, mean(measured)]
    ):
        return f"{says} {_FIGURES[figure]}: {measured[-1]:.2f}."
    if not {int(number) for number, _ in _NUMBER.findall(message) if number.isdigit()} & {seed for seed, _ in runs}:
        return f"{says} with which seed that is seen again: {runs[-1][0]}."
    return ""


def _rounds_to(number: tuple[str, str], value: float) -> bool:
    """Tell whether a number of a text, with its percent sign if it has one, is this share, to the places it has."""
    digits, percent = number
    places = len(digits.partition(".")[2])
    return bool(percent or places) and abs(float(digits) - value * (100 if percent else 1)) <= 0.51 * 10**-places


def _verdict(test: Callable[..., Any], run: Run) -> tuple[Runs, AssertionError | None]:
    """Return the runs that a test made of the attack, by seed, and the assert that failed, if one did."""
    runs: Runs = []

    def counted(seed: int) -> AttackResult:
        number = plain(seed)
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise NotYet(f"Your test calls run({shown(seed)}); a seed is a whole number such as 0.")
        if len(runs) == _TRIED:
            raise NotYet(f"Your test runs the attack more than {_TRIED} times. It is to run at every change: take ten.")
        runs.append((number, run(number)))
        return runs[-1][1]

    try:
        verdict = called(test, counted)
    except AssertionError as problem:
        return runs, problem
    if verdict is not None:
        raise NotYet(
            f"Your test returned {shown(verdict)}. A test runner doesn't look at what a test returns: leave the return "
            "out, and use assert.",
            "returns",
        )
    return runs, None


def _said(problem: AssertionError) -> str:
    return f" ({_short(str(problem))})" if str(problem).strip() else ""


def _short(text: str, most: int = 120) -> str:
    line = text.strip().splitlines()[0]
    return line if len(line) <= most else f"{line[:most]} ..."


q4 = Question(
    id="depth.q4",
    title="A test that would have caught it",
    judge=can_fail,
    hints=in_steps(
        "Three things can go wrong: the attacker gets further, the service becomes useless, or the test has luck. "
        "Each needs something of its own in the test.",
        "A loop over some seeds; in it result = run(seed), an assert that result.success is at most bound.at_most, "
        "and an assert that result.utility is at least bound.utility_at_least.",
        'assert result.success <= bound.at_most, f"seed {seed}: fooled {result.success:.2f}"',
    ),
    because="A green test is worth what it would be red for. Success has an upper bound, or an attack that came back "
    "is not noticed; usefulness has a lower one, or switching the service off would be the best control; several "
    "seeds, or luck decides. And you have now seen it fail, which is the only way to know that it can.",
    covers=("step-validation", "practice-test"),
    seconds=60.0,
    claims={
        "tight": "A test may be tighter than the bound, or ask for one exact number.",
        "never-runs": "A test need not run what it tests.",
        "returns": "What a test returns is looked at.",
        "silent": "That a test fails is enough: it need not say how far, or where.",
        "broken 1": "A test need not fail when the control is off.",
        "broken 2": "Success alone shows whether a service is well.",
        "broken 3": "Usefulness just below its bound is good enough.",
        "broken 4": "Attackers may get a little further than the bound.",
        "broken 5": "One seed, or one server, speaks for all.",
    },
)
