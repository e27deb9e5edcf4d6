"""Wrong answers to scope.q3, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right
from threatlab.exercises.scope import airline_scene

EXCLUSION, _ = right("scope.q3")


def argued(element="Telephone agent", **part):
    return airline_scene().excluding(**{**EXCLUSION, "element": element, **part})


CONSTRAINTS = {
    "element: its name in the drawing": (
        ({**EXCLUSION, "element": "Telephone agents"}, None),
        "did you mean 'Telephone agent'?",
    ),
    "the request that can be granted, not that of digital": (argued("Fare pages"), "Who changes a page"),
    "nor that of the data team": (argued("Transcripts"), "who teaches the chatbot"),
    "nor the chatbot": (argued("Chatbot"), "that was tried"),
    "one of the three requests": (argued("Customer"), "why there is a boundary"),
    "one request": (argued().excluding("Customer", "They are not ours", "legal", "2027"), "leaves out 2 elements"),
    "reason: at least 15 words": (argued(reason="word " * 14), "Your reason has 14 words"),
    "how things are": (
        argued(reason="Agents are trained people and should only ever say what the fare pages say, " * 2),
        "how things",
    ),
    "it meets the three points below": ((argued(), [1, 3]), "It says who carries that"),
    "the first of them": ((argued(), [2, 3]), "It says what can still go wrong there"),
    "the last of them": ((argued(), [1, 2]), "It says what would bring the element back in"),
    "the numbers of those that it meets": ((argued(), "all"), "give a list of numbers of points"),
    "one of the points": ((argued(), [1, 2, 4]), "One of your marks is 4"),
    "marks": (argued(), "The form is right"),
    "owner: one person": (argued(owner="we, the web team"), "whose telephone rings"),
    "owner: not a department": (argued(owner="Customer service department"), "The owner is 'Customer service dep"),
    "owner: a person, and no part of the system": (argued(owner="Chatbot"), "The owner is 'Chatbot'"),
    "owner: who decided": (({**EXCLUSION, "owner": ""}, None), "It can't be left out like that"),
    "review: a date, or an event": (argued(review="until further notice"), "Nobody's calendar"),
    "review: an event that somebody will notice": (argued(review="in due course"), "It is looked at again: 'in due"),
    "review: when": (argued(review=""), "It is looked at again: ''"),
    "four parts": (({"element": "Telephone agent", "reason": EXCLUSION["reason"]}, None), "'owner' is missing"),
    "the whole system": (airline_scene().without("Telephone agent"), "no longer the scene"),
    "an exclusion": (airline_scene(), "leaves out 0 elements"),
    "as a dict": ("Telephone agent", "is not an exclusion; give a dict"),
}
