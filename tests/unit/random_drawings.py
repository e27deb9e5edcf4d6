"""Random drawings, and random changes of them, for tests that need many and cheap ones."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace

from threatlab.catalog import ASSETS, catalog
from threatlab.dataflow import CARRIES, ELEMENT_KINDS, ZONE_KINDS, Case, DataFlow, Element, Exclusion, Flow, Zone

_WORDS = (
    *(
        "user",
        "API",
        "model",
        "LLM",
        "Datenbank",
        "крауд",
        "数据",
        "שלום",
        "e\u0301",
        "\U0001f916",
        "A \u2192 B",
        "x: y",
    ),
    *('"quoted"', "=1+1", "<b>", "a&b", "\\n", "100%", "#", "/", "'", "{}", "W" * 50, "و\u200cر"),
)


def _text(rng: random.Random, words: int = 3) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(rng.randint(1, words)))[:60].strip()


def _note(rng: random.Random) -> str:
    return rng.choice(("", "", _text(rng, 9)))


def _some(rng: random.Random, words: Collection[str]) -> tuple[str, ...]:
    return tuple(word for word in words if rng.random() < 0.2)


def _names(rng: random.Random, most: int) -> list[str]:
    names = {name.casefold(): name for name in (_text(rng) for _ in range(rng.randint(0, most)))}
    return list(names.values())


def random_drawing(rng: random.Random) -> DataFlow:
    """Return a drawing that uses any field, any word, and names of any kind."""
    kinds, words = list(ELEMENT_KINDS), list(CARRIES)
    zones = [Zone(name, rng.choice(list(ZONE_KINDS)), _note(rng)) for name in _names(rng, 4)]
    elements = [
        Element(
            name,
            rng.choice(kinds),
            rng.choice(zones).name,
            rng.random() < 0.3,
            _note(rng),
            _some(rng, ASSETS),
            _note(rng),
        )
        for name in (_names(rng, 7) if zones else [])
    ]
    flows: dict[str, Flow] = {}
    for _ in range(rng.randint(0, 8) if len(elements) > 1 else 0):
        source, target = rng.sample(elements, 2)
        who = _some(rng, catalog().adversaries)
        flow = Flow(source.name, target.name, _text(rng), rng.choice(words), rng.random() < 0.3, _note(rng), who)
        flows[str(flow).casefold()] = flow
    out = [each.name for each in elements if rng.random() < 0.2]
    return DataFlow(
        _text(rng),
        rng.choice(("", _text(rng))),
        tuple(zones),
        tuple(elements),
        tuple(flows.values()),
        tuple(Exclusion(name, _text(rng), _text(rng), _note(rng)) for name in out),
        rng.random() < 0.5,
        _note(rng),
        _note(rng),
        rng.choice((None, Case(*(_text(rng) for _ in range(4))))),
    )


def changed(rng: random.Random, drawing: DataFlow) -> DataFlow:
    """Return the drawing after one to three changes that somebody could make in the scope editor."""
    for _ in range(rng.randint(1, 3)):
        drawing = _changed_once(rng, drawing)
    return drawing


def _changed_once(rng: random.Random, drawing: DataFlow) -> DataFlow:
    fresh = f"new {rng.randrange(10**6)}"
    element = rng.choice(drawing.elements).name if drawing.elements else ""
    zone = rng.choice(drawing.zones).name if drawing.zones else ""
    kind, carries = rng.choice(list(ELEMENT_KINDS)), rng.choice(list(CARRIES))
    changes = [lambda: drawing.with_zone(fresh, rng.choice(list(ZONE_KINDS)), _note(rng))]
    changes += [
        lambda: replace(drawing, title=fresh, description=_note(rng)),
        lambda: drawing.finished(not drawing.complete),
    ]
    if zone:
        changes += [lambda: drawing.with_element(fresh, kind, zone), lambda: drawing.changing_zone(zone, name=fresh)]
    if element:
        changes += [
            lambda: drawing.without(element),
            lambda: drawing.changing_element(element, name=fresh),
            lambda: drawing.changing_element(element, kind=kind, personal=True),
            lambda: drawing.changing_element(element, zone=zone),
            lambda: drawing.changing_element(element, assets=_some(rng, ASSETS), worth=_note(rng)),
        ]
        if element not in drawing.left_out:
            changes.append(lambda: drawing.excluding(element, "ours to say", "somebody"))
    if drawing.flows:
        number = rng.randint(1, len(drawing.flows))
        changes += [
            lambda: drawing.without_flow(number),
            lambda: drawing.changing_flow(number, label=fresh),
            lambda: drawing.changing_flow(number, carries=carries),
            lambda: drawing.changing_flow(number, adversaries=_some(rng, catalog().adversaries)),
        ]
    if len(drawing.elements) > 1:
        source, target = rng.sample(drawing.elements, 2)
        changes.append(lambda: drawing.with_flow(source.name, target.name, fresh, carries))
    return rng.choice(changes)()
