"""Question 3 of lesson 01: an exclusion, argued; judged by what it hides, who answers for it, and until when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from threatlab.catalog import catalog
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import hidden_by_exclusions
from threatlab.errors import ThreatLabError
from threatlab.exercises.judges import a_dict, a_kind, a_pair, is_a_person, named, plain, refusal, rubric
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps

POINTS = (
    "It says what can still go wrong there.",
    "It says who carries that, by name or role, so that they know.",
    "It says what would bring the element back in, so that somebody would notice.",
)
"""What a reason for an exclusion is compared with, by the learner."""

_NEVER = re.compile(
    r"\b(until further notice|(?<!no )later(?! than)|never|occasionally|eventually|soon(?! as\b)|tbd)\b"
    r"|\b(regularly|periodically)\b(?!.*(\d|\b(every|each|once)\b|ly\b))"
    r"|\b(as|if|when|where) (needed|necessary|required)\b|\bin (due course|(the )?future)\b|\bat some (point|time)\b"
    r"|\b(some ?(day|time)|now and then|time to time|once in a while)\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(should|supposed to|(meant|designed|expected) (to|for)|intended|ought|ideally|hopefully)\b", re.IGNORECASE
)
_EVENT = re.compile(
    r"\d|\b(with|at|after|before|when|whenever|as soon as|the day|once|if|every|each|next|in|on|until|by)\b"
    r"|\b(spring|summer|autumn|fall|winter)\b"
    r"|\b(week|month|quarter|year|annual)ly\b|\b(renewal|release|audit|incident|change)s?\b"
    r"|\b(January|February|March|April|May|June|July|August|September|October|November|December)\b",
    re.IGNORECASE,
)
_LEAST_WORDS = 15
_KIND = "an exclusion; give a dict with its four parts, or a DataFlow"
_PARTS = ("element", "reason", "owner", "review")


def airline_scene() -> DataFlow:
    """Return an invented airline's chatbot, all of it: three elements of it somebody wants to leave out."""
    return (
        DataFlow("northern-air-chat", "Chatbot of an invented airline", complete=True)
        .with_zone("Internet", "internet")
        .with_zone("Website", "own", owner="head of digital")
        .with_zone("Call center", "own", owner="head of customer service")
        .with_element("Customer", "person", "Internet")
        .with_element("Chatbot", "model", "Website")
        .with_element("Fare pages", "data store", "Website")
        .with_element("Transcripts", "data store", "Website", personal=True)
        .with_element("Telephone agent", "person", "Call center")
        .with_flow("Customer", "Chatbot", "question", "questions", personal=True)
        .with_flow("Fare pages", "Chatbot", "fare rules", "documents")
        .with_flow("Chatbot", "Customer", "answer", "generated content")
        .with_flow("Chatbot", "Transcripts", "chats", "other", personal=True)
        .with_flow("Customer", "Transcripts", "thumbs up or down", "other")
        .with_flow("Transcripts", "Chatbot", "liked answers", "training data")
        .with_flow("Fare pages", "Telephone agent", "fare rules", "documents")
        .with_flow("Customer", "Telephone agent", "call", "other", personal=True)
        .with_flow("Telephone agent", "Customer", "advice", "other")
    )


def says_when(review: str) -> bool:
    """Tell whether a text names a date, or an event that somebody will notice."""
    return bool(_EVENT.search(review)) and not _NEVER.search(review)


def argues_an_exclusion(answer: Any) -> str:
    """Judge an exclusion by what it hides and by its parts; its reason is marked by the learner.

    It is a dict with the four arguments of `excluding`, or the drawing that has it, or a pair of one and the marks.
    """
    given, marks = a_pair(answer)
    scene = airline_scene()
    argued = _excluded(scene, given) if isinstance(plain(given), Mapping) else a_kind(given, DataFlow, _KIND)
    if (argued.elements, argued.flows, argued.zones) != (scene.elements, scene.flows, scene.zones):
        raise NotYet("Your drawing is no longer the scene: leave its elements and flows as they are, and exclude one.")
    if len(argued.exclusions) != 1:
        raise NotYet(
            f"Your drawing leaves out {len(argued.exclusions)} elements. Leave out one, the one you can argue.", "many"
        )
    _hides_nothing(argued)
    _complete(argued)
    if marks is None:
        listed = " ".join(f"({place}) {point}" for place, point in enumerate(POINTS, 1))
        raise NotYet(
            f"The form is right. Now compare your reason with these points: {listed} Then give the numbers of those "
            "that it meets as marks, such as [1, 3]. Nobody else reads it: be as strict as a colleague would be."
        )
    marked = rubric(POINTS, len(POINTS), _LEAST_WORDS)((argued.exclusions[0].reason, marks))
    return f"{argued.exclusions[0].element} can be left out: no fact hangs on it. {marked}"


