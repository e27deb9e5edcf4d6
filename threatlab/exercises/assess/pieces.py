"""What lesson 02 has its reader write: data for scores, two mends, a check of a log, layers, a week's work, a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from threatlab.assessment import assess
from threatlab.audit.log import Verification
from threatlab.errors import unknown_name
from threatlab.exercises.judges import a_function, a_number, as_list, plain, returned, shown
from threatlab.exercises.outcome import NotAttempted, NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.system import AISystem
from threatlab.words import capital, days

WEIGHTS = {"encryption_enabled": 0.3, "rbac_configured": 0.2, "monitoring_active": 0.3}
HALF_A_SCORE, FIRST_WEEK = 0.5, 5.0
ROUNDING = 1e-9
"""Sums of weights that differ by less are equal."""
RISK, CLAIM, PLACED, SMALL = 0.3, 0.5, 4, 0.02


def _half_a_score(answer: Any) -> str:
    score, _ = _scored(answer)
    if abs(score - HALF_A_SCORE) > ROUNDING:
        raise NotYet(f"That scores {score:.1f}. Which two of 0.3, 0.2 and 0.3 make 0.5?", "weights")
    return "0.5. Another system with the same score lacks the other of the two controls that weigh 0.3."


def _alike(answer: Any) -> str:
    pair = as_list(answer)
    if pair is None or len(pair) != 2:
        raise NotYet(f"{shown(answer)} is not a list of two; write [{{...}}, {{...}}], each like `usage` above.")
    (one, lacks), (other, lacks_too) = map(_scored, pair)
    if lacks == lacks_too:
        raise NotYet("The same controls are missing in both. In the second one, let another one be missing.", "same")
    if abs(one - other) > ROUNDING:
        raise NotYet(f"They score {one:.1f} and {other:.1f}. Which two of the weights are equal?", "unequal")
    return f"Both score {one:.1f}, and nobody would mend them in the same way: the score doesn't say which is which."


def _scored(data: Any) -> tuple[float, set[str]]:
    """Return what the lesson's code scores data, and which controls are missing in them."""
    if not isinstance(data, Mapping):
        raise NotYet(f"{shown(data)} is not a dict; write one like `usage` above.")
    for name, value in data.items():
        if name not in WEIGHTS:
            said = capital(unknown_name("attribute", name, WEIGHTS))
            raise NotYet(f"{said} The lesson's code would not have told you.")
        if not isinstance(plain(value), bool):
            raise NotYet(f"{name} is {shown(value)}; write True or False.")
    lacks = {name for name in WEIGHTS if not data.get(name)}
    return sum(WEIGHTS[name] for name in lacks), lacks


def _reached(answer: Any) -> str:
    function = a_function(answer, "a result and a threshold")
    cases = {(0.8, 0.7): True, (0.69, 0.7): False, (0.0, 0.1): False, (0.7, 0.7): True}
    for (score, threshold), right in cases.items():
        given = plain(returned(function, {"risk_score": score}, threshold))
        if not isinstance(given, bool):
            raise NotYet(f"For a score of {score} it gives {shown(given)}; give True or False.")
        if given != right:
            exactly = " The config says at or above." if score == threshold else ""
            raise NotYet(
                f"A score of {score} against a threshold of {threshold} must give {right}, not {given}.{exactly}",
                "threshold",
            )
    return "Somebody is called at 0.7 and at 0.8, and nobody at 0.69. That line is all that was missing."


def _zoned(answer: Any) -> str:
    try:
        moment = datetime.fromisoformat(answer)
    except (TypeError, ValueError):
        raise NotYet(f"{shown(answer)} is no timestamp as text; end with .isoformat().") from None
    if moment.tzinfo is None:
        raise NotYet(f"{answer} has no zone: was that in Lima, or in Lagos? datetime.now takes a zone.", "no-zone")
    if abs(datetime.now(UTC) - moment) > timedelta(days=1):
        raise NotYet(f"{answer} has a zone, and is not now.", "not-now")
    return f"{answer}: whoever reads it knows which moment is meant."


