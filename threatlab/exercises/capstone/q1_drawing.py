"""Question 1 of lesson 07: the night porter, drawn; the facts that have to show, and what nobody knows of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from threatlab.catalog import catalog
from threatlab.dataflow import DataFlow, Flow
from threatlab.dataflow.facts import facts_from
from threatlab.exercises.judges import a_kind
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps

NAME = "night-porter"

SHOWN = {
    "internet_facing": "Guests write from anywhere. Which flow of yours comes in from a zone where anyone may be?",
    "generates_content": "It writes replies. What leaves your model, and with which word of carries?",
    "uses_third_party_model": "The chain did not make the model. In which kind of zone does it stand?",
    "uses_tools": "Bookings are changed and money goes out. What does your model send, so that this happens?",
    "acts_without_approval": "The refund is paid before anybody wakes up. Follow your flows from the model to the "
    "payment service: does a person stand on the way, or does what arrives there command nothing?",
    "handles_personal_data": "Names, stays, digits of cards: which of your elements or flows says that it is personal?",
    "uses_retrieval": "The house rules lie somewhere, and the model reads them. In what kind of element do they "
    "lie, and as what do they leave it on their way to the model?",
    "ingests_untrusted_content": "Not everything that the model reads was asked of it. Somebody writes a text for "
    "other people, and one night the model has it in its prompt. Where does that text come in, and does carries tell "
    "it from a question?",
    "keeps_memory": "What was noted in March is known in May. Which flow brings it back to the model?",
}
"""The facts that a drawing of the night porter has to show, each with what to look at if it doesn't."""

_NOT_SHOWN = {
    "makes_predictions": "decisions leave your model. It grades nothing: what it writes has another name.",
    "trains_model": "training data reach a model of the chain, which trains none.",
    "learns_from_user_input": "what guests write ends as training data. Does it? The contract is silent, and the "
    "vendor has not answered: nobody has said yes, either.",
    "runs_on_user_devices": "a model stands on the guests' phones. They only hold the messages.",
}


def draws_the_porter(answer: Any) -> str:
    """Judge a drawing by the facts that follow from it, and by what it leaves open."""
    drawn = getattr(answer, "drawing", answer)  # a ScopeEditor has one
    drawing = a_kind(drawn, DataFlow, "a drawing; give a DataFlow with zones, elements and flows")
    if "-".join(drawing.name.lower().split()) != NAME:
        raise NotYet(f"Your drawing is called {drawing.name!r}; call it {NAME!r}.")
    if not drawing.flows:
        raise NotYet("Nothing flows in your drawing yet. Begin with one message of a guest, and follow it to the end.")
    if not any(flow.carries == "questions" and drawing.zone_of(flow.source).kind != "own" for flow in drawing.flows):
        raise NotYet(
            "No question comes in from outside. What a guest writes is to be answered; documents are what is read "
            "beside it, asked by nobody.",
            "no-question",
        )
    _shows_what_is_there(drawing)
    if drawing.complete:
        raise NotYet(
            "All facts are there. But you vouch that the drawing is whole (complete), and then what isn't drawn is "
            "false: that the vendor does not learn from guests, for one. Who told you?",
            "whole",
        )
    return (
        f"{len(drawing.elements)} elements, {len(drawing.flows)} flows, {len(drawing.crossings)} of them across a "
        f"boundary, and all {len(SHOWN)} facts follow. What nobody knows is left open."
    )


def _shows_what_is_there(drawing: DataFlow) -> None:
    """Refuse a drawing that hides a fact, shows one too many or one too few, or has a person approve."""
    readings = facts_from(drawing)
    true = facts_shown(drawing)
    hidden = facts_shown(drawing, with_excluded=True) - true
    if hidden:
        label = catalog().facts[min(hidden)].label
        left_out = ", ".join(sorted(drawing.left_out))
        raise NotYet(f"You leave {left_out} out, and with it a fact: {label}. An exclusion must hide nothing.", "hides")
    for fact, says in _NOT_SHOWN.items():
        if fact in true:
            raise NotYet(f"In your drawing {says} ({readings[fact].because})", "too-much")
    for fact, says in SHOWN.items():
        if fact not in true and readings[fact].value:
            raise NotYet(
                f"Your drawing shows untrusted content by this: {readings[fact].because}. That is what the guest sends "
                "who is being answered. Who else's text does the model read, and where does it come from?",
                "guest",
            )
        if fact not in true:
            raise NotYet(f"{len(true)} of {len(SHOWN)} facts can be read from your drawing so far. {says}", "too-few")
    if person := _commands(drawing):
        raise NotYet(
            f"In your drawing {person} gives a command (actions). Who is awake at that hour, to say yes or no? A "
            "person on the way is a control, and one that this chain hasn't got.",
            "person",
        )


def facts_shown(drawing: DataFlow, *, with_excluded: bool = False) -> set[str]:
    """Return the facts that a drawing shows to be true, with a stricter look at untrusted content.

    What a guest sends beside a question is untrusted, too. Here the model has to read somebody else's text as well,
    or a drawing without the reviews would pass for one with them.
    """
    untrusted = "ingests_untrusted_content"
    unasked = replace(drawing, flows=tuple(flow for flow in drawing.flows if not _is_a_guests(drawing, flow)))
    readings = dict(facts_from(drawing, with_excluded=with_excluded))
    readings[untrusted] = facts_from(unasked, with_excluded=with_excluded)[untrusted]
    return {fact for fact, reading in readings.items() if reading.value}


def _is_a_guests(drawing: DataFlow, flow: Flow) -> bool:
    """Tell whether a flow comes from a person who asks something."""
    asks = any(each.carries == "questions" for each in drawing.flows if each.source == flow.source)
    return asks and drawing.element(flow.source).kind == "person"


def _commands(drawing: DataFlow) -> str:
    """Return the name of a person from whom a command goes out, or ""."""
    people = {element.name for element in drawing.elements if element.kind == "person"}
    return next((flow.source for flow in drawing.flows if flow.carries == "actions" and flow.source in people), "")


q1 = Question(
    id="capstone.q1",
    title="The night porter, drawn",
    judge=draws_the_porter,
    hints=in_steps(
        "Read the description with a pencil: each place where something lies or runs is an element, each verb a "
        "flow. Then run the cell below the question, and read why each fact is true or not.",
        "In the prompt lie a guest's message (questions), notes of earlier stays (memory), house rules "
        "(documents, from a data store of yours), and reviews (documents, from somebody else's place). Each "
        "leaves its place by a flow of its own.",
        "Out of the model: generated content to the message desk, memory to the guest book, actions to both "
        "tools. No training data, no decisions, and complete stays False.",
    ),
    because="Nobody wrote into the description that the system reads untrusted content, or that it acts without "
    "approval. Both follow from where flows begin and where they end. And the drawing isn't declared complete, since "
    "one thing nobody knows: what the vendor does with the messages.",
    covers=("summary-layered",),
    claims={
        "no-question": "What guests ask comes from inside.",
        "hides": "An exclusion may hide a fact.",
        "too-much": "The drawing may show what nobody has said.",
        "guest": "Only the guest writes what the model reads.",
        "too-few": "What a model reads, holds and does need not all be drawn.",
        "person": "A person says yes to what the porter does at night.",
        "whole": "What is not drawn is not there.",
    },
)
