"""Wrong answers to scope.q3, and what each must be told."""

from __future__ import annotations

from threatlab.exercises.scope import airline_scene


def wrong(right):
    exclusion, _ = right

    def argued(element="Telephone agent", **part):
        return airline_scene().excluding(**{**exclusion, "element": element, **part})

    return [
        (({**exclusion, "element": "Telephone agents"}, None), "did you mean 'Telephone agent'?"),
        (({"element": "Telephone agent", "reason": exclusion["reason"]}, None), "has four parts"),
        (({**exclusion, "owner": ""}, None), "It can't be left out like that"),
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
        ((argued(), "all"), "give a list of numbers of points"),
        (airline_scene(), "leaves out 0 elements"),
        (airline_scene().without("Telephone agent"), "no longer the scene"),
    ]