def _cut_off(answer: Any) -> str:
    if not isinstance(answer, Verification):
        raise NotYet(f"{shown(answer)} is no verdict; call log.verify(...).")
    if answer:
        raise NotYet(f"It still says: {answer.reason}. What does verify need besides the file?", "file-alone")
    if "remembered head" not in answer.reason:
        raise NotYet(f"That finds something else: {answer.reason}. Run the cell that cuts the file again.")
    return "Found, by something that is not in the file: the hash that was written down elsewhere."


def _arranged(answer: Any) -> str:
    layers = plain(answer)
    if not isinstance(layers, list | tuple) or not all(isinstance(each, list | tuple) for each in layers):
        raise NotYet(f"{shown(answer)} are no layers; write a list of lists, such as [[0.5, 0.5], [0.5]].")
    claims = [a_number(claim) for layer in layers for claim in layer]
    if any(claim != CLAIM for claim in claims):
        raise NotYet("Each of your controls removes half: write 0.5 for each.")
    if len(claims) > PLACED:
        raise NotYet(f"That is {len(claims)} controls. You have {PLACED}.")
    left = RISK
    for layer in layers:
        left *= 0.5 * 0.75 ** (len(layer) - 1) if layer else 1.0
    if left >= SMALL:
        raise NotYet(
            f"That leaves {left:.4f}. A second control of a layer takes only a quarter. Where would it take half?",
            "one-layer",
        )
    return f"{left:.4f} is left, of {RISK}. Four controls in one layer would have left {RISK * 0.5 * 0.75**3:.4f}."


def _first_week(answer: Any) -> str:
    before, after = answer if isinstance(answer, tuple) and len(answer) == 2 else (None, answer)
    if not isinstance(before, AISystem) or not isinstance(after, AISystem):
        raise NotYet("Give both systems, before and after: check((incident, mine)).")
    if before == after:
        raise NotAttempted
    controls = before.catalog.controls
    changed = [name for name in {**before.known, **after.known} if before[name] != after[name]]
    for name in changed:
        if name not in controls:
            raise NotYet(
                f"{name} is a fact: it says what the system is, and a week of work doesn't change that.", "fact"
            )
        if not after[name]:
            raise NotYet(f"{name} must be True: you put it in place.")
        if not controls[name].applies(before.true):
            raise NotYet(
                f"{controls[name].title} does not apply to {before.title}: it would remove nothing.", "not-applicable"
            )
    effort = sum(controls[name].effort_days for name in changed)
    if effort > FIRST_WEEK:
        raise NotYet(f"That takes {days(effort)}. A week has five.", "too-long")
    first, then = assess(before).risk_score, assess(after).risk_score
    if first - then < 1e-9:
        raise NotYet("The score stays where it is: those controls stand before no threat that this system has.")
    return (
        f"{first:.2f} \u2192 {then:.2f}, after {days(effort)}. *Do next* in the panel says what the advice begins with."
    )


def _to_call(answer: Any) -> str:
    try:
        span, threshold, given = answer
        names, worst, best, marked = map(list, (span["system_id"], span["worst case"], span["best case"], given))
        bound = a_number(threshold)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, NotYet):
        raise NotYet(
            "Give the table, the threshold and your column: check((span, alert_threshold, to_call))."
        ) from None
    if len(marked) != len(names):
        raise NotYet(f"Give one True or False for each of the {len(names)} rows of span, not {len(marked)}.")
    for name, high, low, call in zip(names, worst, best, map(plain, marked), strict=True):
        if not isinstance(call, bool):
            raise NotYet(f"For {name} it is {shown(call)}; a comparison of two numbers gives True or False.")
        if call != (high >= bound > low):
            why = "needs no call" if call else "has to be called about"
            case = f"{high:.2f} in the worst case, {low:.2f} in the best"
            raise NotYet(f"{name} {why}: {case}, and the threshold is {bound:g}.", "both-cases")
    return f"{sum(map(plain, marked))} to call: each is above the threshold only as long as nobody answers."


