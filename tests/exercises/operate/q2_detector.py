"""Wrong answers to operate.q2, and what each must be told."""

from __future__ import annotations

from statistics import mean

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


def wrong(_):
    return [
        (detector(against="first", vote="request", floor=False), "knows nothing of the twentieth"),
        (detector(floor=False), "credit for the afternoon"),
        (detector(vote="request"), "requests or clients"),
        (detector(forgive=True), "c3 is forgiven everything"),
        (detector(sign=0), "in the other direction"),
        (detector(slack=0.06), "silences the quiet ones first"),
        (names_only, "a dict from clients to numbers"),
    ]
