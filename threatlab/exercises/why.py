"""The questions of lesson 00: what goes wrong with AI, in which order to ask, and what a familiar checklist sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from threatlab.catalog import catalog
from threatlab.exercises.judges import a_function, order, returned, shown, statements
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question
from threatlab.incidents import Incident, incidents
from threatlab.system import AISystem

# --- q1: ten incidents, sorted by threat --------------------------------------------------------------------------

NEEDS = {
    "data_poisoning": "Poisoning needs somebody who changes what a model learns from.",
    "model_extraction": "Extraction ends with the model's abilities in other hands.",
    "evasion": "Evasion leaves the model as it is, and shapes what it is shown until it decides wrongly.",
    "privacy_breach": "A privacy breach ends with somebody reading what a system holds about people, or its secrets.",
    "prompt_injection": "Prompt injection needs a model that reads a text and obeys it as an instruction.",
    "supply_chain": "A supply chain threat comes in with a part that its victim installed and did not write.",
    "denial_or_cost": "Denial or cost ends with a stranger using up computing power or a budget.",
    "excessive_agency": "Excessive agency needs a model that holds rights or tools, and does the harm with them.",
}
"""What each threat of the catalog takes: the half of a message that depends on what was chosen."""

LOOK = {
    "tay": "Nobody broke in here. What did the users change by talking to it?",
    "clearview": "What did the outsider hold in the end that was not theirs to see?",
    "id-me": "Afterwards, what had changed: the model, its data, or only what stood before the camera?",
    "pytorch-nightly": "No model was asked anything. How did the thief's code come to run on the developers' machines?",
    "shadowray": "Of all that was taken, what went on for months and was paid for by the victims every day?",
    "llm-jacking": "The models worked as they were made to, and told no secret. Who got the bill?",
    "hugging-face": "Nobody wrote these models a prompt: loading them was enough. Where did the victims get them?",
    "amazon-q": "The order was planted. What could it have done in an agent that may only read?",
    "postmark-mcp": "Mail was lost, but what sent it? Ask how the author's code got into the agent at all.",
    "claude-distillation": "The service stayed up, and its data was left alone. What were 16 million answers good for?",
}
"""What to look at in each incident: the half that depends on where the answer went wrong."""


def sorted_by_threat(answer: Any) -> str:
    """Judge a dict from each incident to its main threat."""
    known, threats = {incident.id: incident for incident in incidents()}, catalog().threats
    if not isinstance(answer, Mapping) or set(answer) != set(known):
        raise NotYet(f"Give a dict with one threat for each of these ten: {', '.join(known)}.")
    for name, chosen in answer.items():
        if not isinstance(chosen, str) or chosen not in threats:
            raise NotYet(f"{name}: {shown(chosen)} is none of the eight threats, which are {', '.join(threats)}.")
    wrong = [incident for name, incident in known.items() if answer[name] != incident.threat]
    if wrong:
        first, right = wrong[0], len(known) - len(wrong)
        chosen = answer[first.id]
        told = f"{right} of {len(known)} are right. {first.title}, {threats[chosen].title.lower()}? "
        raise NotYet(f"{told}{NEEDS[chosen]} {LOOK[first.id]}")
    counted = {threat: [i.threat for i in known.values()].count(threat) for threat in threats}
    most = max(counted, key=counted.__getitem__)
    return (
        f"All ten. The largest group, {counted[most]} of ten, is {threats[most].title.lower()}, and "
        f"{sum(map(bool, counted.values()))} of the eight threats have an incident here."
    )


q1 = Question(
    id="why.q1",
    title="Ten incidents, sorted by their main threat",
    judge=sorted_by_threat,
    expects="a dict from each incident's name to one of the eight threats",
    hints=(
        (
            "Ask of each summary: was it the data that a model learns from, its input, its answers, or a part that "
            "somebody installed? What was lost in the end comes second."
        ),
        (
            "Seven are open. Three of them share one threat: something was installed that did what its new owner did "
            "not want. The other four have four different threats."
        ),
    ),
    answer="""main_threat |= {
    "tay": "data_poisoning",
    "id-me": "evasion",
    "pytorch-nightly": "supply_chain",
    "llm-jacking": "denial_or_cost",
    "hugging-face": "supply_chain",
    "postmark-mcp": "supply_chain",
    "claude-distillation": "model_extraction",
}""",
    because="A threat is named after what is done to the system, because that is where a control can stand. The "
    "poisoned mail tool cost its victims their mail, but no control on mail would have met it: they had installed it.",
    covers=("intro-insufficient",),
)


# --- q2: the four questions, in their order ------------------------------------------------------------------------

q2 = Question(
    id="why.q2",
    title="Five notes of one meeting, in the order of the four questions",
    judge=order(
        ("flow", "abuse", "rank", "decide", "again"),
        "In order: what are we working on (flow), what can go wrong (abuse, and rank the worst first), what do we do "
        "about it (decide), did we do a good enough job (again).",
        {
            "abuse": "'abuse' speaks of wording and of corrections before anybody has said what patients send and who "
            "corrects what. Who can be named as an attacker depends on that. What has to be known first?",
            "rank": "'rank' compares two threats. Somebody has to find them before they can be compared.",
            "decide": "'decide' comes too early. A control chosen before the threats are found and ranked is a guess, "
            "or the checklist of the last project: why this one, and not another?",
            "again": "'again' measures something against a number. Where does the note come from that says what is "
            "measured, and which change is it a test of?",
            "flow": "'flow' says what the system is. Everything else in the notes speaks about it.",
        },
    ),
    expects="a list of the five names, in their order",
    hints=(
        "Write the number of a question, 1 to 4, beside each note. One question has two notes.",
        "What are we working on? has one note, what can go wrong? has two: finding threats, then comparing them.",
    ),
    answer='answer = ["flow", "abuse", "rank", "decide", "again"]',
    because="Each note uses what the one before it found. Teams that begin with 'decide' get controls without a "
    "reason, and teams that end there never learn whether these work.",
    covers=("intro-insufficient",),
)


# --- q3: what the lesson's three checks would have seen --------------------------------------------------------------


@dataclass(frozen=True)
class _Invented:
    """Stands where an incident does: so that ten known answers are not enough."""

    id: str
    system: AISystem

    @property
    def title(self) -> str:
        return self.id

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(control for control in catalog().controls if self.system[control] is False)


_HIDDEN = (
    _Invented("a system without encryption", AISystem("hidden", encryption_enabled=False, rbac_configured=True)),
    _Invented("a system with nothing in place", AISystem("hidden").with_(**dict.fromkeys(catalog().controls, False))),
    _Invented("a system of which nothing is known", AISystem("hidden")),
)


def names_what_was_seen(answer: Any) -> str:
    """Judge a function from an incident to the missing controls that the lesson's three checks ask about."""
    function = a_function(answer, "an incident")
    cases: tuple[Incident | _Invented, ...] = (*incidents(), *_HIDDEN)
    for case in sorted(cases, key=lambda case: not _seen(case.system)):  # first those where there is something to see
        named = _names(returned(function, case))
        if named != _seen(case.system):
            raise NotYet(_why_not(case.title, case.system, named))
    missing = sum(len(incident.missing) for incident in incidents())
    seen = sum(len(_seen(incident.system)) for incident in incidents())
    return f"In ten incidents, {missing} controls were missing. The three checks ask about {seen} of them."


