"""What lesson 07 has its reader write: what is right goes into the report or is built on, and nothing else is."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from threatlab.assessment import Finding
from threatlab.checks import check_date
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import why_it_matters
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.exercises.blank import has_blank
from threatlab.exercises.capstone.against import (
    apart,
    bears_on_it,
    breaks_a_promise,
    enough,
    made_parts,
    next_item,
    whom_to_ask,
)
from threatlab.exercises.guard import verdict
from threatlab.exercises.judges import a_dict, a_kind, a_number, a_pair, refusal, shown
from threatlab.exercises.outcome import CORRECT, NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.operate.reviews import Review
from threatlab.plan import Plan
from threatlab.policy import Policy
from threatlab.report import ThreatModel, Training
from threatlab.system import AISystem
from threatlab.words import capital, listed

REASON, SCENE = 5, 8
"""Words that a reason, or a scene, needs at least; whether it is a good one, only a reader can tell."""

SENTENCES = 3
"""What the defense of section 13 consists of."""

LONGEST = timedelta(days=366)
"""How long a risk may be accepted before somebody looks again."""

_MONEY = re.compile(r"\b(budget|money|cheap|expensive|costs?|afford)\b", re.IGNORECASE)
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b(?:January|February|March|April|May|June|July|August|September|October|"
                  r"November|December) \d{4}\b")  # fmt: skip
_OFF = re.compile(
    r"\b(?:switch|turn|shut|tak|pull)\w*\b[^.!?]*\b(?:off|down|offline)\b|\bstop(?:s|ped)?\b", re.IGNORECASE
)
_PERSON_READS = re.compile(
    r"\b(?:every|each|all|always|no|none)\b.*\b(?:reads?|checks?|approves?|reviews?|confirms?|unread)\b"
    r"|\b(?:every|each|all)\b.*\b(?:read|checked|approved|reviewed|confirmed) by (?:a|an|our|some)",
    re.IGNORECASE,
)


def holds(piece: Question, answer: Any) -> bool:
    """Whether an answer to a piece is there and right: one that isn't stays out of the report."""
    return not has_blank(answer) and verdict(piece.judge, answer).kind == CORRECT


def contradicts(sentence: str, system: AISystem) -> bool:
    """Whether a sentence has a person look at everything, where the system's own answers say that nobody does."""
    return bool(_PERSON_READS.search(sentence)) and system["human_approval_required"] is not True


def _leaves_out(answer: Any) -> str:
    drawing, given = made_parts(answer, DataFlow | None)
    if drawing is None and given is None:
        return "There is no drawing yet, so nothing is left out. Begin one in the panel below."
    if drawing is None:
        raise NotYet("There is no drawing to leave anything out of. Begin one in the panel below.")
    names = [element.name for element in drawing.elements]
    if given is None:
        parts = [element.name for element in drawing.elements if element.kind != "person"]
        if free := [name for name in parts if not why_it_matters(drawing, name)]:
            raise NotYet(f"Nothing that is drawn speaks against leaving out {free[0]}. Is there a reason to?")
        return "You leave nothing out: each part of this drawing has something that speaks for looking at it."
    part, reason = a_pair(given)
    if not isinstance(part, str) or part not in names:
        raise NotYet(f"{capital(unknown_name('element', part, names))}. Give a part of the drawing, and why.")
    _reason(reason)
    if against := why_it_matters(drawing, part):
        raise NotYet(f"{part} {listed(list(against))}. It stays in scope: an exclusion must hide nothing.")
    return f"{part} goes out of scope, by your reason. Nothing that is drawn speaks against it."


def _reason(reason: Any) -> str:
    text = a_kind(reason, str, "a reason; give a text, after a comma")
    if len(text.split()) < REASON:
        raise NotYet(f"{shown(text)} is short for a reason. Would it convince somebody who wasn't there?")
    return text


def _scene(answer: Any) -> str:
    model, given = made_parts(answer, ThreatModel)
    names = [element.name for element in model.drawing.elements] if model.drawing else []
    text = a_kind(given, str, "a sentence; give a text")
    if len(text.split()) < SCENE:
        raise NotYet(f"{len(text.split())} words. Who does what, with which part of your system, and what comes of it?")
    there = [name for name in names if name.lower() in text.lower()]
    if names and not there:
        raise NotYet(f"Your sentence names no part of the drawing. Say where it happens: {', '.join(names)}.")
    return f"It happens at {listed(there) or 'your system'}. Such a sentence can be argued with; a score alone can't."


