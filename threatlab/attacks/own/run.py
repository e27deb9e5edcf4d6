"""Runs an attack on somebody's own model, repeat by repeat, and tells at each step what the record says by then."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np
from threadpoolctl import threadpool_limits

from threatlab.attacks import ATTACKS
from threatlab.attacks.own import evasion, extraction, membership
from threatlab.attacks.own.caller import Caller, Spent
from threatlab.attacks.own.data import Data
from threatlab.attacks.own.outcome import Outcome
from threatlab.attacks.own.target import Target, kind_of
from threatlab.checks import check_choice, check_number, check_seed, check_whole
from threatlab.errors import ThreatLabError
from threatlab.measured import Repeat, Run

MOST_REPEATS = 100


@dataclass(frozen=True, slots=True)
class BlackBox:
    """An attack that only asks: how one repeat goes, the fewest queries it needs, and what its success is."""

    repeat: Callable[[Caller, Data, np.random.Generator, float], Outcome]
    least: int
    metric: str


BLACK_BOX: Mapping[str, BlackBox] = MappingProxyType(
    {
        "extraction": BlackBox(
            extraction.attack, extraction.LEAST, "share of held-out records on which the copy says what the model says"
        ),
        "membership": BlackBox(
            membership.attack, membership.LEAST, "balanced accuracy in telling members from others; a coin has 0.5"
        ),
        "evasion": BlackBox(
            evasion.attack, evasion.LEAST, "share of the records read right that are misread once changed within eps"
        ),
    }
)


def begin(  # noqa: PLR0913  # a setting has as many parts
    target: str,
    attack: str,
    data: Data,
    version: str,
    *,
    budget: int,
    repeats: int,
    seed: int,
    eps: float,
    example: bool,
) -> Run:
    """Return the record of a run that has asked nothing yet.

    Raises
    ------
    ThreatLabError
        If the setting makes no sense: no such attack or target, a budget that is too small for the repeats, a
        membership attack on data that don't say who is a member.
    """
    check_choice("attack", attack, BLACK_BOX)
    budget = check_whole("--budget", budget, 1)
    repeats = check_whole("--repeats", repeats, 1, MOST_REPEATS)
    seed = check_seed("--seed", seed)
    eps = check_number("--eps", eps, 0, 1, what="a share of each column's range")
    least = BLACK_BOX[attack].least
    if (each := budget // repeats) < least:
        raise ThreatLabError(
            f"--budget {budget} leaves {each} queries for each of {repeats} repeats; {attack} needs {least} or more: "
            f"give --budget {least * repeats}, or fewer --repeats"
        )
    if len(data.unseen) < 20:
        raise ThreatLabError(
            f"{data.name!r} holds {len(data.unseen)} records that the model has not seen; give 20 or more"
        )
    if attack == "membership" and (data.members is None or min(data.members.sum(), (~data.members).sum()) < 20):
        raise ThreatLabError(
            f"{data.name!r} doesn't name 20 members and 20 others: membership needs a column 'member', true for "
            "records that the model learned from, and false for others like them"
        )
    setting: dict[str, float] = {"budget": budget, "repeats": repeats, "seed": seed}
    return Run(
        target=target,
        kind="example" if example else kind_of(target),  # type: ignore[arg-type]  # it is one of the two
        attack=attack,
        threat=ATTACKS[attack].threat,
        metric=BLACK_BOX[attack].metric,
        started=_now(),
        setting=setting | ({"eps": eps} if attack == "evasion" else {}),
        each=each,
        began=0,
        repeats=(),
        data=data.name,
        data_sha256=data.sha256,
        version=version,
    )


def go_on(run: Run, target: Target, data: Data, tell: Callable[[Run], object]) -> Run:
    """Do the repeats that are left, and return the record at the end; `tell` is told it at each step before.

    A repeat counts whole, and is told, before its first query: whenever this is stopped, what was told last is true,
    and its count of queries is not too low. A repeat that was stopped is not begun again: its queries are spent.

    Raises
    ------
    ThreatLabError
        If the target fails, or a repeat measures nothing.
    """
    planned, seed = int(run.setting["repeats"]), int(run.setting["seed"])
    while run.began < planned:
        run = replace(run, began=run.began + 1, stopped="")
        tell(run)
        number = run.began - 1
        rng = np.random.default_rng([seed, number, zlib.crc32(run.attack.encode())])
        caller = Caller(target, run.each, data.records.shape[1], data.classes)
        outcome = one_repeat(run.attack, caller, data, rng, float(run.setting.get("eps", 0.0)))
        done = Repeat(number, caller.asked, outcome.success, outcome.baseline, outcome.utility, dict(outcome.further))
        run = replace(run, repeats=(*run.repeats, done))
        tell(run)
    if not run.repeats:
        raise ThreatLabError(
            "every repeat was stopped before its end, and the budget is spent: there is nothing to tell"
        )
    return replace(run, ended=_now())


def one_repeat(attack: str, caller: Caller, data: Data, rng: np.random.Generator, eps: float) -> Outcome:
    """Return what one repeat measures. On one core: these copies are so small that a second one would only wait."""
    if attack == "extraction":
        import sklearn.linear_model  # noqa: F401  # only libraries that are loaded can be limited

    with threadpool_limits(1):
        try:
            return BLACK_BOX[attack].repeat(caller, data, rng, eps)
        except Spent:  # an attack keeps count itself; one that doesn't is stopped here
            raise ThreatLabError(f"{attack} wanted more queries than were left") from None


def _now() -> str:
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")
