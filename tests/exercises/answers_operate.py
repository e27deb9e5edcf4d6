"""Answers to the questions of lesson 06: the right one, and what a thoughtful learner may get wrong."""

from __future__ import annotations

from datetime import timedelta
from statistics import mean

from threatlab.assessment import assess
from threatlab.incidents import replay
from threatlab.monitoring import add_costs
from threatlab.operate.reviews import review_calendar

# --- q1


def choose(table, hours, loss_per_query):
    costs = add_costs(table, hourly_rate=80, loss_per_query=loss_per_query)
    fits = costs[costs["alerts"] * 0.5 <= hours]
    return fits.loc[fits["cost"].idxmin(), "threshold"]


def fitting(table, hours):
    return table[table["alerts"] * 0.5 <= hours]


def most_precise(table, hours, loss):
    return table.loc[table["precision"].idxmax(), "threshold"]


def most_precise_within(table, hours, loss):
    return most_precise(fitting(table, hours), hours, loss)


def lowest(table, hours, loss):
    return table["threshold"].min()


def best_recall(table, hours, loss):
    return table.loc[table["recall"].idxmax(), "threshold"]


def cheapest_for_anybody(table, hours, loss):
    return choose(table, 1e9, loss)


def fewest_alerts(table, hours, loss):
    return table.sort_values(["alerts", "threshold"])["threshold"].iloc[0]


def fewest_lost(table, hours, loss):
    fits = fitting(table, hours)
    return fits.loc[fits["queries_lost"].idxmin(), "threshold"]


def quickest(table, hours, loss):
    fits = fitting(table, hours)
    return fits.loc[fits["minutes_to_detect"].idxmin(), "threshold"]


def only_false_alerts(table, hours, loss):
    costs = add_costs(table, hourly_rate=80, loss_per_query=loss)
    fits = costs[costs["false_alerts"] * 0.5 <= hours]
    return fits.loc[fits["cost"].idxmin(), "threshold"]


def an_hour_each(table, hours, loss):
    return choose(table, hours / 2, loss)


def always_sixteen(table, hours, loss):
    return 16


def the_row(table, hours, loss):
    return fitting(table, hours).index[0]


# --- q2

SLACK, THRESHOLD = 0.02, 0.2


def detector(*, against="fleet", vote="client", floor=True, slack=SLACK, threshold=THRESHOLD, sign=1, forgive=False):  # noqa: PLR0913
    """A detector with some of the faults that one may leave in it, or bring in."""

    def watch(windows):
        sums, alerts = {}, {}
        first = mean(value for seen in windows[0].values() for value in seen)
        for number, window in enumerate(windows):
            means = {client: mean(seen) for client, seen in window.items()}
            fleet = mean(means.values()) if vote == "client" else mean(v for seen in window.values() for v in seen)
            for client, value in means.items():
                gap = (fleet if against == "fleet" else first) - value
                gap = abs(gap) if sign == 0 else gap
                total = sums.get(client, 0.0) + gap - slack
                if forgive and gap < slack:
                    total = 0.0
                sums[client] = max(0.0, total) if floor else total
                if sums[client] >= threshold:
                    alerts.setdefault(client, number)
        return alerts

    return watch


def names_only(windows):
    return set(detector()(windows))


# --- q3


def decision(option, by="security analyst", note="because the log will be read"):
    return {"option": option, "by": by, "note": note}


PLAYED = [
    decision("log"),
    decision("search", "ML engineer"),
    decision("remove"),
    decision("keep", "incident lead"),
    decision("valid"),
    decision("list", "business owner"),
    decision("official", "business owner"),
    decision("again"),
]


def instead(number, *told, **more):
    return [*PLAYED[: number - 1], decision(*told, **more), *PLAYED[number:]]


# --- q4

ENTRY = """
[invented_package]
title = "Invented package"
about = "A model names a package that does not exist; a stranger has published it."
stride = "T"
applies_when_any = ["generates_content"]
likelihood = 0.03
likelihood_why = "Judged: names are invented often, but one must be registered and run."
raised_by = { uses_tools = 0.1, acts_without_approval = 0.2 }
impact = 0.6
impact_why = "Judged: a stranger's code runs with the rights of whoever installs it."
impact_raised_by = { acts_without_approval = 0.1 }

[invented_package.countered_by.dependencies_scanned]
value = 0.6
source = "judged"
why = "Only pinned and known packages are installed."
"""

APPLIES = 'applies_when_any = ["generates_content"]'
CLAIM = "countered_by.dependencies_scanned"


# --- q5


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
    return monday(systems, incident, start) | {"ML engineer": assess(systems[0]).best_next(1)[0].attribute}


