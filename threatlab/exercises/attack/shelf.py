"""Which control to ship."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from threatlab.exercises.judges import a_function, returned, shown
from threatlab.exercises.outcome import NotYet

Options = Mapping[str, tuple[float, float, float]]

_FLOOR = 0.95
"""Share of the usefulness without a control that a control must leave."""

_RULE = "Of those at or above the floor take the least gain, success minus luck, and among equals the most useful."

_SHELF: tuple[tuple[str, Options], ...] = (
    ("a model that stopped deciding", {"none": (1, 0, 0.99), "dull": (0, 0, 0.51), "filter": (0.66, 0, 0.97)}),
    ("a filter that helps the attacker", {"none": (0.48, 0, 0.99), "smooth": (0.62, 0, 0.99), "dull": (0, 0, 0.5)}),
    ("two measures of luck", {"none": (0.9, 0.1, 0.9), "coarse": (0.45, 0.1, 0.9), "coin": (0.55, 0.5, 0.9)}),
    ("a model that was never very good", {"none": (0.78, 0.5, 0.83), "shallow": (0.61, 0.5, 0.81)}),
    ("two that hold equally", {"none": (1, 0, 1.0), "costly": (0.2, 0, 0.96), "cheap": (0.2, 0, 0.99)}),
    ("one on the edge", {"none": (1, 0, 1.0), "edge": (0.1, 0, 0.95), "safe": (0.3, 0, 1.0)}),
)


def _choice(options: Options, *, floor: float | None = None, luck: bool = True, rivals: bool = True) -> str:
    """Return what to ship, or, with another rule in one place, what a misconception ships."""
    least = _FLOOR * options["none"][2] if floor is None else floor
    fit = {name: it for name, it in options.items() if it[2] >= least - 1e-9 and (rivals or name != "none")}
    return min(fit, key=lambda name: (round(fit[name][0] - luck * fit[name][1], 9), -fit[name][2]), default="none")


_SHIP_SLIPS: tuple[tuple[Callable[[Options], str], str], ...] = (
    (
        lambda options: _choice(options, floor=0.0),
        (
            "It has the lowest success, and look at its usefulness. A model that says the same to everybody can't be "
            "fooled, and is of no use to anybody."
        ),
    ),
    (
        lambda options: _choice(options, rivals=False),
        (
            "It lets the attacker get further than no control does. Doing nothing is a choice too, and here the better "
            "one."
        ),
    ),
    (
        lambda options: _choice(options, luck=False),
        (
            "Its success is the lowest, but success is not the same measure everywhere: subtract what luck alone would "
            "give."
        ),
    ),
    (
        lambda options: _choice(options, floor=_FLOOR),
        "Usefulness 0.95 is more than this system ever had. The floor is 95 % of what it has without a control.",
    ),
    (
        lambda options: max(options, key=lambda name: options[name][2]),
        "That is the most useful one. As long as usefulness stays above the floor, what the attacker gets decides.",
    ),
)


@cache
def _real_shelf() -> tuple[tuple[str, Options], ...]:
    from threatlab.attacks import ATTACKS

    shelves = []
    for attack, knobs in (("evasion", {"eps": 0.3}), ("membership", {}), ("injection", {"adaptive": True})):
        runs = {name: ATTACKS[attack].run(name, **knobs) for name in ATTACKS[attack].controls}
        shelves.append((f"{attack}, run just now", {n: (r.success, r.baseline, r.utility) for n, r in runs.items()}))
    return tuple(shelves)


def ships_the_right_one(answer: Any) -> str:
    """Judge a function from options to the name of the control to ship, on invented shelves and on real runs."""
    function = a_function(answer, "a dict of options")
    shipped = {}
    for title, options in (*_SHELF, *_real_shelf()):
        chosen, right = returned(function, dict(options)), _choice(options)
        if not isinstance(chosen, str) or chosen not in options:
            raise NotYet(f"Your function returned {shown(chosen)}; give one of the names: {', '.join(options)}.")
        if chosen != right:
            told = next((says for slip, says in _SHIP_SLIPS if slip(options) == chosen), "")
            success, luck, utility = options[chosen]
            raise NotYet(
                f"On the shelf of {title!r} you ship {chosen!r} (success {success:.2f}, by luck {luck:.2f}, usefulness "
                f"{utility:.2f}). {told or _RULE}"
            )
        shipped[title] = chosen
    told = "; ".join(f"against {title.partition(',')[0]}, {shipped[title]}" for title, _ in _real_shelf())
    return f"On real runs you ship: {told}."
