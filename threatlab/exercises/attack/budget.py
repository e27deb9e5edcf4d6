"""How late the detector may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from threatlab.exercises.judges import a_function, a_number, returned
from threatlab.exercises.outcome import NotYet

Draws = Sequence[Sequence[float]]

_INVENTED: tuple[tuple[Sequence[int], Draws, float], ...] = (
    (
        (10, 20, 30, 65, 100, 300),
        ((0.2, 0.4, 0.5, 0.6, 0.79, 0.85), (0.1, 0.3, 0.84, 0.86, 0.95, 0.97), (0.1, 0.2, 0.3, 0.5, 0.7, 0.75)),
        0.8,
    ),
    ((10, 30, 65, 100), ((0.6, 0.85, 0.55, 0.95), (0.5, 0.84, 0.57, 0.9)), 0.8),
    ((10, 30, 65), ((0.3, 0.75, 0.9),), 0.75),
    ((10, 30, 65), ((0.9, 0.95, 1.0), (0.1, 0.2, 0.3)), 0.8),
    ((5, 50, 500), ((0.1, 0.2, 0.3), (0.1, 0.1, 0.2)), 0.8),
)

_BUDGET_SLIPS: tuple[tuple[Callable[[Sequence[int], Draws, float], float], str], ...] = (
    (
        lambda budgets, draws, bound: _latest(budgets, [[sum(at) / len(at) for at in zip(*draws, strict=True)]], bound),
        (
            "That budget holds on average. The attacker makes one draw, and it may be the lucky one: which of the "
            "draws must stay below the bound?"
        ),
    ),
    (
        lambda budgets, draws, bound: _latest(budgets, draws[:1], bound),
        "That budget holds in the first draw. The others are attackers too.",
    ),
    (
        lambda budgets, draws, bound: _latest(budgets, [[min(at) for at in zip(*draws, strict=True)]], bound),
        "That budget holds against the unluckiest draw. Plan for the other end.",
    ),
    (
        lambda budgets, draws, bound: max(
            (b for b, at in zip(budgets, zip(*draws, strict=True), strict=True) if max(at) < bound), default=0
        ),
        (
            "The copy is below the bound there, but it was above it with fewer questions: the curve dips, as it does "
            "for a clumsy attacker. Who has the better copy will keep it."
        ),
    ),
    (
        lambda budgets, draws, bound: _latest(budgets, draws, bound + 1e-9),
        "At that budget a copy reaches the bound. It has to stay below.",
    ),
    (
        lambda budgets, draws, bound: next(
            (b for b, at in zip(budgets, zip(*draws, strict=True), strict=True) if max(at) >= bound), budgets[-1]
        ),
        "That is the first budget at which a copy is good enough: by then it is too late. The last one before it?",
    ),
)


def _latest(budgets: Sequence[int], draws: Draws, bound: float) -> int:
    latest = 0
    for budget, at in zip(budgets, zip(*draws, strict=True), strict=True):
        if max(at) >= bound:
            break
        latest = budget
    return latest


@cache
def _real_draws() -> tuple[tuple[int, ...], tuple[tuple[float, ...], ...]]:
    """Return budgets and the fidelity at each, for three draws of the attack on labels with realistic questions."""
    from threatlab.attacks import ATTACKS

    runs = [ATTACKS["extraction"].run("top1", pool="realistic", seed=seed).evidence for seed in range(3)]
    return tuple(map(int, runs[0]["budgets"])), tuple(tuple(map(float, run["fidelity"])) for run in runs)


def finds_the_budget(answer: Any) -> str:
    """Judge a function from budgets, draws and a bound to the last budget at which every copy is below the bound."""
    function = a_function(answer, "budgets, draws and a bound")
    budgets, draws = _real_draws()
    real = [(budgets, draws, bound) for bound in (0.5, 0.85, 0.94, 0.99)]
    for case in (*_INVENTED, *real):
        copied = [list(case[0]), [list(draw) for draw in case[1]], case[2]]
        given, right = a_number(returned(function, *copied)), _latest(*case)
        if given != right:
            told = next((says for slip, says in _BUDGET_SLIPS if slip(*case) == given), "")
            nothing = "If even the smallest budget is too much, the answer is 0. " if right == 0 else ""
            raise NotYet(
                f"Budgets {list(case[0])}, bound {case[2]}: you say {given:g}. {nothing}"
                + (told or "Give a budget of the list: the last one up to which every draw stays below the bound.")
            )
    promises = []
    for bound in (0.85, 0.5):
        latest = _latest(budgets, draws, bound)
        when = f"somebody has to notice by question {latest}" if latest else f"even {budgets[0]} questions are too many"
        promises.append(f"if no copy may reach {bound}, {when}")
    return f"With labels only and realistic questions: {'; '.join(promises)}."