def without_the_lead(systems, incident, start):
    return {"executive": [], "ML engineer": None}


RIGHT = {
    "operate.q1": choose,
    "operate.q2": detector(),
    "operate.q3": PLAYED,
    "operate.q4": ENTRY,
    "operate.q5": monday,
}

WRONG = {
    "operate.q1": [
        (most_precise, "highest precision. It is made of those who were caught"),
        (most_precise_within, "Within the hours you take the highest precision"),
        (lowest, "so that nobody is missed"),
        (best_recall, "best recall, whatever it costs"),
        (cheapest_for_anybody, "if there were more analysts"),
        (fewest_alerts, "quiet is what the attacker wants"),
        (fewest_lost, "Hours that exist needn't be spent"),
        (quickest, "means over the caught"),
        (only_false_alerts, "A true one is read as well"),
        (an_hour_each, "They take half of one"),
        (always_sixteen, "the same for every day"),
        (the_row, "no threshold of the table"),
    ],
    "operate.q2": [
        (detector(against="first", vote="request", floor=False), "knows nothing of the twentieth"),
        (detector(floor=False), "credit for the afternoon"),
        (detector(vote="request"), "requests or clients"),
        (detector(forgive=True), "c3 is forgiven everything"),
        (detector(sign=0), "in the other direction"),
        (detector(slack=0.06), "silences the quiet ones first"),
        (names_only, "a dict from clients to numbers"),
    ],
    "operate.q3": [
        (["log", "search"], "is no list of decisions"),
        (PLAYED[:5], "the story isn't over"),
        ([*PLAYED, decision("again")], "the story ends after 8"),
        (instead(4, "keep"), "not for the security analyst to decide"),
        (instead(3, "remove", "incident lead"), "what you may decide yourself"),
        (instead(2, "search", ""), "names nobody under by"),
        (instead(1, "log", note="proof"), "has no reason"),
        (instead(4, "nobody"), "nobody decides, and it is decided"),
        (instead(4, "wipe", "incident lead"), "Taken: 1 kind"),
        (instead(2, "first", "ML engineer"), "Attacker in"),
        (instead(1, "unplug"), "Service down"),
        (instead(6, "call", "business owner"), "unknown option"),
    ],
    "operate.q4": [
        (ENTRY.replace("likelihood = 0.03", "likelihod = 0.03"), "The catalog refuses it"),
        (ENTRY.replace(APPLIES, "applies_when_any = []"), "every system there is"),
        (ENTRY.replace(APPLIES, 'applies_when_any = ["uses_tools"]'), "only writes code"),
        (ENTRY.replace(APPLIES, 'applies_when_any = ["generates_content", "uses_tools"]'), "a list of alternatives"),
        (ENTRY.replace("likelihood = 0.03", "likelihood = 0.217"), "the share of inventions"),
        (
            ENTRY.replace("raised_by = { uses_tools = 0.1, acts_without_approval = 0.2 }", "raised_by = {}", 1),
            "likelier",
        ),
        (ENTRY.replace("raised_by = { uses", "raised_by = { handles_personal_data = 0.1, uses", 1), "Personal data"),
        (ENTRY.replace(CLAIM, "countered_by.encryption_enabled"), "At which step does that control stand"),
        (ENTRY.replace(CLAIM, "countered_by.staff_trained"), "finds out, or explains"),
        (ENTRY.replace('"judged"', '"measured"\nattack = "poisoning"'), "What is the honest word"),
        (ENTRY.replace("value = 0.6", "value = 0.95"), "the day on which everybody is in a hurry"),
        (ENTRY.replace('stride = "T"', 'stride = "D"'), "Which letter is that"),
        (
            ENTRY.replace("Judged: a stranger's code runs with the rights of whoever installs it.", "Bad."),
            "without a reason",
        ),
        (ENTRY.partition("[invented_package.c")[0] + "[invented_package.countered_by]\n", "nothing helps"),
    ],
    "operate.q5": [
        (everybody, "takes the next one later"),
        (changed(way=False), "refuses one of the published steps"),
        (changed(threat=False), "where there is nothing to stop"),
        (with_a_fact_in_common, "Being on the internet is no incident"),
        (changed(over="all"), "for those that are hit"),
        (changed(over="list"), "order of a list is no advice"),
        (changed(over="always"), "no news is a result"),
        (any_control, "one of those that were missing there"),
        (changed(when="rhythm"), "as if nothing had happened"),
        (changed(keep="hit"), "must not end their rhythm"),
        (changed(keep="all"), "only the first review"),
        (changed(keep="by name"), "but not their order"),
        (a_day_early, "A date differs"),
        (without_the_lead, "give a dict with"),
    ],
}
