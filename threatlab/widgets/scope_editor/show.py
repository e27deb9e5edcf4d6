"""A drawing to look at without a panel: its picture and its tables, in a notebook with or without a kernel."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from html import escape

from threatlab.catalog import catalog
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import facts_from
from threatlab.dataflow.picture import draw, in_words
from threatlab.errors import ThreatLabError

SAYS_WHO = "Says who"
FLOW_HEADS = ("No.", "From", "To", "What", "Carries", "Crosses", "Personal data", "In scope", SAYS_WHO)
ELEMENT_HEADS = ("Element", "Kind", "Zone", "Personal data", "In scope", SAYS_WHO)

_YES = {True: "yes", False: "no", None: "unknown"}
_LEFT = 'style="text-align:left;vertical-align:top"'


class Shown:
    """Something to look at: HTML for a notebook, and the same in words."""

    def __init__(self, html: str, words: str) -> None:
        self._html, self._words = html, words

    def __repr__(self) -> str:
        return self._words

    def _repr_html_(self) -> str:
        return self._html


def show(drawing: DataFlow) -> Shown:
    """Return a drawing as its picture, what is left out, and its tables.

    Raises
    ------
    ThreatLabError
        If it is no DataFlow; so do the other functions of this file.
    """
    return Shown(static_drawing(_checked(drawing)), repr(drawing))


def show_facts(drawing: DataFlow) -> Shown:
    """Return a table of the facts that a drawing shows, each with the flows that show it."""
    true = {fact: reading for fact, reading in facts_from(_checked(drawing)).items() if reading.value}
    rows = [(catalog().facts[fact].label, reading.because) for fact, reading in true.items()]
    return Shown(_static_table(("Fact", "Because"), rows), "\n".join(f"{fact}: {why}" for fact, why in rows))


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
    return Shown(_static_table((), rows), "\n".join(f"{what}: {said}" for what, said in rows))


def static_drawing(drawing: DataFlow) -> str:
    """Return a drawing as an image with its text alternative, what is left out, and its tables; inline styles only."""
    image = b64encode(draw(drawing, "paper").encode()).decode()
    left_out = "".join(
        f"<li>Left out: <b>{escape(e.element)}</b>. {escape(e.reason)} ({escape(e.owner)})</li>"
        for e in drawing.exclusions
    )
    tables = _static_table(FLOW_HEADS, flow_rows(drawing)) + _static_table(ELEMENT_HEADS, element_rows(drawing))
    return (
        f'<img alt="{escape(in_words(drawing))}" style="width:100%;max-width:760px;background-color:white" '
        f'src="data:image/svg+xml;base64,{image}">{f"<ul>{left_out}</ul>" if left_out else ""}'
        f"<details><summary>Every flow and element in a table</summary>{tables}</details>"
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
            _YES[flow.personal],
            _YES[drawing.in_scope(flow)],
            flow.note,
        )
        for number, flow in drawing.numbered.items()
    ]


def element_rows(drawing: DataFlow) -> list[tuple[str, ...]]:
    """Return the table of elements as texts: a tuple for each, as in `ELEMENT_HEADS`."""
    return [(e.name, e.kind, e.zone, _YES[e.personal], _YES[drawing.in_scope(e)], e.note) for e in drawing.elements]


def _checked(drawing: DataFlow) -> DataFlow:
    if not isinstance(drawing, DataFlow):
        raise ThreatLabError(f"this shows a DataFlow, not {drawing!r}; load_drawing() gives one")
    return drawing


def _static_table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col" {_LEFT}>{name}</th>' for name in heads)
    body = "".join(
        f'<tr><th scope="row" {_LEFT}>{escape(first)}</th>'
        + "".join(f"<td {_LEFT}>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"
