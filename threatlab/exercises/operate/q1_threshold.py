"""Question 1 of lesson 06: a threshold chosen from what it costs, on days that the learner hasn't seen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from threatlab.exercises.judges import Slip, a_number, like
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps

if TYPE_CHECKING:
    import pandas as pd

HOURLY_RATE, HOURS_PER_ALERT = 80.0, 0.5
"""What an analyst's hour costs, and how long an alert takes one: assumptions of the exercise, told in its text."""

LEVELS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""The thresholds of the tables that an answer is tried on."""


def _cost(table: pd.DataFrame, loss: float) -> pd.Series[float]:
    return table["alerts"] * HOURS_PER_ALERT * HOURLY_RATE + table["queries_lost"] * loss


def _cheapest(table: pd.DataFrame, hours: float, loss: float) -> float:
    """Return the threshold that costs least among those whose alerts the hours are enough for."""
    fits = _within(table, hours)
    return _least(fits, _cost(fits, loss))


def _least(table: pd.DataFrame, values: pd.Series[float]) -> float:
    """Return the threshold of the row where `values` are least; of equals, the lowest threshold."""
    ranked = values.fillna(math.inf).to_numpy()
    return float(table["threshold"].to_numpy()[ranked == ranked.min()].min())


def _first_best(table: pd.DataFrame, column: str) -> float:
    """Return the threshold of the first row that has the highest value, in the table's own order."""
    return float(table["threshold"].to_numpy()[int(table[column].to_numpy().argmax())])


def _within(table: pd.DataFrame, hours: float, column: str = "alerts", each: float = HOURS_PER_ALERT) -> pd.DataFrame:
    fits = table[table[column] * each <= hours]
    return fits if len(fits) else table


_SLIPS = (
    Slip(
        lambda table, _hours, _loss: _least(table, -table["precision"].fillna(0)),
        "You take the highest precision. It is made of those who were caught: an attacker whom nobody noticed "
        "isn't in it, and goes on asking. What do the missed cost?",
        "precision",
    ),
    Slip(
        lambda table, hours, _loss: _least(_within(table, hours), -_within(table, hours)["precision"].fillna(0)),
        "Within the hours you take the highest precision. It says how few alerts were for nothing, and nothing at "
        "all about those who raised none. Which column counts what these got?",
        "precision-within",
    ),
    Slip(
        lambda table, _hours, _loss: _least(table, table["threshold"]),
        "You take the lowest threshold, so that nobody is missed. Somebody has to read all that: an alert that is "
        "opened next week is none. How many hours are there?",
        "lowest",
    ),
    Slip(
        lambda table, _hours, _loss: _first_best(table, "recall"),
        "You take the best recall, whatever it costs. Two analysts can't catch what they have no time to look at.",
        "recall",
    ),
    Slip(
        lambda table, _hours, loss: _least(table, _cost(table, loss)),
        "It would be the cheapest if there were more analysts: your choice has more alerts than this team can read.",
        "hours",
    ),
    Slip(
        lambda table, _hours, _loss: _least(table, table["alerts"]),
        "You take the fewest alerts. No alerts at all would be fewer still: quiet is what the attacker wants, too.",
        "quiet",
    ),
    Slip(
        lambda table, hours, _loss: _least(_within(table, hours), _within(table, hours)["queries_lost"]),
        "Within the hours you lose the fewest queries, at any price: the last of them are bought back with alerts "
        "that cost more than the queries are worth. Hours that exist needn't be spent.",
        "any-price",
    ),
    Slip(
        lambda table, hours, _loss: _least(
            _within(table, hours), _within(table, hours)["minutes_to_detect"].fillna(9e9)
        ),
        "You take the quickest detection. Minutes and queries before it are means over the caught: miss all but "
        "the loudest, and they look splendid. What the missed got stands in another column.",
        "quickest",
    ),
    Slip(
        lambda table, hours, loss: _least(
            _within(table, hours, "false_alerts"), _cost(_within(table, hours, "false_alerts"), loss)
        ),
        "Only the false alerts take time in your reckoning. A true one is read as well, and nobody knows before.",
        "false-only",
    ),
    Slip(
        lambda table, hours, loss: _cheapest(table, hours - 0.01, loss),
        "Almost. Alerts that take exactly the hours there are can still be read: at most means <=.",
        "exactly",
    ),
    Slip(
        lambda table, hours, loss: _least(
            _within(table, hours),
            _cost(_within(table, hours), loss) + _within(table, hours)["alerts"] * HOURLY_RATE / 2,
        ),
        "An alert costs a whole hour in your sum. It takes half of one.",
        "whole-hour",
    ),
    Slip(
        lambda table, hours, loss: _least(
            _within(table, hours),
            _cost(_within(table, hours).assign(queries_lost=table["queries_before_detection"]), loss),
        ),
        "You count the queries before detection: a mean, over those who were caught. What all of them got together, "
        "the missed too, stands in another column.",
        "before-detection",
    ),
    Slip(
        lambda table, _hours, loss: _cheapest(table, 8.0, loss),
        "Your team has eight hours whatever `hours` says. Two teams have more.",
        "eight",
    ),
    Slip(
        lambda table, hours, loss: _cheapest(table, hours / 2, loss),
        "Your alerts take an hour each. They take half of one, so twice as many fit.",
        "whole-hour",
    ),
    *(
        Slip(
            lambda *_, level=level: level,
            "You choose the same for every day, team and price. It was right for the day that you have seen, if ever.",
            "same",
        )
        for level in LEVELS
    ),
)


