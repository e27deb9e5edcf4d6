"""Wrong answers to assess.q5, and what each must be told."""

from __future__ import annotations

import threatlab
from threatlab.catalog import catalog


def best_case(system):
    unknown = [control for control in catalog().controls if system[control] is None]
    return threatlab.assess(system.with_(**dict.fromkeys(unknown, True))).risk_score


def rank(systems, *, best=best_case, key=lambda row: (-row[1], -row[2], row[0])):
    rows = [(system.name, threatlab.assess(system).risk_score, best(system)) for system in systems]
    return sorted(rows, key=key)


def ranks(**settings):
    return lambda systems: rank(systems, **settings)


def exchanged(systems):
    return [(name, best, worst) for name, worst, best in rank(systems)]


def every_control(system):
    return threatlab.assess(system.with_(**dict.fromkeys(catalog().controls, True))).risk_score


def everything_unknown(system):
    unknown = [name for name in catalog().attributes if system[name] is None]
    return threatlab.assess(system.with_(**dict.fromkeys(unknown, True))).risk_score


def as_it_is(system):
    return threatlab.assess(system).risk_score


def names_only(systems):
    return [name for name, _, _ in rank(systems)]


def without_names(systems):
    return [(str(number), *row[1:]) for number, row in enumerate(rank(systems))]


CONSTRAINTS = {
    "worst is the score as it is": (exchanged, "already the worst case"),
    "best if unknown controls are in place": (ranks(best=as_it_is), "your best case is the worst case"),
    "and no known one": (ranks(best=every_control), "every control is in place"),
    "facts stay as they are": (ranks(best=everything_unknown), "A true fact opens a door"),
    "a score": (ranks(best=lambda _: 0.0), "too low"),
    "as it comes out": (
        lambda systems: [(name, round(worst, 2), round(best, 2)) for name, worst, best in rank(systems)],
        "right, but rounded",
    ),
    "the highest worst case first": (ranks(key=lambda row: row[1]), "Worst first"),
    "the higher best case, among equals": (
        ranks(key=lambda row: (-row[1], row[2], row[0])),
        "The certain one comes first",
    ),
    "after that the name": (ranks(key=lambda row: (-row[1], -row[2])), "Then the name decides"),
    "a row of three": (names_only, "give a list with a (name, worst, best)"),
    "its name": (without_names, "not the name of each system"),
}
