"""Wrong answers to capstone.q2, and what each must be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.exercises.solved import right
from threatlab.attacks import ATTACKS
from threatlab.audit import AuditLog
from threatlab.dataflow.files import load_drawing
from threatlab.operate.reviews import review_calendar
from threatlab.plan import make_plan
from threatlab.policy import Policy
from threatlab.report import Training, from_attack, from_exercise
from threatlab.system import AISystem
from threatlab.tabletop import begin, run_unattended

TODAY, PLAYED_ON = date(2026, 12, 1), date(2026, 11, 20)
RIGHT = right("capstone.q2")
SYSTEM, PROOF, ALERTS = RIGHT.system, RIGHT.evidence, RIGHT.monitoring


def planned(system, budget=15, who="Ines", **more):
    owners = {step.control: who for step in make_plan(system, budget).steps}
    return make_plan(system, budget, owners=owners, **more)


def run(control, bound=None, attack="injection", **knobs):
    return from_attack(ATTACKS[attack].run(control, **knobs), success_at_most=bound)


def accepting(
    what="monitoring_active",
    reason="From Friday a person says yes",
    until="2027-03-31",
    *,
    bound=0.7,
    owner="Head of night operations",
):
    return RIGHT.with_(policy=Policy(max_risk=bound).accept(what, reason, owner, until))


def porter(**answers):
    """The model of a system with other answers, and a plan to match."""
    other = SYSTEM.with_(**answers)
    return RIGHT.with_(system=other, plan=planned(other, start=TODAY))


def played(exercise, day=PLAYED_ON):
    return RIGHT.with_(tabletop=replace(from_exercise(exercise, day), unattended=False))


def proven(*runs):
    return RIGHT.with_(evidence=runs)


CONSTRAINTS = {
    "a ThreatModel": (SYSTEM, "is not a threat model"),
    "facts from your drawing": (porter(acts_without_approval=False), "acts_without_approval is False"),
    "the vendor has not answered": (porter(learns_from_user_input=False), "No answer is not a no"),
    "False for what the page denies: no class": (porter(makes_predictions=None), "gives no marks"),
    "False for what the page denies: no training": (porter(trains_model=None), "tuned a model of its own"),
    "False for what the page denies: no device": (
        porter(runs_on_user_devices=None),
        "nothing of the chain's runs there",
    ),
    "what was said": (porter(monitoring_active=None), "Somebody has said how it is"),
    "nothing else": (porter(staff_trained=False), "It asks: Are developers, data teams"),
    "nobody has looked": (porter(secrets_in_vault=False), "it may well be in a vault"),
    "a note that names the source": (RIGHT.with_(system=AISystem(SYSTEM.name, **SYSTEM.known)), "has no note"),
    "a brochure is not a source": (porter(prompt_guardrails_enabled=True), "is True, by a brochure"),
    "a brochure is not a source of a no": (porter(prompt_guardrails_enabled=False), "is False, by a brochure"),
    "complete: its drawing": (RIGHT.with_(drawing=load_drawing("postmark-mcp")), "would look for another system"),
    "complete: the system as first assessed": (RIGHT.with_(before=None), "lacks: the system as it was first assessed"),
    "first assessed today": (RIGHT.with_(before=SYSTEM.with_(staff_trained=True)), "nothing has changed since"),
    "the audit log in which a manager has recorded that": (
        RIGHT.with_(audit_head=AuditLog()),
        "lacks: the audit log's head hash",
    ),
    "as of this day": (RIGHT.with_(made_on="2026-11-30"), "is judged as of 2026-12-01"),
    "a bound that can be broken": (accepting(bound=1), "Your policy can't be broken"),
    "a risk of 0.7 at most": (accepting(bound=0.9), "has named a bound, and it isn't this one"),
    "at least one finding is accepted": (RIGHT.with_(policy=Policy(max_risk=0.7)), "has to be accepted by somebody"),
    "a finding": (accepting("encryption_enabled"), "there is nothing to accept"),
    "what stays open": (accepting(RIGHT.plan.steps[0].control), "accepted *and* planned"),
    "a finding, and no question": (accepting("abuse_detection_active"), "to sign a blank page"),
    "with a reason": (accepting(reason="later, later, later, later"), "convince the next owner"),
    "the head of night operations signs": (accepting(owner="Security lead"), "who signs for what stays open"),
    "not for longer than half a year": (accepting(until="2027-06-02"), "until 2027-06-02. An acceptance is a loan"),
    "a day on which that ends": (accepting(until="2026-12-01"), "until 2026-12-01. An acceptance is a loan"),
    "a plan": (RIGHT.with_(plan=planned(SYSTEM, 0, start=TODAY)), "There is no step in your plan"),
    "within the budget": (RIGHT.with_(plan=planned(SYSTEM, 16, start=TODAY)), "there are 15"),
    "from today": (RIGHT.with_(plan=planned(SYSTEM, start="2027-01-04")), "begins on 2027-01-04"),
    "an owner for each step": (RIGHT.with_(plan=make_plan(SYSTEM, 15, start=TODAY)), "an owner for each step"),
    "an owner is somebody": (RIGHT.with_(plan=planned(SYSTEM, who="the team", start=TODAY)), "owned by 'the team'"),
    "a date for each step": (RIGHT.with_(plan=planned(SYSTEM)), "no dates"),
    "prompt injection": (proven(*PROOF, run("none", attack="poisoning")), "nothing of the kind"),
    "an attacker who adapts": (proven(PROOF[0], run("tool_allow_list", 0.6)), "(adaptive=True) is with a control"),
    "once without a control": (proven(PROOF[1]), "(adaptive=True) is without a control"),
    "the bound that you set": (proven(PROOF[0], run("tool_allow_list", adaptive=True)), "has no bound"),
    "a bound that can be missed": (
        proven(PROOF[0], run("tool_allow_list", 1.0, adaptive=True)),
        "keeps your bound, too",
    ),
    "runs both again": (proven(PROOF[0], replace(PROOF[1], success=0.1)), "what one remembers of it"),
    "keep the seed": (proven(PROOF[0], replace(PROOF[1], seed=5)), "Run again with seed 5"),
    "a threshold that the seven hours pay for": (
        RIGHT.with_(monitoring=replace(ALERTS, threshold=4, analyst_hours=46.5)),
        "can spare 7",
    ),
    "with your reason": (RIGHT.with_(monitoring=replace(ALERTS, reason="Quiet nights")), "Whose sleep does it cost"),
    "the exercise": (played(run_unattended("shadowray")), "The exercise in your model is"),
    "of 20 November": (played(run_unattended("postmark-mcp"), "1999-11-20"), "held on 1999-11-20"),
    "to its end": (played(begin("postmark-mcp").decide("log")), "play it to its end"),
    "as the team did": (
        played(run_unattended("postmark-mcp", right("operate.q3"))),
        "not the team's decisions",
    ),
    "review dates": (RIGHT.with_(reviews=review_calendar([AISystem("other")], TODAY)), "put reviews of night-porter"),
    "review dates that are ahead": (
        RIGHT.with_(reviews=review_calendar([SYSTEM], "2020-01-01")),
        "the last review was due on",
    ),
    "a training record": (RIGHT.with_(training=()), "Your model itself says what it lacks: a training record"),
    "the briefing tonight": (
        RIGHT.with_(training=[Training("Night shift", "1999-12-01", "The briefing", "Security lead")]),
        "Your training record is of 1999-12-01",
    ),
}


def wrong(_):
    return [
        (RIGHT.with_(plan=planned(SYSTEM.with_(staff_trained=True), start=TODAY)), "a plan for another system"),
        (RIGHT.with_(plan=planned(SYSTEM, start="2026-11-02")), "begins on 2026-11-02"),
        (proven(*PROOF, run("none", attack="extraction")), "It needs makes_predictions"),
        (proven(*PROOF, replace(PROOF[1], attack="phishing")), "There is no attack 'phishing'"),
        (proven(PROOF[0], replace(PROOF[1], control="prayer")), "against 'prayer' can't be run"),
    ]
