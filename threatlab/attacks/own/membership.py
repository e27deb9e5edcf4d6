"""Membership inference on somebody's own model: whoever asks it tells which records it learned from.

The owner knows which records are members, and so can do what an attacker does with a shadow model's (Shokri and others
2017, arXiv:1610.05820): choose one threshold on half of the records (Yeom and others 2018, arXiv:1709.01604), and name
the others. Where labels are all that comes out, the score is how often the record's own label comes back for slightly
changed copies of it (Choquette-Choo and others 2021, arXiv:2007.14321).
"""

from __future__ import annotations

import numpy as np

from threatlab.attacks.digits import Floats, Ints
from threatlab.attacks.membership import balanced_accuracy, choose_threshold, sure_of
from threatlab.attacks.own.caller import Answers, Caller
from threatlab.attacks.own.data import Data
from threatlab.attacks.own.outcome import NothingError, Outcome

LEAST = 40
"""Queries of one repeat: ten members and ten others to choose a threshold by, and as many to name."""

COPIES = 7
"""Changed copies of a record, where labels are all that comes out."""

_NOISE = 0.3  # of each column's standard deviation
_FEWEST = 8  # of each kind, to choose a threshold by half of them
CHANCE = 0.5


def attack(caller: Caller, data: Data, rng: np.random.Generator, eps: float) -> Outcome:  # noqa: ARG001
    """Return the balanced accuracy with which members are told from others; a coin has 0.5.

    As many members as others are asked about. `utility` is the share of the others, which the model has not seen, that
    it labels right. `further` has the area under the ROC curve, and the share of members that are named while at most
    1% of the others are (Carlini and others 2022, arXiv:2112.03570): both over all records that were asked about.
    """
    members, others = (rng.permutation(np.flatnonzero(data.members == known)) for known in (True, False))
    each = min(caller.left // 2, len(members), len(others))
    first = min(each, max(_FEWEST, caller.left // (2 * (COPIES + 1))))
    rows = _alternating(members[:first], others[:first])
    answers = caller.ask(data.records[rows])
    if answers.shares is not None and first < each:
        more = _alternating(members[first:each], others[first:each])
        again = caller.ask(data.records[more])
        rows = np.concatenate([rows, more])
        answers = Answers(
            np.concatenate([answers.labels, again.labels]),
            np.concatenate([answers.shares, again.shares]),
        )
    scores = _scores(caller, data, rows, answers, rng)
    told = answers.told & ~np.isnan(scores)
    known = data.members[rows]  # type: ignore[index]
    of_members, of_others = scores[told & known], scores[told & ~known]
    if min(len(of_members), len(of_others)) < _FEWEST:
        raise NothingError(
            f"the target answered about {len(of_members)} members and {len(of_others)} others: too few to measure by"
        )
    half = min(len(of_members), len(of_others)) // 2
    threshold = choose_threshold(of_members[:half], of_others[:half])
    unseen = told & ~known
    return Outcome(
        balanced_accuracy(of_members[half:], of_others[half:], threshold),
        CHANCE,
        float(np.mean(answers.labels[unseen] == data.labels[rows][unseen])),
        {"AUC": _auc(of_members, of_others), "TPR at 1% FPR": sure_of(of_members, of_others)},
    )


def _scores(caller: Caller, data: Data, rows: Ints, answers: Answers, rng: np.random.Generator) -> Floats:
    """Return each record's sign of membership: the probability of its own label, or how steadily that comes back."""
    own = data.labels[rows]
    if answers.shares is not None:
        return answers.shares[np.arange(len(rows)), own]
    copies = min(COPIES, caller.left // len(rows))
    low, high = data.ranges
    noise = rng.normal(0.0, _NOISE, (copies, len(rows), len(low))) * data.records.std(axis=0)
    changed = np.clip(data.records[rows] + noise, low, high).reshape(-1, len(low))
    said = caller.ask(changed)
    right = np.where(said.told, said.labels == np.tile(own, copies), np.nan).reshape(copies, -1)
    counted = np.vstack([np.where(answers.told, answers.labels == own, np.nan)[None], right])
    with np.errstate(invalid="ignore"):
        told = (~np.isnan(counted)).sum(axis=0)
        return np.where(told > 0, np.nansum(counted, axis=0) / np.maximum(told, 1), np.nan)


def _alternating(members: Ints, others: Ints) -> Ints:
    return np.column_stack([members, others]).ravel()


def _auc(members: Floats, others: Floats) -> float:
    """Return the chance that a member's score is above another's, ties counted half."""
    gap = members[:, None].round(9) - others[None, :].round(9)
    return float(np.mean((gap > 0) + 0.5 * (gap == 0)))
