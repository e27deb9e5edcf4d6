"""The judge of lesson 06 that pays: a threshold chosen from what it costs, on days that the learner hasn't seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import isclose
from typing import TYPE_CHECKING, Any

from threatlab.exercises.judges import a_function, a_number, returned
from threatlab.exercises.outcome import NotYet

if TYPE_CHECKING:
    import pandas as pd

HOURLY_RATE, HOURS_PER_ALERT = 80.0, 0.5
"""What an analyst's hour costs, and how long an alert takes one: assumptions of the exercise, told to the learner."""

LEVELS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""The thresholds of the tables that an answer is tried on."""

Rule = Callable[["pd.DataFrame", float, float], float]


def _cost(table: pd.DataFrame, loss: float) -> pd.Series[float]:
    return table["alerts"] * HOURS_PER_ALERT * HOURLY_RATE + table["queries_lost"] * loss


def _least(table: pd.DataFrame, values: pd.Series[float]) -> float:
    """Return the threshold of the row where `values` are least; of equals, the lowest threshold."""
    ordered = table.assign(_by=values).sort_values(["_by", "threshold"])
    return float(ordered["threshold"].iloc[0])


def _first_best(table: pd.DataFrame, column: str) -> float:
    """Return the threshold of the first row that has the highest value, in the table's own order."""
    return float(table["threshold"].to_numpy()[int(table[column].to_numpy().argmax())])


def _within(table: pd.DataFrame, hours: float, column: str = "alerts", each: float = HOURS_PER_ALERT) -> pd.DataFrame:
    fits = table[table[column] * each <= hours]
    return fits if len(fits) else table


_CHOICES: tuple[tuple[Rule, str], ...] = (
    (
        lambda table, _hours, _loss: _least(table, -table["precision"].fillna(0)),
        (
            "You take the highest precision. It is made of those who were caught: an attacker whom nobody noticed "
            "isn't in it, and goes on asking. What do the missed cost?"
        ),
    ),
    (
        lambda table, hours, _loss: _least(_within(table, hours), -_within(table, hours)["precision"].fillna(0)),
        (
            "Within the hours you take the highest precision. It says how few alerts were for nothing, and nothing at "
            "all about those who raised none. Which column counts what these got?"
        ),
    ),
    (
        lambda table, _hours, _loss: _least(table, table["threshold"]),
        (
            "You take the lowest threshold, so that nobody is missed. Somebody has to read all that: an alert that is "
            "opened next week is none. How many hours are there?"
        ),
    ),
    (
        lambda table, _hours, _loss: _first_best(table, "recall"),
        "You take the best recall, whatever it costs. Two analysts can't catch what they have no time to look at.",
    ),
    (
        lambda table, _hours, loss: _least(table, _cost(table, loss)),
        "It would be the cheapest if there were more analysts: your choice has more alerts than this team can read.",
    ),
    (
        lambda table, _hours, _loss: _least(table, table["alerts"]),
        "You take the fewest alerts. No alerts at all would be fewer still: quiet is what the attacker wants, too.",
    ),
    (
        lambda table, hours, _loss: _least(_within(table, hours), _within(table, hours)["queries_lost"]),
        (
            "Within the hours you lose the fewest queries, at any price: the last of them are bought back with alerts "
            "that cost more than the queries are worth. Hours that exist needn't be spent."
        ),
    ),
    (
        lambda table, hours, _loss: _least(
            _within(table, hours), _within(table, hours)["minutes_to_detect"].fillna(9e9)
        ),
        (
            "You take the quickest detection. Minutes and queries before it are means over the caught: miss all but "
            "the loudest, and they look splendid. What the missed got stands in another column."
        ),
    ),
    (
        lambda table, hours, loss: _least(
            _within(table, hours, "false_alerts"), _cost(_within(table, hours, "false_alerts"), loss)
        ),
        "Only the false alerts take time in your reckoning. A true one is read as well, and nobody knows before.",
    ),
    (
        lambda table, hours, loss: _least(_within(table, hours, each=1), _cost(_within(table, hours, each=1), loss)),
        "Your alerts take an hour each. They take half of one, so twice as many fit.",
    ),
)


@cache
def _tables() -> tuple[tuple[str, pd.DataFrame], ...]:
    """Return curves of days that the learner hasn't seen; the second in another order, and its rows named otherwise."""
    from threatlab.monitoring import curve, detect, simulate_day

    found = []
    for seed in (11, 12):
        day = simulate_day(seed)
        for name in ("confidence", "rate"):
            table = curve(detect(day, name), LEVELS)
            backward = table.iloc[::-1].set_axis(range(100, 100 + len(table)), axis=0)
            found.append((f"another day, the detector {name!r}", table if seed == 11 else backward))
    return tuple(found)


def chooses_by_cost(answer: Any) -> str:
    """Judge a function from a curve, hours and the loss per query to a threshold, on days the learner hasn't seen."""
    function = a_function(answer, "a table, hours and a loss per query")
    cases = [
        (title, table, hours, loss) for title, table in _tables() for hours in (8.0, 16.0) for loss in (0.02, 0.2, 2.0)
    ]
    given = [a_number(returned(function, table.copy(), hours, loss)) for _, table, hours, loss in cases]
    failed = None
    for (title, table, hours, loss), threshold in zip(cases, given, strict=True):
        row = table[table["threshold"] == threshold]
        if row.empty:
            raise NotYet(f"On {title} you choose {threshold:g}, which is no threshold of the table.")
        fits = _within(table, hours)
        cost = float(_cost(row, loss).iloc[0])
        good = threshold in set(fits["threshold"]) and isclose(cost, float(_cost(fits, loss).min()), abs_tol=1e-6)
        if not good and failed is None:
            needs = float(row["alerts"].iloc[0]) * HOURS_PER_ALERT
            lost, missed = (int(row[column].iloc[0]) for column in ("queries_lost", "missed"))
            failed = (
                f"On {title}, with {hours:g} hours and {loss:g} lost per query, you choose {threshold:g}: "
                f"{needs:g} hours of alerts, {missed} attackers missed, {lost:,} queries lost."
            )
    if failed is None:
        return (
            "On four days with two detectors, two teams and three prices it stays within the hours, at the least "
            "cost. The same detector got quite different thresholds: which one is right was never a question of "
            "statistics alone."
        )
    raise NotYet(f"{failed} {_explained(cases, given)}")


def _explained(cases: Sequence[tuple[str, pd.DataFrame, float, float]], given: Sequence[float]) -> str:
    """Return the misconception that gives all these answers, if there is one."""
    for rule, says in _CHOICES:
        if all(
            _alike(table, rule(table, hours, loss), mine)
            for (_, table, hours, loss), mine in zip(cases, given, strict=True)
        ):
            return says
    if len(set(given)) == 1:
        return (
            "You choose the same for every day, team and price. It was right for the day that you have seen, if ever."
        )
    return (
        "First throw out the rows with more hours than there are; then compare what is left by one sum: the analysts' "
        f"hours at {HOURLY_RATE:g} each, and all queries lost at their price."
    )


def _alike(table: pd.DataFrame, first: float, second: float) -> bool:
    """Tell whether two thresholds are one choice: they may alert on the same clients at the same time."""
    rows = [table.loc[table["threshold"] == each, ["alerts", "queries_lost"]].to_numpy()[0] for each in (first, second)]
    return bool((rows[0] == rows[1]).all())
