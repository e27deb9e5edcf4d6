"""Wrong answers to operate.q1, and what each must be told."""

from __future__ import annotations


def fitting(table, hours):
    return table[table["alerts"] * 0.5 <= hours]


def cheapest(table, hours, loss, *, rate=80, lost="queries_lost"):
    costs = table["alerts"] * 0.5 * rate + table[lost] * loss
    return table.loc[costs[table["alerts"] * 0.5 <= hours].idxmin(), "threshold"]


def most_precise(table, hours, loss):
    return table.loc[table["precision"].idxmax(), "threshold"]


def most_precise_within(table, hours, loss):
    return most_precise(fitting(table, hours), hours, loss)


def lowest(table, hours, loss):
    return table["threshold"].min()


def best_recall(table, hours, loss):
    return table.loc[table["recall"].idxmax(), "threshold"]


def fewest_alerts(table, hours, loss):
    return table.sort_values(["alerts", "threshold"])["threshold"].iloc[0]


def fewest_lost(table, hours, loss):
    fits = fitting(table, hours)
    return fits.loc[fits["queries_lost"].idxmin(), "threshold"]


def most_balanced(table, hours, loss):
    fits = fitting(table, hours)
    return fits.loc[(1 / (1 / fits["precision"] + 1 / fits["recall"])).idxmax(), "threshold"]


def quickest(table, hours, loss):
    fits = fitting(table, hours)
    return fits.loc[fits["minutes_to_detect"].idxmin(), "threshold"]


def only_false_alerts(table, hours, loss):
    fits = table[table["false_alerts"] * 0.5 <= hours]
    return cheapest(fits, 1e9, loss)


def always_sixteen(table, hours, loss):
    return 16


def the_row(table, hours, loss):
    return fitting(table, hours).index[0]


CONSTRAINTS = {
    "a threshold of the table": (the_row, "no threshold of the table"),
    "never more hours than there are": (
        lambda table, _, loss: cheapest(table, 1e9, loss),
        "if there were more analysts",
    ),
    "as many hours as there are": (lambda table, hours, loss: cheapest(table, hours - 0.1, loss), "at most means <="),
    "half an hour": (lambda table, hours, loss: cheapest(table, hours / 2, loss), "They take half of one"),
    "hours of alerts, true or false": (only_false_alerts, "A true one is read as well"),
    "one team and two of them": (lambda table, _, loss: cheapest(table, 8, loss), "Two teams have more"),
    "costs least": (
        most_balanced,
        "another threshold within the hours",
    ),
    "the analysts' hours": (fewest_lost, "Hours that exist needn't be spent"),
    "an hour costs 80": (lambda *given: cheapest(*given, rate=160), "An alert costs a whole hour in your sum"),
    "all queries lost": (lambda *given: cheapest(*given, lost="queries_before_detection"), "the missed too"),
    "two cents or two dollars": (lambda table, hours, _: cheapest(table, hours, 0.2), "a loss of 0.02 a query"),
    "days that you haven't seen": (always_sixteen, "the same for every day"),
}


def wrong(_):
    return [
        (most_precise, "highest precision. It is made of those who were caught"),
        (most_precise_within, "Within the hours you take the highest precision"),
        (lowest, "so that nobody is missed"),
        (best_recall, "best recall, whatever it costs"),
        (fewest_alerts, "quiet is what the attacker wants"),
        (quickest, "means over the caught"),
        (lambda table, hours, loss: cheapest(table, 1.5 * hours, loss), "first throw out the rows that take more"),
    ]
