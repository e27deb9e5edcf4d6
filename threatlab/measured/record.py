"""The record of an attack on somebody's own model, valid at every moment of the run, and the file it is kept in."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from math import atan, cos, fsum, pi, sin, sqrt
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any, ClassVar, Literal

from threatlab.checks import check_choice, check_plain_values, check_text
from threatlab.errors import ThreatLabError, short
from threatlab.fields import Count, Note, Share, Words, check_fields, check_record
from threatlab.files import FileKind, write_text

SCHEMA = "threatlab/attack-record/1"
RECORDS = FileKind("attack record", "a schema and a run", suffixes=(".json",))

MEASURES = ("success", "baseline", "utility")

FEW = 5
"""Repeats below which an interval says little: with two, it is thirteen times as wide as the spread."""

_CHANCE = 0.95
_HASH = re.compile("[0-9a-f]{64}")


def check_moment(name: str, value: object) -> str:
    """Return `value`, if it is a moment with its time zone, such as "2026-11-26T18:30:00+01:00"."""
    try:
        told = datetime.fromisoformat(check_text(name, value))
    except ValueError:
        told = None
    if told is None or told.tzinfo is None:
        raise ThreatLabError(f"{name} is {short(value)}; give a moment with its zone, as 2026-11-26T18:30:00+01:00")
    return str(value)


Moment = Annotated[str, check_moment]
PlainValues = Annotated[Mapping[str, Any], check_plain_values]
Hash = Annotated[str, _HASH]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over repeats, and the ends of its 95% t interval (Student 1908), cut to 0..1; without ends if once."""

    mean: float
    low: float | None
    high: float | None

    def __str__(self) -> str:
        return f"{self.mean:.2f}" if self.low is None else f"{self.mean:.2f} ({self.low:.2f} to {self.high:.2f})"


def interval(shares: Sequence[float]) -> Interval:
    """Return the mean of shares (0..1) of independent repeats, and its 95% t interval.

    mean \u00b1 t s / \u221an, with the sample standard deviation s and the 97.5% quantile t of n \u2212 1 degrees of
    freedom. It speaks of other random draws from the same data, not of other data.
    """
    mean, n = fmean(shares), len(shares)
    if n == 1:
        return Interval(mean, None, None)
    half = t_quantile(n - 1) * sqrt(fsum((each - mean) ** 2 for each in shares) / (n - 1) / n)
    return Interval(mean, max(0.0, mean - half), min(1.0, mean + half))


def t_quantile(freedom: int) -> float:
    """Return the t that a variable of Student's distribution stays within, on either side, with a chance of 95%.

    By the finite series for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4), and bisection.
    """
    low, high = 0.0, 16.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < _CHANCE else (low, middle)
    return high


def _within(t: float, freedom: int) -> float:
    angle = atan(t / sqrt(freedom))
    odd = freedom % 2
    term = total = (cos(angle) if odd else 1.0) if freedom > 1 else 0.0
    for n in range(3 if odd else 2, freedom - 1, 2):
        term *= cos(angle) ** 2 * (n - 1) / n
        total += term
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total


@dataclass(frozen=True)
class Repeat:
    """One repeat of an attack: its seed, the records it asked about, and what it measured, in shares (0..1).

    `baseline` is what the same measure says without an attack, `utility` the share of honest questions that the model
    answered right, and `further` holds other measures by name.
    """

    seed: Count
    asked: Count
    success: Share
    baseline: Share
    utility: Share
    further: Mapping[Words, Share] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True)
