"""Question 1 of lesson 01: a chatbot, drawn; judged by what is in it, whose it is, and what flows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from threatlab.catalog import catalog
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import facts_from
from threatlab.dataflow.parts import CARRIES, ELEMENT_KINDS
from threatlab.errors import ThreatLabError, nearest
from threatlab.exercises.blank import has_blank
from threatlab.exercises.judges import a_kind, a_pair, as_list, named, refusal, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps

Row = Sequence[Any]
_ELEMENT = "(name, kind, zone)"
_FLOW = "(from, to, what it is, what it carries, personal data?)"

_DRAWN = ("Customer", "Refund desk", "Chatbot", "Fare pages")
_FOLLOWS = {"generates_content", "uses_retrieval", "handles_personal_data", "internet_facing"}


def airline_begun() -> DataFlow:
    """Return the airline's chatbot as somebody began to draw it: customer, refund desk, and a zone for each claim."""
    return (
        DataFlow("airline-chat", "An airline's chatbot")
        .with_zone("Internet", "internet")
        .with_zone("Website", "own", owner="the airline")
        .with_zone("Customer relations", "own", owner="the airline")
        .with_zone("A separate entity", "third party", owner="the chatbot")
        .with_element("Customer", "person", "Internet")
        .with_element("Refund desk", "process", "Customer relations", personal=True)
        .with_flow("Customer", "Refund desk", "refund application", "other", personal=True)
    )


def draw_on(begun: DataFlow, elements: Sequence[Row], flows: Sequence[Row]) -> DataFlow:
    """Return `begun` with a row of `elements` as (name, kind, zone) each, and of `flows` as `with_flow` takes them.

    Raises
    ------
    ThreatLabError
        If a blank is left, a row has another length, or the drawing makes no sense.
    """
    if has_blank((elements, flows)):
        raise ThreatLabError("a blank is left: replace each ____ in the two lists")
    drawing, zones = begun, [zone.name for zone in begun.zones]
    for row in _rows(elements, _ELEMENT, (*_DRAWN, *ELEMENT_KINDS, *zones)):
        drawing = drawing.with_element(*row)
    for *row, personal in _rows(flows, _FLOW, (*_DRAWN, *CARRIES)):
        drawing = drawing.with_flow(*row, personal=personal)
    return drawing


def _rows(rows: Any, meant: str, known: Collection[str]) -> list[Row]:
    """Return rows of this length, with what is `known` spelled as we do."""
    length, given = meant.count(",") + 1, as_list(rows)
    if given is None:
        raise ThreatLabError(f"{shown(rows)} is not a list; give a list of rows such as {meant}")
    for row in given:
        if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != length:
            raise ThreatLabError(f"{shown(row)} is not a row such as {meant}: it needs {length} entries")
    return [[named(cell, known) or cell for cell in row] for row in given]


def draws_the_chatbot(answer: Any) -> str:
    """Judge a drawing of the airline's chatbot, or its two lists, by what it holds and by the facts that follow."""
    elements, flows = a_pair(answer)
    try:
        drawing = draw_on(airline_begun(), elements, flows) if flows is not None else answer
    except ThreatLabError as problem:
        raise refusal("It can't be drawn", problem) from None
    a_kind(drawing, DataFlow, "a drawing; give your two lists, or a DataFlow")
    for part in (_what_is_there, _whose_it_is, _what_flows):
        part(drawing)
    facts = {fact for fact, reading in facts_from(drawing).items() if reading.value}
    if more := facts - _FOLLOWS:
        raise NotYet(
            f"From your drawing it follows, too: {_labels(more)}. Nothing in the account says so. Which flow or zone "
            "brings it in? facts_from(drawing) names the flow."
        )
    return (
        f"It is in, it is the airline's, and {len(drawing.crossings)} flows cross a boundary. From the drawing "
        f"follows: {_labels(facts)}. And two ways lead from one page to the customer, and only one goes through the "
        "chatbot."
    )


def _labels(facts: Collection[str]) -> str:
    return ", ".join(fact.label for name, fact in catalog().facts.items() if name in facts)


