"""Wrong answers to capstone.q1, and what each must be told."""

from __future__ import annotations

from dataclasses import replace

from threatlab.dataflow import DataFlow, Element, Flow
from threatlab.system import AISystem

CLERK, TILL = Element("Clerk", "person", "Hotel chain"), Element("Till", "tool", "Hotel chain")


def wrong(right):
    def redrawn(*labels, new=(), elements=()):
        kept = tuple(flow for flow in right.flows if flow.label not in labels)
        return replace(right, flows=(*kept, *new), elements=(*right.elements, *elements))

    asked = (
        Flow("Model", "Clerk", "refund, please", "actions"),
        Flow("Clerk", "Payment service", "refund", "actions"),
    )
    unmarked = replace(
        right,
        elements=tuple(replace(element, personal=False) for element in right.elements),
        flows=tuple(replace(flow, personal=False) for flow in right.flows),
    )
    guest = Flow("Guest", "Message desk", "a message", "documents")
    reviews = Flow("Reviews", "Message desk", "posts", "questions")
    wiki = Flow("Wiki", "Model", "rules", "documents")
    return [
        (AISystem("night-porter"), "is not a drawing"),
        (DataFlow("night-porter"), "Nothing flows in your drawing yet"),
        (redrawn("changes", "refunds", new=asked, elements=[CLERK]), "does a person stand on the way"),
        (
            redrawn("changes", "refunds", new=[Flow("Model", "Payment service", "refund", "generated content")]),
            "What does your model send, so that this happens",
        ),
        (
            redrawn("refunds", new=(*asked, Flow("Model", "Till", "fees", "actions")), elements=[CLERK, TILL]),
            "Who is awake at that hour",
        ),
        (
            redrawn("what was posted", new=[Flow("Guest", "Message desk", "a photo", "documents")]),
            "Who else's text does the model read",
        ),
        (
            redrawn("a message", "the message", "what was posted", new=[guest]),
            "What a guest writes is to be answered",
        ),
        (
            redrawn("what was posted", "rules, reviews", new=[reviews, wiki]),
            "does carries tell it from a question",
        ),
        (unmarked, "says that it is personal"),
        (redrawn("notes so far"), "What was noted in March"),
        (redrawn("house rules", "what was posted"), "The house rules lie somewhere"),
        (
            redrawn(new=[Flow("Message desk", "Model", "messages", "training data")]),
            "the vendor has not answered: nobody has said yes",
        ),
        (redrawn(new=[Flow("Model", "Message desk", "yes or no", "decisions")]), "It grades nothing"),
        (right.excluding("Reviews", "not ours", "the portal"), "An exclusion must hide nothing"),
        (right.finished(), "you vouch that the drawing is whole"),
    ]
