"""Wrong answers to why.q3, and what each must be told."""

from __future__ import annotations

from threatlab import assess
from threatlab.incidents import incidents


def core(incident):
    return assess(incident.system, ruleset="core").findings


def seen(incident):
    return {found.attribute for found in core(incident) if not found.unknown}


def unknown_counts(incident):
    return {found.attribute for found in core(incident)}


def all_that_was_missing(incident):
    return set(incident.missing)


def what_it_overlooks(incident):
    return set(incident.missing) - seen(incident)


def nothing_ever(_):
    return set()


def learned_by_heart(incident):
    published = {each.id: seen(each) for each in incidents()}
    return published.get(incident.id, set())


def only_counts(incident):
    return len(seen(incident))


def what_was_known(incident):
    asked = ("encryption_enabled", "rbac_configured", "monitoring_active")
    return {control for control in asked if incident.system[control] is not None}


CONSTRAINTS = {
    "what the three checks ask about": (all_that_was_missing, "has no question about it"),
    "known to have been missing": (unknown_counts, "nobody has said whether it was in place"),
    "missing, and not in place": (what_was_known, "which was in place"),
    "all of them": (nothing_ever, "asks about more of what was missing"),
    "of any incident": (learned_by_heart, "For a system without encryption"),
    "a set of names": (only_counts, "a set of controls' names"),
    "perhaps an empty set": (lambda incident: seen(incident) or None, "returned nothing"),
}


def wrong(_):
    return [(what_it_overlooks, "keep the rest")]
