"""Right and wrong answers to the pieces of lesson 07, and what each wrong one must be told."""

from __future__ import annotations

import atexit
import itertools
import re
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import nbformat

from tests.exercises.scope.pieces import NO_WAYS_IN
from tests.unit.threat_models import full
from threatlab import AISystem, load_system
from threatlab.dataflow import DataFlow, Element, Flow, Zone
from threatlab.monitoring import detect, simulate_day
from threatlab.plan import make_plan
from threatlab.policy import Policy
from threatlab.report import ThreatModel, Training, to_json

START = date(2026, 12, 1)
UNTIL = ("Kim", "2027-06-30")
REASON = "Finance audits every run of it, each quarter"
DESK = DataFlow(
    "desk",
    zones=[Zone("World", "internet", "nobody"), Zone("House", "own", "IT")],
    elements=[
        Element("Customer", "person", "World"),
        Element("Clerk", "person", "House"),
        Element("Assistant", "model", "House"),
        Element("Archive", "data store", "House", personal=True),
        Element("Mail tool", "tool", "House"),
        Element("Payment run", "process", "House"),
    ],
    flows=[
        Flow("Customer", "Assistant", "question", "questions"),
        Flow("Assistant", "Archive", "note", "other"),
        Flow("Assistant", "Mail tool", "letter", "other"),
        Flow("Clerk", "Payment run", "amount", "other"),
    ],
)
ASKED = AISystem(
    "desk", encryption_enabled=True, secrets_in_vault=True, notes={"encryption_enabled": "stated: the build sheet"}
)
PLANNED = AISystem(
    "desk",
    internet_facing=True,
    trains_model=True,
    service_exposure_hardened=True,
    rate_limiting_enabled=True,
    dependencies_scanned=True,
    personal_data_minimized=True,
)
LESSON = Path(__file__).parents[3] / "notebooks/07-capstone.ipynb"
EXAMPLES = {
    piece: eval(example, {"Training": Training, "start": START})  # the lesson's own, each in the text above its line
    for above, cell in itertools.pairwise(nbformat.read(LESSON, as_version=4).cells)
    for piece in re.findall(r"^(w(?:1|3|7|9|12))\.check", cell.source, re.MULTILINE)
    for example in re.findall(r'\*Example:\* `?([A-Z]?\w*\(.*?\)(?=`)|".*?")', above.source.replace("\n", " "))
}
BARE = ThreatModel(load_system("tay"))
NEARLY = replace(full(), training=())
BUSY = DESK.without("Payment run").without("Clerk")

