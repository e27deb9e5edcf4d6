"""Extraction of somebody's own model: ask as much as is allowed, and train the best copy of what it says.

After Tramèr, Zhang, Juels, Reiter and Ristenpart 2016, arXiv:1609.02943: equations where exact probabilities leak,
retraining where they don't. The attacker does not know what kind of model it is, so several kinds of copy are trained,
and the one is kept that agrees best with answers that it has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from threatlab.attacks.digits import Floats, Ints
from threatlab.attacks.own.caller import Answers, Caller
from threatlab.attacks.own.data import Data
from threatlab.attacks.own.outcome import NothingError, Outcome

LEAST = 20
"""Queries of one repeat below which nothing is left to choose a copy by."""

TESTED, MOST_TESTED = 0.25, 300
"""Share of the queries by which success is measured, and how many are enough."""

_KEPT_BACK = 0.25
_JITTER = 0.1  # of each column's range, as in our lab: so that a query is nobody's own record
_TREES = 40
_TINY = 1e-12  # stands for a share of 0, of which there is no logarithm, and for the spread of a column that has none
_WEAK, _STEPS = 10.0, 300  # how little a linear copy is held back, and how long it is fitted

Copy = Callable[[Floats], Ints]


def attack(caller: Caller, data: Data, rng: np.random.Generator, eps: float) -> Outcome:  # noqa: ARG001
    """Return fidelity: the share of held-out records on which the copy says what the model says.

    `baseline` is that of the best copy without a query, which names the model's most frequent answer every time. Attack
    and test are asked in one mixed stream, so that a model that stops answering stops both alike.
    """
    order = rng.permutation(data.unseen)
    tests = min(MOST_TESTED, int(caller.left * TESTED), len(order) // 2)
    held_out, owned = order[:tests], order[tests:]
    queries = _queries(data, owned, caller.left - tests, rng)
    stream, is_test = np.concatenate([data.records[held_out], queries]), np.arange(tests + len(queries)) < tests
    mixed = rng.permutation(len(stream))
    answers = caller.ask(stream[mixed])
    back = np.argsort(mixed, kind="stable")
    told = answers.told[back]
    on_test, on_attack = is_test & told, ~is_test & told
    if on_test.sum() < 5 or on_attack.sum() < 5:
        raise NothingError(
            f"the target refused all but {int(told.sum())} of {len(stream)} queries: too few to measure by"
        )
    said = answers.take(back)
    copy = _best_copy(stream[on_attack], said.take(on_attack), rng)
    verdicts = said.labels[on_test]
    agreed = copy(stream[on_test]) == verdicts
    right = verdicts == data.labels[held_out][told[:tests]]
    return Outcome(
        float(agreed.mean()), float(np.unique_counts(verdicts).counts.max() / len(verdicts)), float(right.mean())
    )


def _queries(data: Data, owned: Ints, wanted: int, rng: np.random.Generator) -> Floats:
    """Return queries like the records that the attacker owns: each of these once, then with noise on them."""
    low, high = data.ranges
    again = rng.integers(len(owned), size=max(0, wanted - len(owned)))
    noisy = data.records[owned[again]] + rng.normal(0.0, _JITTER, (len(again), len(low))) * (high - low)
    return np.concatenate([data.records[owned[:wanted]], np.clip(noisy, low, high)])


def _best_copy(queries: Floats, answers: Answers, rng: np.random.Generator) -> Copy:
    """Return the copy that agrees best with answers kept back, trained again on all of them."""
    apart = rng.permutation(len(queries))
    back, seen = np.split(apart, [max(1, int(_KEPT_BACK * len(queries)))])
    if len(np.unique(answers.labels[seen])) < 2:
        return _always(int(answers.labels[0]))
    seed = int(rng.integers(2**31))
    agree = [
        float(np.mean(copy(queries[back]) == answers.labels[back]))
        for copy in (make(queries[seen], answers.take(seen)) for make in _kinds(answers, seed))
    ]
    return list(_kinds(answers, seed))[int(np.argmax(agree))](queries, answers)


def _kinds(answers: Answers, seed: int) -> Iterator[Callable[[Floats, Answers], Copy]]:
    """Yield the kinds of copies that such answers allow."""
    yield lambda queries, said: _linear(queries, said.labels)
    yield lambda queries, said: _forest(queries, said.labels, seed)
    if answers.shares is not None:
        yield _equations
        yield _linear_of_shares
        yield lambda queries, said: _forest_of_shares(queries, said, seed)


def _linear(queries: Floats, labels: Ints, weights: Floats | None = None) -> Copy:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(queries)
    kind = LogisticRegression(C=_WEAK, max_iter=_STEPS, tol=1e-3).fit(scaler.transform(queries), labels, weights)
    return lambda records: kind.predict(scaler.transform(records))


def _linear_of_shares(queries: Floats, said: Answers) -> Copy:
    """Return the linear copy of every query as each of its classes, by the share that it has in it."""
    shares: Floats = said.shares  # type: ignore[assignment]  # there are some, or this kind isn't made
    rows, labels = np.nonzero(shares)
    return _linear(queries[rows], labels, shares[rows, labels])


def _forest(queries: Floats, labels: Ints, seed: int) -> Copy:
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(_TREES, random_state=seed).fit(queries, labels).predict  # type: ignore[no-any-return]


def _forest_of_shares(queries: Floats, said: Answers, seed: int) -> Copy:
    from sklearn.ensemble import ExtraTreesRegressor

    forest = ExtraTreesRegressor(_TREES, random_state=seed).fit(queries, said.shares)
    return lambda records: forest.predict(records).argmax(axis=1)


def _equations(queries: Floats, said: Answers) -> Copy:
    """Return the linear model whose log-probabilities come closest to the answers; with few of them, the smallest."""
    scale = np.maximum(queries.std(axis=0), _TINY)
    middle = queries.mean(axis=0)
    odds = np.log(np.maximum(said.shares, _TINY))  # type: ignore[arg-type]
    odds -= odds.mean(axis=1, keepdims=True)  # the number that all classes of one answer share

    def rows(records: Floats) -> Floats:
        return np.column_stack([(records - middle) / scale, np.ones(len(records))])

    weights = np.linalg.lstsq(rows(queries), odds, rcond=None)[0]
    return lambda records: (rows(records) @ weights).argmax(axis=1)


def _always(label: int) -> Copy:
    return lambda records: np.full(len(records), label)