def _seen(system: AISystem) -> set[str]:
    """Return the controls that the lesson's code asks about, and that are known to be missing."""
    return {control.id for control in catalog().rulesets["core"].controls if system[control.id] is False}


def _names(value: Any) -> set[str]:
    """Return the names that a function gave, in whatever it put them."""
    if isinstance(value, str) or not isinstance(value, Iterable) or not all(isinstance(name, str) for name in value):
        raise NotYet(f"Your function returned {shown(value)}; give a set of controls' names, perhaps an empty one.")
    return set(value)


def _why_not(title: str, system: AISystem, named: set[str]) -> str:
    """Return the misconception behind a set of names that isn't what the three checks see."""
    seen = _seen(system)
    strangers = sorted(named - {control.id for control in catalog().rulesets["core"].controls})
    if strangers and seen <= named:
        return (
            f"For {title} you name {strangers[0]!r}, which was missing, but the lesson's code has no question about "
            "it. Every control that was missing is one thing, what three checks can see of it is another."
        )
    if strangers:
        return f"For {title} you name {strangers[0]!r}. Did you take away what the checklist sees, and keep the rest?"
    unknown = sorted(control for control in named if system[control] is None)
    if unknown:
        return (
            f"For {title} you name {unknown[0]!r}. It is a finding because nobody has said whether it was in place: "
            "the check asked, and got no answer. Seen is only what is known to be missing. How does a finding tell "
            "the two apart?"
        )
    if named - seen:
        return f"For {title} you name {min(named - seen)!r}, which was in place."
    return f"For {title} you name {sorted(named) or 'nothing'}, and a check asks about more of what was missing there."