FOLDER = Path(tempfile.mkdtemp(prefix="threat-model-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
for name, text in (("threat-model.json", to_json(full())), ("threat-model.md", "# A report")):
    (FOLDER / name).write_text(text, encoding="utf-8")


def bank():
    plan = make_plan(full().system, 4)
    people = dict.fromkeys((step.role for step in plan.steps), "Wei")
    drawn = ThreatModel(full().system, drawing=DESK)
    review = full().reviews[0]
    detection = detect(simulate_day(0))
    now, planned = full().assessment.risk_score, full().plan.risk_after
    defense = (
        f"The risk is {planned:.2f} once the plan is done. Kim answers for it until 2027-03-31. "
        "One letter to a stranger, and we switch it off."
    )
    return {
        "w17": ((DESK, (1, "customer", "Archive")), NO_WAYS_IN),
        "w1": (
            (DESK, START, ("Payment run", REASON, *UNTIL)),
            [
                ((None, START, ("Payment run", REASON, *UNTIL)), "no drawing"),
                ((DESK, START, ("Payment rum", REASON, *UNTIL)), "did you mean 'Payment run'?"),
                ((DESK, START, "Payment run"), "a part, why, who answers for it, and a day"),
                ((DESK, START, ("Payment run", "It is old", *UNTIL)), "is no reason"),
                ((DESK, START, ("Archive", REASON, *UNTIL)), "holds personal data"),
                ((DESK, START, ("Mail tool", REASON, *UNTIL)), "is a tool"),
                ((DESK, START, ("Customer", REASON, *UNTIL)), "stands at a trust boundary"),
                ((DESK, START, ("Payment run", REASON, "the team", "2027-06-30")), "nobody whom one could ask"),
                ((DESK, START, ("Payment run", REASON, "Kim", "next year")), "on which it is looked at again"),
                ((DESK, START, ("Payment run", REASON, "Kim", "2020-06-30")), "not after 2026-12-01"),
                ((DESK, START, EXAMPLES["w1"]), "is the text's example"),
                ((DESK, START, ("Payment run", REASON)), "a part, why, who answers for it, and a day"),
                ((DESK, START, None), "Is there a reason to"),
                ((BUSY, START, ("Assistant", REASON, *UNTIL)), "stays in scope"),
            ],
        ),
        "w2": (
            (ASKED, ("Move secrets to a vault", "Noor")),
            [
                ((ASKED, ("Encrypt data and models", "Noor")), "has a source: stated: the build sheet"),
                ((ASKED, ("A vault", "Noor")), "is no control"),
                ((ASKED, ("Move secrets to a vault", "the team")), "nobody whom one could ask"),
                ((ASKED, "Move secrets to a vault"), "give a control and a name"),
                (("ASKED", ("Move secrets to a vault", "Noor")), "Leave the last line"),
            ],
        ),
        "w3": (
            (drawn, "A stranger sends a letter that the assistant takes for an order"),
            [
                ((drawn, "Prompt injection"), "2 different words"),
                ((drawn, "Somebody outside does something bad to our data at night"), "no part of the drawing"),
                ((drawn, 3), "not a sentence"),
                ((drawn, "assistant " * 8), "1 different word."),
                ((drawn, EXAMPLES["w3"]), "is the text's example"),
            ],
        ),
        "w4": (
            0.1,
            [(1, "1 is no bound"), (0, "0 is no bound"), (10, "a share between 0 and 1"), ("10%", "not a number")],
        ),
        "w5": (
            (Policy(0.6), Policy(0.5)),
            [
                ((Policy(0.6), Policy()), "accepts every risk"),
                ((Policy(0.6), Policy(0)), "kept by no system"),
                ((Policy(0.6), Policy(0.6)), "the insurer's bounds"),
                ((Policy(0.6), 0.5), "not a policy"),
            ],
        ),
        "w6": (
            (plan, people),
            [
                ((plan, {}), "a dict with a name for each of"),
                ((plan, {**people, plan.steps[0].role: "the security team"}), "is 'the security team'. Who is asked"),
                ((plan, {**people, plan.steps[0].role: " "}), "Who is asked on the morning"),
                ((plan, {**people, plan.steps[0].role: plan.steps[0].role.title()}), "which is a role"),
                (("draft", people), "Leave the last line"),
            ],
        ),
        "w7": (
            (plan, START, ("Until then one team uses it, and can undo it", "2027-03-31")),
            [
                ((plan, START, ("It can wait", "2027-03-31")), "is no reason"),
                ((plan, START, EXAMPLES["w7"]), "is the text's example"),
                ((plan, START, ("The budget of this year is spent elsewhere", "2027-03-31")), "Money and days explain"),
                ((plan, START, ("Until then one team uses it, and can undo it", "in spring")), "the day on which"),
                ((plan, START, ("Until then one team uses it, and can undo it", START)), "Give a day after"),
                ((plan, START, ("Until then one team uses it, and can undo it", "2029-01-01")), "within a year"),
                ((plan, START, "Until then one team uses it, and can undo it"), "give a reason and a day"),
            ],
        ),
        "w8": (
            (PLANNED, "Infrastructure"),
            [
                ((PLANNED, "Data"), "Nothing of Data hangs on it"),
                ((PLANNED, "the login"), "is no layer"),
                (("PLANNED", "Infrastructure"), "Leave the last line"),
            ],
        ),
        "w9": (
            (detection, (16, "The shift has these hours, and Ghost is slow")),
            [
                ((detection, (9999, "The nights are to be quiet from now on")), "nobody is caught"),
                ((detection, 16), "give a threshold and its reason"),
                ((detection, (16, "It fits")), "is no reason"),
                ((detection, (16, "Ghost " * 5)), "is no reason"),
                ((detection, EXAMPLES["w9"]), "is the text's example"),
                ((detection, (32, "The shift has seven hours and no more")), "You miss Owl, Shadow and Ghost"),
                ((detection, ("high", "The shift has these hours, and Ghost is slow")), "not a number"),
                ((detection, (-1, "The shift has these hours, and Ghost is slow")), "no threshold"),
            ],
        ),
        "w10": (
            (PLANNED, "shadowray", "Take management interfaces off the internet"),
            [
                ((PLANNED, "shadowray", "Encrypt data and models"), "neither in place nor in your plan"),
                ((PLANNED, "shadowray", "Pin and scan dependencies"), "changes no step"),
                ((PLANNED, "shadowray", "nothing"), "is there, and bears on it"),
                ((PLANNED, "shadowray", "the login"), "is no control"),
                ((PLANNED, None, "nothing"), "Leave the last line"),
            ],
        ),
        "w11": (
            (review, START, review.due),
            [
                ((review, START, START), "is not between"),
                ((review, START, "2031-01-01"), "which is the last day that the rule allows"),
                ((review, START, "soon"), "Give a day"),
            ],
        ),
        "w12": (
            (START, Training("Night shift", START, "the briefing", "Kim")),
            [
                ((START, Training("Night shift", "2027-01-01", "the briefing", "Kim")), "has not been held"),
                ((START, EXAMPLES["w12"]), "is the text's example"),
                ((START, "Night shift"), "not a Training"),
            ],
        ),
        "w13": (
            (BARE, START, ("Tabletop exercise", "2027-01-15")),
            [
                ((BARE, START, ("A rehearsal", "2027-01-15")), "no item of the checklist"),
                ((BARE, START, ("Tabletop exercise", "2027-12-15")), "within three months"),
                ((BARE, START, ("Tabletop exercise", "soon")), "the day by which it is there"),
                ((BARE, START, "Tabletop exercise"), "give an item and a day"),
                ((NEARLY, START, ("Policy and acceptable risk", "2027-01-15")), "is ticked already"),
            ],
        ),
        "w14": (
            (full(), FOLDER, "threat-model.json"),
            [
                ((full(), FOLDER, "threat-model.md"), "can't be loaded back"),
                ((full(), FOLDER, "threat-model.txt"), "none of the files"),
                ((BARE, FOLDER, "threat-model.json"), "an earlier state"),
                ((full(), "folder", "threat-model.json"), "Leave the last line"),
            ],
        ),
        "w15": (
            (full(), defense),
            [
                ((full(), "It is safe."), "That is 1 sentence of 3 different words"),
                ((full(), f"{planned:.2f} of 1. Until 2027-03-31. We stop."), "and 20 different words at least"),
                ((full(), defense.replace("2027", "2020")), "is not after"),
                (
                    (full(), f"Dr. Kim answers for {planned:.2f} until 2027-03-31. We stop if not."),
                    "That is 2 sentences",
                ),
                ((full(), defense.replace("we switch it off", "we talk about it")), "make you switch it off"),
                ((full(), f"{defense} Every reply is read by a person."), "Your own report says otherwise"),
                ((full(), defense.replace(f"{planned:.2f}", "low")), f"It says {now:.2f} today"),
                ((full(), defense.replace(" until 2027-03-31", "")), "no day with its year"),
                ((full(), 0.5), "not a defense"),
            ],
        ),
        "w16": (
            (full(), "Tampering"),
            [
                ((full(), "Repudiation"), "under another letter more"),
                ((full(), "X"), "no letter of STRIDE"),
                (("model", "T"), "Leave the last line"),
            ],
        ),
    }
