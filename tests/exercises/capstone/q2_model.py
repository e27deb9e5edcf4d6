"""Wrong answers to capstone.q2, and what each must be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from threatlab.attacks import ATTACKS
from threatlab.dataflow.files import load_drawing
from threatlab.operate.reviews import review_calendar
from threatlab.plan import make_plan
from threatlab.policy import Policy
from threatlab.report import (
    from_attack,
    from_exercise,
)
from threatlab.system import AISystem
from threatlab.tabletop import begin

TODAY = date(2026, 12, 1)


def planned(system, budget=15, **more):
    owners = {step.control: "Ines" for step in make_plan(system, budget).steps}
    return make_plan(system, budget, owners=owners, **more)


def run(control, bound=None, attack="injection", **knobs):
    return from_attack(ATTACKS[attack].run(control, **knobs), success_at_most=bound)


def accepting(what="monitoring_active", reason="From Friday a person says yes", until="2027-03-31", bound=0.7):
    return Policy(max_risk=bound).accept(what, reason, "Head of night operations", until)


def wrong(right):
    system, proof, alerts = right.system, right.evidence, right.monitoring

    def porter(**answers):
        """The model of a system with other answers, and a plan to match."""
        other = system.with_(**answers)
        return right.with_(system=other, plan=planned(other, start=TODAY))

    unfinished = from_exercise(begin("postmark-mcp").decide("log"), TODAY)
    noteless = AISystem(system.name, **system.known)
    return [
        (system, "is not a threat model"),
        (porter(acts_without_approval=False), "acts_without_approval is False"),
        (porter(learns_from_user_input=False), "No answer is not a no"),
        (porter(trains_model=None), "It says no"),
        (porter(secrets_in_vault=False), "it may well be in a vault"),
        (porter(prompt_guardrails_enabled=True), "by a brochure"),
        (porter(monitoring_active=None), "Somebody has said how it is"),
        (porter(staff_trained=False), "It asks: Are developers, data teams"),
        (right.with_(system=noteless), "has no note"),
        (right.with_(drawing=load_drawing("postmark-mcp")), "would look for another system"),
        (right.with_(training=()), "Your model itself says what it lacks: a training record"),
        (right.with_(plan=make_plan(system, 15, start=TODAY)), "an owner for each step"),
        (right.with_(policy=accepting(bound=1)), "Your policy can't be broken"),
        (right.with_(policy=accepting(bound=0.9)), "has named a bound, and it isn't this one"),
        (right.with_(policy=Policy(max_risk=0.7)), "has to be accepted by somebody"),
        (right.with_(policy=accepting(right.plan.steps[0].control)), "accepted *and* planned"),
        (right.with_(policy=accepting("encryption_enabled")), "there is nothing to accept"),
        (right.with_(policy=accepting("abuse_detection_active")), "to sign a blank page"),
        (right.with_(policy=accepting(reason="Later")), "convince the next owner"),
        (right.with_(policy=accepting(until="2099-12-31")), "An acceptance is a loan"),
        (right.with_(plan=planned(system, 60, start=TODAY)), "there are 15"),
        (right.with_(plan=planned(system.with_(staff_trained=True), start=TODAY)), "a plan for another system"),
        (right.with_(plan=planned(system)), "no dates"),
        (right.with_(plan=planned(system, 0, start=TODAY)), "There is no step in your plan"),
        (right.with_(plan=planned(system, start="2026-11-02")), "Whom do you ask yesterday"),
        (right.with_(evidence=(*proof, run("none", attack="poisoning"))), "nothing of the kind"),
        (right.with_(evidence=(*proof, run("none", attack="extraction"))), "It needs makes_predictions"),
        (right.with_(evidence=(proof[0], replace(proof[1], success=0.1))), "what one remembers of it"),
        (right.with_(evidence=(*proof, replace(proof[1], attack="phishing"))), "There is no attack 'phishing'"),
        (right.with_(evidence=(proof[0], replace(proof[1], control="prayer"))), "against 'prayer' can't be run"),
        (right.with_(evidence=proof[1:]), "once without a control and once with one"),
        (right.with_(evidence=(proof[0], run("tool_allow_list", adaptive=True))), "would have been a failure"),
        (right.with_(monitoring=replace(alerts, threshold=4, analyst_hours=46.5)), "can spare 7"),
        (right.with_(monitoring=replace(alerts, reason="Quiet nights")), "Whose sleep does it cost"),
        (right.with_(made_on="2026-11-30"), "is judged as of 2026-12-01"),
        (right.with_(tabletop=unfinished), "play it to its end"),
        (right.with_(reviews=review_calendar([AISystem("other")], TODAY)), "put reviews of night-porter"),
    ]