def _bound(answer: Any) -> str:
    value = a_number(answer)
    if not 0 < value < 1:
        raise NotYet(f"{value:g} is no bound: a share between 0 and 1 can be kept, or broken. 0.1 is one in ten.")
    return f"At most {value:.0%}, said before anybody has measured it. The next cell says whether it is kept."


def _policy(answer: Any) -> str:
    given = a_kind(answer, Policy, "a policy; begin with Policy(max_risk=")
    if given.max_risk >= 1 and given.max_per_threat is None and not given.max_by_threat:
        raise NotYet("That accepts every risk there is. Give max_risk a number below 1.")
    if given.max_risk == 0:
        raise NotYet("A risk score of 0 is kept by no system that does anything. What would be good enough?")
    return f"Good enough is now a risk score of {given.max_risk:g} at most, before you have seen a plan."


def _people(answer: Any) -> str:
    plan, given = made_parts(answer, Plan)
    roles = dict.fromkeys(step.role for step in plan.steps)
    names = a_dict(given, roles, "a name")
    for role, name in names.items():
        if not isinstance(name, str) or not name.strip():
            raise NotYet(f"The {role} is {shown(name)}. Who is asked on the morning when it is due?")
    if not names:
        return "The plan has no step, so nobody has to be named."
    return f"{len(set(names.values()))} people own the plan's steps. A step that is everybody's is nobody's."


def acceptable(plan: Plan) -> Finding | None:
    """Return the worst finding that a plan leaves open and that somebody has answered, or None."""
    return next((finding for finding in plan.left_open if not finding.unknown), None)


def _acceptance(answer: Any) -> str:
    plan, start, given = made_parts(answer, Plan, date)
    finding = acceptable(plan)
    if finding is None:
        return "Every finding that somebody has answered is in the plan: there is nothing to accept."
    reason, until = a_pair(given)
    text = _reason(reason)
    if _MONEY.search(text):
        raise NotYet("Money explains what you do first. Why is the risk bearable until then?")
    try:
        day = check_date("the day", until)
    except ThreatLabError as problem:
        raise refusal("After the reason comes the day on which it ends", problem) from None
    if not start < day <= start + LONGEST:
        raise NotYet(f"It would end on {day}. Give a day after {start}, and within a year.")
    return f"{finding.finding}: accepted until {day}. On that day somebody has to decide again."


def _threshold(answer: Any) -> str:
    from threatlab.monitoring import evaluate
    from threatlab.monitoring.detectors import Detection

    detection, given = made_parts(answer, Detection)
    value, reason = a_pair(given)
    threshold = a_number(value)
    _reason(reason)
    try:
        tried = evaluate(detection, threshold)
    except ThreatLabError as problem:
        raise refusal("That is no threshold", problem) from None
    if not tried.caught:
        raise NotYet(f"At {threshold:g} nobody is caught: there is no alert to pay for. Look at the table again.")
    missed = f"{len(tried.missed)} attackers are missed" if tried.missed else "nobody is missed"
    return f"At {threshold:g}: {tried.analyst_hours():.1f} analyst hours on the simulated day, and {missed}."


def _review(answer: Any) -> str:
    first, start, given = made_parts(answer, Review, date)
    try:
        day = check_date("the day", given)
    except ThreatLabError as problem:
        raise refusal("Give a day", problem) from None
    if not start < day <= first.due:
        raise NotYet(f"{day} is not between {start} and {first.due}, which is the last day that the rule allows.")
    return f"{day:%A, %d %B %Y}. Put it into your own calendar: this notebook reminds nobody."


def _training(answer: Any) -> str:
    today, given = made_parts(answer, date)
    held = a_kind(given, Training, "a Training; begin with Training(")
    if held.on > today:
        raise NotYet(f"{held.on} comes after {today}, the day of the report. What has not been held is no record yet.")
    if "example" in f"{held.who} {held.by}".lower():
        raise NotYet("That is the example's. Who sat there when you read it aloud?")
    return f"{held.who}, {held.on}. Only you know that it was held: the record is worth what your word is."


