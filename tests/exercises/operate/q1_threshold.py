"""Wrong answers to operate.q1, and what each must be told."""

from __future__ import annotations

from threatlab.monitoring import add_costs


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


def always_sixteen(table, hours, loss):
    return 16


def the_row(table, hours, loss):
    return fitting(table, hours).index[0]


def wrong(right):
    def cheapest_for_anybody(table, hours, loss):
        return right(table, 1e9, loss)

    def an_hour_each(table, hours, loss):
        return right(table, hours / 2, loss)

    return [
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
    ]
