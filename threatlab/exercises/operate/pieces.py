"""What lesson 06 has its reader write: a rule, a sum, a threshold and why, whom to call, and what comes of news."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from threatlab.assessment import Assessment, assess
from threatlab.catalog import Catalog, catalog
from threatlab.checks import check_score, check_whole
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.exercises.judges import (
    LEAVE,
    Slip,
    a_day,
    a_function,
    a_number,
    a_person,
    a_reason,
    an_option,
    as_list,
    check_names_one,
    like,
    made_parts,
    named,
    near,
    parts,
    plain,
    returned,
    shown,
)
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.operate.newer_catalog import rescore
from threatlab.operate.overview import Overview
from threatlab.operate.reviews import RHYTHM, review_calendar
from threatlab.ranking import reaches
from threatlab.system import list_systems, load_system
from threatlab.tabletop import ROLES, Exercise
from threatlab.words import capital, counted

HIGHEST = 128
"""The end of the stream monitor's scale of thresholds."""

SOON = 90
"""Days until which a lesson of a tabletop is seen to: what takes longer is a plan, not a lesson."""

CALLED = ("contract owner", "security", "ML engineer")
"""Who can be called about a sighting."""


_CALLS = {
    ("eu", ("eu",)): False,
    ("asia", ("us",)): True,
    ("us", ("eu", "us")): False,
    ("eu", ("us", "asia")): True,
}
_SUMS = {
    "a total of 0, a deviation of 2 and a slack of 0.5": (0.0, 2.0, 0.5),
    "a total of 3, a deviation of 1 and a slack of 0.5": (3.0, 1.0, 0.5),
    "a total of 1, a deviation of -2 and a slack of 0.5": (1.0, -2.0, 0.5),
    "a total of 2, a deviation of 1 and a slack of 0.25": (2.0, 1.0, 0.25),
}
_HARM = re.compile(
    r"\b(harm\w*|damag\w+|severe|serious|terribl\w+|catastroph\w+|dangerous|worst|costly)\b", re.IGNORECASE
)
_SEEN = re.compile(
    r"\b(cases?|hit|seen|happen\w*|real|victims?|compan(?:y|ies)|incidents?|shown|first|one|twice)\b|\d", re.IGNORECASE
)


def _rule(answer: Any) -> str:
    function = a_function(answer, "a region and the allowed ones")
    for (region, allowed), right in _CALLS.items():
        given = plain(returned(function, region, list(allowed)))
        if not isinstance(given, bool):
            raise NotYet(f"For a call from {region} it gives {shown(given)}; give True or False.")
        if given != right:
            case = f"a call from {region} where {' and '.join(allowed)} may call"
            raise NotYet(
                f"For {case} it gives {given}. The rule is broken where the region is none of the allowed ones.",
                "other-way",
            )
    return "A rule: exact, without delay, and blind to whoever keeps it."


def _decision(answer: Any) -> str:
    from threatlab.monitoring import evaluate
    from threatlab.monitoring.detectors import Detection

    detection, own = made_parts(answer, Detection)
    *numbers, reason = parts(own, 3, 'a threshold, hours and a reason: (16, 12, "...")')
    threshold, hours = map(a_number, numbers)
    if not 1 <= threshold <= HIGHEST:
        raise NotYet(f"{threshold:g} is outside the scale; give a threshold from 1 to {HIGHEST}.")
    if not 0 < hours <= 240:
        raise NotYet(f"{hours:g} are no hours that a team has in a day; ten analysts have 80.")
    tried = evaluate(detection, threshold)
    if tried.analyst_hours() > hours:
        raise NotYet(
            f"{len(tried.alerts)} alerts take {tried.analyst_hours():g} hours, and there are {hours:g}. "
            "An alert that nobody opens is a client who was seen and left alone.",
            "too-many",
        )
    text = a_reason(reason, ". What do you give up, and why is that bearable?")
    check_names_one(text, tried.missed)
    return f"Alert at {threshold:g}, with {hours:g} hours a day. The next cell says what that costs, and who is missed."


