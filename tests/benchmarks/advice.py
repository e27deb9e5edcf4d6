"""Is the advice any good? The controls that were really missing in published cases, and where each order puts them."""

import random
from collections.abc import Callable, Sequence
from statistics import fmean, quantiles

from tests.benchmarks.timing import Target, print_table
from threatlab import AISystem, assess
from threatlab.assessment import Assessment
from threatlab.assessment.held_out import advised, held_out, ranks
from threatlab.catalog import catalog
from threatlab.incidents import incidents
from threatlab.ranking import rounded

RESAMPLES = 2000
Order = Callable[[Assessment], list[str]]


def by_what_it_removes(result: Assessment) -> list[str]:
    """Return them by what each removes, as if every unknown control were surely missing."""
    removes = {step.attribute: rounded(step.removes) for step in result.best_next(len(result.findings))}
    return sorted(by_severity(result), key=lambda control: -removes.get(control, 0.0))


def by_severity(result: Assessment) -> list[str]:
    """Return them as findings come: by severity."""
    return [finding.attribute for finding in result.findings]


def by_chance(result: Assessment) -> list[str]:
    """Return them in no order."""
    return random.Random(result.system.name).sample(by_severity(result), len(result.findings))


ORDERS: dict[str, Order] = {
    "best_next: what it removes x chance that it is missing": advised,
    "what it removes, as if surely missing": by_what_it_removes,
    "severity": by_severity,
    "chance": by_chance,
}


def run() -> list[Target]:
    """Print the mean rank of what was missing for each order, and return whether ours beats the severity order."""
    results = list(held_out())
    by_case = {name: [ranks(order(result), case.missing) for case, result in results] for name, order in ORDERS.items()}
    draws = random.Random(0)
    samples = [draws.choices(range(len(results)), k=len(results)) for _ in range(RESAMPLES)]
    means = {name: [_mean(listed, sample) for sample in samples] for name, listed in by_case.items()}
    rows = [
        (name, f"{_mean(listed):.2f}", _interval(means[name]), f"{sum(map(len, listed))}")
        for name, listed in by_case.items()
    ]
    print_table(
        f"Mean rank of the missing controls, 1 = first; {len(results)} published cases, each left out in turn\n"
        f"  (95% intervals: {RESAMPLES:,} bootstrap samples of the cases)",
        ("order", "mean rank", "95%", "missing controls"),
        rows,
    )
    _print_incidents()
    ours, severity = (means[name] for name in list(ORDERS)[::2])
    better = [a - b for a, b in zip(ours, severity, strict=True)]
    low = quantiles(better, n=40)[0]
    return [Target("best_next ranks what was missing higher than the severity order", _interval(better), low > 0)]


def _print_incidents() -> None:
    """Print the same of the incidents of the catalog. Its authors had read them: this is in-sample."""
    rows = []
    for incident in incidents():
        known = incident.system.known
        facts = {fact: known[fact] for fact in catalog().facts if fact in known}
        order = advised(assess(AISystem(incident.id, **facts)))
        hits = sum(control in incident.missing for control in order[:5])
        rows.append(
            (incident.title, f"{hits} of {len(incident.missing)}", f"{fmean(ranks(order, {*incident.missing})):.2f}")
        )
    print_table(
        "In-sample: the incidents of the catalog, whose accounts its authors had read",
        ("", "missing, and among the first five", "mean rank"),
        rows,
    )


def _mean(by_case: list[list[float]], sample: Sequence[int] | None = None) -> float:
    chosen = range(len(by_case)) if sample is None else sample
    return fmean(rank for place in chosen for rank in by_case[place])


def _interval(values: Sequence[float]) -> str:
    cuts = quantiles(values, n=40)
    return f"{cuts[0]:.2f} to {cuts[-1]:.2f}"