def _defense(answer: Any) -> str:
    model, given = made_parts(answer, ThreatModel)
    text = a_kind(given, str, "a defense; give a text")
    sentences = [each for each in re.split(r"(?<=[.!?])\s+", text.strip()) if each]
    if len(sentences) < SENTENCES:
        raise NotYet(f"{len(sentences)} of {SENTENCES} sentences. What is left, who answers for it, what ends it?")
    if false := next((each for each in sentences if contradicts(each, model.system)), ""):
        raise NotYet(f"{shown(false)} Your own report says otherwise: nobody has said that a person has to approve.")
    scores = [f"{score:.2f}" for score in (model.assessment.risk_score, model.plan.risk_after)]
    if not any(score in text for score in scores):
        raise NotYet(f"No number of your report is in it. It says {scores[0]} today, {scores[1]} after the plan.")
    if not _DAY.search(text):
        raise NotYet("Until when does it hold? Name a day, such as 2027-03-31.")
    if not _OFF.search(text):
        raise NotYet("What would make you switch it off? Without that, nobody has accepted a risk: they hoped.")
    return f"{len(sentences)} sentences, with a number of the report and a day. A listener can now disagree with you."


w1 = Question(
    id="capstone.w1",
    title="A part that is left out of scope, and why",
    judge=_leaves_out,
    hints=in_steps(
        "The cell above says of each part what speaks against leaving it out. Take one with nothing.",
        "Its name and the reason are two texts in parentheses. If no part is free, the answer is None.",
    ),
    because="A reason names what somebody else does about the part. That it is far away or old is none.",
    covers=("practice-document",),
    fills='(free[0], "Finance audits every run of it, each quarter") if free else None',
)
w2 = Question(
    id="capstone.w2",
    title="Who knows what nobody has proved",
    judge=whom_to_ask,
    hints=in_steps(
        "The cell above names what would move the score most, if it were known.",
        'A pair: ("Protect agent memory", "Noor").',
    ),
    because="An unknown is a question, and a question has somebody who can answer it.",
    covers=("practice-document",),
    fills=(
        '(next((c.title for c in catalog().controls.values() if not found.notes.get(c.id)), "none"), '
        '"The platform team\'s lead")'
    ),
)
w3 = Question(
    id="capstone.w3",
    title="The worst threat as a scene",
    judge=_scene,
    hints=in_steps(
        "Begin with a person or a place of your drawing: who writes there, or who reads?",
        '"A stranger writes into the Case files that ..., and the Assistant ..."',
    ),
    because="A scene has a place, a deed and a harm. Whoever knows the system can say that it can't happen so.",
    covers=("summary-layered",),
    fills='f"A stranger leaves a text at {elements[0]}, and {elements[-1]} passes it on as if it were ours"',
)
w4 = Question(
    id="capstone.w4",
    title="What the attacker may reach at most",
    judge=_bound,
    hints=in_steps(
        "It is a share: 0 is nothing, 1 is everything.", "What could you still explain to the people concerned? 0.1?"
    ),
    because="A bound that is named after the measurement is always kept.",
    covers=("practice-document",),
    fills="0.5",
)
w5 = Question(
    id="capstone.w5",
    title="What would be good enough",
    judge=_policy,
    hints=in_steps(
        "Policy(max_risk=..., max_per_threat=..., min_utility=...), each between 0 and 1.", "Begin with max_risk=0.5."
    ),
    because="Written before the plan, it can be broken by the plan. Written after it, it never is.",
    covers=("practice-document",),
    fills="Policy(max_risk=0.5, max_per_threat=0.25, min_utility=0.9)",
)
w6 = Question(
    id="capstone.w6",
    title="A person for each role",
    judge=_people,
    hints=in_steps(
        'A dict: {"platform engineer": "Noor", ...}, with each role that the cell above prints.',
        "One person may have several roles.",
    ),
    because="A role answers no mail. A person does.",
    covers=("practice-document",),
    fills='dict.fromkeys(roles, "Kim")',
)
w7 = Question(
    id="capstone.w7",
    title="Why this can wait, and until when",
    judge=_acceptance,
    hints=in_steps(
        "What makes the harm small, rare or easy to undo until then?",
        '("Only one team uses it until then, and it can undo ...", "2027-03-31")',
    ),
    because="The reason says why it is bearable now, and the day makes somebody look again.",
    covers=("practice-document",),
    fills='("Until then one team uses it, and can undo what it does", start + timedelta(days=120))',
)
w8 = Question(
    id="capstone.w8",
    title="The layer that gets an account of its own",
    judge=apart,
    hints=in_steps(
        "Which layers hang on what is named above? Its administrators, its vendor, its pipeline?",
        "A layer's name, such as Operations, between quotes.",
    ),
    because="What is split off can still fail, but alone.",
    covers=("summary-layered",),
    fills='catalog().layers[shared.layers[0]].title if shared.layers else "none"',
)
w9 = Question(
    id="capstone.w9",
    title="A threshold, and why that one",
    judge=_threshold,
    hints=in_steps(
        "Find the row whose hours you have. Whom does it miss?",
        'A pair: (16, "... hours are there, and the slow attackers ...")',
    ),
    because="The threshold is a price: hours on one side, attackers on the other.",
    covers=("practice-document",),
    fills='(16, "The shift has these hours, and the slow ones we look for each week")',
)
w10 = Question(
    id="capstone.w10",
    title="What the attacker would have met at yours",
    judge=bears_on_it,
    hints=in_steps(
        "Is the attack stopped, slowed or seen by something that you have, or that your plan builds?",
        'A control\'s name between quotes; or "nothing".',
    ),
    because="A rehearsal is about your own controls, or it is a story.",
    covers=("practice-document",),
    fills=(
        "next((catalog().controls[c].title for c in "
        "threatlab.incidents.controls_that_could(threatlab.incidents.load_incident(story)) "
        'if planned[c] is True), "nothing")'
    ),
)
w11 = Question(
    id="capstone.w11",
    title="The day of the first review",
    judge=_review,
    hints=in_steps(
        "The rule gives the last day. Earlier is allowed.", "start + timedelta(days=30), or a text such as 2026-12-31."
    ),
    because="A review without a day is an intention.",
    covers=("practice-document",),
    fills="start + timedelta(days=28)",
)
w12 = Question(
    id="capstone.w12",
    title="Who was trained",
    judge=_training,
    hints=in_steps(
        "Only if it has been held. If not, leave the blank: the report then says that it is missing.",
        "Training(who, day, in what, by whom): texts, and a day such as start.",
    ),
    because="It names people, a day, a subject and a speaker, so that somebody can ask them.",
    covers=("checklist-training",),
    fills='Training("Night shift of the service desk", start, "The briefing; what to report, and to whom", "Kim")',
)
w13 = Question(
    id="capstone.w13",
    title="What is done next, and by when",
    judge=next_item,
    hints=in_steps(
        "Which open item could be there in a month?",
        'A pair: ("Tabletop exercise", "2027-01-15").',
    ),
    because="An open item without a day stays open.",
    covers=("practice-document",),
    fills=(
        '(next((each.title for each in checklist(model) if not each.done), "Tabletop exercise"), '
        "start + timedelta(days=30))"
    ),
)
w14 = Question(
    id="capstone.w14",
    title="The file that is enough",
    judge=enough,
    hints=in_steps(
        "Which of them can load_model read? Try it.",
        "It ends in .json, and is not the system alone.",
    ),
    because="It holds every part of the threat model; the others are written from it.",
    covers=("practice-document",),
    fills='"threat-model.json"',
)
w15 = Question(
    id="capstone.w15",
    title="The risk that is left, in your words",
    judge=_defense,
    hints=in_steps(
        "The five questions above, one after the other: number, threat, reason, person and day, what ends it.",
        "Begin: By our own model the risk is ... once the plan is done, and most of that is ...",
    ),
    because="It gives a number and says whose it is, names a person and a day, and says what would end it.",
    covers=("summary-layered",),
    fills=(
        'f"By our own model the risk is {plan.risk_after:.2f} of 1 once the plan is done, and the most of that is '
        "{worst_left}. {owner or 'Nobody yet'} answers for it until {coming.due}. One message to somebody who never "
        'asked, and it is switched off."'
    ),
)

w16 = Question(
    id="capstone.w16",
    title="The promise that your worst threat breaks",
    judge=breaks_a_promise,
    hints=in_steps(
        "Who would say: you promised that this can't happen? Read the last column of the table.",
        "A letter, such as T, between quotes.",
    ),
    because="The same finding, seen from the other side: which promise is broken, and not which control is missing.",
    covers=("summary-next",),
    fills=(
        "max(STRIDE, key=lambda k: sum(model.assessment.worst_threat in catalog().controls[f.attribute].effectiveness "
        "for f in by_stride(model.assessment)[k]))"
    ),
)

PIECES = (w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15, w16)
