"""Question 4 of lesson 03: how late the detector may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from threatlab.exercises.judges import Slip, a_number, like
from threatlab.exercises.question import Question, in_steps

Draws = Sequence[Sequence[float]]

_INVENTED: tuple[tuple[Sequence[int], Draws, float], ...] = (
    (
        [10, 20, 30, 65, 100, 300],
        [[0.2, 0.4, 0.5, 0.6, 0.79, 0.85], [0.1, 0.3, 0.84, 0.86, 0.95, 0.97], [0.1, 0.2, 0.3, 0.5, 0.7, 0.75]],
        0.8,
    ),
    ([10, 30, 65, 100], [[0.6, 0.85, 0.55, 0.95], [0.5, 0.84, 0.57, 0.9]], 0.8),
    ([10, 30, 65], [[0.3, 0.75, 0.9]], 0.75),
    ([10, 30, 65], [[0.9, 0.95, 1.0], [0.1, 0.2, 0.3]], 0.8),
    ([5, 50, 500], [[0.1, 0.2, 0.3], [0.1, 0.1, 0.2]], 0.8),
)

_SLIPS = (
    Slip(
        lambda budgets, draws, bound: _latest(budgets, [[sum(at) / len(at) for at in zip(*draws, strict=True)]], bound),
        "That budget holds on average. The attacker makes one draw, and it may be the lucky one: which of the "
        "draws must stay below the bound?",
        "average",
    ),
    Slip(
        lambda budgets, draws, bound: _latest(budgets, draws[:1], bound),
        "That budget holds in the first draw. The others are attackers too.",
        "first",
    ),
    Slip(
        lambda budgets, draws, bound: _latest(budgets, [[min(at) for at in zip(*draws, strict=True)]], bound),
        "That budget holds against the unluckiest draw. Plan for the other end.",
        "unlucky",
    ),
    Slip(
        lambda budgets, draws, bound: max(
            (b for b, at in zip(budgets, zip(*draws, strict=True), strict=True) if max(at) < bound), default=0
        ),
        "The copy is below the bound there, but it was above it with fewer questions: the curve dips, as it does "
        "for a clumsy attacker. Who has the better copy will keep it.",
        "dips",
    ),
    Slip(
        lambda budgets, draws, bound: _latest(budgets, draws, bound + 1e-9),
        "At that budget a copy reaches the bound. It has to stay below.",
        "at",
    ),
    Slip(
        lambda budgets, draws, bound: next(
            (b for b, at in zip(budgets, zip(*draws, strict=True), strict=True) if max(at) >= bound), budgets[-1]
        ),
        "That is the first budget at which a copy is good enough: by then it is too late. The last one before it?",
        "too-late",
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
def _real_draws() -> tuple[list[int], list[list[float]]]:
    """Return budgets and the fidelity at each, for three draws of the attack on labels with realistic questions."""
    from threatlab.attacks import ATTACKS

    runs = [ATTACKS["extraction"].run("top1", pool="realistic", seed=seed).evidence for seed in range(3)]
    return [int(budget) for budget in runs[0]["budgets"]], [[float(at) for at in run["fidelity"]] for run in runs]


def _cases() -> Mapping[str, tuple[Sequence[int], Draws, float]]:
    real = [(*_real_draws(), bound) for bound in (0.5, 0.85, 0.94, 0.99)]
    return {f"Budgets {case[0]}, bound {case[2]}": case for case in (*_INVENTED, *real)}


def _otherwise(_name: str, _mine: float, right: float, *_: object) -> str:
    if not right:
        return "If even the smallest budget is too much, the answer is 0."
    return "Give a budget of the list: the last one up to which every draw stays below the bound."


def _all_right() -> str:
    budgets, draws = _real_draws()
    promises = []
    for bound in (0.85, 0.5):
        latest = _latest(budgets, draws, bound)
        when = f"somebody has to notice by question {latest}" if latest else f"even {budgets[0]} questions are too many"
        promises.append(f"if no copy may reach {bound}, {when}")
    return f"With labels only and realistic questions: {'; '.join(promises)}."


q4 = Question(
    id="attack.q4",
    title="How late may the detector be?",
    judge=like(
        _latest,
        _cases,
        _SLIPS,
        takes="budgets, draws and a bound",
        reads=a_number,
        where=lambda name, budget, *_: f"{name}: you say {budget:g}. ",
        otherwise=_otherwise,
        confirms=_all_right,
    ),
    hints=in_steps(
        "Go through the budgets from the smallest. At each, look at the best copy of all draws, and stop at the "
        "first that is too good.",
        "max(draw[place] for draw in draws) is the best copy at that place. Keep the budget before it; begin with 0.",
    ),
    because="A defender plans for the luckiest attacker, not for the average one, and a copy once made is not unmade "
    "by later answers. Labels only do not stop the copier: they buy the detector this many questions. Output control "
    "and detection are one decision.",
    covers=("intro-extraction",),
    seconds=20.0,
    claims={
        "average": "The average attacker is the one to plan for.",
        "first": "One draw of the attack is enough to judge by.",
        "unlucky": "The unluckiest attacker is the one to plan for.",
        "dips": "With more questions a copy that was good can get worse, and that counts.",
        "at": "A copy that reaches the bound is still fine.",
        "too-late": "The first budget that breaks the bound is the last that keeps it.",
    },
)
