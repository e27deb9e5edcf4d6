"""Drawings for tests, in a few words: elements with their kind and zone, and flows as arrows."""

from __future__ import annotations

from threatlab.dataflow import DataFlow


def sketch(elements, *flows, complete=True):
    """Return a drawing from "User: person, internet; API: process" (our own zone if left out) and "User > API: other".

    A ! behind what a flow carries marks personal data.
    """
    drawing = DataFlow("sketch", complete=complete)
    for kind in ("internet", "user device", "third party", "own"):
        drawing = drawing.with_zone(kind, kind)
    for element in elements.split("; "):
        name, what = element.split(": ")
        kind, _, zone = what.partition(", ")
        drawing = drawing.with_element(name, kind, zone or "own")
    for place, flow in enumerate(flows):
        ends, carries = flow.split(": ")
        source, target = ends.split(" > ")
        drawing = drawing.with_flow(source, target, f"f{place}", carries.rstrip("!"), personal="!" in carries)
    return drawing
