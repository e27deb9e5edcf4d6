"""The one place that asks a model under attack: it counts every record, and never asks about one too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from threatlab.attacks.digits import Bools, Floats, Ints
from threatlab.attacks.own.data import label_text
from threatlab.attacks.own.target import Target, TargetError
from threatlab.checks import is_number
from threatlab.errors import short

BATCH = 256
"""Records of one question: of 1000 columns they take 2 MB."""

REFUSED = -1
_ROUNDING = 1e-6
_NEITHER = "for two classes, too, give a probability for each"


class Spent(Exception):  # noqa: N818  # no fault: what was allowed is used up
    """An attack wanted to ask about more records than are left; nothing was asked."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model said of some records: the place of each one's class, `REFUSED` where it did not answer.

    `shares` has a row of probabilities for each, in the order of the classes; None if the model tells labels only. Rows
    of refused records hold 0.
    """

    labels: Ints
    shares: Floats | None

    @property
    def told(self) -> Bools:
        """Which records were answered."""
        told: Bools = self.labels != REFUSED
        return told

    def take(self, rows: Any) -> Answers:
        """Return these rows."""
        return Answers(self.labels[rows], None if self.shares is None else self.shares[rows])


class Caller:
    """Somebody who may ask a target about `allowed` records, each a row of `columns` numbers.

    `classes` are the labels that are known, in the order of the model's columns; one that a model answers beside them
    gets a place behind them.
    """

    def __init__(self, target: Target, allowed: int, columns: int, classes: Sequence[str]) -> None:
        self._target, self._allowed, self._columns = target, allowed, columns
        self._places = {label: place for place, label in enumerate(classes)}
        self._asked = 0
        self._columns_of: list[int] = []

    @property
    def asked(self) -> int:
        """How many records were asked about, whether they were answered or not."""
        return self._asked

    @property
    def left(self) -> int:
        """How many records may still be asked about."""
        return self._allowed - self._asked

    def ask(self, records: Floats) -> Answers:
        """Return the answers, in the order of the records.

        Raises
        ------
        Spent
            If that are more records than are left.
        TargetError
            If the target fails, or says what is neither label nor probabilities.
        """
        rows = np.array(records, dtype=np.float64)  # a copy: nobody adds to it once it is counted
        if rows.ndim != 2 or rows.shape[1] != self._columns:
            raise ValueError(f"records have {self._columns} columns, not the shape {rows.shape}")
        if len(rows) > self.left:
            raise Spent
        self._asked += len(rows)  # before it is asked: a target that fails has been asked
        answers = [self._read(rows[at : at + BATCH]) for at in range(0, len(rows), BATCH)]
        labels = np.concatenate([each.labels for each in answers] or [np.empty(0, dtype=np.int64)])
        by_label = any(each.shares is None and each.told.any() for each in answers)
        if by_label and self._columns_of:
            raise TargetError("the target answers with labels now and with probabilities then; it must do one of both")
        if not self._columns_of:
            return Answers(labels, None)
        none = np.zeros((BATCH, max(self._columns_of) + 1))  # for what was refused
        shares = [none[: len(each.labels)] if each.shares is None else each.shares for each in answers]
        return Answers(labels, np.concatenate(shares or [none[:0]]))

    def _read(self, rows: Floats) -> Answers:
        said = self._target.ask(rows)
        if len(said) != len(rows):
            raise TargetError(f"the target gave {len(said)} answers to {len(rows)} records; it must give one for each")
        told = [each for each in said if each is not None]
        if any(isinstance(each, list) for each in told):
            return self._rows(said)
        return Answers(np.array([self._label(each) for each in said], dtype=np.int64), None)

    def _label(self, said: object) -> int:
        if said is None:
            return REFUSED
        text = label_text(said)
        if not text:
            raise TargetError(
                f"the target answered {short(said)} where a label, or a row of probabilities, should be: {_NEITHER}"
            )
        return self._places.setdefault(text, len(self._places))

    def _rows(self, said: list[Any]) -> Answers:
        wide = len(next(each for each in said if isinstance(each, list)))
        order = self._order(wide)
        shares, labels = np.zeros((len(said), max(order) + 1)), np.full(len(said), REFUSED)
        for n, row in enumerate(said):
            if row is None:
                continue
            if not isinstance(row, list) or len(row) != wide:
                raise TargetError(f"the target answered {short(row)} where a row of {wide} probabilities should be")
            for value in row:
                if not is_number(value) or not -_ROUNDING <= value <= 1 + _ROUNDING:
                    raise TargetError(f"the target answered {short(value)} where a probability from 0 to 1 should be")
            shares[n, order] = row
            labels[n] = order[int(np.argmax(row))]
        return Answers(labels, shares)

    def _order(self, wide: int) -> list[int]:
        """Return the place of the class that each of a row's columns stands for: as the first row had it."""
        self._columns_of = self._columns_of or self._first_order(wide)
        if wide != len(self._columns_of):
            raise TargetError(f"the target answers with {wide} probabilities now, and {len(self._columns_of)} before")
        return self._columns_of

    def _first_order(self, wide: int) -> list[int]:
        if wide == len(self._places):
            return list(range(wide))
        if all(label.isdecimal() and int(label) < wide for label in self._places):  # column 7 is class 7
            return [self._places.setdefault(str(n), len(self._places)) for n in range(wide)]
        if wide == 1:
            raise TargetError(
                f"the target answers with a row of one number for each record: {_NEITHER}, or the label alone"
            )
        raise TargetError(
            f"the target answers with {wide} probabilities, and the data names {len(self._places)} classes: name them "
            "with --classes, in the order of its columns"
        )
