"""Twelve reference victims for the black-box attacks, five ways to meet each, and what is known of their order.

The order was written down, with its reasons, before any of these victims had been attacked: it is what published work
found, not what we saw. A pair of which nothing is known stands in no chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from statistics import fmean
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from threatlab.attacks import evasion as lab
from threatlab.attacks.digits import all_digits
from threatlab.attacks.own import Caller, Data, make_data
from threatlab.attacks.own.run import one_repeat

MISTAKES = 0.1
"""Share of labels that are wrong, as in real data: what a model that knows them by heart gives itself away by."""

BUDGET = {"extraction": 200, "membership": 300, "evasion": 600}
"""Queries of one repeat."""

EPS, NOISE, ANSWERED = 0.15, 0.1, 0.25

WAYS = ("none", "rounded", "labels", "limited", "noise")
"""How a victim answers: all it knows; to two digits; with labels; with labels, and a quarter of the queries only;
or with all it knows of inputs that it first adds noise to, a tenth of each column's range."""


Row = tuple[str, str]
"""A victim, and the way it answers."""


@dataclass(frozen=True)
class Victim:
    """A trained model: its answer in shares, and the data that an attacker has."""

    name: str
    shares: Callable[[Any], Any]
    data: Data

    def target(self, way: str, allowed: int) -> Answering:
        """Return it as one caller meets it."""
        return Answering(self, way, int(ANSWERED * allowed) if way == "limited" else allowed)


class Answering:
    """A victim behind a control, and how many records it was asked about."""

    def __init__(self, victim: Victim, way: str, answered: int) -> None:
        self.victim, self.way, self.left, self.asked = victim, way, answered, 0
        self.rng = np.random.default_rng(1)

    def ask(self, records):
        self.asked += len(records)
        low, high = self.victim.data.ranges
        if self.way == "noise":
            records = np.clip(records + self.rng.normal(0, NOISE, records.shape) * (high - low), low, high)
        shares = self.victim.shares(records)
        if self.way in ("none", "noise"):
            return shares.tolist()
        if self.way == "rounded":
            return shares.round(2).tolist()
        labels = [int(label) for label in shares.argmax(axis=1)]
        told = labels[: self.left] if self.way == "limited" else labels
        self.left -= len(told)
        return told + [None] * (len(labels) - len(told))


def measured(attack: str, row: Row, repeats: int = 5) -> float:
    """The mean success over some repeats, each by a caller of its own."""
    found, (name, way) = [], row
    attacked = victim(name)
    for number in range(repeats):
        caller = Caller(
            attacked.target(way, BUDGET[attack]), BUDGET[attack], attacked.data.records.shape[1], attacked.data.classes
        )
        found.append(one_repeat(attack, caller, attacked.data, np.random.default_rng(number), EPS).success)
    return fmean(found)


# --- The victims ------------------------------------------------------------------------------------------------------


@cache
def victim(name: str) -> Victim:
    """One of the twelve: six pairs of one that is fitted as closely as it can be, and one that is held back."""
    from sklearn.ensemble import RandomForestClassifier as Forest
    from sklearn.linear_model import LogisticRegression as Linear
    from sklearn.neighbors import KNeighborsClassifier as Neighbors
    from sklearn.neural_network import MLPClassifier as Network
    from sklearn.tree import DecisionTreeClassifier as Tree

    if name.startswith("3 or 8"):
        return _reader(name, EPS if name == "3 or 8, adversarially trained" else 0.0)
    long = {"max_iter": 300, "tol": 0, "n_iter_no_change": 300, "random_state": 0}
    model = {
        "linear": lambda: Linear(C=100, max_iter=2000),
        "linear, regularized": lambda: Linear(C=0.005, max_iter=2000),
        "forest": lambda: Forest(40, random_state=0),
        "forest, limited": lambda: Forest(40, max_depth=6, min_samples_leaf=8, random_state=0),
        "1 neighbor": lambda: Neighbors(1),
        "15 neighbors": lambda: Neighbors(15),
        "network": lambda: Network((40,), alpha=0.0, **long),
        "network, regularized": lambda: Network((40,), alpha=10.0, **long),
        "tree": lambda: Tree(random_state=0),
        "tree, two questions": lambda: Tree(max_depth=2, random_state=0),
    }[name]()
    return _fitted(name, model, _tumors(250) if name.startswith("tree") else _digits(300))


def _fitted(name: str, model: Any, data: Data) -> Victim:
    import warnings

    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")  # a network that is not done is what is wanted
        model.fit(data.records[data.members], data.labels[data.members])
    return Victim(name, model.predict_proba, data)


