"""A model to try the attacks on: EXAMPLE, not yours. It sorts invented claims by the nearest that it learned from."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import numpy as np

from threatlab.attacks.digits import Floats, Ints
from threatlab.attacks.own.data import Data, make_data

_MODULE = "threatlab.attacks.own.example"

EXAMPLES = {"example": f"{_MODULE}:by_three", "example-limited": f"{_MODULE}:by_thirty"}
"""Names of targets: the model as it is, and the same with its memory of single records limited, which is the control
`privacy_preserving_training`."""

CLASSES = ("ask", "pay", "refuse")
_RECORDS, _LEARNED, _COLUMNS, _MISTAKES = 600, 300, 8, 0.2


def by_three(records: Floats) -> Floats:
    """Return a row of three probabilities for each claim: the shares of the classes among the three nearest."""
    return _nearest(records, 3)


def by_thirty(records: Floats) -> Floats:
    """Return the same of the thirty nearest: no single one of them counts for much."""
    return _nearest(records, 30)


class Here:
    """The example, asked in this process: it is ours, and a browser has no other."""

    def __init__(self, name: str) -> None:
        self._ask = {"example": by_three, "example-limited": by_thirty}[name]

    def ask(self, records: Floats) -> list[Any]:
        """Return a row of probabilities for each record."""
        return list(self._ask(records).tolist())


def data() -> Data:
    """Return the claims that it learned from, and as many that it has not seen."""
    records, labels = _claims()
    members = np.arange(_RECORDS) < _LEARNED
    sha256 = hashlib.sha256(records.tobytes() + labels.tobytes()).hexdigest()
    return make_data(records, [CLASSES[each] for each in labels], members, "the example's claims", sha256)


def _nearest(records: Floats, count: int) -> Floats:
    known, labels = _claims()
    known, labels = known[:_LEARNED], labels[:_LEARNED]
    apart = ((records[:, None, :] - known[None, :, :]) ** 2).sum(axis=2)
    near = labels[np.argsort(apart, axis=1, kind="stable")[:, :count]]
    return np.column_stack([(near == each).mean(axis=1) for each in range(len(CLASSES))])


@cache
def _claims() -> tuple[Floats, Ints]:
    """Return invented claims, a row of eight numbers each, and how each was decided: some of them by mistake."""
    rng = np.random.default_rng(0)
    records = rng.normal(0.0, 1.0, (_RECORDS, _COLUMNS))
    rule = rng.normal(0.0, 1.0, (_COLUMNS, len(CLASSES)))
    labels = (records @ rule).argmax(axis=1)
    mistaken = rng.random(_RECORDS) < _MISTAKES
    return records, np.where(mistaken, rng.integers(len(CLASSES), size=_RECORDS), labels)