def _what_is_there(drawing: DataFlow) -> None:
    names = {element.name for element in drawing.elements}
    missing = [name for name in _DRAWN if name not in names]
    if alike := [(name, near) for name in missing if (near := nearest(name, names - set(_DRAWN)))]:
        raise NotYet(f"You drew {alike[0][1]!r}; call it {alike[0][0]!r}, as the account does.", "names")
    if "Fare pages" in missing:
        raise NotYet(
            "Where does the chatbot know fares from? Follow what flows from the model backward: something that the "
            "airline wrote flows in, and what it says decides what customers are told. It is missing ('Fare pages').",
            "no-pages",
        )
    if missing:
        raise NotYet(f"{missing[0]!r} is not drawn. These four have to be there, so named: {', '.join(_DRAWN)}.")
    if "Chatbot" in drawing.left_out:
        raise NotYet(
            "You drew the chatbot and left it out of scope. That is the airline's own argument, made with a dashed "
            "line: its answers reach the customer all the same, and now nobody looks at what they say. Take it "
            "back in.",
            "left-out",
        )
    if drawing.left_out:
        raise NotYet(
            f"{', '.join(sorted(drawing.left_out))} is left out. This is the first drawing: draw all of it. What can "
            "be left out is a question for later, once you see what flows through it.",
            "left-some-out",
        )


def _whose_it_is(drawing: DataFlow) -> None:
    kind, zone = drawing.element("Chatbot").kind, drawing.zone_of("Chatbot")
    if zone.kind == "third party":
        raise NotYet(
            f"Your chatbot stands in {zone.name!r}, a third party's zone. That says: another organization decides what "
            "runs there. Who put it on the website, and who can take it off tomorrow? The tribunal asked the same.",
            "third-party",
        )
    if zone.kind != "own":
        raise NotYet(
            f"Your chatbot stands in {zone.name!r}, where anyone may be. The customer is there. The program that "
            "answers is not: it runs where the page is served from.",
            "on-the-internet",
        )
    if kind != "model":
        raise NotYet(
            f"Your chatbot is a {kind}. We took it for a language model that words each answer anew. A {kind} only "
            "hands on what somebody else wrote, so from your drawing nothing generated would ever reach a customer.",
            "no-model",
        )
    pages = drawing.zone_of("Fare pages")
    if pages.kind != "own":
        raise NotYet(
            f"Your fare pages stand in {pages.name!r}. Then strangers write what the chatbot reads. Who edits the "
            "pages of the airline's website?",
            "pages-outside",
        )
    for name, at in (("chatbot", zone), ("fare pages", pages)):
        if at.name != "Website":
            raise NotYet(
                f"You put your {name} into {at.name!r}. It is the airline's, yes, but another room: those who hand out "
                "refunds neither run the website nor write its pages. Where does the account say that it is?",
                "wrong-zone",
            )


def _what_flows(drawing: DataFlow) -> None:
    _what_is_read(drawing)
    facts = {fact: reading.value for fact, reading in facts_from(drawing).items()}
    if not facts["uses_retrieval"]:
        raise NotYet(
            "From your drawing it does not follow that the model reads what is stored somewhere. Draw what goes from "
            "the fare pages into the chatbot, and choose the word for what a model reads beside the question.",
            "not-read",
        )
    asked = [f for f in drawing.flows if f.carries == "questions" and _leads(drawing, "Customer", f.target, "Chatbot")]
    if not asked and "questions" in _carried(drawing, "Chatbot", "Customer"):
        raise NotYet("Your question goes from the chatbot to the customer. Who asks whom?", "question-turned")
    if not asked:
        raise NotYet(
            "Nothing carries the customer's question to the chatbot. Which word of the list means what is to be "
            "answered, and does that flow begin at the customer?",
            "no-question",
        )
    if not any(flow.personal for flow in asked):
        raise NotYet(
            "The question is not marked as personal data. Read it again: it tells an airline of a death in a family, "
            "with a name and a date.",
            "personal",
        )
    if facts["makes_predictions"]:
        raise NotYet(
            "Your chatbot returns decisions: a label, a score, yes or no. What the customer got was sentences that "
            "nobody had written before. Which word of the list is that?",
            "decisions",
        )
    if not facts["generates_content"] or not any(
        f.carries == "generated content" and _leads(drawing, "Chatbot", f.target, "Customer") for f in drawing.flows
    ):
        raise NotYet(
            "Nothing that the chatbot wrote reaches the customer: then there would have been no case.", "no-answer"
        )
    _what_the_link_shows(drawing)


