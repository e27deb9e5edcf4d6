"""Wrong answers to operate.q5, and what each must be told."""

from __future__ import annotations

from datetime import timedelta

from threatlab.assessment import assess
from threatlab.incidents import replay
from threatlab.operate.reviews import review_calendar


def monday(systems, incident, start, *, threat=True, way=True, over="hit", when="hit", keep="first"):  # noqa: PLR0913
    hit = [
        s
        for s in systems
        if (not threat or assess(s).by_threat[incident.threat] > 0)
        and (not way or replay(incident, s).stopped_at is None)
    ]

    def left(control):
        mended = [s.with_(**{control: True}) for s in (systems if over == "all" else hit)]
        return sum(assess(s).risk_score for s in mended)

    calendar = review_calendar(systems, start)
    due = {}
    for review in calendar:
        due.setdefault(review.system_id, review.due)
    if when == "hit":
        due |= {s.name: start + timedelta(days=7) for s in hit}
    if keep == "hit":
        due = {s.name: start + timedelta(days=7) for s in hit}
    dates = sorted((day, name) for name, day in due.items())
    if keep == "all":
        dates = sorted((r.due, r.system_id) for r in calendar)
    if keep == "by name":
        dates = sorted(dates, key=lambda row: row[1])
    if keep == "by date":
        names = [s.name for s in systems]
        dates = sorted(dates, key=lambda row: (row[0], names.index(row[1])))
    first = incident.missing[0] if over == "list" else min(incident.missing, key=left)
    return {
        "executive": [s.name for s in hit],
        "ML engineer": first if hit or over == "always" else None,
        "security lead": dates,
    }


def changed(**faults):
    return lambda systems, incident, start: monday(systems, incident, start, **faults)


def everybody(systems, incident, start):
    return monday(systems, incident, start) | {"executive": [s.name for s in systems]}


def with_a_fact_in_common(systems, incident, start):
    named = [s.name for s in systems if s.true & incident.system.true]
    return monday(systems, incident, start) | {"executive": named}


def a_day_early(systems, incident, start):
    page = monday(systems, incident, start)
    return page | {"security lead": [(day - timedelta(days=1), name) for day, name in page["security lead"]]}


def any_control(systems, incident, start):
    advised = [step.attribute for step in assess(systems[0]).best_next(len(systems[0].catalog.controls))]
    return monday(systems, incident, start) | {"ML engineer": next(c for c in advised if c not in incident.missing)}


def without_the_lead(systems, incident, start):
    return {"executive": [], "ML engineer": None}


CONSTRAINTS = {
    "a dict with three lines": (without_the_lead, "give a dict with"),
    "names of the systems": (
        lambda *given: monday(*given) | {"executive": [s for s in given[0] if s.name in monday(*given)["executive"]]},
        "give a list of names of systems",
    ),
    "the main threat applies": (changed(threat=False), "where there is nothing to stop"),
    "a replay is stopped nowhere": (changed(way=False), "refuses one of the published steps"),
    "the one control, of those missing": (any_control, "one of those that were missing there"),
    "the least risk": (changed(over="list"), "order of a list is no advice"),
    "of the systems that are hit": (changed(over="all"), "for those that are hit"),
    "None if there are none": (changed(over="always"), "no news is a result"),
    "a pair of date and name": (
        lambda *given: monday(*given) | {"security lead": [(f"{d}", n) for d, n in monday(*given)["security lead"]]},
        "each a date (no text)",
    ),
    "for each system": (changed(keep="hit"), "must not end their rhythm"),
    "first what is due first": (
        changed(keep="by name"),
        "Amazon Q extension, 10 systems: The dates are right, but not",
    ),
    "of one day by name": (changed(keep="by date"), "PyTorch nightly builds, 11 systems: The dates are right, but not"),
    "who is hit a week from start": (changed(when="rhythm"), "as if nothing had happened"),
    "all others by the calendar": (a_day_early, "A date differs"),
    "their first date": (changed(keep="all"), "only the first review"),
}


def wrong(_):
    return [
        (everybody, "takes the next one later"),
        (
            lambda *given: monday(*given) | {"security lead": [n for _, n in monday(*given)["security lead"]]},
            "security lead is ['",
        ),
        (with_a_fact_in_common, "Being on the internet is no incident"),
        (lambda *given: monday(*given) | {"security lead": monday(*given)["security lead"][1:]}, "needs one"),
    ]
