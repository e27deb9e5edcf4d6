"""A drawing to look at without a panel: its picture and its tables, in a notebook with or without a kernel."""

from __future__ import annotations

from base64 import b64encode

from threatlab.catalog import catalog
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import facts_from
from threatlab.dataflow.picture import NOTHING, Kept, draw, in_words
from threatlab.dataflow.who import adversaries_at, assets_of
from threatlab.errors import ThreatLabError
from threatlab.widgets.base.html import Html, Shown, markup, saved_table, tag
from threatlab.words import ANSWER

FLOW_HEADS = (
    *("No.", "From", "To", "What", "Carries", "Crosses", "Personal data", "In scope"),
    *("Who can be there", "Says who"),
)
ELEMENT_HEADS = ("Element", "Kind", "Zone", "Personal data", "In scope", "Worth something", "Says who")

_IN_THE_DARK = Html(
    "<style>body[data-jp-theme-light='false'] img[alt^='zone ']{filter:invert(1) hue-rotate(180deg)}</style>"
)
"""Turns paper into slate in JupyterLab's dark theme; where style sheets are dropped, a picture stays as it is."""


def show(drawing: DataFlow) -> Shown:
    """Return a drawing as its picture, what is left out, and its tables.

    Raises
    ------
    ThreatLabError
        If it is no DataFlow; so do the other functions of this file.
    """
    return Shown(markup(_IN_THE_DARK, static_drawing(_checked(drawing))), repr(drawing))


def show_facts(drawing: DataFlow) -> Shown:
    """Return a table of the facts that a drawing shows, each with the flows that show it."""
    true = {fact: reading for fact, reading in facts_from(_checked(drawing)).items() if reading.value}
    rows = [(catalog().facts[fact].label, reading.because) for fact, reading in true.items()]
    return Shown(saved_table(("Fact", "Because"), rows), "\n".join(f"{fact}: {why}" for fact, why in rows))


def show_case(drawing: DataFlow) -> Shown:
    """Return a table of what was left out of a drawing: by whose reason, and what followed from it."""
    rows = [("System", _checked(drawing).name)]
    for exclusion in drawing.exclusions:
        rows += [
            ("Left out", exclusion.element),
            ("Reason", exclusion.reason),
            ("Who answers for it", exclusion.owner),
        ]
    if case := drawing.case:
        rows += [("Argument", case.argument), ("What followed", case.followed), ("Source", case.source)]
    else:
        rows.append(("What followed", "No incident is on record for this drawing"))
    return Shown(saved_table((), rows), "\n".join(f"{what}: {said}" for what, said in rows))


def static_drawing(drawing: DataFlow, kept: Kept = NOTHING) -> Html:
    """Return a drawing as an image with its text alternative, what is left out, and its tables; inline styles only.

    `kept` are the places that its parts have.
    """
    image = b64encode(draw(drawing, "paper", kept).encode()).decode()
    left_out = [
        tag("li", "Left out: ", tag("b", e.element), f". {e.reason}. Who answers for it: {e.owner}")
        for e in drawing.exclusions
    ]
    return markup(
        tag(
            "img",
            alt=in_words(drawing),
            style="width:100%;max-width:760px;background-color:white",
            src=f"data:image/svg+xml;base64,{image}",
        ),
        tag("ul", *left_out) if left_out else None,
        tag(
            "details",
            tag("summary", "Every flow and element in a table"),
            saved_table(FLOW_HEADS, flow_rows(drawing)),
            saved_table(ELEMENT_HEADS, element_rows(drawing)),
        ),
    )


def flow_rows(drawing: DataFlow) -> list[tuple[str, ...]]:
    """Return the table of flows as texts: a tuple for each, as in `FLOW_HEADS`."""
    crosses = {c.number: f"{c.leaves.name} \u2192 {c.enters.name}" for c in drawing.crossings}
    return [
        (
            str(number),
            flow.source,
            flow.target,
            flow.label,
            flow.carries,
            crosses.get(number, "no"),
            ANSWER[flow.personal],
            ANSWER[drawing.in_scope(flow)],
            adversaries_at(drawing, number).words,
            flow.note,
        )
        for number, flow in drawing.numbered.items()
    ]


def element_rows(drawing: DataFlow) -> list[tuple[str, ...]]:
    """Return the table of elements as texts: a tuple for each, as in `ELEMENT_HEADS`."""
    return [
        (
            e.name,
            e.kind,
            e.zone,
            ANSWER[e.personal],
            ANSWER[drawing.in_scope(e)],
            "; ".join(filter(None, (assets_of(drawing, e.name).words, e.worth))),
            e.note,
        )
        for e in drawing.elements
    ]


def _checked(drawing: DataFlow) -> DataFlow:
    if not isinstance(drawing, DataFlow):
        raise ThreatLabError(f"this shows a DataFlow, not {drawing!r}; load_drawing() gives one")
    return drawing