w1 = Question(
    id="assess.w1",
    title="A system that the lesson scores 0.5",
    judge=_half_a_score,
    hints=in_steps("Two controls are missing: one that weighs 0.3, and roles.", "Set two of the three to False."),
    because="0.3 and 0.2: either encryption or monitoring is missing, and roles are.",
    covers=("code-assess",),
    fills='{"encryption_enabled": False, "rbac_configured": False, "monitoring_active": True}',
    claims={
        "weights": "Any controls that are missing make a score of 0.5, whatever they weigh.",
    },
)

w2 = Question(
    id="assess.w2",
    title="Two systems that the score can't tell apart",
    judge=_alike,
    hints=in_steps(
        "Two of the three weights are equal. Let one system lack the one control, and the other the other.",
        "Encryption and monitoring weigh 0.3 each. What a dict doesn't name counts as missing.",
    ),
    because="A sum forgets what it was made of: equal weights make different gaps look alike.",
    covers=("code-assess",),
    fills='[{"monitoring_active": True}, {"encryption_enabled": True}]',
    claims={
        "same": "Two systems with the same gaps show what a score cannot tell apart.",
        "unequal": "Any two controls weigh the same.",
    },
)

w3 = Question(
    id="assess.w3",
    title="The threshold, compared",
    judge=_reached,
    hints=in_steps('The score is result["risk_score"].', "At or above is written >=."),
    because="A threshold is a comparison. Until somebody writes it, the number in the config is a wish.",
    covers=("code-config",),
    fills='result["risk_score"] >= threshold',
    claims={
        "threshold": "An alert need not begin exactly at the threshold.",
    },
)

w4 = Question(
    id="assess.w4",
    title="A moment that means the same everywhere",
    judge=_zoned,
    hints=in_steps("datetime.now takes a zone: datetime.now(UTC).", "Then .isoformat() writes it as text."),
    because="UTC is the same everywhere. Whoever reads it turns it into the time of their own wall clock.",
    covers=("code-assess",),
    fills="datetime.now(UTC).isoformat()",
    claims={
        "no-zone": "A time of day says which moment is meant.",
        "not-now": "Any moment with a zone will do.",
    },
)

w5 = Question(
    id="assess.w5",
    title="A cut that is found",
    judge=_cut_off,
    hints=in_steps("verify takes a head: the last hash that somebody remembers.", "It is in `remembered`."),
    because="The file alone can't know what it has lost. A hash that is kept elsewhere can.",
    covers=("code-audit",),
    fills="log.verify(head=remembered)",
    claims={
        "file-alone": "The file alone shows that its end was cut off.",
    },
)

w6 = Question(
    id="assess.w6",
    title="Four controls in layers",
    judge=_arranged,
    hints=in_steps("A layer is a list; each of its controls a number in it.", "Give each control a layer of its own."),
    because="In layers of their own they have nothing in common, so each takes half of what is left.",
    covers=("core-risk",),
    fills="[[0.5], [0.5], [0.5], [0.5]]",
    claims={
        "one-layer": "Controls of one layer remove as much as in layers of their own.",
    },
)

w7 = Question(
    id="assess.w7",
    title="The first week",
    judge=_first_week,
    hints=in_steps(
        "Choose rows of the table above: the name is in the first column, the days are in the last.",
        "Together at most five days.",
    ),
    because="What the advice puts first removes most for this system, unless it takes longer than a week.",
    covers=("step-assessment",),
    fills="{next(s.attribute for s in threatlab.assess(incident).best_next(20) if s.effort_days <= 5): True}",
    claims={
        "fact": "Work changes what a system is.",
        "not-applicable": "Every control applies to every system.",
        "too-long": "A week holds more than five days of work.",
    },
)

w8 = Question(
    id="assess.w8",
    title="Whom to call",
    judge=_to_call,
    hints=in_steps(
        "Two columns are compared with the threshold, and both must hold: join them with &.",
        'The first is (span["worst case"] >= alert_threshold). The second is about the best case.',
    ),
    because="At or above the threshold in the worst case and below it in the best: only answers can tell which it is.",
    covers=("checklist-assessment",),
    fills='(span["worst case"] >= alert_threshold) & (span["best case"] < alert_threshold)',
    claims={
        "both-cases": "Who is called depends on the worst case, or on the best case, alone.",
    },
)

PIECES = (w1, w2, w3, w4, w5, w6, w7, w8)
