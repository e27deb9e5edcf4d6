"""What every live attack has in common: its description, its knobs and its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from math import inf
from typing import Any, ParamSpec, SupportsIndex

from threadpoolctl import threadpool_limits

from threatlab.catalog import Attacker, Technique
from threatlab.checks import Unchangeable, check_choice, check_flag, check_number, check_seed, check_whole
from threatlab.errors import ThreatLabError

Knobs = ParamSpec("Knobs")


@dataclass(frozen=True, slots=True)
class AttackResult(Unchangeable):
    """What one run measured. `success`, `baseline` and `utility` are shares in 0..1.

    `success` is how far the attacker got with this control in place, `baseline` what the same measure says without
    any attack (or by chance), and `utility` how useful the system still was to honest users. `evidence` holds what a
    person would want to look at (arrays, texts), by name; `further` has other measures of the same run, by name. Two
    runs with the same seed and knobs are equal, whatever `seconds`.
    """

    attack: str
    control: str
    success: float
    baseline: float
    utility: float
    metric: str
    note: str
    knobs: Mapping[str, Any] = field(default_factory=dict, hash=False)
    further: Mapping[str, float] = field(default_factory=dict, hash=False)
    seconds: float = field(default=0.0, compare=False, repr=False)
    evidence: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Knob(Unchangeable):
    """A number or choice that a learner turns: its name as `run` takes it, its range, and what it means.

    A float is a share, which a panel shows in percent. `stops` are where a slider stops if even steps would be of no
    use; `choices` are titles by value. A knob that matters `only_with` some controls says why it does nothing
    `otherwise`.
    """

    name: str
    title: str
    default: float | int | str | bool
    low: float | int = 0
    high: float | int = inf
    step: float | int = 1
    stops: tuple[int, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)
    only_with: tuple[str, ...] = ()
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Defense(Unchangeable):
    """One control as this attack meets it: which control of the catalog it stands for, and its honest lesson.

    `needs` holds the knob values without which the control does not fit (empty: it always does).
    """

    title: str
    catalog_control: str
    lesson: str
    zero_by_construction: bool = False
    needs: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Measurement(Unchangeable):
    """The setting in which this attack measures a catalog control's effectiveness: a defense, and the knobs' values.

    It is compared with the attack on nothing; or, where it is measured `beside` another defense, the two `together` are
    compared with that one alone. `costs` is False where the usefulness lost in the run is no measure of what the
    control costs, which the catalog then judges.
    """

    defense: str
    threat: str
    knobs: Mapping[str, Any] = field(hash=False)
    beside: str = "none"
    together: str = ""
    costs: bool = True


@dataclass(frozen=True, slots=True)
class Target(Unchangeable):
    """Something to reach with an attack or against it: in whose place, the task, and what it teaches.

    `counts` tells whether a run reaches it, `rank` which of two that do is better (the lower), and `report` says what
    the run reached. Each is given the run with its control, and the same run without any. `way` is a setting that
    reaches it: with every seed, or, where it names one, with that.
    """

    role: str
    task: str
    counts: Callable[[AttackResult, AttackResult], bool]
    rank: Callable[[AttackResult, AttackResult], float]
    report: Callable[[AttackResult, AttackResult], str]
    teaches: str
    way: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Attack(Unchangeable):
    """One live attack: what it is called and stands for, who attacks, what is a toy about it, and how to run it."""

    name: str
    title: str
    threat: str
    technique: Technique
    attacker: Attacker
    paper: str
    metric: str
    toy: str
    controls: Mapping[str, Defense]
    knobs: tuple[Knob, ...]
    measures: Mapping[str, Measurement]
    targets: Mapping[str, Target]
    run: Callable[..., AttackResult]

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        """Send one of ours to another process by its name: that has it, too, and what it does can't be sent."""
        return (_attack, (self.name,)) if _attack(self.name) is self else object.__reduce_ex__(self, protocol)


def _attack(name: str) -> Attack | None:
    from threatlab.attacks import ATTACKS

    return ATTACKS.get(name)


def check_control(control: object, defenses: Mapping[str, Defense]) -> str:
    """Return `control` if it is one of the attack's, else raise ThreatLabError naming the nearest."""
    return check_choice("control", control, defenses)


def check_fits(control: str, defenses: Mapping[str, Defense], knobs: Mapping[str, Any]) -> None:
    """Raise ThreatLabError if the control does not fit these knobs, naming the controls that do."""

    def fits(defense: Defense) -> bool:
        return all(knobs[name] == value for name, value in defense.needs.items())

    if not fits(defenses[control]):
        needs = " and ".join(f"{name}={value!r}" for name, value in defenses[control].needs.items())
        others = ", ".join(name for name, defense in defenses.items() if fits(defense))
        raise ThreatLabError(f"control {control!r} needs {needs}; with these knobs choose one of {others}")


def check_settings(
    control: object, seed: object, values: tuple[object, ...], defenses: Mapping[str, Defense], knobs: tuple[Knob, ...]
) -> Mapping[str, Any]:
    """Return the knobs' `values` by name, if control, knobs and seed can all be; else raise ThreatLabError."""
    known = check_control(control, defenses)
    turned = {knob.name: check_knob(knob, value) for knob, value in zip(knobs, values, strict=True)}
    check_fits(known, defenses, turned)
    check_seed("seed", seed)
    return turned


def check_knob(knob: Knob, value: object) -> Any:
    """Return `value` if the knob can be turned to it, else raise ThreatLabError with name, value and range."""
    if knob.choices:
        return check_choice(knob.name, value, knob.choices)
    if isinstance(knob.default, bool):
        return check_flag(knob.name, value)
    return (check_whole if isinstance(knob.default, int) else check_number)(knob.name, value, knob.low, knob.high)


def clock() -> Callable[[], float]:
    """Return a function that tells the seconds since `clock` was called."""
    started = time.perf_counter()
    return lambda: time.perf_counter() - started


def on_one_core(run: Callable[Knobs, AttackResult]) -> Callable[Knobs, AttackResult]:
    """Return `run`, kept from using more than one core.

    These models are so small that a second thread only waits for the first, a hundred times longer than the work takes
    when the machine has other things to do. And sums come out the same however many cores there are.
    """

    @wraps(run)
    def limited(*args: Knobs.args, **knobs: Knobs.kwargs) -> AttackResult:
        import_module("sklearn.linear_model")  # only libraries that are loaded can be limited
        with threadpool_limits(1):
            return run(*args, **knobs)

    return limited
