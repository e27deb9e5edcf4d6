"""What the live attacks measured over ten seeds, kept as data: the figures that the catalog's controls rest on.

`python -m threatlab.attacks.bands` measures all of it again and writes `bands.json` beside this file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from statistics import mean
from typing import Any

from threatlab.attacks import ATTACKS, AttackResult
from threatlab.attacks.base import Measurement
from threatlab.catalog import CLAIM_CAP
from threatlab.checks import Unchangeable

SEEDS = range(10)


@dataclass(frozen=True, slots=True)
class Band(Unchangeable):
    """One attack against one control at one strength: what ten seeds measured, as shares in 0..1.

    `utility` is the mean of the ten and `least_utility` the lowest. `further` holds the means of the attack's further
    measures, where it has any.
    """

    attack: str
    control: str
    knobs: Mapping[str, Any]
    success: float
    lowest: float
    highest: float
    baseline: float
    utility: float
    least_utility: float
    further: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The setting in one line, such as "extraction: top1, budget=100"."""
        return setting_name(self.attack, self.control, self.knobs)


def setting_name(attack: str, control: str, knobs: Mapping[str, Any]) -> str:
    """Return a setting in one line, such as "extraction: top1, budget=100"."""
    turned = ", ".join(f"{knob}={value}" for knob, value in knobs.items())
    return f"{attack}: {control}" + (f", {turned}" if turned else "")


def settings() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield attack, control and knobs of every setting kept: each control as it comes, and what the catalog uses."""
    for attack in ATTACKS.values():
        for control, defense in attack.controls.items():
            yield attack.name, control, dict(defense.needs)
        for measurement in attack.measures.values():
            for control in filter(None, ("none", measurement.beside, measurement.defense, measurement.together)):
                yield attack.name, control, dict(measurement.knobs)


def measure(attack: str, control: str, knobs: Mapping[str, Any], seeds: Sequence[int] = SEEDS) -> Band:
    """Return the band of one setting, measured now."""
    defended = [_run(attack, control, seed, tuple(sorted(knobs.items()))) for seed in seeds]
    success = [result.success for result in defended]
    return Band(
        attack,
        control,
        dict(knobs),
        round(mean(success), 4),
        round(min(success), 4),
        round(max(success), 4),
        round(mean(result.baseline for result in defended), 4),
        round(mean(result.utility for result in defended), 4),
        round(min(result.utility for result in defended), 4),
        {name: round(mean(result.further[name] for result in defended), 4) for name in defended[0].further},
    )


@cache
def _run(attack: str, control: str, seed: int, knobs: tuple[tuple[str, Any], ...]) -> AttackResult:
    return ATTACKS[attack].run(control=control, seed=seed, **dict(knobs))


@cache
def bands() -> tuple[Band, ...]:
    """Return the bands that are kept."""
    file = resources.files("threatlab.attacks") / "bands.json"
    return tuple(Band(**band) for band in json.loads(file.read_text(encoding="utf-8")))


def measured_effectiveness() -> dict[str, dict[str, float]]:
    """Return what an attack measured of each control of the catalog that it measures, by threat, to two digits.

    It is the share of the attacker's gain that the control takes away, at least 0 and at most `CLAIM_CAP`: no test of
    ours shows that a control never fails.
    """
    return {
        control: {m.threat: round(min(max(removed(alone, with_it), 0.0), CLAIM_CAP), 2)}
        for control, (m, alone, with_it) in _measured_pairs()
    }


def removed(alone: Band, with_it: Band) -> float:
    """Return the share of the attacker's mean gain over the baseline that a control takes away: 1 is all of it."""
    return 1 - (with_it.success - alone.baseline) / (alone.success - alone.baseline)


def measured_utility_cost() -> dict[str, float]:
    """Return, for each control of the catalog whose cost an attack measures, the share of utility, to two digits.

    It is `1 - utility with the control / utility without it`, in the setting that measures its effectiveness, and at
    least 0. What an attack's honest users don't do (a burst of queries, a page with a filtered phrase) costs nothing
    here: `utility_why` in the catalog says so where it matters.
    """
    return {
        control: round(max(0.0, 1 - with_it.utility / alone.utility), 2)
        for control, (m, alone, with_it) in _measured_pairs()
        if m.costs
    }


def measured_together() -> list[tuple[tuple[str, str], tuple[float, float, float]]]:
    """Return each pair of controls of the catalog that an attack measured together, as well as each alone.

    Of each: their ids, and the shares (0..1) of the attacker's gain that the first removes alone, the second, and both.
    """
    kept, pairs = {band.name: band for band in bands()}, []
    for attack in ATTACKS.values():
        for control, m in attack.measures.items():
            if m.together:
                none, first, second, both = (
                    kept[setting_name(attack.name, name, m.knobs)] for name in ("none", m.beside, m.defense, m.together)
                )
                ids = attack.controls[m.beside].catalog_control, control
                pairs.append((ids, (removed(none, first), removed(none, second), removed(none, both))))
    return pairs


def _measured_pairs() -> Iterator[tuple[str, tuple[Measurement, Band, Band]]]:
    """Yield each measured control with its measurement, and the bands without and with it in the same setting."""
    kept = {band.name: band for band in bands()}
    for attack in ATTACKS.values():
        for control, m in attack.measures.items():
            alone, with_it = (
                kept[setting_name(attack.name, name, m.knobs)] for name in (m.beside, m.together or m.defense)
            )
            yield control, (m, alone, with_it)


def main() -> None:
    """Measure every setting and write the file."""
    fresh = {}
    for setting in settings():
        if setting_name(*setting) in fresh:  # several controls are measured against the same bare attack
            continue
        band = measure(*setting)
        fresh[band.name] = band
        print(f"{band.name}: {band.success:.2f} ({band.lowest:.2f} to {band.highest:.2f})")
    rows = [asdict(band) for band in fresh.values()]
    for row in rows:
        if not row["further"]:
            del row["further"]
    text = json.dumps(rows, indent=1)
    Path(__file__).with_name("bands.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
