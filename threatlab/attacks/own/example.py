"""A model to try the attacks on: EXAMPLE, not yours. It reads digits, and knows its training records by heart."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import numpy as np

from threatlab.attacks.digits import Floats, Ints, all_digits
from threatlab.attacks.own.data import Data, make_data

MODULE = "threatlab.attacks.own.example"

EXAMPLES = {"example": f"{MODULE}:predict_proba", "example-labels": f"{MODULE}:predict"}
"""Names of targets: the model as it is, and with a control in front, labels only (`output_detail_limited`)."""

_TRAINED, _MISTAKES, _TREES = 300, 0.1, 20


def predict_proba(records: Floats) -> Floats:
    """Return a row of ten probabilities for each image, a row of 64 pixels."""
    return _model().predict_proba(records)  # type: ignore[no-any-return]


def predict(records: Floats) -> Ints:
    """Return the digit that each image shows, and nothing else."""
    return _model().predict(records)  # type: ignore[no-any-return]


def data() -> Data:
    """Return the digits that it learned from, with their mistakes, and as many that it has not seen."""
    images, labels = _digits()
    shown = slice(2 * _TRAINED)
    held = images[shown].tobytes() + labels[shown].tobytes()
    texts = [str(label) for label in labels[shown]]
    members = np.arange(2 * _TRAINED) < _TRAINED
    return make_data(images[shown], texts, members, "digits of the example", hashlib.sha256(held).hexdigest())


@cache
def _model() -> Any:
    from sklearn.ensemble import RandomForestClassifier

    images, labels = _digits()
    return RandomForestClassifier(_TREES, random_state=0).fit(images[:_TRAINED], labels[:_TRAINED])


@cache
def _digits() -> tuple[Floats, Ints]:
    """Return the digits in one random order, a share of them mislabeled as in real life."""
    images, labels = all_digits()
    rng = np.random.default_rng(0)
    order = rng.permutation(len(labels))
    wrong = rng.random(len(labels)) < _MISTAKES
    return images[order], np.where(wrong, rng.integers(10, size=len(labels)), labels)[order]
