"""Question 5 of lesson 02: an inventory, ranked by what is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from threatlab.assessment import assess
from threatlab.catalog import catalog
from threatlab.exercises.judges import (
    ROUNDED,
    a_function,
    a_number,
    as_list,
    is_rounded,
    near,
    other_kind,
    returned,
    shown,
)
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.system import AISystem, load_system


def ranks_the_inventory(answer: Any) -> str:
    """Judge a function from systems to their ranking by worst and best case."""
    function = a_function(answer, "a list of systems")
    for systems in _inventories():
        _judge_ranking(systems, _rows(returned(function, list(systems)), systems))
    return (
        "Right for the incidents and for three invented inventories: what is certain comes before what is only "
        "unknown, and the order of the rows no longer depends on who typed them."
    )


def _inventories() -> Iterable[list[AISystem]]:
    controls = catalog().controls
    facts = {"generates_content": True, "internet_facing": True}
    naked, guarded = (facts | dict.fromkeys(controls, value) for value in (False, True))
    unwatched = facts | {name: False for name, control in controls.items() if control.effect != "preventive"}
    for invented in (
        {"guarded": guarded, "naked": naked},
        {"unwatched": unwatched, "silent": facts, "naked": naked},
        {"twin-b": naked, "twin-a": naked, "nothing-known": {}},
    ):
        yield [AISystem(name).with_(**known) for name, known in invented.items()]
    yield [load_system(name) for name in ("ml-pipeline-prod", "tay", "shadowray", "clearview", "llm-jacking")]


def _worst_and_best(system: AISystem) -> tuple[float, float]:
    unknown = [control for control in system.catalog.controls if system[control] is None]
    return assess(system).risk_score, assess(system.with_(**dict.fromkeys(unknown, True))).risk_score


def _rows(value: Any, systems: Sequence[AISystem]) -> list[tuple[str, float, float]]:
    """Return the rows that a function gave, if they are rows of these systems."""
    rows = as_list(value) or []
    if len(rows) != len(systems) or not all(isinstance(row, list | tuple) and len(row) == 3 for row in rows):
        raise other_kind(value, "a list with a (name, worst, best) for each system")
    if sorted(str(row[0]) for row in rows) != sorted(system.name for system in systems):
        raise NotYet(f"The first of each row is not the name of each system, once: {shown([row[0] for row in rows])}.")
    return [(str(name), a_number(worst), a_number(best)) for name, worst, best in rows]


def _judge_ranking(systems: Sequence[AISystem], rows: list[tuple[str, float, float]]) -> None:
    by_name = {system.name: system for system in systems}
    for name, worst, best in rows:
        system = by_name[name]
        right_worst, right_best = _worst_and_best(system)
        both = ((worst, right_worst), (best, right_best))
        if all(is_rounded(*pair) for pair in both) and not all(near(*pair) for pair in both):
            raise NotYet(f"{name}: {ROUNDED}")
        if not near(worst, right_worst):
            raise NotYet(
                f"{name}: your worst case is {worst:.4f}. assess counts an unknown control as missing, so its score is "
                f"already the worst case: {right_worst:.4f}. Did you exchange the two, or change the system first?",
                "worst-case",
            )
        if not near(best, right_best):
            raise _about_best(system, best, right_best)
    right = sorted(rows, key=lambda row: (-row[1], -row[2], row[0]))
    if rows == right:
        return
    here = next(place for place in range(len(rows)) if rows[place] != right[place])
    mine, theirs = rows[here], right[here]
    if mine[1] != theirs[1]:
        raise NotYet(
            f"{mine[0]} (worst case {mine[1]:.2f}) stands before {theirs[0]} ({theirs[1]:.2f}). Worst first.", "order"
        )
    if mine[2] != theirs[2]:
        raise NotYet(
            f"{mine[0]} and {theirs[0]} have the same worst case. For one of them that is known, for the other nobody "
            "has answered: their best cases tell which. The certain one comes first.",
            "certain",
        )
    raise NotYet(
        f"{mine[0]} and {theirs[0]} agree in both scores, and stand as they came. Then the name decides.", "ties"
    )


def _about_best(system: AISystem, best: float, right: float) -> NotYet:
    """Return the misconception behind a best case that is none."""
    name = system.name
    everything = assess(system.with_(**dict.fromkeys(system.catalog.controls, True))).risk_score
    if near(best, assess(system).risk_score):
        return NotYet(
            f"{name}: your best case is the worst case. What if every unanswered control turned out to be in place?",
            "as-worst",
        )
    if near(best, everything):
        return NotYet(
            f"{name}: in your best case every control is in place, also those of which it is known that they are not. "
            "Hope is for what nobody has answered.",
            "hope",
        )
    if best > right:
        return NotYet(
            f"{name}: your best case is {best:.4f}, which is too high. Did you answer open facts too? A true "
            "fact opens a door.",
            "facts",
        )
    return NotYet(
        f"{name}: your best case is {best:.4f}, which is too low. What did you put in place that is not a "
        "control, or is known?",
        "too-low",
    )


q5 = Question(
    id="assess.q5",
    title="Rank an inventory by what is known",
    judge=ranks_the_inventory,
    hints=in_steps(
        "system[control] is True, False or None, and catalog().controls names the controls. The best case is "
        "another system: system.with_(...) with each None among the controls replaced by True.",
        "sorted(rows, key=...) sorts by several things if the key is a tuple, and downward if you negate a number.",
        "The key is (-worst, -best, name).",
    ),
    because="One score hides two cases that need different work. Where best and worst case are both high, somebody has "
    "to build something; where they are far apart, somebody has to ask. And a ranking whose ties fall as the rows "
    "happened to come in changes from one export to the next.",
    covers=("step-assessment", "checklist-assessment"),
    claims={
        "as-worst": "The best case is the worst case.",
        "hope": "In the best case every control is in place, also those that are known to be missing.",
        "facts": "In the best case open facts are true, too.",
        "too-low": "The best case changes more than what nobody has answered.",
        "worst-case": "An unknown control counts as in place.",
        "order": "The worst need not come first.",
        "certain": "What is certain and what is only unknown rank alike.",
        "ties": "Ties may fall as the rows came in.",
    },
)