def _excluded(scene: DataFlow, given: Mapping[Any, Any]) -> DataFlow:
    parts = {n: str(part) if isinstance(part, date) else part for n, part in a_dict(given, _PARTS, "a text").items()}
    element = named(parts["element"], [each.name for each in scene.elements])
    try:
        return scene.excluding(**parts | {"element": element or parts["element"]})
    except ThreatLabError as problem:
        raise refusal("It can't be left out like that", problem) from None


def _hides_nothing(argued: DataFlow) -> None:
    element = argued.exclusions[0].element
    hidden = hidden_by_exclusions(argued)
    if not hidden.facts:
        return
    labels = ", ".join(catalog().facts[fact].label for fact in hidden.facts)
    why = {
        "Fare pages": "It is only text, and the chatbot repeats it to every customer. Who changes a page, changes the "
        "answers.",
        "Transcripts": "Kept for quality, they said. Follow the flow that leaves it, and see who teaches the chatbot.",
        "Chatbot": "A model in a drawing of its own system, left out as if it were somebody else: that was tried.",
        "Customer": "The one who asks can't be assessed, but what comes from there is why there is a boundary.",
    }
    raise NotYet(f"Leaving out {element} hides: {labels}. {why.get(element, 'What flows through it?')}", "hides")


def _complete(argued: DataFlow) -> None:
    exclusion = argued.exclusions[0]
    if not is_a_person(exclusion.owner) or named(exclusion.owner, [each.name for each in argued.elements]):
        raise NotYet(
            f"The owner is {exclusion.owner!r}. When it goes wrong, whose telephone rings? Give a name, or a role that "
            "one person holds.",
            "nobody",
        )
    if not says_when(exclusion.review):
        raise NotYet(
            f"It is looked at again: {exclusion.review!r}. Nobody's calendar shows that. Give a date, or an event that "
            "somebody will notice.",
            "no-day",
        )
    if _WISH.search(exclusion.reason):
        raise NotYet(
            "Your reason says how things should be, or what something is meant for. ShadowRay's interface was not "
            "meant for the internet either. Say how things are.",
            "wish",
        )
    if len(exclusion.reason.split()) < _LEAST_WORDS:
        raise NotYet(
            f"Your reason has {len(exclusion.reason.split())} words. In so few nobody can say what risk stays, who "
            f"carries it, and what would change it; take at least {_LEAST_WORDS}.",
            "short",
        )


q3 = Question(
    id="scope.q3",
    title="Argue an exclusion",
    judge=argues_an_exclusion,
    hints=in_steps(
        "Try each of the three with hidden_by_exclusions(scene.excluding(...)).facts: two of them hide something "
        "that is true of the system.",
        "The telephone agent feeds nothing into the model. What can still go wrong: the agent and the chatbot tell "
        "two customers different things. Who answers for what agents say?",
    ),
    because="Of the three, the agent is the one on whom no fact of the AI system hangs, and that can be shown, not "
    "only said. The reason is honest about what remains: contradictory advice is what the real case was about. And the "
    "condition is one that a person drawing the next flow would notice.",
    covers=("core-scope",),
    claims={
        "many": "More than one element can be left out by one argument.",
        "hides": "What is left out hides no fact.",
        "nobody": "A team, or everybody, can own an exclusion.",
        "no-day": "An exclusion needs no day on which it is looked at again.",
        "wish": "How things should be is a reason to leave something out.",
        "short": "A few words are enough to say what risk stays.",
        "1": "A reason need not say what can still go wrong.",
        "2": "A reason need not say who carries it.",
        "3": "A reason need not say what would bring the element back in.",
    },
)
