"""Wrong answers to scope.q1, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right
from threatlab.dataflow.facts import facts_from
from threatlab.exercises.scope import airline_begun

ELEMENTS, FLOWS = right("scope.q1")
START = airline_begun()


def drawn(flows=FLOWS, bot=("model", "Website"), pages=("data store", "Website")):
    drawing = START.with_element("Chatbot", *bot).with_element("Fare pages", *pages)
    for source, target, label, carries, personal in flows:
        drawing = drawing.with_flow(source, target, label, carries, personal=personal)
    return drawing


def but(place, *flow):
    return [*FLOWS[:place], *([flow] if flow else []), *FLOWS[place + 1 :]]


def link(carries, *, personal=False):
    return drawn(but(3, "Fare pages", "Customer", "page behind the link", carries, personal))


CONSTRAINTS = {
    "the fare pages": (START.with_element("Chatbot", "model", "Website"), "Where does the chatbot know fares from?"),
    "the chatbot": (START.with_element("Fare pages", "data store", "Website"), "'Chatbot' is not drawn"),
    "names as in the account": (([ELEMENTS[0], ("Fare page", *ELEMENTS[1][1:])], []), "call it 'Fare pages'"),
    "names in the flows": (
        (ELEMENTS, but(0, "Customer", "Chat bott", "question", "questions", True)),
        "did you mean 'Chatbot'?",
    ),
    "rows (name, kind, zone)": (("Chatbot, a model", FLOWS), "is not a list"),
    "rows (from, to, what it is, what it carries, personal data?)": (
        (ELEMENTS, but(1, "Fare pages", "Chatbot", "fare rules", "documents")),
        "it needs 5 entries",
    ),
    "the chatbot is a language model": (drawn(bot=("process", "Website")), "Your chatbot is a process"),
    "the fare pages lie there": (drawn(pages=("process", "Website")), "Your fare pages are a process"),
    "it is not a separate entity": (drawn(bot=("model", "A separate entity")), "another organization decides"),
    "it runs on a server": (drawn(bot=("model", "Internet")), "where anyone may be"),
    "on the website's server": (drawn(bot=("model", "Customer relations")), "You put your chatbot into"),
    "the airline's own fare pages": (drawn(pages=("data store", "Internet")), "Then strangers write what the chatbot"),
    "on the airline's website": (drawn(pages=("data store", "Customer relations")), "You put your fare pages into"),
    "a question goes to the chatbot": (
        drawn(but(0, "Customer", "Chatbot", "question", "other", True)),
        "Nothing carries the customer's question",
    ),
    "the customer asks": (drawn(but(0, "Chatbot", "Customer", "question", "questions", True)), "Who asks whom?"),
    "it tells something about the one who asks": (
        drawn(but(0, "Customer", "Chatbot", "question", "questions", False)),
        "a death in a family",
    ),
    "the chatbot reads the pages": (drawn(but(1)), "does not follow that the model reads"),
    "where that flow points": (
        drawn(but(1, "Chatbot", "Fare pages", "look-up", "documents", False)),
        "a flow points where the data goes",
    ),
    "it reads them, and isn't trained on them": (
        drawn(but(1, "Fare pages", "Chatbot", "fares", "training data", False)),
        "nobody's training",
    ),
    "an answer reaches the customer": (drawn(but(2)), "Nothing that the chatbot wrote"),
    "it words each answer anew": (
        drawn(but(2, "Chatbot", "Customer", "answer", "decisions", False)),
        "Your chatbot returns decisions",
    ),
    "the page behind the link": (drawn(but(3)), "The answer carried a link"),
    "where the last flow points": (drawn(but(3, "Customer", "Fare pages", "click", "questions", False)), "the click"),
    "the airline wrote the page": (link("generated content"), "a model wrote. This is a page that people"),
    "a page decides nothing": (link("decisions"), "a model's labels"),
    "a page tells nothing about the one who asks": (link("documents", personal=True), "What does a page tell"),
    "no more than the account says": (
        drawn((*FLOWS, ("Chatbot", "Refund desk", "refund", "actions", False))),
        "it follows, too",
    ),
    "all of it is in": (
        drawn().excluding("Chatbot", "It answers for itself", "legal", "never"),
        "the airline's own argument",
    ),
    "draw the rest": (
        drawn().excluding("Refund desk", "People work there", "head of refunds", "2027"),
        "the first drawing",
    ),
    "a drawing": (facts_from(drawn()), "is not a drawing"),
}


def wrong(_):
    return [
        ((ELEMENTS, but(2, "Chatbot", "Customer", "answer", "sentences", False)), "unknown"),
        ((ELEMENTS, but(0, "Customer", "Chatbot", "question", "questions", "yes")), "give True or False"),
    ]