def _called(answer: Any) -> str:
    given = [answer] if isinstance(answer, str) else as_list(answer)
    if given is None:
        raise NotYet(f'{shown(answer)} is no list; write ["...", "..."], in the order in which they act.')
    who = [an_option(each, CALLED, f"one of {', '.join(CALLED)}", "One of yours") for each in given]
    if "contract owner" in who:
        raise NotYet("No rule is broken: whoever keeps the contracts has nothing to look at.", "contracts")
    if "ML engineer" not in who:
        raise NotYet("Mostly the world has changed, and the model has to follow. Who retrains it?", "no-engineer")
    if "security" not in who:
        raise NotYet(
            "The campaign over many accounts was called a drift, too. The ML engineer sees a mean that falls: "
            "who looks across the accounts?",
            "no-security",
        )
    if who[0] != "security":
        raise NotYet(
            "Retrained first, the model has learned what the thief's questions look like: normal. Who is first?",
            "retrain-first",
        )
    if len(who) != len(set(who)):
        raise NotYet("One of them is called twice. Name each once, in the order in which they act.")
    return "Security looks across accounts; if nobody hides there, the ML engineer retrains."


def _likelihood(answer: Any) -> str:
    newer, own = made_parts(answer, Catalog)
    added = [threat for name, threat in newer.threats.items() if name not in catalog().threats]
    if len(added) != 1:
        raise NotYet(LEAVE)
    (threat,) = added
    value, reason = parts(own, 2, 'a number and its reason: (0.05, "...")')
    likelihood = a_number(value)
    most = max(catalog().threats.values(), key=lambda each: each.likelihood)
    if likelihood <= threat.likelihood:
        raise NotYet(
            f"It was {threat.likelihood:g} while nobody had been hit. Does a first case count for nothing?", "nothing"
        )
    if likelihood > most.likelihood:
        raise NotYet(
            f"No threat of the catalog begins above {most.likelihood:g} ({most.title}), and each has hit many. "
            "What makes this one likelier, after one case?",
            "likeliest",
        )
    text = a_reason(reason, ". What was seen, and of how many?")
    if _HARM.search(text) and not _SEEN.search(text):
        raise NotYet(
            "That says how bad it is, which is the impact. How likely it is rests on what was seen: on what?", "impact"
        )
    raised = replace(newer, threats={**newer.threats, threat.id: replace(threat, likelihood=likelihood)})
    fleet = list(map(load_system, list_systems()))
    first, now = (rescore(fleet, each)[0] for each in (newer, raised))
    title = load_system(now.system_id).title
    return (
        f"{title}, hit hardest: {first.before:.3f} without the threat, {first.after:.3f} with it, now {now.after:.3f}."
    )


def nearest(page: Overview) -> Assessment:
    """Return the system of an inventory that pages with the lowest score; if none does, the one with the highest."""
    return page.assessments[max(len(page.alerting), 1) - 1]


def open_answers(result: Assessment) -> dict[str, float]:
    """Return the score that a system has if an open answer about a control is yes, by the control, best first."""
    unknown = (finding.attribute for finding in result.findings if finding.unknown)
    scores = {name: assess(result.system.with_(**{name: True})).risk_score for name in unknown}
    return dict(sorted(scores.items(), key=lambda each: each[1]))


def _asked_first(answer: Any) -> str:
    page, own = made_parts(answer, Overview)
    result, threshold = nearest(page), page.alert_threshold
    controls, scores, now = result.catalog.controls, open_answers(result), result.risk_score
    control = named(own, {name: each.title for name, each in controls.items()})
    if control is None:
        raise NotYet(capital(unknown_name("control", own, [each.title for each in controls.values()])))
    title = controls[control].title
    if not scores:
        return "Nothing is open there: every answer about a control is known."
    if control not in scores:
        known = {True: ": the answer is yes", False: ": the answer is no", None: ""}[result.system[control]]
        raise NotYet(f"{title} is no open question there{known}. Take one that the cell above lists.", "known")
    after, best = scores[control], min(scores.values())
    if reaches(now, threshold) and reaches(after, threshold) and not reaches(best, threshold):
        raise NotYet(
            f"{title}: a yes leaves {after:.2f}, so somebody is paged all the same. Another yes would end that.",
            "paged",
        )
    if now - after < (now - best) / 2:
        raise NotYet(
            f"{title}: a yes leaves {after:.3f} of {now:.3f}. Another one decides more than twice as much.", "small"
        )
    return f"{title}: with a yes the score is {after:.2f}, with a no {now:.2f} as now. One call tells which."


