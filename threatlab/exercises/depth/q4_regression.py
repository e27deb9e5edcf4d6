"""Question 4 of lesson 05: a test that passes on what is deployed, and fails on what is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from threatlab.exercises.judges import a_function, called, shown
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
    return replace(deployed(seed), utility=the_bound().utility_at_least - 0.05)


def _partly(seed: int) -> AttackResult:
    return deployed(seed) if seed % _SERVERS == 0 else _off(seed)


_BROKEN: Mapping[Run, str] = {
    _off: "Somebody has switched the control off, doctored inputs fool the model again, and your test passes. It can't "
    "fail for the one thing that it is there for. What does it assert about success?",
    _useless: "The service now answers everybody at random. Nobody can fool it, nobody can use it, and your test "
    "passes. Which half of the bound is not asserted?",
    _dear: "Usefulness has fallen by some points below its bound, and your test passes. It asks for less than the "
    "bound says.",
    _partly: "There are three servers, and on two of them the control is off. Your test drew the third, and passes. "
    "How many seeds does it try?",
}


def can_fail(answer: Any) -> str:
    """Judge a regression test: it passes on the service as deployed, and fails on four that are not."""
    test = a_function(answer, "run")
    for run in (deployed, _another_day):
        ran, problem = _verdict(test, run)
        if problem is not None:
            raise NotYet(
                f"The control is in place, and your test fails{_said(problem)}. One run is not the next: the bound is "
                "the worst of ten seeds, with a margin. Is yours tighter, or does it want one exact number?"
            )
        if not ran:
            raise NotYet("Your test never runs the attack: it passes on anything. It gets run; call run(seed).")
    for broken, says in _BROKEN.items():
        ran, problem = _verdict(test, broken)
        if problem is None:
            raise NotYet(says)
    _, problem = _verdict(test, _off)
    if not str(problem).strip():
        raise NotYet(
            "It fails where it has to, and says nothing. At three in the morning somebody reads only the message: put "
            "into each assert how far the attacker got, and with which seed."
        )
    if not any(map(str.isdigit, str(problem))):
        raise NotYet(
            f"It fails where it has to, and says {_short(str(problem))!r}, without a number. At three in the morning "
            "that is a riddle: how far did the attacker get, how far may they, and with which seed is it seen again?"
        )
    return (
        "It passes on the service as deployed, with other seeds too, and fails when the control is off, off on two of "
        f"three servers, or paid for with the service. Its message: {_short(str(problem))}"
    )


def _verdict(test: Callable[..., Any], run: Run) -> tuple[int, AssertionError | None]:
    """Return how often a test ran the attack, and the assert that failed, if one did."""
    ran: list[int] = []

    def counted(seed: int) -> AttackResult:
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise NotYet(f"Your test calls run({shown(seed)}); a seed is a whole number such as 0.")
        ran.append(seed)
        if len(ran) > _TRIED:
            raise NotYet(f"Your test runs the attack more than {_TRIED} times. It is to run at every change: take ten.")
        return run(seed)

    try:
        verdict = called(test, counted)
    except AssertionError as problem:
        return len(ran), problem
    if verdict is not None:
        raise NotYet(
            f"Your test returned {shown(verdict)}. A test runner doesn't look at what a test returns: it would be "
            "green whatever comes. Use assert."
        )
    return len(ran), None


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
    "seeds, or luck decides. And you have now seen it fail four times, which is the only way to know that it can.",
    covers=("step-validation", "practice-test"),
    seconds=60.0,
)
