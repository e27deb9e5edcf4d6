"""Answers to the questions of lesson 01: the right one, and what a thoughtful learner may get wrong."""

from __future__ import annotations

from threatlab.dataflow.facts import facts_from
from threatlab.exercises.scope import STATEMENTS, airline_begun, airline_scene

# --- q1

START = airline_begun()
ELEMENTS = (("Chatbot", "model", "Website"), ("Fare pages", "data store", "Website"))
FLOWS = (
    ("Customer", "Chatbot", "question", "questions", True),
    ("Fare pages", "Chatbot", "fare rules", "documents", False),
    ("Chatbot", "Customer", "answer", "generated content", False),
    ("Fare pages", "Customer", "page behind the link", "documents", False),
)


def drawn(flows=FLOWS, start=START, bot=("model", "Website"), pages=("data store", "Website")):
    drawing = start.with_element("Chatbot", *bot).with_element("Fare pages", *pages)
    for source, target, label, carries, personal in flows:
        drawing = drawing.with_flow(source, target, label, carries, personal=personal)
    return drawing


def but(place, *flow):
    return FLOWS[:place] + ((flow,) if flow else ()) + FLOWS[place + 1 :]


# --- q2


def hangs_on(drawing, *, before=True, after=True, lost=lambda whole, rest: whole.value and not rest.value):
    whole = facts_from(drawing, with_excluded=before)
    found = {}
    for number in drawing.numbered:
        rest = facts_from(drawing.without_flow(number), with_excluded=after)
        found[number] = {fact for fact in whole if lost(whole[fact], rest[fact])}
    return found


def shown_by(drawing):
    whole = facts_from(drawing, with_excluded=True)
    return {number: {fact for fact in whole if number in whole[fact].flows} for number in drawing.numbered}


def at_the_boundary(drawing):
    crossing = [crossing.number for crossing in drawing.crossings]
    return {number: lost if number in crossing else set() for number, lost in hangs_on(drawing).items()}


def only_those_that_matter(drawing):
    return {number: lost for number, lost in hangs_on(drawing).items() if lost}


def one_fact_each(drawing):
    return {number: set(sorted(lost)[:1]) for number, lost in hangs_on(drawing).items()}


def counts(drawing):
    return {number: len(lost) for number, lost in hangs_on(drawing).items()}


# --- q3

REASON = (
    "Nothing flows from the agents into the chatbot. What stays: an agent and the chatbot may say different things, "
    "which the head of customer service carries. Back in if the chatbot hands calls over or learns from them"
)


EXCLUSION = {
    "element": "Telephone agent",
    "reason": REASON,
    "owner": "head of customer service",
    "review": "each March",
}


def argued(element="Telephone agent", reason=REASON, owner="head of customer service", review="each March"):
    return airline_scene().excluding(element, reason, owner, review)


# --- q4

JUDGED = {"terms": False, "crawler": False, "split": True, "vouch": True, "quiet": False, "disputed": True}

RIGHT = {
    "scope.q1": (ELEMENTS, FLOWS),
    "scope.q2": hangs_on,
    "scope.q3": (EXCLUSION, [1, 2, 3]),
    "scope.q4": JUDGED,
}

