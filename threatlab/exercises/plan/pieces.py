"""What lesson 04 has its reader write: an order, days, a floor, an acceptance, a criterion, a name, a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from threatlab.assessment import assess
from threatlab.assessment.result import NextStep
from threatlab.catalog import Criterion, catalog
from threatlab.exercises.judges import (
    UNREAD,
    a_kind,
    a_number,
    a_person,
    a_reason,
    check_bearable,
    is_a_person,
    is_written,
    named,
    parts,
    shares_in,
    shown,
    until,
    words_in,
)
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.plan import Plan, make_plan
from threatlab.system import AISystem
from threatlab.words import days as in_days
from threatlab.words import listed

SENTENCE = 10
"""Words that the sentence of section 7 needs at least: it says four things."""

_ANSWERS = (
    r"\b(?i:answers?|answerable|owns?|owner|carr(?:y|ies)|bears?|accepts?|signs?|vouch(?:es)?|stands? (?:for|by|behind)"
    r"|responsib\w+|accountab\w+|in charge)\b"
)
_WHO = re.compile(rf"(?:^|[,;]|\band\b)\s*(?:and\s+)?([^,;]*?)\s+{_ANSWERS}")

_WISH = re.compile(
    r"^(?:the |our )?(?:(?:system|service|model|cluster|interface|data|api|it|everything)s? (?:is|are|stays?|remains?)"
    r"|security|safety|robustness|protection)\b",
    re.IGNORECASE,
)
"""What is said of a whole, and counts nothing; a bound beside it changes nothing."""

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
        raise NotYet(
            "That begins with the worst: sorted begins with the smallest. Put a minus before the key.", "reversed"
        )
    for first, second, step, after in zip(rates, rates[1:], given, given[1:], strict=False):
        if second > first + 1e-12:
            raise NotYet(
                f"{after.title} removes {second:.4f} a day and comes after {step.title} with {first:.4f}. "
                "What is sorted by is the risk removed, divided by the days.",
                "not-per-day",
            )
    return f"First comes {given[0].title}, with {rates[0]:.4f} a day, and last {given[-1].title}, with {rates[-1]:.4f}."


def _no_search_needed(answer: Any) -> str:
    system, given = parts(answer, 2, "both: check((tiny, enough_days))")
    a_kind(system, AISystem, "a system; give `tiny`")
    budget = a_number(given)
    if not 0 < budget <= LONGEST:
        raise NotYet(f"{budget:g} is no number of days to plan with; give one above 0 and up to {LONGEST}, such as 9.")
    best, quick = (make_plan(system, budget, way=way) for way in ("best", "quick_wins"))
    if not best.steps:
        raise NotYet(f"With {in_days(budget)} neither control fits: there is nothing to plan.", "too-few")
    if quick.risk_after - best.risk_after > 1e-9:
        raise NotYet(
            f"With {in_days(budget)} quick wins leave {quick.risk_after:.3f}, and the best plan {best.risk_after:.3f}: "
            "once the vault has its days, too few are left for the other control. Fewer days than that, or more?",
            "lost",
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
        f"{free.risk_after:.3f}: that difference is what your reason costs. {UNREAD}"
    )


def _acceptance(answer: Any) -> str:
    start, own = parts(answer, 2, "both: check((start, mine))")
    reason, owner, until = parts(own, 3, "a reason, a name and a last day")
    if not isinstance(start, date):
        raise NotYet("The first of the two must be `start`, as it is.")
    check_bearable(a_reason(reason, ". Why not now, and what makes it bearable until then?", words=3))
    owner = a_person(owner)
    last = until.date() if isinstance(until, datetime) else until
    try:
        last = date.fromisoformat(last) if isinstance(last, str) else last
    except ValueError:
        last = None
    if not isinstance(last, date):
        raise NotYet(f"{shown(until)} is no day; write start + timedelta(days=60), or '2027-01-30'.")
    lasts = (last - start).days
    if lasts <= 0:
        raise NotYet(f"{last} is not after {start}, on which the work begins: give a later day.", "over")
    if lasts > LONGEST:
        raise NotYet(f"{last} is {lasts} days away. Who will still know why? Give a day within a year.", "forever")
    return f"{owner} answers for it until {last}. On the day after, the check reports it again. {UNREAD}"


def _criterion(answer: Any) -> str:
    given = a_kind(answer, Criterion, "a criterion; write Criterion(what is counted, unit=..., at_most=...)")
    if len(given.measure.split()) < 2 or _WISH.match(given.measure):
        raise NotYet(
            f"{given.measure!r} says nothing that can be counted. Which things, seen how, would you count?", "wish"
        )
    if any(words_in(given.measure) == words_in(control.success.measure) for control in catalog().controls.values()):
        raise NotYet(f"{given.measure!r} is the catalog's. What else would you count?")
    word, bound = ("above", given.at_most) if given.at_most is not None else ("below", given.at_least)
    return f"{given}. A measurement {word} {bound:,g} fails it, so it can be promised, and checked."


def _takes_its_place(answer: Any) -> str:
    plan, given = parts(answer, 2, "both: check((plan, instead))")
    a_kind(plan, Plan, "a plan; give `plan`")
    if not plan.steps:
        return "The plan has no step, so nothing can take its place."
    first = plan.steps[0]
    other = make_plan(plan.system, plan.budget, min_utility=plan.min_utility, without=[first.control])
    planned = {step.control for step in plan.steps}
    new = {step.control: step.title for step in other.steps if step.control not in planned}
    price = f"The risk that is left is {other.risk_after:.3f}, and with the first step {plan.risk_after:.3f}."
    if not new:
        return f"Nothing takes its place within these days. {price}"
    titles = {name: control.title for name, control in plan.catalog.controls.items()}
    control = named(given, titles)
    if named(given, ["nothing"]):
        raise NotYet(f"Something comes in. Leave out {first.title}, and compare the steps.", "nothing")
    if control is None:
        raise NotYet(f"{shown(given)} is no control's name; copy it from the panel, between quotes.")
    if control == first.control:
        raise NotYet(f"{titles[control]} is the first step: it is what you leave out.", "left-out")
    if control in planned:
        raise NotYet(
            f"{titles[control]} is in the plan already. Which one comes in that was not there before?", "planned"
        )
    if control not in new:
        raise NotYet(f"{titles[control]} stays out, too. Leave out {first.title}, and compare the steps.", "stays-out")
    return f"{titles[control]} comes in. {price}"


def _sentence(answer: Any) -> str:
    plan, half, text = parts(answer, 3, "all three: check((plan, halved, sentence))")
    a_kind(plan, Plan, "a plan; give `plan`")
    a_kind(half, Plan, "a plan; give `halved`")
    if not isinstance(text, str) or len(text.split()) < SENTENCE:
        raise NotYet(f"{shown(text)} is no sentence of the form that stands above.")
    kept = {step.control for step in half.steps}
    gone = [step for step in plan.steps if step.control not in kept]
    lost = [step.title for step in gone]
    if lost and not any(each.title.lower() in text.lower() or each.control in text for each in gone):
        raise NotYet(
            f"It names no control that the half has lost. Take one, by its name: {listed(lost, 'or')}.", "no-control"
        )
    if not (given := shares_in(text)):
        raise NotYet("No number says how large the risk is that stays.", "no-number")
    risks = {"the risk score": half.risk_after, **_by_title(half)}
    if not any(is_written(number, risk) for number in given for risk in risks.values()):
        name, largest = max(_by_title(half).items(), key=lambda each: each[1])
        raise NotYet(
            f"{given[0]} is no risk that stays: with the half, {name.lower()} is at {largest:.3f}, "
            f"and the risk score at {half.risk_after:.3f}.",
            "wrong-number",
        )
    look = until(text, plan.begins)
    who = _WHO.search(text)
    if not re.search(_ANSWERS, text) or (who and who[1] and not (re.search(r"\w", who[1]) and is_a_person(who[1]))):
        raise NotYet('Nobody answers for it whom one could ask. Who does? Write it as "Ada answers for it".', "nobody")
    return f"A lost control, a risk that stays, a person and a day: somebody can disagree with that.{look}"


def _by_title(plan: Plan) -> dict[str, float]:
    return {plan.catalog.threats[threat].title: risk for threat, risk in plan.after.by_threat.items()}


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
    claims={
        "reversed": "What is sorted begins with the largest.",
        "not-per-day": "What removes most comes first, whatever it takes.",
    },
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
    claims={
        "too-few": "A plan can be made with days in which no control fits.",
        "lost": "Quick wins are as good as the best plan with any budget.",
    },
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
    fills='("Only eight people reach it, and each is known", "Head of product", start + timedelta(days=60))',
    claims={
        "means": "That there are no days left makes a risk bearable.",
        "over": "An acceptance may end before it begins.",
        "forever": "A risk can be accepted for years.",
    },
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
    claims={"wish": "A wish becomes a criterion by a number beside it."},
    fills='Criterion("management interfaces that answer from the internet", unit="interfaces", at_most=0)',
)

w6 = Question(
    id="plan.w6",
    title="What takes the first step's place",
    judge=_takes_its_place,
    hints=in_steps(
        "In the panel, under Look at one control: choose the first step, and leave it out.",
        "make_plan(..., without=[control]).steps are the steps without it. Which of them is new?",
    ),
    because="Without its first step the plan chooses anew, and takes what it had no days for.",
    covers=("step-planning",),
    fills=(
        "next((s.title for s in make_plan(incident, budget_days, min_utility=min_utility, "
        'without=[plan.steps[0].control]).steps if s.title not in {p.title for p in plan.steps}), "nothing")'
        ' if plan.steps else "nothing"'
    ),
    claims={
        "nothing": "What is left out of a plan leaves a hole.",
        "left-out": "What is left out takes its own place.",
        "planned": "What was planned anyway takes the place.",
        "stays-out": "Any other control takes the place.",
    },
)

w7 = Question(
    id="plan.w7",
    title="What the halved budget leaves, in one sentence",
    judge=_sentence,
    hints=in_steps(
        "Take a control from the line *No longer in the plan*, and a number from the lines below it.",
        "Name the person, and a day with its year.",
    ),
    because="It names what is lost, how large the risk is that stays, who answers for it and until when.",
    covers=("checklist-policy",),
    fills=(
        "f\"Without {(lost or ['more days'])[0]} the risk score stays at {halved.risk_after:.2f}, \""
        ' f"and Ada answers for it until {start + timedelta(days=60)}."'
    ),
    claims={
        "no-control": "A lost control need not be named.",
        "no-number": "How large a risk is needs no number.",
        "wrong-number": "A risk that stays can be told by any number.",
        "over": "Somebody may answer for a risk until a day before the work begins.",
        "no-day": "Whoever answers for a risk does so without an end.",
        "nobody": "Nobody has to answer for what is left.",
    },
)

PIECES = (w1, w2, w3, w4, w5, w6, w7)
