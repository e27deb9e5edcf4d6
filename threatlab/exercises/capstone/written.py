"""What the lines that lesson 07 asks for must hold: a part and its reason, a bound, people, days, three sentences."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import product
from typing import Any

from threatlab.assessment import Finding
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import why_it_matters
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.exercises.judges import (
    UNREAD,
    a_day,
    a_dict,
    a_kind,
    a_number,
    a_person,
    a_reason,
    check_bearable,
    check_names_one,
    check_own,
    is_a_person,
    is_written,
    made_parts,
    named,
    parts,
    refusal,
    shares_in,
    shown,
    until,
    words_in,
)
from threatlab.exercises.outcome import NotYet
from threatlab.operate.reviews import Review
from threatlab.plan import Plan
from threatlab.policy import Policy
from threatlab.report import ThreatModel, Training
from threatlab.system import AISystem
from threatlab.words import counted, listed

REASON, SCENE, DEFENSE = 5, 8, 20
"""Different words that a reason, a scene or a defense needs at least; whether it is a good one, only a reader can tell.
"""

SENTENCES = 3
"""What the defense of section 13 consists of."""

LONGEST = timedelta(days=366)
"""How long a risk may be accepted before somebody looks again."""

_END = re.compile(r"(?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bProf\.)(?<!\bSt\.)(?<!\bNo\.)(?<=[.!?])\s+")
"""Where a sentence ends; a title before a name ends none."""

_OFF = re.compile(
    r"\b(?:switch|turn|shut|tak|pull|go)\w*\b[^.!?]*\b(?:off|down|offline|plug|dark)\b"
    r"|\b(?:stop(?:s|ped)?|disabl\w+|deactivat\w+|suspend\w*|unplug\w*|withdraw\w*)\b",
    re.IGNORECASE,
)
_PERSON_READS = re.compile(
    r"\b(?:every|each|all|always|no|none)\b.*\b(?:reads?|checks?|approves?|reviews?|confirms?|unread)\b"
    r"|\b(?:every|each|all)\b.*\b(?:read|checked|approved|reviewed|confirmed) by (?:a|an|our|some)",
    re.IGNORECASE,
)


def contradicts(sentence: str, system: AISystem) -> bool:
    """Whether a sentence has a person look at everything, where the system's own answers say that nobody does."""
    return bool(_PERSON_READS.search(sentence)) and system["human_approval_required"] is not True


def leaves_out(answer: Any) -> str:
    """Judge a part that is left out, and why."""
    drawing, start, given = made_parts(answer, DataFlow | None, date)
    if drawing is None and given is None:
        return "There is no drawing yet, so nothing is left out. Begin one in the panel below."
    if drawing is None:
        raise NotYet("There is no drawing to leave anything out of. Begin one in the panel below.")
    names = [element.name for element in drawing.elements]
    if given is None:
        own = [element.name for element in drawing.elements if element.kind != "person"]
        if free := [name for name in own if not why_it_matters(drawing, name)]:
            raise NotYet(
                f"Nothing that is drawn speaks against leaving out {free[0]}. Is there a reason to?", "nothing-free"
            )
        return "You leave nothing out: each part of this drawing has something that speaks for looking at it."
    give = f'a part, why, who answers for it, and a day: ("{names[0]}", "...", "Kim", "2027-06-30")'
    part, reason, who, again = parts(given, 4, give)
    if not isinstance(part, str) or part not in names:
        raise refusal("Give a part of the drawing, and why", ThreatLabError(unknown_name("element", part, names)))
    _reason(reason)
    if against := why_it_matters(drawing, part):
        raise NotYet(f"{part} {listed(list(against))}. It stays in scope: an exclusion must hide nothing.", "matters")
    day = a_day(again, "After the name comes the day on which it is looked at again")
    if day <= start:
        raise NotYet(f"{day} is not after {start}, the day of the report. When is it looked at again?", "over")
    return f"{part} goes out of scope until {day}; {a_person(who)} answers for it. {UNREAD}"


def _reason(reason: Any) -> str:
    return a_reason(reason, ". Would it convince somebody who wasn't there?", REASON)


def scene(answer: Any) -> str:
    """Judge the worst threat as a scene."""
    model, given = made_parts(answer, ThreatModel)
    names = [element.name for element in model.drawing.elements] if model.drawing else []
    text = a_kind(given, str, "a sentence; give a text")
    check_own(text)
    if len(words_in(text)) < SCENE:
        raise NotYet(
            f"{counted(len(words_in(text)), 'different word')}. Who does what, with which part of your system, and "
            "what comes of it?",
            "short",
        )
    there, rest = [], text.lower()
    for name in sorted(names, key=len, reverse=True):  # of "Patient" and "Patient record", the longer one is meant
        if name.lower() in rest:
            there.append(name)
            rest = rest.replace(name.lower(), "")
    if names and not there:
        raise NotYet(
            f"Your sentence names no part of the drawing. Say where it happens: {', '.join(names)}.", "nowhere"
        )
    return f"It happens at {listed(there) or 'your system'}. Such a sentence can be argued with; a score alone can't."


def bound(answer: Any) -> str:
    """Judge the most that an attacker may reach."""
    value = a_number(answer)
    if not 0 < value < 1:
        raise NotYet(
            f"{value:g} is no bound: a share between 0 and 1 can be kept, or broken. 0.1 is one in ten.", "no-bound"
        )
    return f"At most {value:.0%}, said before anybody has measured it. The next cell says whether it is kept."