class Run:
    """An attack on a model: on which, when, in which setting, and the repeats that came to their end.

    `setting` holds budget, repeats, seed and what else the attack was told. `began` repeats were begun, and each may
    ask `each` queries at most: one that was cut short counts whole, so that `asked` is never too low. `ended` is None
    until the last repeat is done; `stopped` says why it stopped before.
    """

    target: Words
    kind: Literal["callable", "endpoint", "example"]
    attack: Words
    threat: Words
    metric: Words
    started: Moment
    setting: PlainValues
    each: Count
    began: Count
    repeats: tuple[Repeat, ...]
    data: Words
    data_sha256: Hash
    version: Words
    ended: Moment | None = None
    stopped: Note = ""

    def __post_init__(self) -> None:
        check_fields(self)
        for name in ("budget", "repeats", "seed"):
            if not isinstance(self.setting.get(name), int):
                raise ThreatLabError(f"the setting says {short(self.setting.get(name))} of {name}; give a whole number")
        if self.began > self.setting["repeats"] or len(self.repeats) > self.began or self.asked > self.budget:
            raise ThreatLabError(
                f"{len(self.repeats)} repeats are done, {self.began} were begun, and {self.asked} queries asked: "
                f"that doesn't fit {self.setting['repeats']} repeats and a budget of {self.budget}"
            )
        if self.complete and not self.repeats:
            raise ThreatLabError("it has ended, and holds no repeat that came to its end")
        if twice := [n for n, count in Counter(each.seed for each in self.repeats).items() if count > 1]:
            raise ThreatLabError(f"two repeats have the seed {twice[0]}: as one run they count once")

    @property
    def budget(self) -> int:
        """How many records may be asked about, in all repeats together."""
        return int(self.setting["budget"])

    @property
    def asked(self) -> int:
        """How many records were asked about, at most."""
        return sum(each.asked for each in self.repeats) + self.each * (self.began - len(self.repeats))

    @property
    def asked_in_words(self) -> str:
        """How many were asked about: "200 asked", or "at most 40 asked" where a repeat was cut short."""
        return ("at most " if len(self.repeats) < self.began else "") + f"{self.asked} asked"

    @property
    def complete(self) -> bool:
        """Whether it came to its end."""
        return self.ended is not None

    def over(self, measure: str) -> Interval:
        """Return one of `MEASURES` over the repeats that came to their end; there must be one."""
        return interval([getattr(each, measure) for each in self.repeats])

    @property
    def settled(self) -> tuple[object, ...]:
        """What two runs must share for their figures to be compared."""
        return (self.attack, self.data_sha256, *sorted(self.setting.items()))

    @property
    def in_words(self) -> str:
        """The setting in words: "400 queries in 5 repeats, seed 0"."""
        others = [f"{k} {v}" for k, v in self.setting.items() if k not in ("budget", "repeats")]
        return ", ".join([f"{self.budget} queries in {self.setting['repeats']} repeats", *others])

    @property
    def moment(self) -> str:
        """When it began, in its time zone: "2026-11-26 18:30 UTC+01:00"."""
        return f"{datetime.fromisoformat(self.started):%Y-%m-%d %H:%M %Z}"

    @property
    def state(self) -> str:
        """Whether it is complete, and of how few repeats, in words; "" if nothing is to be said."""
        done, asked = len(self.repeats), self.setting["repeats"]
        if not self.complete:
            return f"incomplete: {done} of {asked} repeats" + (f", {self.stopped}" if self.stopped else "")
        said = [f"{done} of {asked} repeats came to their end"] if done < asked else []
        said += ["too few repeats for the interval to say much"] if done < FEW else []
        return "; ".join(said)


@dataclass(frozen=True)
class Measured:
    """A run against a model with a `control` of the catalog in front ("" if with none), and the one `beside` it, bare.

    Raises
    ------
    ThreatLabError
        If a control is named without a run beside it, or the two can't be compared.
    """

    CALLED: ClassVar[Mapping[str, str]] = {"run": "the run", "beside": "the run without the control"}

    run: Run
    control: Note = ""
    beside: Run | None = None

    def __post_init__(self) -> None:
        check_fields(self)
        if bool(self.control) != (self.beside is not None):
            raise ThreatLabError("a control and the run without it (--control and --beside) go together")
        if self.beside is None:
            return
        for name, mine, other in (
            ("attack", self.run.attack, self.beside.attack),
            ("data", self.run.data_sha256[:12], self.beside.data_sha256[:12]),
            *((k, self.run.setting.get(k), v) for k, v in self.beside.setting.items()),
            *((k, v, self.beside.setting.get(k)) for k, v in self.run.setting.items()),
        ):
            if mine != other:
                raise ThreatLabError(
                    f"the two runs can't be compared: {name} is {short(mine)} here, and {short(other)} without the "
                    "control"
                )
        if not self.beside.complete:
            raise ThreatLabError("the run without the control is incomplete; --resume brings it to its end")


def to_dict(measured: Measured) -> dict[str, Any]:
    """Return a record as JSON-ready values; `derived` is for readers without threatlab, and isn't read back."""
    run = measured.run
    derived: dict[str, Any] = {"complete": run.complete, "asked": run.asked, "state": run.state}
    for measure in MEASURES if run.repeats else ():
        over = run.over(measure)
        derived[measure] = {"mean": over.mean, "low": over.low, "high": over.high}
    return {"schema": SCHEMA, **_plain(measured), "derived": derived}


def from_dict(table: object) -> Measured:
    """Return the record that `to_dict` described.

    Raises
    ------
    ThreatLabError
        If it is another kind of table, or newer; or a value is not what it must be.
    """
    schema = table.get("schema") if isinstance(table, Mapping) else None
    if not isinstance(table, Mapping) or schema != SCHEMA:
        raise ThreatLabError(f"schema is {short(schema)}, and a record's is {SCHEMA!r}: is this another kind of file?")
    for key in table:
        check_choice("key", key, ("schema", "run", "control", "beside", "derived"))
    return check_record("the record", {k: v for k, v in table.items() if k not in ("schema", "derived")}, Measured)


def save_record(measured: Measured, path: str | Path) -> Path:
    """Write a record into a JSON file, whole or not at all, and on disk before this returns."""
    text = json.dumps(to_dict(measured), indent=2, ensure_ascii=False, allow_nan=False)
    return write_text(path, f"{text}\n", durable=True)


def load_record(path: str | Path) -> Measured:
    """Return the record in a JSON file; raises ThreatLabError, which names the file, if it holds none."""
    return RECORDS.load(path, from_dict)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