def _seen_to(answer: Any) -> str:
    run, start, own = made_parts(answer, Exercise, date)
    number, who, until = parts(own, 3, 'a number, a name and a day: (1, "Ada", "2027-01-15")')
    lessons = dict(enumerate(run.lessons, 1))
    chosen = lessons[an_option(number, list(lessons), f"the number of a lesson, 1 to {len(lessons)}", "The lesson")]
    if chosen.kind == "keep" and any(each.kind == "change" for each in run.lessons):
        raise NotYet(
            f"That went well, and nobody has to see to it: \u201c{chosen.text}\u201d Take one to change.", "went-well"
        )
    who = a_person(who)
    roles = {*ROLES, *(control.role for control in catalog().controls.values())}
    if who.lower() in {role.lower() for role in roles}:
        raise NotYet(f"There may be three with the role of {who}. Which of them? Give a person's own name.", "role")
    day = a_day(until, "After the name comes the day until which it is done")
    if not start < day <= start + timedelta(days=SOON):
        raise NotYet(f"{day} is not within {SOON} days after {start}. Until when can it be done, or begun?", "late")
    return f"{who}, until {day}: {chosen.policy}"


def _rhythm(answer: Any) -> str:
    page, given = made_parts(answer, Overview)
    steps = _steps(given)
    scores, gaps = [score for score, _ in steps], [days for _, days in steps]
    if scores != sorted(set(scores), reverse=True):
        raise NotYet(
            "Begin with the highest score, and go down: the first pair that a system reaches is its own.", "ascending"
        )
    if scores[-1] != 0:
        raise NotYet(f"A system below {scores[-1]:g} is never looked at. End with a pair for a score of 0.", "never")
    if gaps != sorted(gaps):
        raise NotYet("A system of less risk is looked at more often than one of more. Is that meant?", "less-more")
    if tuple(steps) == RHYTHM:
        raise NotYet("That is the notebook's own. How often can your team meet, and which score worries you?")
    systems = [result.system for result in page.assessments]
    mine, ours = (len(review_calendar(systems, date(2026, 12, 1), rhythm=each)) for each in (steps, RHYTHM))
    return f"{counted(mine, 'review')} in six months, where the notebook's rule has {ours}. Who has the hours?"


def _steps(given: Any) -> Sequence[tuple[float, int]]:
    if (
        not isinstance(given, tuple | list)
        or not given
        or not all(isinstance(step, tuple | list) and len(step) == 2 for step in given)
    ):
        raise NotYet(f"{shown(given)} is no rhythm; write pairs of a score and days, as ((0.7, 30), (0.0, 180)).")
    try:
        return [
            (check_score("the score", a_number(score)), check_whole("days", plain(days), 1, 366))
            for score, days in given
        ]
    except ThreatLabError as problem:
        raise NotYet(f"{capital(str(problem))}.") from None


w1 = Question(
    id="operate.w1",
    title="A rule of one line",
    judge=_rule,
    hints=in_steps("Is the region among the allowed ones?", "`in` and `not in` tell."),
    because="The rule is broken if the region is not among the allowed ones.",
    covers=("core-monitoring",),
    fills="region not in allowed",
    claims={
        "other-way": "The rule is broken by a region that is allowed.",
    },
)

w2 = Question(
    id="operate.w2",
    title="The line of the CUSUM",
    judge=like(
        lambda total, deviation, slack: max(0.0, total + deviation - slack),
        lambda: _SUMS,
        (
            Slip(
                lambda total, deviation, slack: total + deviation - slack,
                "Quiet windows pile up below zero, and an "
                "attack must first climb out of there. Never below zero: `max` takes the larger of two.",
                "credit",
            ),
            Slip(
                lambda total, deviation, _: max(0.0, total + deviation),
                "Without the slack, chance alone adds up. Take it off each deviation.",
                "no-slack",
            ),
            Slip(
                lambda _, deviation, slack: max(0.0, deviation - slack),
                "That forgets what was before: each window stands alone. Add to the total.",
                "forgets",
            ),
            Slip(
                lambda total, deviation, slack: max(0.0, total + deviation + slack),
                "You add the slack, so the sum climbs when nothing happens. Take it off.",
                "adds-slack",
            ),
            Slip(
                lambda total, deviation, _: max(0.0, total + deviation - 0.5),
                "Your slack is always 0.5. Use `slack`: somebody may choose another one.",
                "fixed",
            ),
        ),
        takes="a total, a deviation and a slack",
        reads=lambda value, *_: a_number(value),
        same=near,
        otherwise=lambda _, mine, right, *__: (
            f"it gives {mine:g}, and {right:g} is right. Deviation less slack, added "
            "to the total, and never below zero."
        ),
        where=lambda name, *_: f"For {name}: ",
        confirms="Page's line, of 1954. A day is this line, once for each window.",
    ),
    hints=in_steps("What is left of the deviation once the slack is off?", "max(0.0, ...) is never below zero."),
    because="What is left of each deviation is added to what was before, and a quiet past is worth nothing.",
    covers=("core-monitoring",),
    fills="max(0.0, total + deviation - slack)",
    claims={
        "credit": "Quiet windows are credit.",
        "no-slack": "Chance adds up to nothing.",
        "forgets": "Each window stands alone.",
        "adds-slack": "The slack makes the sum climb.",
        "fixed": "The slack is always the same.",
    },
)

