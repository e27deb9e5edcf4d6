"""Wrong answers to operate.q2, and what each must be told."""

from __future__ import annotations

from operator import ge, gt
from statistics import mean

SLACK, THRESHOLD = 1 / 64, 1 / 4


def detector(  # noqa: PLR0913
    *,
    against="fleet",
    vote="client",
    floor=True,
    slack=SLACK,
    threshold=THRESHOLD,
    sign=1,
    forgive=False,
    reached=ge,
    number_from=0,
    first_only=True,
):
    """A detector with some of the faults that one may leave in it, or bring in."""

    def watch(windows):
        sums, alerts, before = {}, {}, windows[0]
        first = mean(value for seen in windows[0].values() for value in seen)
        for number, window in enumerate(windows, number_from):
            means = {client: mean(seen) for client, seen in window.items()}
            fleet = mean(means.values()) if vote == "client" else mean(v for seen in window.values() for v in seen)
            for client, value in means.items():
                normal = {"fleet": fleet, "first": first, "before": mean(before[client])}[against]
                gap = normal - value
                gap = abs(gap) if sign == 0 else gap
                total = sums.get(client, 0.0) + gap - slack
                if forgive and gap < slack:
                    total = 0.0
                sums[client] = max(0.0, total) if floor else total
                if reached(sums[client], threshold):
                    alerts[client] = alerts.get(client, number) if first_only else number
            before = window
        return alerts

    return watch


def names_only(windows):
    return set(detector()(windows))


CONSTRAINTS = {
    "with what a client is compared": (detector(against="before"), "A window that is over knows nothing of this one"),
    "whose votes make that": (detector(vote="request"), "requests or clients"),
    "a client's sum in good times": (detector(floor=False), "credit for the afternoon"),
    "leave slack alone": (detector(slack=0.06), "slack and threshold are no longer"),
    "leave slack alone, in the other direction, too": (detector(slack=0.007), "did you lower slack or threshold"),
    "leave threshold alone": (detector(threshold=0.4), "c5 in window 19"),
    "leave threshold alone, in the other direction, too": (detector(threshold=0.1), "c5 in window 5. That is too soon"),
    "leave the comparison alone": (detector(reached=gt), "as high as the threshold alerts (>=)"),
    "each client that alerts": (detector(sign=0), "in the other direction"),
    "the number of the window": (detector(number_from=1), "windows are counted from 0"),
    "the first window": (detector(first_only=False), "c6 in window 28"),
    "windows that you haven't seen": (lambda _: {"Ida": 14}, "'Ida', who is no client there"),
    "returns for each client a number": (names_only, "a dict from clients to numbers"),
}


def wrong(_):
    return [
        (detector(against="first", vote="request", floor=False), "names c2 in window 22"),
        (lambda _: {}, "names nobody. c6 alerts in window 12"),
        (detector(forgive=True), "c3 is forgiven everything"),
    ]
