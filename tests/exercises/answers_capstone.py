"""Answers to the questions of lesson 07: the right one, and what a thoughtful learner may get wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from threatlab.attacks import ATTACKS
from threatlab.audit import AuditLog
from threatlab.catalog import catalog
from threatlab.dataflow import DataFlow, Element, Flow, Zone
from threatlab.dataflow.facts import system_from
from threatlab.dataflow.files import load_drawing
from threatlab.operate.reviews import review_calendar
from threatlab.plan import make_plan
from threatlab.policy import Policy
from threatlab.report import (
    AlertChoice,
    Decision,
    Tabletop,
    ThreatModel,
    Training,
    briefing,
    from_attack,
    from_exercise,
)
from threatlab.system import AISystem
from threatlab.tabletop import begin, run_unattended

TODAY = date(2026, 12, 1)

# --- q1

DRAWING = DataFlow(
    "night-porter",
    zones=[
        Zone("Internet", "internet"),
        Zone("Hotel chain", "own"),
        Zone("Model vendor", "third party"),
        Zone("Travel portal", "third party"),
    ],
    elements=[
        Element("Guest", "person", "Internet", personal=True),
        Element("Night desk", "process", "Hotel chain"),
        Element("Clerk", "person", "Hotel chain"),
        Element("Wiki", "data store", "Hotel chain"),
        Element("Guest book", "data store", "Hotel chain"),
        Element("Payment service", "tool", "Hotel chain"),
        Element("Model", "model", "Model vendor"),
        Element("Reviews", "data store", "Travel portal"),
    ],
    flows=[
        Flow("Guest", "Night desk", "a message", "questions", personal=True),
        Flow("Night desk", "Model", "the message", "questions"),
        Flow("Reviews", "Night desk", "posts", "documents"),
        Flow("Night desk", "Model", "reviews in the prompt", "documents"),
        Flow("Wiki", "Model", "house rules", "documents"),
        Flow("Guest book", "Model", "notes", "memory"),
        Flow("Model", "Night desk", "reply", "generated content"),
        Flow("Model", "Payment service", "refund", "actions"),
    ],
)


def redrawn(*labels, **new):
    """The drawing without the flows of these labels, and with `new` ones."""
    kept = tuple(flow for flow in DRAWING.flows if flow.label not in labels)
    return replace(DRAWING, flows=(*kept, *new.values()))


WITH_A_CLERK = redrawn(
    "refund",
    asks=Flow("Model", "Clerk", "refund, please", "actions"),
    pays=Flow("Clerk", "Payment service", "refund", "actions"),
)
APPROVED_AS_WELL = replace(
    WITH_A_CLERK,
    flows=(*WITH_A_CLERK.flows, Flow("Model", "Till", "fees", "actions")),
    elements=(*WITH_A_CLERK.elements, Element("Till", "tool", "Hotel chain")),
)
NO_SOURCE_OF_REVIEWS = redrawn("posts")
MESSAGES_AS_DOCUMENTS = redrawn(
    "a message", "the message", "posts", a=Flow("Guest", "Night desk", "a message", "documents")
)
REVIEWS_AS_QUESTIONS = redrawn(
    "posts",
    "reviews in the prompt",
    a=Flow("Reviews", "Night desk", "posts", "questions"),
)
LEARNS = redrawn(log=Flow("Night desk", "Model", "messages", "training data"))
GRADES = redrawn(log=Flow("Model", "Night desk", "yes or no", "decisions"))
TEXT_ONLY = redrawn("refund", says=Flow("Model", "Payment service", "refund", "generated content"))
UNMARKED = replace(
    DRAWING,
    elements=tuple(replace(e, personal=False) for e in DRAWING.elements),
    flows=tuple(replace(f, personal=False) for f in DRAWING.flows),
)

# --- q2

TOLD = {
    "encryption_enabled": True,
    "rate_limiting_enabled": True,
    "human_approval_required": False,
    "monitoring_active": False,
    "untrusted_content_segregated": False,
}
SYSTEM = system_from(
    DRAWING, AISystem("night-porter", notes=dict.fromkeys([*TOLD, "prompt_guardrails_enabled"], "stated: ..."), **TOLD)
).with_(makes_predictions=False, trains_model=False, runs_on_user_devices=False)


def log():
    kept = AuditLog()
    kept.append({"action": "assessment"})
    return kept


def planned(system, budget=15, **more):
    owners = {step.control: "Ines" for step in make_plan(system, budget).steps}
    return make_plan(system, budget, owners=owners, **more)


def run(control, bound=None, attack="injection", **knobs):
    return from_attack(ATTACKS[attack].run(control, **knobs), success_at_most=bound)


def accepting(what="human_approval_required", reason="Twenty refunds bound the loss", until="2027-03-31", bound=0.7):
    return Policy(max_risk=bound).accept(what, reason, "Head of night operations", until)


EVIDENCE = (run("none", adaptive=True), run("tool_allow_list", 0.6, adaptive=True))
PORTER = ThreatModel(
    SYSTEM,
    before=SYSTEM,
    drawing=DRAWING,
    policy=accepting(),
    plan=planned(SYSTEM, start=TODAY),
    evidence=EVIDENCE,
    monitoring=AlertChoice("confidence", 32, "Seven hours a day is what we have", 14, ("Ghost",), 7.0),
    tabletop=from_exercise(run_unattended("postmark-mcp"), TODAY),
    reviews=review_calendar([SYSTEM], TODAY),
    training=[Training("Night shift", TODAY, "Briefing", "Ines")],
    audit_head=log(),
    author="Ines",
    made_on=TODAY,
)


def porter(**answers):
    """The model of a system with other answers, and a plan and reviews to match."""
    system = SYSTEM.with_(**answers)
    return PORTER.with_(system=system, plan=planned(system, start=TODAY))


UNFINISHED = from_exercise(begin("postmark-mcp").decide("log"), TODAY)
NOTELESS = AISystem(SYSTEM.name, **SYSTEM.known)

# --- q3

TEXT = "One night somebody posts a review, and the program pays. " * 20
SPELLED = "The night porter acts_without_approval. " * 40

# --- q4

LETTERS = {
    "tool_sources_verified": "S",
    "agent_memory_protected": "T",
    "monitoring_active": "R",
    "personal_data_minimized": "I",
    "incident_response_tested": "D",
    "tool_permissions_restricted": "E",
}

# --- q5

HELD = (Decision("Mon 09:00", "?", "me", "wait", "", ""),)


def model_with(  # noqa: PLR0913
    items, *, name="empty", facts=True, bound=0.5, decided=HELD, finished=True, reviewed="", always=()
):
    """A model in which `items` tick, or one that has a fault."""
    system = AISystem(name)
    if "assessment" in {*items, *always}:
        system = system.with_(staff_trained=False, **(dict.fromkeys(catalog().facts, False) if facts else {}))
    parts = {
        "policy": Policy(max_risk=bound),
        "monitoring": AlertChoice("CUSUM", 16, "because", 0, (), 0.0),
        "tabletop": Tabletop("A rehearsal", finished, decided),
        "reviews": review_calendar([AISystem(reviewed or name)], TODAY),
        "training": [Training("Everybody", TODAY, "Everything", "me")],
    }
    return ThreatModel(system, **{part: made for part, made in parts.items() if part in {*items, *always}})


def faulty(**faults):
    return lambda items: model_with(items, **faults)


def six_ticks_anyway(_):
    return model_with({"assessment", "policy", "monitoring", "tabletop", "reviews", "training"})


def a_list_of_items(items):
    return sorted(items)


RIGHT = {
    "capstone.q1": DRAWING,
    "capstone.q2": PORTER,
    "capstone.q3": (TEXT, [1, 2, 3, 4, 5, 6]),
    "capstone.q4": LETTERS,
    "capstone.q5": model_with,
}

WRONG = {
    "capstone.q1": [
        (SYSTEM, "is no drawing"),
        (DataFlow("night-porter"), "Nothing flows in your drawing yet"),
        (WITH_A_CLERK, "does a person stand on the way"),
        (TEXT_ONLY, "What does your model send, so that this happens"),
        (APPROVED_AS_WELL, "Who is awake at that hour"),
        (NO_SOURCE_OF_REVIEWS, "Who else's text does the model read"),
        (MESSAGES_AS_DOCUMENTS, "What a guest writes is to be answered"),
        (REVIEWS_AS_QUESTIONS, "does carries tell it from a question"),
        (UNMARKED, "says that it is personal"),
        (redrawn("notes"), "What was noted in March"),
        (redrawn("house rules", "posts"), "The house rules lie somewhere"),
        (LEARNS, "the vendor has not answered: nobody has said yes"),
        (GRADES, "It grades nothing"),
        (DRAWING.excluding("Reviews", "not ours", "the portal"), "An exclusion must hide nothing"),
        (DRAWING.finished(), "you vouch that the drawing is whole"),
    ],
    "capstone.q2": [
        (SYSTEM, "is no threat model"),
        (porter(acts_without_approval=False), "acts_without_approval is False"),
        (porter(learns_from_user_input=False), "No answer is not a no"),
        (porter(trains_model=None), "It says no"),
        (porter(secrets_in_vault=False), "it may well be in a vault"),
        (porter(prompt_guardrails_enabled=True), "by a brochure"),
        (porter(monitoring_active=None), "Somebody has said how it is"),
        (porter(staff_trained=False), "It asks: Are developers, data teams"),
        (PORTER.with_(system=NOTELESS), "has no note"),
        (PORTER.with_(drawing=load_drawing("postmark-mcp")), "would look for another system"),
        (PORTER.with_(training=()), "Your model itself says what it lacks: a training record"),
        (PORTER.with_(plan=make_plan(SYSTEM, 15, start=TODAY)), "an owner for each step"),
        (PORTER.with_(policy=accepting(bound=1)), "Your policy can't be broken"),
        (PORTER.with_(policy=accepting(bound=0.9)), "has named a bound, and it isn't this one"),
        (PORTER.with_(policy=Policy(max_risk=0.7)), "has to be accepted by somebody"),
        (PORTER.with_(policy=accepting("tool_permissions_restricted")), "accepted *and* planned"),
        (PORTER.with_(policy=accepting("encryption_enabled")), "there is nothing to accept"),
        (PORTER.with_(policy=accepting("abuse_detection_active")), "to sign a blank page"),
        (PORTER.with_(policy=accepting(reason="Later")), "convince the next owner"),
        (PORTER.with_(policy=accepting(until="2099-12-31")), "An acceptance is a loan"),
        (PORTER.with_(plan=planned(SYSTEM, 60, start=TODAY)), "there are 15"),
        (PORTER.with_(plan=planned(SYSTEM.with_(staff_trained=True), start=TODAY)), "a plan for another system"),
        (PORTER.with_(plan=planned(SYSTEM)), "no dates"),
        (PORTER.with_(plan=planned(SYSTEM, 0, start=TODAY)), "There is no step in your plan"),
        (PORTER.with_(plan=planned(SYSTEM, start="2026-11-02")), "Whom do you ask yesterday"),
        (PORTER.with_(evidence=(*EVIDENCE, run("none", attack="poisoning"))), "nothing of the kind"),
        (PORTER.with_(evidence=(*EVIDENCE, run("none", attack="extraction"))), "It needs makes_predictions"),
        (PORTER.with_(evidence=(EVIDENCE[0], replace(EVIDENCE[1], success=0.1))), "what one remembers of it"),
        (PORTER.with_(evidence=(*EVIDENCE, replace(EVIDENCE[1], attack="phishing"))), "There is no attack 'phishing'"),
        (PORTER.with_(evidence=(EVIDENCE[0], replace(EVIDENCE[1], control="prayer"))), "against 'prayer' can't be run"),
        (PORTER.with_(evidence=EVIDENCE[1:]), "once without a control and once with one"),
        (PORTER.with_(evidence=(EVIDENCE[0], run("tool_allow_list", adaptive=True))), "would have been a failure"),
        (PORTER.with_(monitoring=replace(PORTER.monitoring, threshold=4, analyst_hours=46.5)), "can spare 7"),
        (PORTER.with_(monitoring=replace(PORTER.monitoring, reason="Quiet nights")), "Whose sleep does it cost"),
        (PORTER.with_(made_on="2026-11-30"), "is judged as of 2026-12-01"),
        (PORTER.with_(tabletop=UNFINISHED), "play it to its end"),
        (PORTER.with_(reviews=review_calendar([AISystem("other")], TODAY)), "put reviews of night-porter"),
    ],
    "capstone.q3": [
        ("Be careful tonight.", "That is 3 words"),
        (SPELLED, "Read it aloud"),
        (briefing(PORTER), "That lists keywords, as the draft"),
        (TEXT * 4, "the shift has 5"),
        (TEXT, "Compare your text with these points"),
        ((TEXT, [1, 2, 3, 5, 6]), "By your own mark it misses"),
        ((TEXT, [0, 7]), "are no numbers of points"),
    ],
    "capstone.q4": [
        ({**LETTERS, "monitoring_active": "D"}, "What is there to show"),
        ({**LETTERS, "tool_sources_verified": "T"}, "no finding is left for Spoofing"),
        ({**LETTERS, "incident_response_tested": "R"}, "no finding is left for Denial of service"),
        ({**LETTERS, "tool_permissions_restricted": "I"}, "no finding is left for Elevation of privilege"),
        ({**LETTERS, "personal_data_minimized": "E"}, "the names and stays of everybody"),
        ({**LETTERS, "agent_memory_protected": "Tampering"}, "give one letter"),
    ],
    "capstone.q5": [
        (a_list_of_items, "give a ThreatModel"),
        (six_ticks_anyway, "What of your model is there whoever asks"),
        (faulty(facts=False), "is every question about what it *is* answered"),
        (faulty(bound=1.0), "accepts a risk of 1"),
        (faulty(finished=False), "An exercise counts that was finished"),
        (faulty(decided=()), "hold a tabletop exercise"),
        (faulty(reviewed="another"), "Which one is yours called"),
        (faulty(always=("training",)), "training ticks too"),
    ],
}
