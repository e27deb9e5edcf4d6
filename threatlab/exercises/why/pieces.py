"""What lesson 00 has its reader write: a score that moves, a defense, a fact that makes an attack likely."""

from __future__ import annotations

from typing import Any

from threatlab.assessment import Assessment, assess
from threatlab.attacks import ATTACKS, AttackResult
from threatlab.catalog import catalog
from threatlab.errors import unknown_name
from threatlab.exercises.judges import a_kind, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.system import load_system
from threatlab.words import capital

THREAT = "prompt_injection"
MOST_SUCCESS, LEAST_UTILITY = 1 / 3, 0.95


def _one_missing(answer: Any) -> str:
    given = a_kind(answer, Assessment, "an assessment; call threatlab.assess as the cell above does")
    if given.ruleset != "core":
        raise NotYet('That is the whole catalog. Ask the lesson\'s three checks: ruleset="core".', "whole-catalog")
    missing = [finding.attribute for finding in given.findings]
    if not missing:
        raise NotYet(
            "All three controls are still in place. with_(monitoring_active=False) gives a system without one.",
            "nothing-changed",
        )
    if missing != ["monitoring_active"]:
        raise NotYet(f"Missing is now: {', '.join(missing)}. Take away monitoring, and nothing else.", "more")
    return f"{given.risk_score:g}: one box is empty. The score would be the same for any system without monitoring."


def _own_defense(answer: Any) -> str:
    ran = a_kind(answer, AttackResult, 'a run of an attack; begin with ATTACKS["evasion"].run(')
    attack = ATTACKS[ran.attack]
    reached = (ran.success - ran.baseline) / (1 - ran.baseline)
    if ran.control == "none":
        raise NotYet(f"That runs without a control. Give one: {', '.join(attack.controls)}.", "no-control")
    if reached > MOST_SUCCESS:
        raise NotYet(f"The attacker still gets {reached:.0%} of what there was to get. Try another control.", "still")
    kept = ran.utility / attack.run().utility
    if kept < LEAST_UTILITY:
        raise NotYet(
            f"That stops them, and honest users keep {kept:.1%} of what they had. Find one that leaves them 95%.",
            "useless",
        )
    return (
        f"{attack.controls[ran.control].title}: the attacker gets {reached:.0%} of what there was to get, "
        f"and honest users keep {kept:.0%} of what they had."
    )


def _fact(answer: Any) -> str:
    facts = catalog().facts
    if not isinstance(answer, str):
        raise NotYet(f"{shown(answer)} is no name; write one of the list, between quotes.")
    if answer not in facts:
        raise NotYet(capital(unknown_name("fact", answer, facts)))
    raised = assess(load_system("ml-pipeline-prod").with_(**{answer: True})).by_threat[THREAT]
    if not raised:
        raise NotYet(f"With {answer} it is still 0.00. What does a system do that could obey a text?", "any-fact")
    return f"With {answer} prompt injection rises to {raised:.2f}. The score reads what you say about the system."


w1 = Question(
    id="why.w1",
    title="The same system, without monitoring",
    judge=_one_missing,
    hints=in_steps(
        "pipeline.with_(monitoring_active=False) is the system without monitoring.",
        'Hand that to threatlab.assess(..., ruleset="core").',
    ),
    because="Take one box away, and the score moves by what that box weighs. Nothing about attacks was asked.",
    covers=("intro-insufficient",),
    fills='threatlab.assess(pipeline.with_(monitoring_active=False), ruleset="core")',
    claims={
        "whole-catalog": "The lesson's three checks and the whole catalog ask the same.",
        "nothing-changed": "A system is itself changed by with_, so that what it returns can be left alone.",
        "more": "The same system without monitoring may lack other controls, too.",
    },
)

w2 = Question(
    id="why.w2",
    title="A control that stops an attack and keeps the system useful",
    judge=_own_defense,
    hints=in_steps(
        'ATTACKS["injection"].controls names the controls against that attack.',
        'Try "egress_allow_list" against "injection": it lets mail go to known addresses only.',
    ),
    because="It acts where the damage would happen, and honest users never need what it forbids.",
    covers=("intro-insufficient",),
    fills='ATTACKS["injection"].run("egress_allow_list", seed=seed)',
    claims={
        "no-control": "An attack that runs without a control shows a defense.",
        "still": "Any control that is switched on stops the attack.",
        "useless": "What stops the attacker is a good control, whatever users lose.",
    },
)

w3 = Question(
    id="why.w3",
    title="A fact that lets prompt injection in",
    judge=_fact,
    hints=in_steps(
        "Prompt injection is text that is obeyed. Which facts speak of text, or of a model that writes?",
        'Try "generates_content".',
    ),
    because="A model that only scores numbers can't be talked into anything. One that writes text can.",
    covers=("intro-insufficient",),
    fills='"generates_content"',
    claims={
        "any-fact": "Prompt injection threatens a model that only scores numbers.",
    },
)

PIECES = (w1, w2, w3)