q3 = Question(
    id="why.q3",
    title="What would the lesson's three checks have seen?",
    judge=names_what_was_seen,
    expects="a function of an incident that returns a set of names of controls",
    hints=(
        (
            "A finding has an `attribute`, which is the control's name, and `unknown`: True if nobody has said "
            "whether it is in place."
        ),
        "A set of `finding.attribute` for each finding that is not `unknown`.",
    ),
    answer="""def seen_by_checklist(incident):
    findings = threatlab.assess(incident.system, ruleset="core").findings
    seen = {found.attribute for found in findings if not found.unknown}
    return seen""",
    because="The checklist raises findings for almost every incident, but nearly all of them say only that nobody "
    "answered. What was missing by the published sources (screened data, vetted tools, a tested model) it never asks.",
    covers=("intro-insufficient",),
)


# --- q4: what is insufficient about good old measures ----------------------------------------------------------------

q4 = Question(
    id="why.q4",
    title="Five sentences from a meeting: true or false?",
    judge=statements(
        {"copy": False, "roles": False, "login": False, "keys": True, "zero": True},
        "All five. The old measures protect keys, files and rights, which are still stolen. They do not protect what a "
        "model learns, answers and obeys.",
        {
            "copy": "Encryption keeps the file from who should not read it. Model extraction never reads the file: it "
            "asks questions, as every customer may. Who decrypts the model before it answers?",
            "roles": "Roles decide who may write to the database. Think of a system that learns from what its users "
            "send: which role does a user need in order to send something?",
            "login": "A failed login is what somebody does who may not come in. All five attacks of the lesson are "
            "made by somebody who may. What would there be to see?",
            "keys": "Read the ten summaries again: count those in which somebody held a key, a credential or a token. "
            "That the old measures are not enough does not make them useless.",
            "zero": "The score adds up what three questions found, and nothing else. It can only be as good as its "
            "questions: what does 0.0 say about them, and what about the rest?",
        },
    ),
    expects="a dict with True or False for each of the five names",
    hints=(
        "For each sentence, take one attacker from the lesson and walk their way. Does the measure stand on it?",
        "Two sentences are true. One says what the old measures are still good for, the other what a score is.",
    ),
    answer="""verdict |= {
    "copy": False,
    "roles": False,
    "login": False,
    "keys": True,
    "zero": True,
}""",
    because="A measure fails where the attacker has no need to do what it forbids. Customers may ask, contributors may "
    "send, pages may be read. Stolen keys are another matter: there encryption, vaults and roles stand in the way.",
    covers=("intro-insufficient",),
)

QUESTIONS = (q1, q2, q3, q4)
