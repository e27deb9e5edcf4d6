"""What lesson 04 has its reader write: an order, a number of days, a floor, an acceptance, a criterion, a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from threatlab.assessment import assess
from threatlab.assessment.result import NextStep
from threatlab.catalog import Criterion
from threatlab.exercises.judges import a_kind, a_number, a_reason, parts, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.plan import make_plan
from threatlab.system import AISystem
from threatlab.words import days as in_days

NOBODY = {"we", "us", "everybody", "everyone", "nobody", "somebody", "someone", "the team", "team", "tbd"}
LONGEST = 366
"""Days that an acceptance may last: what is accepted for longer is never looked at again."""


def _quick_order(answer: Any) -> str:
    gaps, order = parts(answer, 2, "both: check((gaps, order))")
    if not isinstance(gaps, list | tuple) or not all(isinstance(step, NextStep) for step in gaps):
        raise NotYet("The first of the two must be `gaps`, as it is.")
    if isinstance(order, str | Mapping) or not hasattr(order, "__iter__"):
        raise NotYet(f"{shown(order)} is no list; sort `gaps`, and give what comes out.")
    given = list(order)
    if (
        any(not isinstance(step, NextStep) for step in given)
        or {s.attribute for s in given} != {s.attribute for s in gaps}
        or len(given) != len(gaps)
    ):
        raise NotYet("Give each step of `gaps` once, and nothing else.")
    rates = [step.removes / step.effort_days for step in given]
    if rates == sorted(rates) and rates != sorted(rates, reverse=True):
        raise NotYet("That begins with the worst: sorted begins with the smallest. Put a minus before the key.")
    for first, second, step, after in zip(rates, rates[1:], given, given[1:], strict=False):
        if second > first + 1e-12:
            raise NotYet(
                f"{after.title} removes {second:.4f} a day and comes after {step.title} with {first:.4f}. "
                "What is sorted by is the risk removed, divided by the days."
            )
    return f"First comes {given[0].title}, with {rates[0]:.4f} a day, and last {given[-1].title}, with {rates[-1]:.4f}."


def _no_search_needed(answer: Any) -> str:
    system, given = parts(answer, 2, "both: check((tiny, enough_days))")
    a_kind(system, AISystem, "a system; give `tiny`")
    budget = a_number(given)
    if not 0 < budget <= LONGEST:
        raise NotYet(f"{budget:g} is no number of days to plan with; give one above 0, such as 9.")
    best, quick = (make_plan(system, budget, way=way) for way in ("best", "quick_wins"))
    if not best.steps:
        raise NotYet(f"With {in_days(budget)} neither control fits: there is nothing to plan.")
    if quick.risk_after - best.risk_after > 1e-9:
        raise NotYet(
            f"With {in_days(budget)} quick wins leave {quick.risk_after:.3f}, and the best plan {best.risk_after:.3f}: "
            "once the vault has its days, too few are left for the other control. Fewer days than that, or more?"
        )
    every = len(best.steps) == len(assess(system).best_next(99))
    why = "there is time for all of it" if every else "only one control fits, so there is nothing to choose"
    return (
        f"With {in_days(budget)} both leave {best.risk_after:.3f}: {why}. In between, the first step costs the second."
    )


def _floor(answer: Any) -> str:
    system, budget, own = parts(answer, 3, "all three: check((incident, plenty, mine))")
    floor, reason = parts(own, 2, 'a floor and its reason, such as (0.95, "Nobody notices one refusal in twenty")')
    a_kind(system, AISystem, "a system; give `incident`")
    share = a_number(floor)
    if not 0 < share <= 1:
        raise NotYet(f"{share:g} is no share of usefulness; give one above 0 and at most 1, such as 0.95.")
    a_reason(reason, " that a product owner could argue with. Say who notices what.")
    plan, free = (make_plan(system, a_number(budget), min_utility=each) for each in (share, 0.0))
    return (
        f"Above {share:.0%} the best plan leaves a risk of {plan.risk_after:.3f}, and without a floor "
        f"{free.risk_after:.3f}: that difference is what your reason costs."
    )


def _acceptance(answer: Any) -> str:
    start, own = parts(answer, 2, "both: check((start, mine))")
    reason, owner, until = parts(own, 3, "a reason, a name and a last day")
    if not isinstance(start, date):
        raise NotYet("The first of the two must be `start`, as it is.")
    a_reason(reason, ". Why not now, and what makes it bearable until then?", words=3)
    if not isinstance(owner, str) or not owner.strip() or owner.strip().lower() in NOBODY:
        raise NotYet(f"{shown(owner)} is nobody whom one could ask. Give a name, or a role that one person has.")
    last = until.date() if isinstance(until, datetime) else until
    try:
        last = date.fromisoformat(last) if isinstance(last, str) else last
    except ValueError:
        last = None
    if not isinstance(last, date):
        raise NotYet(f"{shown(until)} is no day; write start + timedelta(days=60), or '2027-01-30'.")
    lasts = (last - start).days
    if lasts <= 0:
        raise NotYet(f"{last} is over before the work begins, on {start}.")
    if lasts > LONGEST:
        raise NotYet(f"{last} is {lasts} days away. Who will still know why? Give a day within a year.")
    return f"{owner} answers for it until {last}. On the day after, the check reports it again."


def _criterion(answer: Any) -> str:
    given = a_kind(answer, Criterion, "a criterion; write Criterion(what is counted, unit=..., at_most=...)")
    bound = given.at_most if given.at_most is not None else given.at_least
    return f"{given}. A measurement beyond {bound:g} fails it, so it can be promised, and checked."


def _sentence(answer: Any) -> str:
    if not isinstance(answer, str) or len(answer.split()) < 10:
        raise NotYet(f"{shown(answer)} is no sentence of the form that stands above.")
    if not re.search(r"\b[01]?\.\d+|\b\d+ ?%", answer):
        raise NotYet("No number says how large the risk is that stays.")
    if not re.search(r"\b20\d\d\b", answer):
        raise NotYet("It has no day. Until when does the answer hold?")
    if not re.search(r"\banswers?\b|\bowns?\b|\bcarries\b|\baccepts?\b", answer):
        raise NotYet("Nobody answers for it. Who does?")
    return "A number, a person and a day: somebody can disagree with that, which is what it is for."


w1 = Question(
    id="plan.w1",
    title="Quick wins first",
    judge=_quick_order,
    hints=in_steps(
        "A step has .removes and .effort_days; divide the one by the other.",
        "sorted(gaps, key=lambda step: ...) begins with the smallest; a minus turns it around.",
    ),
    because="Risk removed for each day of work, the most first.",
    covers=("step-implementation",),
    fills="sorted(gaps, key=lambda step: -step.removes / step.effort_days)",
)

w2 = Question(
    id="plan.w2",
    title="Days with which quick wins are good enough",
    judge=_no_search_needed,
    hints=in_steps(
        "Quick wins lose where the first control takes days that the second one needs.",
        "How many days do both controls take together?",
    ),
    because="The simple rule loses only where its first step leaves too few days for a larger one.",
    covers=("step-implementation",),
    fills="11",
)

w3 = Question(
    id="plan.w3",
    title="A floor, and why",
    judge=_floor,
    hints=in_steps("A floor is a share: 0.95 keeps 95% of the usefulness.", "Who would notice the rest, and when?"),
    because="A floor without a reason is the first thing that is bargained away.",
    covers=("core-controls",),
    fills='(0.97, "A clerk notices when three of a hundred questions fail")',
)

w4 = Question(
    id="plan.w4",
    title="A risk, accepted until a day",
    judge=_acceptance,
    hints=in_steps("Three parts: a reason, a name, a last day.", "start + timedelta(days=60) is a day."),
    because="A reason that holds today, a person who can be asked, and a day on which it ends.",
    covers=("checklist-policy",),
    fills='("No days left before the audit", "Head of product", start + timedelta(days=60))',
)

w5 = Question(
    id="plan.w5",
    title="A criterion that a number can fail",
    judge=_criterion,
    hints=in_steps(
        "What would you count, on the first day after the work?", 'Criterion("...", unit="hosts", at_most=0)'
    ),
    because="It says what is counted and which number is too many.",
    covers=("step-planning",),
    fills='Criterion("management interfaces that answer from the internet", unit="interfaces", at_most=0)',
)

w6 = Question(
    id="plan.w6",
    title="What the halved budget leaves, in one sentence",
    judge=_sentence,
    hints=in_steps("Take the number from what the cell above prints.", "Name the person, and a day with its year."),
    because="It names what is lost, how large the risk is that stays, who answers for it and until when.",
    covers=("checklist-policy",),
    fills='"Without a login for every caller the risk stays at 0.50, and Ada answers for it until 31 January 2027."',
)

PIECES = (w1, w2, w3, w4, w5, w6)
