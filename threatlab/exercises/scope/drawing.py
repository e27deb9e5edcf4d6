"""What the questions of lesson 01 draw: two airlines' chatbots, and rows that become part of a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from threatlab.dataflow import DataFlow
from threatlab.errors import ThreatLabError
from threatlab.exercises.blank import has_blank
from threatlab.exercises.judges import shown
from threatlab.exercises.outcome import NotYet

Row = Sequence[Any]
_ELEMENT = "(name, kind, zone)"
_FLOW = "(from, to, what it is, what it carries, personal data?)"


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


def draw_on(begun: DataFlow, elements: Sequence[Row], flows: Sequence[Row]) -> DataFlow:
    """Return `begun` with a row of `elements` as (name, kind, zone) each, and of `flows` as `with_flow` takes them.

    Raises
    ------
    ThreatLabError
        If a blank is left, a row has another length, or the drawing makes no sense.
    """
    if has_blank((elements, flows)):
        raise ThreatLabError("a blank is left: replace each ____ in the two lists")
    drawing = begun
    for row in _rows(elements, _ELEMENT):
        drawing = drawing.with_element(*row)
    for *row, personal in _rows(flows, _FLOW):
        drawing = drawing.with_flow(*row, personal=personal)
    return drawing


def _rows(rows: Any, meant: str) -> Sequence[Row]:
    length = meant.count(",") + 1
    if isinstance(rows, str) or not isinstance(rows, Sequence):
        raise ThreatLabError(f"{shown(rows)} is not a list; give a list of rows such as {meant}")
    for row in rows:
        if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != length:
            raise ThreatLabError(f"{shown(row)} is not a row such as {meant}: it needs {length} entries")
    return rows


def a_drawing(answer: Any) -> DataFlow:
    """Return an answer if it is a drawing.

    Raises
    ------
    NotYet
        If it is none.
    """
    if not isinstance(answer, DataFlow):
        raise NotYet(f"{shown(answer)} is not a drawing; give a DataFlow.")
    return answer


def refused(what: str, problem: ThreatLabError) -> str:
    """Return the sentence that says why something was refused."""
    return f"{what}: {problem}{'' if str(problem).endswith('?') else '.'}"