WRONG = {
    "scope.q1": [
        (START.with_element("Chatbot", "model", "Website"), "Where does the chatbot know fares from?"),
        (START.with_element("Fare pages", "data store", "Website"), "'Chatbot' is not drawn"),
        (drawn(bot=("model", "A separate entity")), "another organization decides"),
        (drawn(bot=("model", "Internet")), "where anyone may be"),
        (drawn(bot=("process", "Website")), "Your chatbot is a process"),
        (drawn().excluding("Chatbot", "It answers for itself", "legal", "never"), "the airline's own argument"),
        (drawn().excluding("Refund desk", "People work there", "head of refunds", "2027"), "the first drawing"),
        (drawn(pages=("data store", "Internet")), "Then strangers write what the chatbot"),
        (drawn(but(1, "Chatbot", "Fare pages", "look-up", "documents", False)), "a flow points where the data goes"),
        (drawn(but(1)), "does not follow that the model reads"),
        (drawn(but(1, "Fare pages", "Chatbot", "fares", "training data", False)), "nobody's training"),
        (drawn(pages=("process", "Website")), "Your fare pages are a process"),
        (drawn(but(3, "Customer", "Fare pages", "click", "questions", False)), "that is the click"),
        (drawn(but(0, "Customer", "Chatbot", "question", "other", True)), "Nothing carries the customer's question"),
        (drawn(but(0, "Customer", "Chatbot", "question", "questions", False)), "a death in a family"),
        (drawn(but(2, "Chatbot", "Customer", "answer", "decisions", False)), "Your chatbot returns decisions"),
        (drawn(but(2)), "Nothing that the chatbot wrote"),
        (drawn(but(3)), "The answer carried a link"),
        (drawn((*FLOWS, ("Chatbot", "Refund desk", "refund", "actions", False))), "it follows, too"),
        (facts_from(drawn()), "is not a drawing"),
        ((ELEMENTS, but(0, "Customer", "Chat bot", "question", "questions", True)), "did you mean 'Chatbot'?"),
        ((ELEMENTS, but(1, "Fare pages", "Chatbot", "fare rules", "documents")), "it needs 5 entries"),
        ((ELEMENTS, but(2, "Chatbot", "Customer", "answer", "sentences", False)), "unknown"),
        ((ELEMENTS, but(0, "Customer", "Chatbot", "question", "questions", "yes")), "give True or False"),
        ((dict(ELEMENTS[:0]), FLOWS), "is not a list"),
    ],
    "scope.q2": [
        (
            lambda drawing: hangs_on(drawing, before=False, after=False),
            "You read the facts of what is in scope",
        ),
        (lambda drawing: hangs_on(drawing, after=False), "Compare like with like"),
        (shown_by, "two doors to the internet"),
        (lambda drawing: hangs_on(drawing, lost=lambda w, r: bool(w) and not r), "an object is true"),
        (at_the_boundary, "Only flows that cross a boundary"),
        (lambda drawing: hangs_on(drawing, lost=lambda w, r: w.value and r.value is False), "None, and not False"),
        (lambda drawing: hangs_on(drawing, lost=lambda w, r: w != r), "You compare whole readings"),
        (only_those_that_matter, "the number of every flow"),
        (one_fact_each, "too few facts"),
        (counts, "give a set of names"),
    ],
    "scope.q3": [
        (({**EXCLUSION, "element": "Telephone agents"}, None), "did you mean 'Telephone agent'?"),
        (({"element": "Telephone agent", "reason": REASON}, None), "has four parts"),
        (({**EXCLUSION, "owner": ""}, None), "It can't be left out like that"),
        (argued("Fare pages"), "Who changes a page"),
        (argued("Transcripts"), "who teaches the chatbot"),
        (argued("Chatbot"), "that was tried"),
        (argued("Customer"), "why there is a boundary"),
        (argued(owner="we, the web team"), "whose telephone rings"),
        (argued(review="until further notice"), "Nobody's calendar"),
        (argued(review=""), "Nobody's calendar"),
        (
            argued(reason="Agents are trained people and should only ever say what the fare pages say, " * 2),
            "how things",
        ),
        (argued(reason="It has nothing to do with the chatbot"), "Your reason has 8 words"),
        (argued(), "The form is right"),
        ((argued(), [1, 3]), "It says who carries that"),
        ((argued(), "all"), "no numbers of points"),
        (airline_scene(), "leaves out 0 elements"),
        (airline_scene().without("Telephone agent"), "no longer the scene"),
    ],
    "scope.q4": [
        *(({**JUDGED, name: not truth}, f"'{name}':") for name, truth in JUDGED.items()),
        (dict.fromkeys(STATEMENTS, "yes"), "give True or False"),
    ],
}
