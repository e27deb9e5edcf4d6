"""Question 1 of lesson 00: documented incidents, sorted by the threat that each is mainly a case of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from threatlab.catalog import catalog
from threatlab.exercises.judges import each
from threatlab.exercises.question import Question, in_steps
from threatlab.incidents import load_incident

NEEDS = {
    "data_poisoning": "Poisoning needs somebody who changes what a model learns from, looks up or remembers.",
    "model_extraction": "Extraction ends with the model's abilities in other hands.",
    "evasion": "Evasion leaves the model as it is, and shapes what it is shown until it decides wrongly.",
    "privacy_breach": "A privacy breach ends with somebody reading what a system holds about people, or its secrets.",
    "prompt_injection": "Prompt injection needs a model that reads a text and obeys it as an instruction.",
    "supply_chain": "A supply chain threat comes in with a part that its victim installed and did not write.",
    "denial_or_cost": "Denial or cost ends with a stranger using up computing power or a budget.",
    "excessive_agency": "Excessive agency needs a model that holds rights or tools, and does the harm with them.",
}
"""What each threat takes: the half of a message that depends on what was chosen."""

LOOK = {
    "tay": "Nobody broke in here. What did the users change by talking to it?",
    "clearview": "What did the outsider hold in the end that was not theirs to see?",
    "id-me": "Afterwards, what had changed: the model, its data, or only what stood before the camera?",
    "pytorch-nightly": "No model was asked anything. How did the thief's code come to run on the developers' machines?",
    "shadowray": "Of all that was within reach, what do the victims pay for every hour that it goes on?",
    "llm-jacking": "The models worked as they were made to, and told no secret. Whose bill is it?",
    "hugging-face": "Nobody wrote these models a prompt: loading them was enough. Where would a victim get them?",
    "amazon-q": "The order was planted. What could it have done in an agent that may only read?",
    "postmark-mcp": "Mail was lost, but what sent it? Ask how the author's code got into the agent at all.",
    "claude-distillation": "The service stayed up, and its data was left alone. What were 16 million answers good for?",
}
"""The incidents that are asked about, and what to look at in each: the half that depends on where it went wrong."""


_THREATS = {threat.id: threat.title for threat in catalog().threats.values()}


def main_threats() -> dict[str, str]:
    """Return the main threat of each incident that is asked about."""
    return {name: load_incident(name).threat for name in LOOK}


def _mistaken(name: str, given: Mapping[str, str]) -> str:
    right = sum(given[other] == threat for other, threat in main_threats().items())
    incident, chosen = load_incident(name), catalog().threats[given[name]]
    return (
        f"{right} of {len(LOOK)} are right. {incident.title}, {chosen.title.lower()}? {NEEDS.get(chosen.id, '')} "
        f"{LOOK[name]}"
    )


def _all_right() -> str:
    threats = catalog().threats
    (largest, most), *_ = (counted := Counter(main_threats().values())).most_common(1)
    return (
        f"All of them. The largest group, {most} of {len(LOOK)}, is {threats[largest].title.lower()}, and "
        f"{len(counted)} of the {len(threats)} threats have an incident here."
    )


q1 = Question(
    id="why.q1",
    title="Incidents, sorted by their main threat",
    judge=each(main_threats, _THREATS, f"a threat ({', '.join(_THREATS)})", _mistaken, _all_right),
    hints=in_steps(
        "Ask of each summary: was it the data that a model learns from, its input, its answers, or a part that "
        "somebody installed? What was lost in the end comes second.",
        "Seven are open. Three of them share one threat: something was installed that did what its new owner did "
        "not want. The other four have four different threats.",
    ),
    because="A threat is named after what is done to the system, because that is where a control can stand. The "
    "poisoned mail tool cost its victims their mail, but no control on mail would have met it: they had installed it.",
    covers=("intro-insufficient",),
    claims={
        f"{name}={threat}": f"In {load_incident(name).title}, the main threat was {title.lower()}."
        for name in LOOK
        for threat, title in _THREATS.items()
        if threat != main_threats()[name]
    },
)
