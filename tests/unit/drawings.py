"""Drawings for tests, in a few words: elements with their kind and zone, and flows as arrows."""

from __future__ import annotations

from threatlab.dataflow import ZONE_KINDS, DataFlow, Element, Flow, Zone


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


def large_drawing(elements, flows):
    """Return a drawing of a zone of each kind whose flows go to the next element, and ever further from it."""
    zones = [Zone(f"Zone {kind}", kind) for kind in ZONE_KINDS]
    parts = [Element(f"Part {n}", "process", zones[n * len(zones) // elements].name) for n in range(elements)]
    ends = [(parts[n % elements], parts[(n % elements + 1 + n // elements * 7) % elements]) for n in range(flows)]
    return DataFlow("large", "", zones, parts, [Flow(a.name, b.name, f"data of {a.name}", "other") for a, b in ends])