def _what_the_link_shows(drawing: DataFlow) -> None:
    link = _carried(drawing, "Fare pages", "Customer")
    if not link:
        if _carried(drawing, "Customer", "Fare pages"):
            raise NotYet(
                "Your arrow goes from the customer to the pages: that is the click. A flow points where the data goes, "
                "and what came of the click?",
                "link-turned",
            )
        raise NotYet(
            "One flow of the account is missing. The answer carried a link, and behind the link the customer could "
            "read for themselves. The two said different things, and you only see that they can if both are drawn, "
            "each from where it comes.",
            "no-link",
        )
    if wrong := [carries for carries in link if carries not in ("documents", "other")]:
        raise NotYet(
            f"What goes from the fare pages to the customer is {wrong[0]!r} in your drawing, which means: "
            f"{CARRIES[wrong[0]]}. This is a page that people of the airline wrote. Which word is that?",
            "page-kind",
        )
    if any(flow.personal for flow in drawing.flows if flow.source == "Fare pages"):
        raise NotYet(
            "A flow from your fare pages is marked as personal data. What does a page tell of who asks?",
            "page-personal",
        )


def _what_is_read(drawing: DataFlow) -> None:
    read = _carried(drawing, "Fare pages", "Chatbot")
    if _carried(drawing, "Chatbot", "Fare pages") and not read:
        raise NotYet(
            "Your arrow goes from the chatbot to the fare pages. It asks for them, yes, but a flow points where the "
            "data goes: what it reads flows in.",
            "pages-turned",
        )
    if read and "documents" not in read:
        raise NotYet(
            f"Your fare pages give the chatbot {read[0]!r}, which means: {CARRIES[read[0]]}. Here a page is looked up "
            "when a question comes, and was changed by nobody's training. Which word says that?",
            "training",
        )
    kind = drawing.element("Fare pages").kind
    if kind != "data store":
        raise NotYet(
            f"Your fare pages are a {kind}. They lie there, do nothing, and say tomorrow what they say today. Which "
            "kind of element is that?",
            "store",
        )


def _carried(drawing: DataFlow, source: str, target: str) -> list[str]:
    """Return what flows straight from one element to another carry."""
    return [flow.carries for flow in drawing.flows if (flow.source, flow.target) == (source, target)]


def _leads(drawing: DataFlow, start: str, through: str, end: str) -> bool:
    """Tell whether flows lead from `start` to `through`, or are there already, and from there to `end`."""
    return through in _reached(drawing, start) and end in _reached(drawing, through)


def _reached(drawing: DataFlow, start: str) -> list[str]:
    found = [start]
    for at in found:  # grows while it is walked
        found += [flow.target for flow in drawing.flows if flow.source == at and flow.target not in found]
    return found


q1 = Question(
    id="scope.q1",
    title='Draw a chatbot that was "a separate entity"',
    judge=draws_the_chatbot,
    hints=in_steps(
        "Stand at the model and go backward: what does it read, and where does that lie? Of each element ask who "
        "decides what runs or stands there; of each flow ask where the data goes, not who asked for it.",
        "The chatbot is a model and the fare pages are a data store, both on the website. Three of the flows touch "
        "the chatbot. The fourth is the link in its answer: from the pages to the customer.",
    ),
    because="A zone is about who decides what runs, and the airline decided. The tribunal came to the same without a "
    "drawing: the chatbot is a part of the website, and the airline answers for all of it, pages and chatbot alike. "
    "The fourth zone stays empty. Had the drawing been made before, the two ways from one page to the customer would "
    "have asked the question that the case was about: which of them holds when they disagree?",
    covers=("core-scope",),
    claims={
        "names": "The drawing may use other names than the account.",
        "no-pages": "The chatbot knows fares by itself: no pages have to be drawn.",
        "left-out": "The chatbot can be left out of the scope of its own system.",
        "left-some-out": "The first drawing may leave something out.",
        "third-party": "The chatbot is somebody else, not a part of the website.",
        "on-the-internet": "The chatbot runs where its customers are.",
        "no-model": "The chatbot only hands on what somebody else wrote.",
        "pages-outside": "The fare pages stand outside of what the airline decides.",
        "wrong-zone": "Any zone of the airline will do.",
        "not-read": "The model reads nothing beside the question.",
        "question-turned": "The question goes from the chatbot to the customer.",
        "no-question": "No flow has to carry the question.",
        "personal": "What a customer asks is not personal data.",
        "decisions": "The chatbot returns decisions.",
        "no-answer": "What the chatbot writes need not reach the customer.",
        "link-turned": "A flow points to what is clicked, not to where the data goes.",
        "no-link": "The link in the answer is no flow of its own.",
        "page-kind": "A page that people wrote counts as what a model made, or as a question.",
        "page-personal": "A fare page holds personal data.",
        "pages-turned": "A flow points to what is asked, not to where the data goes.",
        "training": "A page that is looked up is training data, or a question.",
        "store": "Pages that lie somewhere are a process, or a model.",
    },
)
