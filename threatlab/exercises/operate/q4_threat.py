"""Question 4 of lesson 06: a new threat, entered into the catalog."""

from __future__ import annotations

from typing import Any

from threatlab.assessment import assess
from threatlab.assessment.layered import ThreatRisk
from threatlab.catalog import Catalog, catalog
from threatlab.errors import ThreatLabError
from threatlab.exercises.judges import refusal, shown, words_in
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.operate.newer_catalog import rescore, with_threat
from threatlab.system import AISystem, list_systems, load_system

_WRITES = AISystem("writes-code", generates_content=True)
_AGENT = _WRITES.with_(uses_tools=True, acts_without_approval=True)
_HIT = (_WRITES, _WRITES.with_(makes_predictions=True, uses_third_party_model=True), _AGENT)
_FEEBLE = frozenset(
    (
        "encryption_enabled", "rbac_configured", "secrets_in_vault", "authentication_enforced", "rate_limiting_enabled",
        "service_exposure_hardened", "personal_data_minimized", "privacy_preserving_training", "output_detail_limited",
        "training_data_validated", "data_provenance_tracked", "adversarial_robustness_tested", "abuse_detection_active",
        "agent_memory_protected", "retrieval_access_enforced", "training_environment_isolated",
    )
)  # fmt: skip
"""Controls that stand nowhere on the way from an invented name to code that runs."""

_IN_THE_WAY = ("dependencies_scanned", "human_approval_required", "execution_sandboxed", "output_validation_enabled")
_WORDS = 4
"""Words that a reason needs; whether it is a good one, only a reader can tell."""

_OFTEN = 0.2
"""From here on a likelihood per year is what the study measured, which was something else."""


def enters_the_threat(answer: Any) -> str:
    """Judge a TOML entry by what the catalog makes of systems with it: who is hit, how much, and what helps."""
    if not isinstance(answer, str):
        raise NotYet(f"{shown(answer)} is no TOML text; give one table between triple quotes.")
    try:
        newer = with_threat(answer)
    except ThreatLabError as problem:
        raise refusal("The catalog refuses it", problem) from None
    (name,) = newer.threats.keys() - catalog().threats.keys()
    _hits(newer, name)
    _is_likely(newer, name)
    _is_countered(newer, name)
    changes = rescore(map(load_system, list_systems()), newer)
    rising = [change for change in changes if change.after > change.before]
    first = max(rising, key=lambda change: change.risk)
    return (
        f"The catalog takes it. Of {len(changes)} systems {len(rising)} score higher, and {first.system_id} has the "
        f"most of it (residual {first.risk:.2f}). Tell a colleague your two figures, and let yourself be talked out."
    )


def _hits(newer: Catalog, name: str) -> None:
    entry = newer.threats[name]
    if not entry.likelihood or not entry.impact:
        raise NotYet(
            "A likelihood or an impact of 0 says that it can't happen, or wouldn't matter. Why enter it then?", "zero"
        )
    if not entry.applies_when_any:
        raise NotYet(
            "With no fact in applies_when_any it applies to every system there is. Who can invent a name?", "everybody"
        )
    for system in _HIT:
        if _explained(newer, name, system).inherent <= 0:
            raise NotYet(
                "It does not apply to an assistant that only writes code, which a developer copies and runs. The "
                "report has such cases: what has to be true of a system so that it can invent a name?",
                "not-the-writer",
            )
    for fact in set(newer.facts) - _WRITES.true:
        if _explained(newer, name, AISystem("never-writes").with_(**{fact: True})).inherent > 0:
            raise NotYet(
                f"It applies to a system of which only {fact} is true, and which never writes a line. One fact of "
                "applies_when_any is enough: it is a list of alternatives. Facts that only make matters worse belong "
                "elsewhere.",
                "alternatives",
            )
    if entry.stride in "DRI":
        raise NotYet(
            f"STRIDE {entry.stride!r}: in the end somebody's code runs in your system. Which letter is that?", "letter"
        )