@cache
def _cases() -> Mapping[str, tuple[pd.DataFrame, float, float]]:
    """Return curves of days that the learner hasn't seen; the second in another order, and its rows named otherwise."""
    from threatlab.monitoring import curve, detect, simulate_day

    cases = {}
    for number, day in enumerate(map(simulate_day, (11, 12)), 1):
        for detector in ("confidence", "rate"):
            table = curve(detect(day, detector), LEVELS)
            if number == 2:
                table = table.iloc[::-1].set_axis(range(100, 100 + len(table)), axis=0)
            for hours, loss in product((8.0, 16.0), (0.02, 0.2, 2.0)):
                name = f"hidden day {number}, the detector {detector!r}, {hours:g} hours and {loss:g} lost per query"
                cases[name] = (table, hours, loss)
    return cases


def _threshold(value: Any, table: pd.DataFrame, *_: float) -> float:
    threshold = a_number(value)
    if not (table["threshold"] == threshold).any():
        raise NotYet(f"You choose {threshold:g}, which is no threshold of the table.")
    return threshold


def _alike(mine: float, theirs: float, table: pd.DataFrame, *_: float) -> bool:
    """Tell whether two thresholds are one choice: they may alert on the same clients at the same time."""
    if mine == theirs:
        return True
    rows = [(table["threshold"].to_numpy() == each).argmax() for each in (mine, theirs)]
    return all(len({table[column].to_numpy()[row] for row in rows}) == 1 for column in ("alerts", "queries_lost"))


def _dearer(_name: str, mine: float, right: float, table: pd.DataFrame, hours: float, loss: float) -> str:
    costs = _cost(table, loss).set_axis(table["threshold"])
    if mine not in set(_within(table, hours)["threshold"]):
        return f"There are {hours:g} hours: first throw out the rows that take more."
    return (
        f"That costs {costs[mine]:,.0f} at {HOURLY_RATE:g} an hour and a loss of {loss:g} a query; another threshold "
        f"within the hours costs {costs[right]:,.0f}."
    )


def _what_it_costs(name: str, threshold: float, table: pd.DataFrame, *_: float) -> str:
    row = table[table["threshold"] == threshold].iloc[0]
    return (
        f"On {name}, you choose {threshold:g}: {row['alerts'] * HOURS_PER_ALERT:g} hours of alerts, {row['missed']:g} "
        f"attackers missed, {int(row['queries_lost']):,} queries lost. "
    )


q1 = Question(
    id="operate.q1",
    title="A threshold for a team of two",
    judge=like(
        _cheapest,
        _cases,
        _SLIPS,
        takes="a table, hours and a loss per query",
        reads=_threshold,
        same=_alike,
        where=_what_it_costs,
        otherwise=_dearer,
        confirms="On days, detectors, teams and prices that you hadn't seen it stays within the hours, at the least "
        "cost. The same detector got quite different thresholds: which one is right was never a question of "
        "statistics alone.",
    ),
    hints=in_steps(
        "Two steps: which rows can this team read at all, and which of those costs least? The second needs a sum "
        "of two costs.",
        "add_costs(table, hourly_rate=80, loss_per_query=...) adds a column cost. An alert takes half an hour: "
        "keep the rows where alerts * 0.5 is at most hours.",
        "fits.loc[fits['cost'].idxmin(), 'threshold'] is the threshold of the row with the least cost.",
    ),
    because="The hours are a wall: an alert that nobody has time for protects nobody. Inside the wall there is a "
    "trade: an alert costs forty, and is worth it if it saves more than that in queries. So the same day has several "
    "right thresholds, and which one is yours depends on two numbers that no log contains: your team, and what a "
    "query is worth to the one who copies.",
    covers=("checklist-monitoring", "core-monitoring"),
    seconds=20.0,
    claims={
        "precision": "The highest precision is best, whatever it misses.",
        "precision-within": "Of the thresholds that fit the hours, the one with the highest precision is best.",
        "lowest": "The lowest threshold is best: nobody is missed.",
        "recall": "The best recall is best, whatever it costs.",
        "hours": "The hours of the team set no limit.",
        "quiet": "The fewest alerts are best.",
        "any-price": "Hours that exist have to be spent.",
        "quickest": "The quickest detection is best.",
        "false-only": "Only false alerts take time.",
        "exactly": "Alerts that take exactly the hours there are cannot all be read.",
        "whole-hour": "An alert takes an hour.",
        "before-detection": "Queries before detection are all that was lost.",
        "eight": "Every team has eight hours.",
        "same": "One threshold is right for every day, team and price.",
    },
)