w3 = Question(
    id="operate.w3",
    title="A threshold, and why",
    judge=_decision,
    hints=in_steps(
        "A row of the table above shows what a threshold costs, and whom it misses.",
        "Name whom you miss, and why you can bear it: how much do they ask, and what are they told?",
    ),
    because="It says who is given up, and why that is bearable, so that somebody can disagree.",
    covers=("checklist-monitoring",),
    fills='(32, 12, f"{evaluate(detection, 32).missed[-1]} asks least, and is told labels only")',
    claims={
        "too-many": "Alerts that nobody opens protect somebody.",
        "unnamed": "Who is missed need not be named.",
    },
)

w4 = Question(
    id="operate.w4",
    title="Whom to call, and who is first",
    judge=_called,
    hints=in_steps("Two of the three roles, in the order in which they act.", "What did task 5 at the monitor show?"),
    because="A fall of all together is a drift or a large campaign, and a retraining would hide the second.",
    covers=("step-operationalization",),
    fills='["security", "ML engineer"]',
    claims={
        "contracts": "When the confidence of all clients falls, a rule is broken.",
        "no-engineer": "The model need not follow when the world changes.",
        "no-security": "When the confidence of all clients falls, it can only be drift.",
        "retrain-first": "Retrain first, and look for an attacker afterwards.",
    },
)

w5 = Question(
    id="operate.w5",
    title="The likelihood after a first case",
    judge=_likelihood,
    hints=in_steps(
        "More than before, and no more than what has hit many: each threat's likelihood is in catalog().threats.",
        "A pair: a number such as 0.05, and what was seen, of how many.",
    ),
    because="One case is more than a demonstration and less than a wave, and the reason says what it rests on.",
    covers=("core-improvement",),
    fills='(0.05, "One company hit in a year, of thousands with such assistants")',
    claims={
        "nothing": "A first case makes nothing likelier.",
        "likeliest": "After one case it is likelier than all that has hit many.",
        "impact": "How bad it is says how likely it is.",
    },
)

w6 = Question(
    id="operate.w6",
    title="The first question to ask",
    judge=_asked_first,
    hints=in_steps(
        "The cell above lists what nobody knows about that system, and its worst threats.",
        "What stands in the way of the worst threat? Try Detect coordinated misuse, or Limit request rate and spend.",
    ),
    because="It is the answer that changes what you do, and it costs one call.",
    covers=("ops-alignment",),
    fills="min(if_yes, key=if_yes.get)",
    claims={
        "known": "What is known is worth a call.",
        "paged": "A yes to any open question ends the paging.",
        "small": "Each open question decides as much as any other.",
    },
)

w7 = Question(
    id="operate.w7",
    title="A lesson with a name and a day",
    judge=_seen_to,
    hints=in_steps("Three parts: a lesson's number, a name, a day.", '(1, "Ada", start + timedelta(days=30))'),
    because="Somebody can be asked about it, and from a day on.",
    covers=("checklist-tabletop",),
    fills='(1, "Ada", start + timedelta(days=30))',
    claims={
        "went-well": "What went well has to be seen to.",
        "role": "A role is a person.",
        "late": "A lesson can wait for months.",
    },
)

w8 = Question(
    id="operate.w8",
    title="A rhythm of your own",
    judge=_rhythm,
    hints=in_steps("Pairs: from this score on, every so many days.", "The last pair is for a score of 0.0."),
    because="Whoever carries more risk is looked at more often, and nobody is forgotten.",
    covers=("checklist-reviews",),
    fills="((0.6, 30), (0.3, 90), (0.0, 180))",
    claims={
        "ascending": "The order of the pairs does not matter.",
        "never": "A system of little risk need never be looked at.",
        "less-more": "Less risk is looked at more often.",
    },
)

PIECES = (w1, w2, w3, w4, w5, w6, w7, w8)
