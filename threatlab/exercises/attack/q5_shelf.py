"""Question 5 of lesson 03: which control to ship."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from threatlab.exercises.judges import Slip, like, other_kind
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps

Options = Mapping[str, tuple[float, float, float]]

_FLOOR = 0.95
"""Share of the usefulness without a control that a control must leave."""

_RULE = "Of those at or above the floor take the least gain, success minus luck, and among equals the most useful."

_SHELF: Mapping[str, Options] = {
    "a model that stopped deciding": {"none": (1, 0, 0.99), "dull": (0, 0, 0.51), "filter": (0.66, 0, 0.97)},
    "a filter that helps the attacker": {"none": (0.48, 0, 0.99), "smooth": (0.62, 0, 0.99), "dull": (0, 0, 0.5)},
    "two measures of luck": {"none": (0.9, 0.1, 0.9), "coarse": (0.45, 0.1, 0.9), "coin": (0.55, 0.5, 0.9)},
    "a model that was never very good": {
        "none": (0.78, 0.5, 0.83),
        "shallow": (0.61, 0.5, 0.81),
        "narrow": (0.55, 0.5, 0.785),
    },
    "two that hold equally": {"none": (1, 0, 1.0), "costly": (0.2, 0, 0.96), "cheap": (0.2, 0, 0.99)},
    "one on the edge": {"none": (1, 0, 1.0), "edge": (0.1, 0, 0.95), "safe": (0.3, 0, 1.0)},
}


def _choice(options: Options, *, floor: float | None = None, luck: bool = True, rivals: bool = True) -> str:
    """Return what to ship, or, with another rule in one place, what a misconception ships."""
    least = _FLOOR * options["none"][2] if floor is None else floor
    fit = {name: it for name, it in options.items() if it[2] >= least - 1e-9 and (rivals or name != "none")}
    return min(fit, key=lambda name: (round(fit[name][0] - luck * fit[name][1], 9), -fit[name][2]), default="none")


_SLIPS = (
    Slip(
        lambda options: _choice(options, floor=options["none"][2] - (1 - _FLOOR)),
        "It costs less than five points, and these are points of a perfect system. The floor is 95% of what this one "
        "has without a control.",
        "points",
    ),
    Slip(
        lambda options: _choice(options, floor=0.0),
        "It has the lowest success, and look at its usefulness. A model that says the same to everybody can't be "
        "fooled, and is of no use to anybody.",
        "useless",
    ),
    Slip(
        lambda options: _choice(options, rivals=False),
        "It lets the attacker get further than no control does. Doing nothing is a choice too, and here the better "
        "one.",
        "worse-than-none",
    ),
    Slip(
        lambda options: _choice(options, luck=False),
        "Its success is the lowest, but success is not the same measure everywhere: subtract what luck alone would "
        "give.",
        "luck",
    ),
    Slip(
        lambda options: _choice(options, floor=_FLOOR),
        "Usefulness 0.95 is more than this system ever had. The floor is 95% of what it has without a control.",
        "absolute",
    ),
    Slip(
        lambda options: max(options, key=lambda name: options[name][2]),
        "That is the most useful one. As long as usefulness stays above the floor, what the attacker gets decides.",
        "most-useful",
    ),
)


@cache
def _real_shelf() -> Mapping[str, Options]:
    from threatlab.attacks import ATTACKS

    shelf = {}
    for attack, knobs in (("evasion", {"eps": 0.3}), ("membership", {}), ("injection", {"adaptive": True})):
        runs = {name: ATTACKS[attack].run(name, **knobs) for name in ATTACKS[attack].controls}
        shelf[f"{attack}, run just now"] = {name: (r.success, r.baseline, r.utility) for name, r in runs.items()}
    return shelf


def _cases() -> Mapping[str, tuple[Options]]:
    return {title: (options,) for title, options in {**_SHELF, **_real_shelf()}.items()}


def _name(value: Any, options: Options) -> str:
    if not isinstance(value, str) or value not in options:
        raise other_kind(value, f"one of the names: {', '.join(options)}")
    return value


def _mistaken(title: str, chosen: str, _: str, options: Options) -> str:
    """Say what is mistaken about one choice: who makes several mistakes makes another one on each shelf."""
    success, luck, utility = options[chosen]
    slip = next((slip for slip in _SLIPS if slip.gives(options) == chosen), Slip(_choice, _RULE))
    raise NotYet(
        f"On the shelf of {title!r} you ship {chosen!r} (success {success:.2f}, by luck {luck:.2f}, usefulness "
        f"{utility:.2f}). {slip.says}",
        slip.met,
    )


def _all_right() -> str:
    shipped = [f"against {title.partition(',')[0]}, {_choice(options)}" for title, options in _real_shelf().items()]
    return f"On real runs you ship: {'; '.join(shipped)}."


q5 = Question(
    id="attack.q5",
    title="Which control do you ship?",
    judge=like(_choice, _cases, takes="a dict of options", reads=_name, otherwise=_mistaken, confirms=_all_right),
    hints=in_steps(
        "First throw out whatever is not useful enough, then compare what is left by what the attacker gains.",
        "The floor is 0.95 * options['none'][2]. The gain is success - baseline. 'none' stays in the race.",
        "min(fit, key=lambda name: (gain, -utility)) settles ties too.",
    ),
    because="Usefulness is a condition and not a prize: below the floor nobody uses the system, above it the "
    "attacker's gain decides. No control at all has to be among the options, or the least bad of several harmful ones "
    "is shipped.",
    covers=("intro-evasion", "intro-privacy"),
    claims={
        "points": "Five points of usefulness are five percent of any system's.",
        "useless": "The lowest success is best, whatever is left of the service.",
        "worse-than-none": "Some control is always better than none.",
        "luck": "Success is the same measure for every attack.",
        "absolute": "Every system has to be 95% useful.",
        "most-useful": "The most useful control is the one to ship.",
    },
    seconds=20.0,
)