def _is_likely(newer: Catalog, name: str) -> None:
    entry = newer.threats[name]
    for field, why in (("likelihood_why", entry.likelihood_why), ("impact_why", entry.impact_why)):
        if len(words_in(why)) < _WORDS:
            raise NotYet(
                f"{field} is {why!r}. A figure without a reason can't be argued with: say what it rests on.",
                "no-reason",
            )
    if entry.likelihood >= _OFTEN:
        raise NotYet(
            f"A likelihood of {entry.likelihood:g}: is that the share of inventions that the study measured? The "
            "catalog asks for another number: the chance that the whole thing succeeds within a year against a bare "
            "system. Nobody has to have registered that very name, and nobody has been robbed in the report.",
            "invented",
        )
    private = _WRITES.with_(handles_personal_data=True)
    before, after, exposed = (_explained(newer, name, s).inherent_likelihood for s in (_WRITES, _AGENT, private))
    if after <= before:
        raise NotYet(
            "An agent that installs what it has written, and asks nobody, is as likely to be hit by your entry as an "
            "assistant whose lines a developer reads first. Which table says what makes it likelier?",
            "agent",
        )
    if exposed > before:
        raise NotYet("Personal data make a loss worse. Do they make the model invent more names?", "personal")


def _is_countered(newer: Catalog, name: str) -> None:
    claims = {control.id: c for control in newer.controls.values() if (c := control.effectiveness.get(name))}
    if not claims:
        raise NotYet(
            "countered_by is empty: nothing helps? Walk the way of the attack, and ask at each step.", "nothing"
        )
    for control, claim in claims.items():
        title = newer.controls[control].title
        if control in _FEEBLE:
            raise NotYet(
                f"You say that it is countered by {title!r}. Walk the way: a name is invented, registered by a "
                "stranger, installed, and its code runs. At which step does that control stand?",
                "feeble",
            )
        if claim.source == "measured":
            raise NotYet(
                f"{title!r} is measured, you say. Measured is what an attack of this workbook has run against, and "
                "none does this. What is the honest word?",
                "measured",
            )
        if claim.value >= 0.9:
            raise NotYet(
                f"{title!r} removes nine tenths of it, or more? Think of the day on which everybody is in a hurry.",
                "nearly-all",
            )
        if len(words_in(claim.why)) < _WORDS:
            raise NotYet(f"{title!r}: why is {claim.why!r}. Say what it does at which step.")
    if not set(_IN_THE_WAY) & set(claims):
        raise NotYet(
            "What you name finds out, or explains. Is there no control that stands between the invented name and the "
            "code that runs?",
            "after",
        )


def _explained(newer: Catalog, name: str, system: AISystem) -> ThreatRisk:
    return assess(system.under(newer)).explain(name)


q4 = Question(
    id="operate.q4",
    title="A new threat, as one entry",
    judge=enters_the_threat,
    hints=in_steps(
        "Who can invent a name: which single fact must be true? That goes into applies_when_any. What makes it "
        "likelier that the invented name is installed goes into raised_by.",
        "The chance of a year is made of several: a name is invented, somebody has registered just that one, it is "
        "installed, and the code does harm. The study measured the first.",
        "generates_content; raised by uses_tools and acts_without_approval. Controls: what reads a list of "
        "packages before it is installed, a person's yes, a sandbox around what runs.",
    ),
    because="The catalog learns of a threat by data, not by code: who is hit follows from the facts, and the same "
    "evening each system has a new score. The study's percentages are not the likelihood: they say how often a name "
    "is invented. What is missing between that and a robbery is judged, and the entry says so.",
    covers=("core-improvement",),
    claims={
        "zero": "A threat that can't happen belongs in the catalog.",
        "everybody": "The threat applies to every system there is.",
        "not-the-writer": "An assistant that only writes code can't be hit.",
        "alternatives": "All facts of applies_when_any have to be true at once.",
        "letter": "That a stranger's code runs is repudiation, disclosure or denial of service.",
        "no-reason": "A figure needs no reason.",
        "invented": "How often a name is invented is how likely the robbery is.",
        "agent": "An agent that installs by itself is hit no more often than a person who reads first.",
        "personal": "Personal data make a model invent more names.",
        "nothing": "Nothing helps against it.",
        "feeble": "A control that stands nowhere on the way helps.",
        "measured": "A figure that no attack of this workbook has given is measured.",
        "nearly-all": "One control removes nearly all of it.",
        "after": "To find out afterwards is enough.",
    },
)