def _reader(name: str, budget: float) -> Victim:
    images, labels = all_digits()
    kept = np.isin(labels, (3, 8))
    images, labels = images[kept], labels[kept]
    members = np.arange(len(labels)) < 200
    reader = lab.train(images[members], labels[members], lab.NO_FILTER, budget)

    def shares(records):
        three = 1 / (1 + np.exp(-(records @ reader.weights + reader.bias)))
        return np.column_stack([three, 1 - three])

    return Victim(name, shares, _data(images, np.where(labels == 3, 0, 1), members, name))


@cache
def _digits(members: int) -> Data:
    images, labels = all_digits()
    return _noisy(images[: 3 * members], labels[: 3 * members], members, "digits")


@cache
def _tumors(members: int) -> Data:
    from sklearn.datasets import load_breast_cancer

    held: Any = load_breast_cancer()
    return _noisy(held.data, held.target, members, "tumors")


def _noisy(records, labels, members: int, name: str) -> Data:
    rng = np.random.default_rng(0)
    order = rng.permutation(len(labels))
    wrong = rng.random(len(labels)) < MISTAKES
    labels = np.where(wrong, rng.integers(labels.max() + 1, size=len(labels)), labels)
    return _data(records[order], labels[order], np.arange(len(labels)) < members, name)


def _data(records, labels, members, name: str) -> Data:
    return make_data(records, [str(each) for each in labels], members, name, hashlib.sha256(name.encode()).hexdigest())


# --- What is known of them --------------------------------------------------------------------------------------------

GRADED = ("linear", "linear, regularized", "forest", "forest, limited", "network", "network, regularized")
"""Victims with ten classes whose shares say more than their label; a full tree and one neighbor say 0 or 1."""

BY_HEART = ("forest", "1 neighbor", "tree")
HELD_BACK = ("linear, regularized", "15 neighbors", "tree, two questions", "3 or 8, adversarially trained")

Chain = tuple[str, tuple[Row, ...]]
"""Why we know it, and rows, the one on which the attack gets farthest first."""


def _of_extraction() -> Iterator[Chain]:
    labels = "Tramèr and others 2016, section 6: labels alone take many times the queries that probabilities take"
    rounded = "Tramèr and others 2016: rounding to two digits or more hardly slows extraction, labels alone do"
    linear = "Tramèr and others 2016: logistic regression is solved for, and others have to be imitated"
    for name in GRADED:
        yield labels, ((name, "none"), (name, "labels"), (name, "limited"))
        yield rounded, ((name, "rounded"), (name, "labels"))
    for name in ("forest", "1 neighbor", "network"):
        yield linear, (("linear", "none"), (name, "none"))


def _of_membership() -> Iterator[Chain]:
    gap = "Yeom and others 2018, Shokri and others 2017: it grows with the gap between seen and unseen records"
    by_heart = "the same: one knows every training record by heart, the other can't"
    labels = "Shokri and others 2017: a label tells less than the vector of probabilities"
    for name, held in (
        *(("linear", "linear, regularized"), ("forest", "forest, limited"), ("1 neighbor", "15 neighbors")),
        *(("network", "network, regularized"), ("tree", "tree, two questions")),
    ):
        yield gap, ((name, "none"), (held, "none"))
    for name in BY_HEART:
        for held in HELD_BACK:
            yield by_heart, ((name, "none"), (held, "none"))
    for name in ("linear", "forest", "network"):
        yield labels, ((name, "none"), (name, "labels"))


def _of_evasion() -> Iterator[Chain]:
    labels = "Ilyas and others 2018, Chen and Gu 2020: labels alone take many times the queries that shares take"
    noise = "Qin and others 2021, Byun and others 2021: noise on each input misleads a search by queries"
    trained = "Madry and others 2017, and Goodfellow and others 2014, section 5: trained for the budget, it holds"
    for name in (*GRADED, "3 or 8"):
        yield labels, ((name, "none"), (name, "labels"), (name, "limited"))
        yield noise, ((name, "none"), (name, "noise"))
    for way in ("none", "labels"):
        yield trained, (("3 or 8", way), ("3 or 8, adversarially trained", way))


CHAINS = {"extraction": _of_extraction, "membership": _of_membership, "evasion": _of_evasion}


def pairs(attack: str) -> list[tuple[Row, Row]]:
    """Every pair of rows whose order is known, the one of more success first."""
    return list(dict.fromkeys(pair for _, chain in CHAINS[attack]() for pair in combinations(chain, 2)))


def tau(attack: str, success: dict[Row, float]) -> float:
    """Kendall's tau over the pairs whose order is known: the share in that order, less the share in the other."""
    known = [(a, b) for a, b in pairs(attack) if a in success and b in success]
    return fmean(float(np.sign(round(success[a] - success[b], 9))) for a, b in known)
