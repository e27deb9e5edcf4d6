"""Question 5 of lesson 01: four accounts of an attack; who it is, where they are, and how much they know."""

from __future__ import annotations

from typing import Any

from threatlab.catalog import KNOWLEDGE, catalog
from threatlab.dataflow import DataFlow
from threatlab.dataflow.who import adversaries_at
from threatlab.exercises.judges import a_dict, an_option, named, parts, plain, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.exercises.scope.q3_exclusion import airline_scene
from threatlab.words import capital

ACCOUNTS = {
    "bargain": "A traveler asks for his money back in ever new words, until the chatbot promises it. He has never seen "
    "anything of it but its answers.",
    "copy": "Another airline has it asked ten thousand questions a night, keeps the answers, and trains its own on "
    "them. Which kind of model answers here it has read in a job offer.",
    "hotel": "The owner of a hotel hides a sentence for language models on a page that the chatbot reads. What comes "
    "of it she never sees.",
    "leaver": "An engineer looks up what her neighbor has complained about. She has built the chatbot, with all that "
    "it was trained on, and still has her rights.",
}
"""Four attacks on the chatbot of `airline_besieged`, by name."""

_RIGHT = {
    "bargain": ((1,), "customer", "black box"),
    "copy": ((3,), "competitor", "gray box"),
    "hotel": ((10,), "author", "black box"),
    "leaver": ((11,), "insider", "white box"),
}
"""For each account the flows at whose outer end they are, the adversary, and the knowledge."""

_WHERE = {
    "bargain": "By which flow do his words come in?",
    "copy": "Anybody may ask. By which flow does it get what it trains on?",
    "hotel": "She asks nothing, and nobody answers her. By which flow does her sentence come in?",
    "leaver": "By which flow does she get what a neighbor wrote?",
}
_KNOWS = {
    "bargain": "What does he know of the inside?",
    "copy": "It knows more than the answers tell, and less than all.",
    "hotel": "Has she ever seen how the chatbot is made?",
    "leaver": "What is there of it that she doesn't know?",
}


def airline_besieged() -> DataFlow:
    """Return the invented airline's chatbot with hotels' pages that it reads, and an engineer who looks at chats."""
    return (
        airline_scene()
        .with_element("Hotel pages", "data store", "Internet")
        .with_element("Engineer", "person", "Website")
        .with_flow("Hotel pages", "Chatbot", "offers", "documents")
        .with_flow("Transcripts", "Engineer", "chats to look at", "other", personal=True)
    )


def names_the_attackers(answer: Any) -> str:
    """Judge a dict: for each account a flow's number, an adversary and what box the system is to them."""
    drawing, known = airline_besieged(), catalog().adversaries
    give = 'a number and two texts, such as (7, "intruder", "gray box")'
    for name, row in a_dict(plain(answer), _RIGHT, give).items():
        flows, adversary, knowledge = _RIGHT[name]
        number, who, box = parts(row, 3, give)
        who = named(who, {each.id: each.title for each in known.values()}) or who
        if who not in tuple(known):
            raise NotYet(f"'{name}': {shown(who)} is none of {', '.join(known)}.")
        if who != adversary:
            raise NotYet(f"'{name}': {capital(known[who].title)} means: {known[who].about} Read it again.", "who")
        if isinstance(number, bool) or number not in drawing.numbered:
            raise NotYet(f"'{name}': {shown(number)} is no flow of the picture; give its number.")
        if number not in flows:
            there = adversaries_at(drawing, number).words or "nobody from the list, by our reading"
            raise NotYet(f"'{name}': at flow {number} there can be: {there}. {_WHERE[name]}", "where")
        if (box := an_option(box, KNOWLEDGE, "a box", f"'{name}'")) != knowledge:
            raise NotYet(f"'{name}': a {box} means that they know {KNOWLEDGE[box]}. {_KNOWS[name]}", "box")
    return "All four: two of them never ask the chatbot anything, and the one who knows most needs no trick at all."


q5 = Question(
    id="scope.q5",
    title="Who attacks, from where, knowing what",
    judge=names_the_attackers,
    hints=in_steps(
        "First who: what does each of the eight want? Then where: whose hands does a flow come from, or end in?",
        "Black: the answers at most. White: all of it. Gray: something in between, such as the kind of model.",
        "The copy is made of what comes out (flow 3), the hidden sentence comes with the hotels' pages (flow 10).",
    ),
    because="The same chatbot, four adversaries, four flows. A control at one of them does nothing at the others, and "
    "one that relies on secrecy does nothing to whom the system is a white box.",
    covers=("core-scope",),
    claims={
        "who": "Whoever does harm to a chatbot is its customer.",
        "where": "Every attack comes in as a question.",
        "box": "Whoever attacks knows how the system is made.",
    },
)