def policy(answer: Any) -> str:
    """Judge what would be good enough."""
    example, own = made_parts(answer, Policy)
    given = a_kind(own, Policy, "a policy; begin with Policy(max_risk=")
    if given.max_risk >= 1 and given.max_per_threat is None and not given.max_by_threat:
        raise NotYet("That accepts every risk there is. Give max_risk a number below 1.", "everything")
    if given.max_risk == 0:
        raise NotYet("A risk score of 0 is kept by no system that does anything. What would be good enough?", "zero")
    if given == example:
        raise NotYet("Those are the insurer's bounds. Which ones would you put your name under?")
    return f"Good enough is now a risk score of {given.max_risk:g} at most, before you have seen a plan."


def people(answer: Any) -> str:
    """Judge a name for each role."""
    plan, given = made_parts(answer, Plan)
    roles = dict.fromkeys(step.role for step in plan.steps)
    names = a_dict(given, roles, "a name")
    for role, name in names.items():
        if not isinstance(name, str) or not is_a_person(name):
            raise NotYet(f"The {role} is {shown(name)}. Who is asked on the morning when it is due?", "nobody")
        if named(name, {control.role for control in plan.catalog.controls.values()}):
            raise NotYet(f"The {role} is {shown(name)}, which is a role, and answers no mail. Who has it?", "nobody")
    if not names:
        return "The plan has no step, so nobody has to be named."
    owners = counted(len(set(names.values())), "person", "people")
    return f"Owners of the plan's steps: {owners}. A step that is everybody's is nobody's."


def acceptable(plan: Plan) -> Finding | None:
    """Return the worst finding that a plan leaves open and that somebody has answered, or None."""
    return next((finding for finding in plan.left_open if not finding.unknown), None)


def acceptance(answer: Any) -> str:
    """Judge why the worst finding that stays open can wait, and until when."""
    plan, start, given = made_parts(answer, Plan, date)
    finding = acceptable(plan)
    if finding is None:
        return "Every finding that somebody has answered is in the plan: there is nothing to accept."
    reason, until = parts(given, 2, 'a reason and a day: ("...", "2027-03-31")')
    text = _reason(reason)
    check_bearable(text)
    day = a_day(until, "After the reason comes the day on which it ends")
    if not start < day <= start + LONGEST:
        raise NotYet(f"It would end on {day}. Give a day after {start}, and within a year.", "no-end")
    return f"{finding.finding}: accepted until {day}. On that day somebody has to decide again. {UNREAD}"


def threshold(answer: Any) -> str:
    """Judge an alert threshold, and why that one."""
    from threatlab.monitoring import evaluate
    from threatlab.monitoring.detectors import Detection

    detection, given = made_parts(answer, Detection)
    value, reason = parts(given, 2, 'a threshold and its reason: (16, "...")')
    threshold = a_number(value)
    text = _reason(reason)
    try:
        tried = evaluate(detection, threshold)
    except ThreatLabError as problem:
        raise refusal("That is no threshold", problem) from None
    if not tried.caught:
        raise NotYet(
            f"At {threshold:g} nobody is caught: there is no alert to pay for. Look at the table again.",
            "nobody-caught",
        )
    check_names_one(text, tried.missed)
    missed = listed(tried.missed) or "nobody"
    return f"At {threshold:g}: {tried.analyst_hours():.1f} analyst hours on the simulated day. Missed: {missed}."


def review(answer: Any) -> str:
    """Judge the day of the first review."""
    first, start, given = made_parts(answer, Review, date)
    day = a_day(given, "Give a day")
    if not start < day <= first.due:
        raise NotYet(
            f"{day} is not between {start} and {first.due}, which is the last day that the rule allows.", "too-late"
        )
    return f"{day:%A, %d %B %Y}. Put it into your own calendar: this notebook reminds nobody."


def training(answer: Any) -> str:
    """Judge the record of a training."""
    today, given = made_parts(answer, date)
    held = a_kind(given, Training, "a Training; begin with Training(")
    if held.on > today:
        raise NotYet(
            f"{held.on} comes after {today}, the day of the report. What has not been held is no record yet.",
            "not-held",
        )
    check_own(held.who)
    return f"{held.who}, {held.on}. Only you know that it was held: the record is worth what your word is."


def defense(answer: Any) -> str:
    """Judge three sentences about the risk that is left."""
    model, given = made_parts(answer, ThreatModel)
    text = a_kind(given, str, "a defense; give a text")
    sentences = [each for each in _END.split(text.strip()) if each]
    if len(sentences) < SENTENCES or len(words_in(text)) < DEFENSE:
        said = f"{counted(len(sentences), 'sentence')} of {counted(len(words_in(text)), 'different word')}"
        raise NotYet(
            f"That is {said}. To tell a stranger what is left, why it is bearable now, who answers for it and what "
            f"ends it takes {SENTENCES} sentences, and {DEFENSE} different words at least.",
            "short",
        )
    if false := next((each for each in sentences if contradicts(each, model.system)), ""):
        raise NotYet(
            f"{shown(false)} Your own report says otherwise: nobody has said that a person has to approve.",
            "contradicts",
        )
    today, planned = model.assessment, model.plan.risk_after
    risks = (today.risk_score, planned, *today.by_threat.values())
    if not any(is_written(share, risk) for share, risk in product(shares_in(text), risks)):
        raise NotYet(
            f"No number of your report is in it. It says {today.risk_score:.2f} today, {planned:.2f} after the plan.",
            "no-number",
        )
    look = until(text, model.made_on)
    if not _OFF.search(text):
        raise NotYet(
            "What would make you switch it off, stop it or take it down? Say it with one of these words. Without that, "
            "nobody has accepted a risk: they hoped.",
            "no-stop",
        )
    return (
        f"{len(sentences)} sentences, with a number of the report, an end and what would bring it sooner.{look} No "
        "program reads who answers, and why it is bearable now: hold your text against the table yourself."
    )
