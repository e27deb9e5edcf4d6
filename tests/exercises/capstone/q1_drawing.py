"""Wrong answers to capstone.q1, and what each must be told."""

from __future__ import annotations

from dataclasses import replace

from tests.exercises.solved import right
from threatlab.dataflow import DataFlow, Element, Flow, Zone
from threatlab.dataflow.files import load_drawing
from threatlab.system import AISystem

RIGHT = right("capstone.q1")
CLERK, TILL = Element("Clerk", "person", "Hotel chain"), Element("Till", "tool", "Hotel chain")


ASKED = (
    Flow("Model", "Clerk", "refund, please", "actions"),
    Flow("Clerk", "Payment service", "refund", "actions"),
)


def redrawn(*labels, new=(), elements=(), zones=()):
    kept = tuple(flow for flow in RIGHT.flows if flow.label not in labels)
    return replace(RIGHT, flows=(*kept, *new), elements=(*RIGHT.elements, *elements), zones=(*RIGHT.zones, *zones))


def moved(zone, kind):
    return replace(RIGHT, zones=tuple(replace(z, kind=kind) if z.name == zone else z for z in RIGHT.zones))


UNMARKED = replace(
    RIGHT,
    elements=tuple(replace(element, personal=False) for element in RIGHT.elements),
    flows=tuple(replace(flow, personal=False) for flow in RIGHT.flows),
)

CONSTRAINTS = {
    "a DataFlow": (AISystem("night-porter"), "is not a drawing"),
    "called night-porter": (replace(RIGHT, name="porter"), "call it 'night-porter'"),
    "flows": (DataFlow("night-porter"), "Nothing flows in your drawing yet"),
    "a guest writes, and is answered": (
        redrawn(
            "a message",
            "the message",
            "what was posted",
            new=[Flow("Guest", "Message desk", "a message", "documents")],
        ),
        "What a guest writes is to be answered",
    ),
    "on every phone": (moved("Internet", "third party"), "comes in from a zone where anyone may be"),
    "the model writes a reply": (redrawn("reply", "reply, sent"), "What leaves your model"),
    "a model that belongs to a vendor": (moved("Model vendor", "own"), "In which kind of zone does it stand"),
    "it calls two tools": (
        redrawn("changes", "refunds", new=[Flow("Model", "Payment service", "refund", "generated content")]),
        "What does your model send, so that this happens",
    ),
    "refunds are paid at once": (
        redrawn("changes", "refunds", new=ASKED, elements=[CLERK]),
        "does a person stand on the way",
    ),
    "nobody approves them": (
        redrawn("refunds", new=(*ASKED, Flow("Model", "Till", "fees", "actions")), elements=[CLERK, TILL]),
        "Who is awake at that hour",
    ),
    "names, stays, digits of cards": (UNMARKED, "says that it is personal"),
    "the house rules": (redrawn("house rules", "what was posted"), "The house rules lie somewhere"),
    "reviews, which anybody can post": (
        redrawn("what was posted", new=[Flow("Guest", "Message desk", "a photo", "documents")]),
        "Who else's text does the model read",
    ),
    "what the porter has noted": (redrawn("notes so far"), "What was noted in March"),
    "it gives no marks": (redrawn(new=[Flow("Model", "Message desk", "yes or no", "decisions")]), "It grades nothing"),
    "the chain has never trained a model": (
        redrawn(
            elements=[Element("Own model", "model", "Hotel chain")],
            new=[Flow("Wiki", "Own model", "rules", "training data")],
        ),
        "training data reach a model of the chain",
    ),
    "nothing of the chain's runs there": (
        redrawn(
            zones=[Zone("Phone", "user device")],
            elements=[Element("Pocket model", "model", "Phone")],
            new=[Flow("Guest", "Pocket model", "a message", "questions")],
        ),
        "a model stands on the guests' phones",
    ),
    "it leaves open what nobody knows": (
        redrawn(new=[Flow("Message desk", "Model", "messages", "training data")]),
        "the vendor has not answered: nobody has said yes",
    ),
    "open, and not denied": (RIGHT.finished(), "you vouch that the drawing is whole"),
    "what the page above says": (
        RIGHT.excluding("Reviews", "not ours", "the portal"),
        "An exclusion must hide nothing",
    ),
}


def wrong(_):
    posts, rules = Flow("Reviews", "Message desk", "posts", "questions"), Flow("Wiki", "Model", "rules", "documents")
    return [
        (
            redrawn("what was posted", "rules, reviews", new=[posts, rules]),
            "does carries tell it from a question",
        ),
        (load_drawing("postmark-mcp"), "Your drawing is called 'postmark-mcp'"),
        ("night-porter", "give a DataFlow with"),
    ]
