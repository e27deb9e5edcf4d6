"""Right and wrong answers to the pieces of lesson 06, and what each wrong one must be told."""

from __future__ import annotations

from datetime import date

from threatlab import list_systems, load_system
from threatlab.exercises.operate.pieces import nearest
from threatlab.monitoring import detect, evaluate, simulate_day
from threatlab.operate.newer_catalog import with_threat
from threatlab.operate.overview import overview
from threatlab.tabletop import run_unattended

DETECTION = detect(simulate_day())
MISSED = evaluate(DETECTION, 16).missed
WHY = f"{MISSED[-1]} asks least, and a copy made of labels takes longest"
NEWER = with_threat("""
[new]
title = "New"
about = "A text makes the model copy it."
stride = "T"
applies_when_any = ["generates_content"]
likelihood = 0.02
likelihood_why = "Shown by researchers."
impact = 0.5
impact_why = "It spreads."
countered_by = {}
raised_by = {}
impact_raised_by = {}
""")
SEEN = "One company hit, of thousands"
PAGE = overview(map(load_system, list_systems()))
KNOWN = next(f.attribute for f in nearest(PAGE).findings if not f.unknown)
RUN, START = run_unattended("shadowray"), date(2026, 12, 1)
KEPT = next(n for n, lesson in enumerate(RUN.lessons, 1) if lesson.kind == "keep")


def bank():
    return {
        "w1": (
            lambda region, allowed: region not in allowed,
            [
                (lambda region, allowed: region in allowed, "For a call from eu where eu may call it gives True"),
                (lambda region, allowed: region != allowed[0], "us where eu and us may call"),
                (lambda *_: "broken", "give True or False"),
                (True, "is not a function"),
            ],
        ),
        "w2": (
            lambda total, deviation, slack: max(total + deviation - slack, 0),
            [
                (lambda total, deviation, slack: total + deviation - slack, "Never below zero"),
                (lambda total, deviation, slack: max(0, total + deviation), "Without the slack"),
                (lambda total, deviation, slack: max(0, deviation - slack), "Add to the total"),
                (lambda total, deviation, slack: max(0, total + deviation + slack), "You add the slack"),
                (lambda total, deviation, slack: max(0, total + deviation - 0.5), "Use `slack`"),
                (lambda total, deviation, slack: max(0, total - deviation - slack), "it gives 0, and 1.5 is right"),
                (lambda *_: "more", "is not a number"),
                (1.5, "is not a function"),
            ],
        ),
        "w3": (
            (DETECTION, (16, 12, WHY)),
            [
                ((DETECTION, (500, 12, WHY)), "outside the scale"),
                ((DETECTION, (16, 0, WHY)), "no hours that a team has"),
                ((DETECTION, (16, 11, WHY)), "alerts take 11.5 hours, and there are 11"),
                ((DETECTION, (16, 12, "cheap")), "is no reason"),
                ((DETECTION, (16, 12, "two analysts can take 24 alerts")), f"You miss {MISSED[-1]}, and your reason"),
                ((DETECTION, (64, 12, "we catch all that is large")), "You miss Cat, Owl, Shadow and Ghost"),
                ((DETECTION, 16), "a threshold, hours and a reason"),
                ((16, 12, WHY), "Leave the last line"),
            ],
        ),
        "w4": (
            ("Security", "ml engineer"),
            [
                (["ML engineer"], "who looks across the accounts"),
                (["security"], "Who retrains it"),
                (["ML engineer", "security"], "Who is first"),
                (["security", "ML engineer", "contract owner"], "No rule is broken"),
                (["security", "ML engineer", "security"], "called twice"),
                (["security", "ML enginer"], "Did you mean 'ML engineer'"),
                (2, "is no list"),
            ],
        ),
        "w5": (
            (NEWER, (0.05, SEEN)),
            [
                ((NEWER, (0.02, SEEN)), "Does a first case count for nothing"),
                ((NEWER, (0.3, SEEN)), "No threat of the catalog begins above 0.15 (Evasion)"),
                ((NEWER, (0.05, "it happened")), "is no reason"),
                ((NEWER, (0.05, "The damage would be catastrophic for us all")), "which is the impact"),
                ((NEWER, 0.05), "give a number and its reason"),
                ((NEWER, ("often", SEEN)), "is not a number"),
                (0.05, "Leave the last line"),
            ],
        ),
        "w6": (
            (PAGE, "detect coordinated misuse"),
            [
                ((PAGE, "staff_trained"), "somebody is paged all the same"),
                ((overview([nearest(PAGE).system], 0.6), "staff_trained"), "decides more than twice as much"),
                ((PAGE, "untrusted_content_segregated"), "is no open question there. Take"),
                ((PAGE, KNOWN), "the answer is no"),
                ((PAGE, "Detect misuse"), "did you mean 'Detect coordinated misuse'"),
                ("abuse_detection_active", "Leave the last line"),
            ],
        ),
        "w7": (
            (RUN, START, (1, "Ada", "2027-01-15")),
            [
                ((RUN, START, (KEPT, "Ada", "2027-01-15")), "That went well, and nobody has to see to it: \u201c"),
                ((RUN, START, (99, "Ada", "2027-01-15")), "the number of a lesson"),
                ((RUN, START, (1, "the team", "2027-01-15")), "nobody whom one could ask"),
                ((RUN, START, (1, "ML engineer", "2027-01-15")), "There may be three"),
                ((RUN, START, (1, "Ada", "soon")), "the day until which it is done"),
                ((RUN, START, (1, "Ada", START)), "2026-12-01 is not within 90 days"),
                ((RUN, START, (1, "Ada", date(2027, 12, 1))), "2027-12-01 is not within 90 days"),
                ((RUN, START, (1, "Ada")), "a number, a name and a day"),
                ((1, "Ada", START), "Leave the last line"),
            ],
        ),
        "w8": (
            (PAGE, ((0.7, 30), (0.0, 180))),
            [
                ((PAGE, ((0.0, 180), (0.7, 30))), "Begin with the highest score"),
                ((PAGE, ((0.7, 30), (0.4, 90))), "never looked at"),
                ((PAGE, ((0.7, 180), (0.0, 30))), "Is that meant"),
                ((PAGE, ((70, 30), (0, 180))), "The score is 70"),
                ((PAGE, ((0.7, 30), (0.4, 90), (0.0, 180))), "That is the notebook's own"),
                ((PAGE, ((0.7, 30.0), (0.0, 180))), "Days is 30.0; give a whole number from 1 to 366"),
                ((PAGE, 30), "is no rhythm"),
                (((0.7, 30), (0.0, 180)), "Leave the last line"),
            ],
        ),
    }
